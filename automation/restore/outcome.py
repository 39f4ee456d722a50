"""What a restore proved: the verdict on each store's content, what it took, and how far before the asked moment it reaches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from automation.recovery.checks import Finding, Verdict, passed
from automation.recovery.estate import Side
from automation.recovery.evidence import Evidence, Measured, Target, step_end, step_facts, worst
from automation.recovery.journal import Event
from automation.recovery.outcome import origin_of
from automation.recovery.world import World
from automation.redaction import redacted
from automation.restore.plan import proofs, verify_name
from automation.restore.proof import finding
from automation.restore.wanted import Kind, RecoveryPoint, Wanted


def findings(events: Sequence[Event], wanted: Sequence[Wanted]) -> list[Finding]:
    """One a store; what was not read is UNKNOWN."""
    read = proofs(events, [one.label for one in wanted])
    missing = {"verdict": Verdict.UNKNOWN.value, "said": "it was not read"}
    return [finding(one.label, read.get(one.label, missing)) for one in wanted]


def document(
    world: World, events: Sequence[Event], wanted: Sequence[Wanted], sides: tuple[Side, Side], directory: Path,
    *, targets: Sequence[Target] = (), cleanup: Mapping[str, Any] | None = None, more: Sequence[Finding] = (),
) -> dict[str, Any]:  # fmt: skip
    """The evidence of an execution. With `targets` RTO and RPO are held against them, else only said."""
    measured = [_measured(events, one) for one in wanted]
    evidence = Evidence(
        events=events, origin=origin_of(world.estate, sides, directory), measured=measured,
        targets=targets, cleanup=cleanup,
    )  # fmt: skip
    found = [*findings(events, wanted), *more]
    made = evidence.document()
    verdicts = [passed(found), *([Verdict(made["verdict"])] if targets else [])]
    return made | {
        "verdict": worst(verdicts).value,
        "content": proofs(events, [one.label for one in wanted]),
        "findings": [one.document() for one in found],
        "restored": [_restored(one, took) for one, took in zip(wanted, measured, strict=True)],
    }


def body(made: Mapping[str, Any]) -> bytes:
    return json.dumps(redacted(made), indent=2, sort_keys=True, default=str).encode()


def _restored(one: Wanted, took: Measured) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "store": one.store,
        "region": one.region,
        "original": one.original,
        "name": one.name,
        "from": one.from_text,
        "seconds": took.rto_seconds,
        "behindSeconds": took.rpo_seconds,
        "behindBasis": took.rpo_basis,
    }


def _measured(events: Sequence[Event], one: Wanted) -> Measured:
    read = step_end(events, verify_name(one.label))
    took = (read - events[0].at).total_seconds() if read else None
    behind, basis = _behind(events, one)
    return Measured(
        kind=one.kind.value, store=one.reported, rto_seconds=took, rpo_seconds=behind, rpo_basis=basis,
        rto_basis="from the command to the end of the reading",
    )  # fmt: skip


def _behind(events: Sequence[Event], one: Wanted) -> tuple[float | None, str]:
    """How much of the time before the asked moment is not in it; of a recovery point, before the command."""
    source = one.source
    if isinstance(source, RecoveryPoint):
        if source.created_at is None:
            return None, "nobody says when the recovery point was made"
        return max((events[0].at - source.created_at).total_seconds(), 0.0), "from the recovery point to the command"
    if one.kind is not Kind.VOLUME:
        return 0.0, "brought back to the asked moment"
    as_of = step_facts(events, f"restore {one.label}").get("asOf")
    if not as_of:
        return None, "nobody says when the snapshot was made"
    return (source - datetime.fromisoformat(str(as_of))).total_seconds(), "from the snapshot to the asked moment"
