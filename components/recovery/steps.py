"""What a switch of Regions does, in which order and how long each part may take: plain data, read by whoever executes it.

ARC executes it from components/recovery/region_switch.py; the failover command runs the same stages itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from components.settings import limits
from components.settings.recovery import StepTimeouts


class Approach(StrEnum):
    """ARC's recovery approaches (ARC Region switch RecoveryApproach)."""

    ACTIVE_PASSIVE = "activePassive"
    ACTIVE_ACTIVE = "activeActive"


class StepKind(StrEnum):
    """ARC's execution blocks that we use (ARC Region switch ExecutionBlockType)."""

    APPROVAL = "ManualApproval"
    CAPACITY = "EC2AutoScaling"
    PROMOTION = "RdsPromoteReadReplica"
    TRAFFIC = "Route53HealthCheck"
    REPLICA = "RdsCreateCrossRegionReplica"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One execution block."""

    kind: StepKind
    subject: str
    """What it acts on: a database, a kind of server, or the record's name."""
    timeout_minutes: int

    @property
    def verb(self) -> str:
        return VERBS[self.kind]

    @property
    def name(self) -> str:
        return f"{self.verb} {self.subject}"


VERBS = {
    StepKind.APPROVAL: "approve",
    StepKind.CAPACITY: "start servers",
    StepKind.PROMOTION: "promote",
    StepKind.TRAFFIC: "switch traffic of",
    StepKind.REPLICA: "replicate",
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Steps that run at the same time; stages run one after the other."""

    steps: tuple[Step, ...]

    @property
    def timeout_minutes(self) -> int:
        return max(step.timeout_minutes for step in self.steps)


def switch_stages(
    *,
    timeouts: StepTimeouts,
    approval: bool,
    databases: Sequence[str] = (),
    fleets: Sequence[str] = (),
    record_name: str | None = None,
) -> tuple[Stage, ...]:
    """The stages that move the work to a Region: approve, make it able to work, send customers there."""
    approve = [Step(kind=StepKind.APPROVAL, subject="the switch", timeout_minutes=timeouts.approval_minutes)]
    prepare = [
        *(Step(kind=StepKind.PROMOTION, subject=d, timeout_minutes=timeouts.promotion_minutes) for d in databases),
        *(Step(kind=StepKind.CAPACITY, subject=f, timeout_minutes=timeouts.capacity_minutes) for f in fleets),
    ]
    send = [
        Step(kind=StepKind.TRAFFIC, subject=name, timeout_minutes=timeouts.traffic_minutes)
        for name in ([record_name] if record_name else [])
    ]
    return tuple(Stage(steps=tuple(steps)) for steps in (approve if approval else [], prepare, send) if steps)


def replica_stages(*, timeouts: StepTimeouts, databases: Sequence[str]) -> tuple[Stage, ...]:
    """After recovery: each promoted database gets a replica in the other Region again. No part of the RTO."""
    steps = tuple(Step(kind=StepKind.REPLICA, subject=d, timeout_minutes=timeouts.replica_minutes) for d in databases)
    return (Stage(steps=steps),) if steps else ()


def longest_minutes(stages: Sequence[Stage]) -> int:
    """The time after which ARC has given up on the last step: the sum over stages of the longest step of each."""
    return sum(stage.timeout_minutes for stage in stages)


def checked_objective(stages: Sequence[Stage], rto_minutes: int) -> None:
    """Raises ValueError unless the RTO is one that ARC takes and the stages fit into it.

    Resilience Hub reports a plan whose sequential timeouts exceed the RTO: such a plan may be late and succeed.
    """
    allowed = limits.REGION_SWITCH_RTO
    if not allowed.minimum <= rto_minutes <= allowed.maximum:
        raise ValueError(f"rto_minutes is {rto_minutes}, allowed is {allowed.text}")
    longest = longest_minutes(stages)
    if longest > rto_minutes:
        told = " + ".join(
            f"{stage.timeout_minutes} ({', '.join(step.name for step in stage.steps)})" for stage in stages
        )
        raise ValueError(
            f"the steps of the switch may take {longest} minutes, rtoMinutes is {rto_minutes}: {told};"
            " shorten recovery.stepTimeouts or raise objectives.rtoMinutes (Resilience Hub: the sum of the timeouts of"
            " sequential steps)"
        )
