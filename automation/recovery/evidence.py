"""The evidence of one execution, read from its journal alone: a person who was not there can judge it, and a program can, too.

A figure that was not measured is UNKNOWN, and a dry run proves nothing about RTO or RPO. Schema: `securecart.recovery.evidence/1`;
a field is added, never renamed; a change of meaning is a new number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.recovery.checks import Verdict
from automation.recovery.journal import Event, Kind
from automation.redaction import redacted

SCHEMA = "securecart.recovery.evidence/1"
NAME = "evidence.json"
"""Of the file beside the journal."""
UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is asked of one service."""

    kind: str
    store: str
    rto_seconds: float
    rpo_seconds: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one service took and lost. None: nobody measured it."""

    kind: str
    store: str
    rto_seconds: float | None
    rpo_seconds: float | None
    rpo_basis: str = ""
    rto_basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file beside the evidence."""

    name: str
    body: bytes

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "bytes": len(self.body), "sha256": hashlib.sha256(self.body).hexdigest()}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Which program and configuration acted, on which account."""

    account_id: str
    from_region: str
    to_region: str
    git_revision: str
    git_dirty: bool
    config_sha256: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One execution. `document()` is what is written."""

    events: Sequence[Event]
    origin: Origin
    targets: Sequence[Target]
    measured: Sequence[Measured]
    attachments: Sequence[Attachment] = field(default_factory=tuple)
    preview_after: Mapping[str, Any] | None = None
    """Set by `reconcile`: the preview that must be a no-op."""
    cleanup: Mapping[str, Any] | None = None
    """Set by a drill: the proof that nothing is left."""

    def document(self) -> dict[str, Any]:
        first, last = self.events[0], self.events[-1]
        services = [_service(target, self.measured) for target in self.targets]
        finished = last.kind is Kind.FINISHED and last.facts.get("outcome") == "finished"
        return {
            "schema": SCHEMA,
            "execution": first.execution,
            "declared": dict(first.facts),
            "origin": dict(self.origin.__dict__),
            "startedAt": first.at.isoformat(),
            "endedAt": last.at.isoformat(),
            "finished": finished,
            "resumed": sum(event.kind is Kind.RESUMED for event in self.events),
            "verdict": overall(services, finished).value,
            "services": services,
            "steps": steps_of(self.events),
            "warnings": [dict(e.facts) | {"step": e.step} for e in self.events if e.kind is Kind.WARNED],
            "previewAfter": dict(self.preview_after) if self.preview_after else None,
            "cleanup": dict(self.cleanup) if self.cleanup else None,
            "attachments": [attachment.document() for attachment in self.attachments],
        }

    def body(self) -> bytes:
        return json.dumps(redacted(self.document()), indent=2, sort_keys=True, default=str).encode()


def steps_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Every step with its last attempt: when, how long, how it ended, what it did, by which requests."""
    steps: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.kind is Kind.STEP_STARTED:
            earlier = steps.get(event.step, {"attempts": 0})
            steps[event.step] = {
                "name": event.step,
                "attempts": earlier["attempts"] + 1,
                "startedAt": event.at.isoformat(),
                "endedAt": None,
                "status": "running",
                "calls": earlier.get("calls", []),
            }
        elif event.kind in (Kind.STEP_DONE, Kind.STEP_FAILED):
            step = steps[event.step]
            step["endedAt"] = event.at.isoformat()
            step["status"] = event.facts.get("outcome", "failed") if event.kind is Kind.STEP_DONE else "failed"
            step["facts"] = dict(event.facts)
            step["calls"] = [*step["calls"], *event.calls]
    return list(steps.values())


def step_facts(events: Sequence[Event], name: str) -> Mapping[str, Any]:
    """What a step that is done recorded; empty when it is not."""
    done = [event.facts for event in events if event.kind is Kind.STEP_DONE and event.step == name]
    return done[-1] if done else {}


def step_end(events: Sequence[Event], name: str) -> datetime | None:
    ends = [event.at for event in events if event.kind is Kind.STEP_DONE and event.step == name]
    return ends[-1] if ends else None


def verdict_of(measured: float | None, target: float) -> Verdict:
    """PASS within the target, FAIL beyond it, UNKNOWN when nobody measured."""
    if measured is None:
        return Verdict.UNKNOWN
    return Verdict.PASS if measured <= target else Verdict.FAIL


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    return max(verdicts, key=list(Verdict).index, default=Verdict.UNKNOWN)


def _service(target: Target, measured: Sequence[Measured]) -> dict[str, Any]:
    found = next((m for m in measured if (m.kind, m.store) == (target.kind, target.store)), None)
    rto, rpo = (found.rto_seconds, found.rpo_seconds) if found else (None, None)
    verdicts = {"rto": verdict_of(rto, target.rto_seconds), "rpo": verdict_of(rpo, target.rpo_seconds)}
    return {
        "kind": target.kind,
        "store": target.store,
        "rto": figure(rto, target.rto_seconds, verdicts["rto"], found.rto_basis if found else ""),
        "rpo": figure(rpo, target.rpo_seconds, verdicts["rpo"], found.rpo_basis if found else ""),
        "verdict": worst(list(verdicts.values())).value,
    }


def figure(seconds: float | None, target: float, verdict: Verdict, basis: str) -> dict[str, Any]:
    measured = UNKNOWN if seconds is None else round(seconds, 3)
    return {"seconds": measured, "targetSeconds": target, "verdict": verdict.value, "basis": basis}


def overall(services: Sequence[Mapping[str, Any]], finished: bool) -> Verdict:
    verdicts = [Verdict(service["verdict"]) for service in services]
    return worst(verdicts if finished else [*verdicts, Verdict.FAIL])
