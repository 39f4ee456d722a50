"""ARC Region switch: the plan by which AWS itself, and not a laptop, moves SecureCart to the other Region."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.recovery.steps import Approach, Stage, checked_objective, replica_stages, switch_stages
from components.recovery.switch_blocks import Blocks, SwitchResources
from components.recovery.switch_role import SwitchRights, switch_role
from components.settings.recovery import RegionSwitchSettings, StepTimeouts

# ARC Region switch PlanName.
PLAN_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?")


@dataclass(frozen=True, kw_only=True)
class RegionSwitchArgs:
    """Inputs of the plan."""

    plan_name: str
    """At most 32 letters, digits and hyphens."""
    role_name: str
    account_id: str
    approach: Approach
    rto_minutes: int
    settings: RegionSwitchSettings
    step_timeouts: StepTimeouts
    resources: SwitchResources
    key_arns: Sequence[pulumi.Input[str]] = ()
    """Keys of the databases in both Regions; needed with `databases`."""
    health_alarm_arns: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Alarms that are green while the application works, by name: ARC's actual recovery time ends when they are."""


class RegionSwitch(pulumi.ComponentResource):
    """A plan that ARC executes in the Region that takes over, whose steps fit into the RTO.

    Nobody starts it but a person or the `securecart` command: it has no trigger, since a wrong failover of writes loses
    data. Active/passive has a workflow for each Region and, after recovery, one that replicates the databases again.
    Active/active has one workflow to activate and one to deactivate a Region, and promotes nothing: plain RDS has one
    writer, whose move stays a decision of the failover command.

    What ARC can do and Pulumi's provider cannot say yet: the blocks `SSMSendCommand` and `RdsSwitchoverReadReplica`,
    waiting for healthy targets in the capacity step (`waitELBTargetGroupHealthy`) and service quota checks. The traffic
    step turns health checks that ARC makes for the plan: they exist once the plan does, and are attached to the records
    by their ids (`arcregionswitch.get_route53_health_checks`).

    Produces the following resources:
    - `iam.Role` with `iam.RolePolicy` (components/recovery/switch_role.py)
    - `arcregionswitch.Plan`

    Outputs: `arn`, `execution_role_arn`.

    AWS limits:
    - exactly two Regions, a name of at most 32 characters, an RTO of 1 to 10080 minutes (ARC Region switch CreatePlan)
    - the capacity step raises minimum and desired size to the other Region's, never the maximum, and never lowers them
      (ARC developer guide, "Amazon EC2 Auto Scaling group execution block")
    - RDS promotion is for active/passive (ARC developer guide, "Amazon RDS Promote Read Replica execution block")
    - the sum of sequential step timeouts is judged against the RTO (AWS Resilience Hub)

    Cost: by plan and month, not priced here.
    """

    def __init__(self, name: str, args: RegionSwitchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:region_switch:RegionSwitch", name, None, opts)
        checked(args)
        regions = args.resources
        self.execution_role_arn: pulumi.Output[str] = switch_role(name, args.role_name, _rights(args), self)
        plan = aws.arcregionswitch.Plan(
            f"{name}-plan",
            name=args.plan_name,
            description=f"Moves SecureCart between {regions.primary_region} and {regions.secondary_region}",
            execution_role=self.execution_role_arn,
            recovery_approach=args.approach.value,
            regions=[regions.primary_region, regions.secondary_region],
            primary_region=regions.primary_region,
            recovery_time_objective_minutes=args.rto_minutes,
            workflows=_workflows(args),
            associated_alarms=[
                aws.arcregionswitch.PlanAssociatedAlarmArgs(
                    map_block_key=alarm, alarm_type="applicationHealth", resource_identifier=arn
                )
                for alarm, arn in sorted(args.health_alarm_arns.items())
            ],
            tags={"Name": args.plan_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = plan.arn
        self.register_outputs({"arn": self.arn})


def stages_of(args: RegionSwitchArgs) -> tuple[Stage, ...]:
    """The stages of every workflow that moves traffic; they are the same for both Regions."""
    traffic = args.resources.traffic
    return switch_stages(
        timeouts=args.step_timeouts,
        approval=args.settings.approval_required,
        databases=sorted(args.resources.databases),
        fleets=sorted(args.resources.fleets),
        record_name=traffic.record_name if traffic else None,
    )


def checked(args: RegionSwitchArgs) -> None:
    """Raises ValueError for what ARC would refuse, and for a plan that could be late and succeed."""
    resources = args.resources
    if not PLAN_NAME.fullmatch(args.plan_name):
        raise ValueError(
            f"plan_name is {args.plan_name}, allowed are at most 32 letters, digits and hyphens, no hyphen at either end"
            " (ARC Region switch CreatePlan name)"
        )
    if resources.primary_region == resources.secondary_region:
        raise ValueError(
            f"primary_region and secondary_region are both {resources.primary_region}: a plan is between exactly two"
            " Regions (ARC Region switch CreatePlan regions)"
        )
    if args.approach is Approach.ACTIVE_ACTIVE and resources.databases:
        raise ValueError(
            f"databases is {sorted(resources.databases)}, an active/active plan promotes none: leave them out, the"
            " failover command promotes (ARC developer guide, Amazon RDS Promote Read Replica execution block)"
        )
    if args.settings.approval_required and args.settings.approver_role is None:
        raise ValueError(
            "settings.approver_role is missing while approval is required (ARC Region switch"
            " ExecutionApprovalConfiguration approvalRole)"
        )
    if resources.databases and not args.key_arns:
        raise ValueError(
            "key_arns is empty: after recovery the plan could not create an encrypted replica, give the databases' keys"
            " of both Regions (Amazon RDS user guide, encrypted cross-Region read replicas)"
        )
    if not (resources.databases or resources.fleets or resources.traffic):
        raise ValueError("the plan would move nothing: give databases, fleets or traffic, or leave the plan out")
    checked_objective(stages_of(args), args.rto_minutes)


def _workflows(args: RegionSwitchArgs) -> list[aws.arcregionswitch.PlanWorkflowArgs]:
    """Active/passive: activate either Region, and replicate again. Active/active: activate and deactivate.

    ARC wants these of either approach (ARC developer guide, "Create Region switch plan workflows").
    """
    approver = args.settings.approver_role
    blocks = Blocks(
        resources=args.resources,
        approval_role_arn=f"arn:aws:iam::{args.account_id}:role/{approver}" if approver else None,
        ungraceful_capacity_percent=args.settings.ungraceful_capacity_percent,
    )
    stages = stages_of(args)
    if args.approach is Approach.ACTIVE_ACTIVE:
        return [blocks.workflow(action, None, stages) for action in ("activate", "deactivate")]
    targets = (args.resources.secondary_region, args.resources.primary_region)
    after = replica_stages(timeouts=args.step_timeouts, databases=sorted(args.resources.databases))
    return [
        *(blocks.workflow("activate", region, stages) for region in targets),
        *([blocks.workflow("postRecovery", None, after)] if after else []),
    ]


def _rights(args: RegionSwitchArgs) -> SwitchRights:
    resources = args.resources
    return SwitchRights(
        account_id=args.account_id,
        group_arns=[arn for _, pair in sorted(resources.fleets.items()) for arn in (pair.primary, pair.secondary)],
        database_arns=[
            arn for _, pair in sorted(resources.databases.items()) for arn in (pair.primary, pair.secondary)
        ],
        key_arns=args.key_arns,
        hosted_zone_id=resources.traffic.hosted_zone_id if resources.traffic else None,
        alarm_arns=list(args.health_alarm_arns.values()),
    )
