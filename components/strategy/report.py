"""The decision as the stack exports it: what `securecart plan` shows, and what an auditor finds in the outputs."""

from __future__ import annotations

from typing import Any

from components.settings import Settings
from components.strategy.selection import Decision, StoreDecision


def recovery_output(settings: Settings, decision: Decision) -> dict[str, Any]:
    """The stack output `recovery`: planned bounds in minutes, worst store first named, then every store."""
    worst_rpo, worst_rto = decision.worst_rpo, decision.worst_rto
    return {
        "objectives": {
            "rtoMinutes": settings.objectives.rto_minutes,
            "rpoMinutes": settings.objectives.rpo_minutes,
        },
        "strategy": decision.strategy.value,
        "needed": decision.needed.value,
        "reason": decision.reason,
        "effective": {
            "rpoMinutes": worst_rpo.keeps.rpo.minutes,
            "rpoStore": f"{worst_rpo.kind}.{worst_rpo.store}",
            "rtoMinutes": worst_rto.keeps.rto.minutes,
            "rtoStore": f"{worst_rto.kind}.{worst_rto.store}",
        },
        "stores": [_store(store) for store in decision.stores],
        "notes": list(decision.notes),
    }


def _store(store: StoreDecision) -> dict[str, Any]:
    return {
        "store": f"{store.kind}.{store.store}",
        "needs": store.needs.value if store.needs else None,
        "rpoMinutes": store.keeps.rpo.minutes,
        "rpoBasis": store.keeps.rpo.basis,
        "rpoObjectiveMinutes": store.rpo_minutes,
        "rtoMinutes": store.keeps.rto.minutes,
        "rtoBasis": store.keeps.rto.basis,
        "rtoObjectiveMinutes": store.rto_minutes,
        "reason": store.reason,
    }
