"""Settings of how traffic and writers move to the other Region (rows 11 and 13)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from components.settings import limits
from components.settings.base import Frozen

DomainName = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)
]


class StepTimeouts(Frozen):
    """How long a step of a failover may take before a person must look: what the RTO is planned with."""

    approval_minutes: int = limits.STEP.field(default=5, description="somebody decides")
    promotion_minutes: int = limits.STEP.field(default=15, description="every replica becomes a database of its own")
    scaling_minutes: int = limits.STEP.field(default=15, description="the servers run at full size")
    cold_start_minutes: int = limits.STEP.field(
        default=40, description="pilot light only: a load balancer is made, and servers start from none"
    )
    routing_minutes: int = limits.STEP.field(default=5, description="health checks and resolvers see the change")


class Dns(Frozen):
    """The name that customers use."""

    zone_name: DomainName = Field(description="hosted zone, for example securecart.example")
    record_name: DomainName = Field(description="the name itself, in the zone")
    hosted_zone_id: str | None = Field(
        default=None, pattern=r"^Z[A-Z0-9]{1,31}$", description="a zone that exists already; left out: it is made"
    )
    failure_threshold: int = Field(
        default=3,
        ge=1,
        le=10,
        description="failed checks in a row (Amazon Route 53 HealthCheckConfig FailureThreshold)",
    )
    fast_checks: bool = Field(default=True, description="every 10 seconds in place of 30")


class RecoverySettings(Frozen):
    """Failover of names and writers, and what AWS is told of it."""

    dns: Dns
    timeouts: StepTimeouts = StepTimeouts()
    region_switch: bool = Field(
        default=True, description="declares the failover as an ARC Region switch plan, which AWS runs at fleet scale"
    )
    other_health_checks: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="ids by Region of health checks that decide as well: those that ARC made for the plan, once it exists",
    )
    resilience_hub: bool = Field(default=True, description="declares the objectives to AWS Resilience Hub")


def problems(recovery: RecoverySettings, rto_minutes: int) -> list[tuple[str, str]]:
    """(key, message): a plan whose steps may take longer than the RTO is no plan for it."""
    found = []
    steps = recovery.timeouts
    longest = steps.approval_minutes + max(steps.promotion_minutes, steps.scaling_minutes) + steps.routing_minutes
    if recovery.region_switch and longest > rto_minutes:
        found.append(
            (
                "recovery.timeouts",
                f"add up to {longest} minutes (approval {steps.approval_minutes}, the longer of promotion"
                f" {steps.promotion_minutes} and scaling {steps.scaling_minutes}, routing {steps.routing_minutes}), the RTO is"
                f" {rto_minutes}: shorten them, raise objectives.rtoMinutes, or set regionSwitch: false (AWS Resilience Hub"
                " reports such a plan)",
            )
        )
    if not (
        recovery.dns.record_name == recovery.dns.zone_name
        or recovery.dns.record_name.endswith(f".{recovery.dns.zone_name}")
    ):
        found.append(
            ("recovery.dns.recordName", f"{recovery.dns.record_name} is not in the zone {recovery.dns.zone_name}")
        )
    return found
