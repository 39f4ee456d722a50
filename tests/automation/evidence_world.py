"""An archive in a directory with executions as a failover leaves them; times are chosen, so that figures can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from automation.recovery.evidence import Attachment, Evidence, Measured, Origin, Target
from automation.recovery.journal import Archive, Journal, Kind
from automation.recovery.objects import DirectoryObjects

BEGIN = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
CALL = {
    "service": "rds",
    "region": "us-west-2",
    "operation": "promote_read_replica",
    "requestId": "5f1c-request",
    "attempts": 2,
}
TARGETS = (
    Target(kind="database", store="orders", rto_seconds=300, rpo_seconds=60),
    Target(kind="table", store="order-history", rto_seconds=300, rpo_seconds=60),
)
ORIGIN = Origin(
    account_id="123456789012", from_region="us-east-1", to_region="us-west-2", git_revision="0" * 40, git_dirty=False,
    config_sha256="a" * 64,
)  # fmt: skip
STEPS = (
    ("measure replication", 0, 2),
    ("promote orders", 2, 90),
    ("servers of us-west-2", 2, 60),
    ("verify us-west-2", 90, 100),
)


@dataclass
class EvidenceWorld:
    """`clock` is what the journal's events are stamped with."""

    directory: Path
    clock: datetime = BEGIN
    objects: DirectoryObjects = field(init=False)
    archive: Archive = field(init=False)

    def __post_init__(self) -> None:
        self.objects = DirectoryObjects(self.directory / "store")
        self.archive = Archive(self.objects, lambda: self.clock, self.directory / "copies")

    def failover(
        self, rto: float | None = 100.0, rpo: float | None = 4.0, *, command: str = "failover", facts: dict[str, Any] | None = None,
        attachments: Iterable[Attachment] = (), finished: bool = True, **said: Any,
    ) -> str:  # fmt: skip
        """One execution with its evidence; its identifier. The table was not measured at all."""
        journal, began = self.archive.begin(command), self.clock
        reason = {"reason": "Region us-east-1 is gone", "operator": "ada", "approver": "grace", "kind": "live"}
        journal.append(Kind.STARTED, facts={"command": command, "mode": "ungraceful", **reason, **said})
        moments = sorted(
            [(s, Kind.STEP_STARTED, n) for n, s, _ in STEPS] + [(e, Kind.STEP_DONE, n) for n, _, e in STEPS]
        )
        for seconds, kind, name in moments:
            self.clock = began + timedelta(seconds=seconds)
            done = kind is Kind.STEP_DONE
            journal.append(kind, name, {"outcome": "done", **(facts or {})} if done else {}, [CALL] if done else [])
        if finished:
            journal.append(Kind.FINISHED, facts={"outcome": "finished"})
        measured = [Measured(kind="database", store="orders", rto_seconds=rto, rpo_seconds=rpo, rpo_basis="ReplicaLag")]
        kept = tuple(attachments)
        for one in kept:
            journal.attach(one.name, one.body)
        evidence = Evidence(events=journal.events, origin=ORIGIN, targets=TARGETS, measured=measured, attachments=kept)
        journal.attach("evidence.json", evidence.body())
        self.clock += timedelta(seconds=20)
        return journal.execution

    def reconcile(self) -> Journal:
        journal = self.archive.begin("reconcile")
        journal.append(Kind.STARTED, facts={"command": "reconcile", "mode": ""})
        journal.attach("preview-dr.json", json.dumps({"stack": "dr", "changed": False}).encode())
        journal.append(Kind.FINISHED, facts={"outcome": "finished"})
        self.clock += timedelta(seconds=20)
        return journal
