"""Executions of ARC Region switch plans: their steps, states and events, as GetPlanExecution and ListPlanExecutionEvents show them.

States, step states and types of events are those of the API reference (ExecutionState, StepStatus, ExecutionEventType).
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from localcloud.emulator import clock

PENDING, IN_PROGRESS, AWAITING = "pending", "inProgress", "pendingManualApproval"
PAUSED_BY_STEP, PAUSED_BY_OPERATOR = "pausedByFailedStep", "pausedByOperator"
COMPLETED, COMPLETED_WITH_EXCEPTIONS, CANCELED = "completed", "completedWithExceptions", "canceled"
WORKING = frozenset({PENDING, IN_PROGRESS, AWAITING})
PAUSED = frozenset({PAUSED_BY_STEP, PAUSED_BY_OPERATOR})
# While an execution is in one of these, its plan takes no other.
ACTIVE = WORKING | PAUSED
STEP_OVER = frozenset({"completed", "skipped", "canceled"})
APPROVAL, PARALLEL = "ManualApproval", "Parallel"
_ID_BYTES = 8


@dataclass
class StepRun:
    """One step of an execution; what is in a Parallel step are steps of their own."""

    name: str
    kind: str
    config: dict[str, Any]
    children: list[StepRun] = field(default_factory=list)
    status: str = "notStarted"
    mode: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    error: str = ""

    @property
    def over(self) -> bool:
        return self.status in STEP_OVER

    @property
    def late(self) -> datetime | None:
        """When its time is over; None without a timeout, or before it starts."""
        minutes = self.config.get("timeoutMinutes")
        return self.started + timedelta(minutes=minutes) if self.started and minutes else None

    def all(self) -> Iterator[StepRun]:
        """This step and those inside it."""
        yield self
        yield from self.children

    def shown(self) -> dict[str, Any]:
        """The StepState shape."""
        found = {"name": self.name, "status": self.status, "stepMode": self.mode}
        times = {"startTime": self.started, "endTime": self.ended}
        return found | {key: value for key, value in times.items() if value is not None}


@dataclass
class Execution:
    """One execution of a plan, with the plan as it was when it started."""

    id: str
    home: str
    """The Region whose data plane carries it out."""
    plan: dict[str, Any]
    asked: dict[str, Any]
    steps: list[StepRun]
    mode: str
    token: str = ""
    """The client token it was started with."""
    state: str = PENDING
    started: datetime = field(default_factory=clock.now)
    ended: datetime | None = None
    updated: datetime = field(default_factory=clock.now)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def action(self) -> str:
        return str(self.asked["action"])

    @property
    def activating(self) -> str:
        """The Region that serves afterwards."""
        target = str(self.asked["targetRegion"])
        return target if self.action == "activate" else self._other(target)

    @property
    def deactivating(self) -> str:
        return self._other(self.activating)

    def _other(self, region: str) -> str:
        return next(str(one) for one in self.plan["regions"] if one != region)

    def every_step(self) -> Iterator[StepRun]:
        for step in self.steps:
            yield from step.all()

    def find_step(self, name: str) -> StepRun | None:
        return next((step for step in self.every_step() if step.name == name), None)

    def note(self, kind: str, step: StepRun | None = None, error: str = "", resources: tuple[str, ...] = ()) -> None:
        """Add an event."""
        event: dict[str, Any] = {"timestamp": clock.now(), "type": kind, "eventId": str(uuid.uuid4())}
        if self.events:
            event["previousEventId"] = self.events[-1]["eventId"]
        if step is not None:
            event |= {"stepName": step.name, "executionBlockType": step.kind}
        event |= {"error": error} if error else {}
        event |= {"resources": list(resources)} if resources else {}
        self.events.append(event)
        self.updated = event["timestamp"]

    def end(self, state: str, kind: str) -> None:
        """No step is begun any more; what was not carried out is canceled."""
        for step in self.every_step():
            if not step.over:
                step.status, step.ended = "canceled", clock.now()
        self.state, self.ended = state, clock.now()
        self.note(kind)

    def shown(self) -> dict[str, Any]:
        """The AbbreviatedExecution shape."""
        found = {
            "planArn": self.plan["arn"],
            "executionId": self.id,
            "version": self.plan["version"],
            "updatedAt": self.updated,
            "comment": self.asked.get("comment"),
            "startTime": self.started,
            "endTime": self.ended,
            "mode": self.mode,
            "executionState": self.state,
            "executionAction": self.action,
            "executionRegion": self.asked["targetRegion"],
            "recoveryExecutionId": self.asked.get("recoveryExecutionId"),
            "actualRecoveryTime": self._recovery_time(),
        }
        return {key: value for key, value in found.items() if value is not None}

    def described(self) -> dict[str, Any]:
        """The answer of GetPlanExecution: the steps inside a Parallel step follow it."""
        return {**self.shown(), "stepStates": [step.shown() for step in self.every_step()], "plan": self.plan}

    def _recovery_time(self) -> str | None:
        """Time of the execution alone: without associated alarms AWS adds nothing to it."""
        if self.ended is None or self.state == CANCELED:
            return None
        minutes, seconds = divmod(max(1, round((self.ended - self.started).total_seconds())), 60)
        return f"PT{minutes}M{seconds}S"


def execution_of(plan: dict[str, Any], workflow: dict[str, Any], asked: dict[str, Any], home: str) -> Execution:
    """A new execution of one of the plan's workflows; nothing is done yet."""
    mode = asked.get("mode") or "graceful"
    steps = [_step(step, mode) for step in workflow.get("steps") or ()]
    made = Execution(f"{home}/{secrets.token_hex(_ID_BYTES)}", home, plan, asked, steps, mode)
    made.note("executionPending")
    return made


def _step(step: dict[str, Any], mode: str) -> StepRun:
    (config,) = step["executionBlockConfiguration"].values()
    children = [_step(inner, mode) for inner in config.get("steps") or ()]
    return StepRun(step["name"], step["executionBlockType"], config, children, mode=mode)
