"""Chooses the strategy from the objectives, says why for each store, and refuses what is too weak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from components.settings import Settings
from components.settings.objectives import StoreObjectives, Strategy
from components.strategy import figures
from components.strategy.figures import Recovery

# Where the stores of a kind are in the settings, and what they keep under a strategy.
KINDS: dict[str, Callable[[Settings, Any, Strategy], Recovery]] = {
    "databases": figures.database,
    "tables": figures.table,
    "buckets": figures.bucket,
    "volumes": figures.volumes,
}


@dataclass(frozen=True, kw_only=True)
class StoreDecision:
    """What one store needs, and what it keeps under the strategy of the estate."""

    kind: str
    store: str
    rto_minutes: int
    """Its objective."""
    rpo_minutes: int
    needs: Strategy | None
    """The weakest strategy that keeps its objectives; None where none does."""
    keeps: Recovery
    reason: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The strategy of the estate. The worst store decides what the estate keeps."""

    strategy: Strategy
    needed: Strategy
    reason: str
    stores: tuple[StoreDecision, ...]
    notes: tuple[str, ...]

    @property
    def worst_rpo(self) -> StoreDecision:
        return max(self.stores, key=lambda store: store.keeps.rpo.minutes)

    @property
    def worst_rto(self) -> StoreDecision:
        return max(self.stores, key=lambda store: store.keeps.rto.minutes)


def decide(settings: Settings) -> Decision:
    """The strategy that the settings name, else the weakest that keeps every store's objectives.

    It judges nothing: `problems` lists what must be refused.
    """
    needs = {(kind, name): _needed(settings, kind, store) for kind, name, store in _stores(settings)}
    needed = max((need for need in needs.values() if need), key=lambda s: s.strength, default=Strategy.BACKUP_RESTORE)
    strategy = settings.strategy or needed
    stores = tuple(
        _store_decision(settings, (kind, name), store, needs[kind, name], strategy)
        for kind, name, store in _stores(settings)
    )
    return Decision(
        strategy=strategy,
        needed=needed,
        reason=_reason(settings, needed, stores),
        stores=stores,
        notes=tuple(_notes(settings, strategy)),
    )


def problems(settings: Settings) -> list[tuple[str, str]]:
    """(key, message) of each objective that cannot be kept, and of a strategy that is too weak without a reason."""
    decision = decide(settings)
    found = [
        (f"{store.kind}.{store.store}", f"keeps {_kept(store)} under every strategy, {_out_of_reach(store)}")
        for store in decision.stores
        if store.needs is None
    ]
    if settings.strategy and settings.strategy.strength < decision.needed.strength and not settings.strategy_reason:
        short = ", ".join(
            f"{store.store} keeps {_kept(store)}"
            for store in decision.stores
            if store.needs and store.needs.strength > settings.strategy.strength
        )
        found.append(
            (
                "strategy",
                f"{settings.strategy} is too weak for RPO {settings.objectives.rpo_minutes} and RTO"
                f" {settings.objectives.rto_minutes} minutes ({short}): write {decision.needed}, leave strategy out, or say why"
                " in strategyReason",
            )
        )
    if settings.strategy_reason and not settings.strategy:
        found.append(
            ("strategyReason", "gives a reason for a strategy that is not named: write strategy as well, or remove it")
        )
    return found


def _stores(settings: Settings) -> Iterator[tuple[str, str, Any]]:
    for kind in KINDS:
        for name, store in getattr(settings, kind).items():
            yield kind, name, store


def _objectives(settings: Settings, store: Any) -> tuple[int, int]:
    """(RTO, RPO) of a store: its own where it states them."""
    own: StoreObjectives | None = store.objectives
    rto, rpo = settings.objectives.rto_minutes, settings.objectives.rpo_minutes
    return ((own and own.rto_minutes) or rto, (own and own.rpo_minutes) or rpo)


def _needed(settings: Settings, kind: str, store: Any) -> Strategy | None:
    rto, rpo = _objectives(settings, store)
    for strategy in Strategy:
        keeps = KINDS[kind](settings, store, strategy)
        if keeps.rpo.minutes <= rpo and keeps.rto.minutes <= rto:
            return strategy
    return None


def _store_decision(
    settings: Settings, named: tuple[str, str], store: Any, needs: Strategy | None, strategy: Strategy
) -> StoreDecision:
    kind, name = named
    rto, rpo = _objectives(settings, store)
    keeps = KINDS[kind](settings, store, strategy)
    if needs is None:
        reason = "no strategy keeps its objectives"
    elif needs is Strategy.BACKUP_RESTORE:
        reason = f"{needs} keeps RPO {rpo} and RTO {rto} minutes: {keeps.rpo.basis}"
    else:
        weaker = KINDS[kind](settings, store, list(Strategy)[needs.strength - 1])
        reason = f"{needs}: {list(Strategy)[needs.strength - 1]} would keep RPO {weaker.rpo.minutes}, RTO {weaker.rto.minutes}"
        reason += f" where RPO {rpo}, RTO {rto} minutes are asked"
    if store.objectives:
        reason += f" (objectives of its own: {store.objectives.reason})"
    return StoreDecision(
        kind=kind, store=name, rto_minutes=rto, rpo_minutes=rpo, needs=needs, keeps=keeps, reason=reason
    )


def _reason(settings: Settings, needed: Strategy, stores: tuple[StoreDecision, ...]) -> str:
    asks = f"RPO {settings.objectives.rpo_minutes} and RTO {settings.objectives.rto_minutes} minutes"
    demanding = [store.store for store in stores if store.needs is needed]
    because = f"{asks} need {needed}" + (f" (for {', '.join(demanding[:5])})" if demanding else "")
    if settings.strategy is None:
        return because
    if settings.strategy.strength < needed.strength:
        return f"{settings.strategy} is configured although {because}: {settings.strategy_reason}"
    if settings.strategy is needed:
        return because
    return f"{settings.strategy} is configured; {needed} would keep {asks}"


def _notes(settings: Settings, strategy: Strategy) -> Iterator[str]:
    if strategy is Strategy.ACTIVE_ACTIVE and settings.databases:
        yield (
            f"databases ({', '.join(settings.databases)}) are read in both Regions and written in one,"
            f" {settings.active_region}: a read replica of Amazon RDS takes no writes until it is promoted"
        )
    if strategy is Strategy.BACKUP_RESTORE:
        yield "no restore time is promised by AWS Backup: only restore tests tell the RTO"


def _kept(store: StoreDecision) -> str:
    rpo, rto = store.keeps.rpo, store.keeps.rto
    return f"RPO {rpo.minutes} ({rpo.basis}) and RTO {rto.minutes} minutes ({rto.basis})"


def _out_of_reach(store: StoreDecision) -> str:
    return (
        f"its objectives are RPO {store.rpo_minutes} and RTO {store.rto_minutes}: tighten its schedule, or give the store"
        " objectives of its own with a reason"
    )
