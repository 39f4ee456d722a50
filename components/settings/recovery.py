"""Settings of recovery: DNS failover, the Region switch plan and how long each of its steps may take (rows 11 and 13)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.settings import limits
from components.settings.base import Frozen, RoleName, Switch

# RFC 1035 and Amazon Route 53 developer guide, "DNS domain name format": labels of at most 63 characters, 255 in all.
# Two labels at least: nobody owns a top-level domain here. The trailing dot is left out, AWS adds it.
DomainName = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length=255
    ),
]
# Amazon Route 53 ResourceId, at most 32 characters.
HostedZoneId = Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")]


# `regions.` and the record's name must still be a domain name (components/recovery/dns.py).
RECORD_NAME_MAXIMUM = 255 - len("regions.")


class Dns(Frozen):
    """The name that customers use, and what decides which Region answers to it."""

    zone_name: DomainName = Field(description="zone that holds the record, for example securecart.example")
    record_name: DomainName = Field(description="name that customers use; in zoneName")
    hosted_zone_id: HostedZoneId | None = Field(
        default=None, description="an existing public zone to use; none: dr creates and keeps one"
    )
    health_path: str = Field(
        default="/health", pattern=r"^/[!-~]*$", max_length=255, description="asked over HTTPS; must answer 2xx or 3xx"
    )
    health_interval_seconds: Literal[10, 30] = Field(
        default=10,
        description="seconds between checks (Amazon Route 53 HealthCheckConfig RequestInterval; 10 costs more)",
    )
    failure_threshold: int = limits.ROUTE53_FAILURE_THRESHOLD.field(
        default=3, description="checks in a row that must fail, or pass, before the state changes"
    )

    @model_validator(mode="after")
    def record_in_zone(self) -> Self:
        if self.record_name != self.zone_name and not self.record_name.endswith(f".{self.zone_name}"):
            raise ValueError(
                f"recordName is {self.record_name}, it must be {self.zone_name} or end in .{self.zone_name}"
                " (Amazon Route 53 ChangeResourceRecordSets: a record lies in its zone)"
            )
        if len(self.record_name) > RECORD_NAME_MAXIMUM:
            raise ValueError(
                f"recordName has {len(self.record_name)} characters, at most {RECORD_NAME_MAXIMUM} leave room for the"
                " name that active-active puts before it (Amazon Route 53 DNSName: 255 in all)"
            )
        return self


class StepTimeouts(Frozen):
    """Minutes that each kind of step may take; the Region switch plan and the failover command use the same ones."""

    approval_minutes: int = limits.STEP_TIMEOUT.field(default=5, description="a person approves the switch")
    capacity_minutes: int = limits.STEP_TIMEOUT.field(default=10, description="servers start and pass their checks")
    promotion_minutes: int = limits.STEP_TIMEOUT.field(default=15, description="a replica becomes a database")
    cold_start_minutes: int = limits.STEP_TIMEOUT.field(
        default=40, description="pilot light only: a load balancer is made, and servers start from none"
    )
    traffic_minutes: int = limits.STEP_TIMEOUT.field(default=5, description="health state flips, resolvers follow")
    replica_minutes: int = limits.STEP_TIMEOUT.field(
        default=240, description="after recovery: a new replica in the other Region; no part of the RTO"
    )


class RegionSwitchSettings(Frozen):
    """The plan that AWS executes when a Region is switched."""

    state: Switch = Field(default=Switch.ON, description="off builds no plan: the command alone then fails over")
    approval_required: bool = Field(default=True, description="a person approves each activation")
    ungraceful_capacity_percent: int = limits.REGION_SWITCH_UNGRACEFUL.field(
        default=75, description="share of the servers that suffices when the other Region does not answer"
    )
    approver_role: RoleName | None = Field(default=None, description="IAM role that approves, without its ARN")

    @model_validator(mode="after")
    def somebody_approves(self) -> Self:
        if self.state is Switch.ON and self.approval_required and self.approver_role is None:
            raise ValueError(
                "approverRole is missing while approvalRequired is true: name the role that approves, or set"
                " approvalRequired: false (ARC Region switch ExecutionApprovalConfiguration approvalRole)"
            )
        return self


class Recovery(Frozen):
    """How SecureCart moves to the other Region."""

    dns: Dns
    region_switch: RegionSwitchSettings
    step_timeouts: StepTimeouts = StepTimeouts()
    resilience_hub: Switch = Field(default=Switch.ON, description="declares the objectives to AWS Resilience Hub")
    other_health_checks: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="ids by Region of health checks that decide as well: those that ARC made for the plan, once it exists",
    )
