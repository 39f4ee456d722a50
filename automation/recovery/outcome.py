"""What a failover took and lost, per service, from its own journal.

RTO ends when the verification passed. It counts from the moment the command began; of a graceful move from the end of writes; and
with `--outage-since` from the outage. RPO of a graceful move is 0 where a lag of 0 was measured after writes had ended; otherwise
it is how far the copy was behind when last measured. These are bounds of what AWS reports; a recorder of real traffic measures
more exactly.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from automation.recovery.estate import Estate, Side
from automation.recovery.evidence import Attachment, Evidence, Measured, Origin, Target, step_end, step_facts
from automation.recovery.journal import Event, Kind


def targets_of(estate: Estate) -> list[Target]:
    """What is asked of each store: its own objectives where it has some, else the estate's."""
    found = []
    for kind, stores in (
        ("database", estate.settings.databases),
        ("table", estate.settings.tables),
        ("bucket", estate.settings.buckets),
    ):
        for name, store in stores.items():
            own = store.objectives
            rto = ((own and own.rto_minutes) or estate.settings.objectives.rto_minutes) * 60
            rpo = ((own and own.rpo_minutes) or estate.settings.objectives.rpo_minutes) * 60
            found.append(Target(kind=kind, store=name, rto_seconds=rto, rpo_seconds=rpo))
    return found


def measured_of(events: Sequence[Event], target: Side) -> list[Measured]:
    """RTO and RPO of every store."""
    began, basis = _interruption(events)
    verified = step_end(events, f"verify {target.region}")
    rto = (verified - began).total_seconds() if verified else None
    rto_basis = f"{basis} to the verification"
    behind = step_facts(events, "measure replication").get("behind", [])
    return [_measured(events, one, rto, rto_basis) for one in behind]


def _interruption(events: Sequence[Event]) -> tuple[datetime, str]:
    """Since when customers waited: the outage as told, the first step that took writes away, or the command itself."""
    first = events[0]
    if since := first.facts.get("outageSince"):
        return datetime.fromisoformat(str(since)), "from the outage"
    fenced = [e.at for e in events if e.kind is Kind.STEP_STARTED and e.facts.get("interrupts")]
    if first.facts.get("mode") != "ungraceful" and fenced:
        return min(fenced), "from the end of writes"
    return first.at, "from the command"


def _measured(events: Sequence[Event], behind: Mapping[str, Any], rto: float | None, rto_basis: str) -> Measured:
    kind, store = str(behind["kind"]), str(behind["store"])
    seconds, basis = behind["seconds"], str(behind["basis"])
    drained = step_facts(events, f"wait until {store} has everything")
    if kind == "database" and drained:
        seconds, basis = drained["lag"]["seconds"], "lag measured after writes had ended"
    known = None if seconds == "UNKNOWN" else float(seconds)
    return Measured(kind=kind, store=store, rto_seconds=rto, rpo_seconds=known, rpo_basis=basis, rto_basis=rto_basis)


def origin_of(estate: Estate, sides: tuple[Side, Side], directory: Path) -> Origin:
    """Git's revision and whether files differ from it; `UNKNOWN` where there is no git."""
    revision = _git(directory, "rev-parse", "HEAD")
    return Origin(
        account_id=estate.account_id,
        from_region=sides[0].region,
        to_region=sides[1].region,
        git_revision=revision or "UNKNOWN",
        git_dirty=bool(_git(directory, "status", "--porcelain", "--untracked-files=no")),
        config_sha256=estate.config_sha256,
    )


def _git(directory: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(directory), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def evidence_of(
    events: Sequence[Event], estate: Estate, sides: tuple[Side, Side], directory: Path, *attachments: Attachment
) -> Evidence:
    """The evidence of a move from the first side to the second."""
    return Evidence(
        events=events,
        origin=origin_of(estate, sides, directory),
        targets=targets_of(estate),
        measured=measured_of(events, sides[1]),
        attachments=attachments,
    )
