"""The failover as AWS runs it: an ARC Region switch plan in the Region that takes over (row 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from components.policies import Statement, document, trusts_service
from components.settings.objectives import Strategy
from components.settings.recovery import StepTimeouts

Step: TypeAlias = aws.arcregionswitch.PlanWorkflowStepArgs
Parallel: TypeAlias = aws.arcregionswitch.PlanWorkflowStepParallelConfigStepArgs

# ARC Region switch CreatePlan Name.
NAME_MAXIMUM = 32
# In a real disaster the surviving Region may not find every server at once; fewer than these are no success.
MINIMUM_SERVERS_PERCENT = 80


@dataclass(frozen=True, kw_only=True)
class RegionSwitchArgs:
    """Inputs of the plan. Maps are by Region."""

    plan_name: str
    """At most 32 characters."""
    role_name: str
    approver_role_arn: str
    """Who may approve an execution."""
    account_id: str
    primary_region: str
    secondary_region: str
    strategy: Strategy
    rto_minutes: int
    timeouts: StepTimeouts
    databases: Mapping[str, Mapping[str, pulumi.Input[str]]]
    """ARNs of each database in both Regions; empty where the secondary holds no replicas."""
    fleets: Mapping[str, pulumi.Input[str]]
    """ARNs of the server groups in both Regions; empty where the secondary has none."""
    zone_id: pulumi.Input[str]
    record_name: str


class RegionSwitch(pulumi.ComponentResource):
    """The ordered steps of a failover, declared to AWS, so that a fleet's failover does not depend on a laptop.

    Activating a Region: somebody approves; databases are promoted while the servers scale; then the name follows. The timeouts are
    those that the RTO is planned with. After recovery, new replicas are made in the Region that failed.

    Two blocks of the API are not in Pulumi's provider 7.51: Systems Manager commands and the RDS switchover of healthy Regions.

    Produces the following resources:
    - `arcregionswitch.Plan` in the secondary Region
    - `iam.Role` and `iam.RolePolicy` that it works with

    Outputs: `arn`.

    AWS limits:
    - Exactly two Regions, a name of at most 32 characters, an RTO of 1 to 10080 minutes (CreatePlan).
    - A promotion step only in active-passive plans; it names one database and its ARN in both Regions (ARC user guide).
    - The timeouts of steps in a row are added up against the RTO, parallel ones count once (AWS Resilience Hub findings):
      components/settings/recovery.py refuses more.

    Cost: about $70 a plan and month, from memory; not checked here.
    """

    def __init__(self, name: str, args: RegionSwitchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:recovery:RegionSwitch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=trusts_service("arc-region-switch.amazonaws.com", args.account_id),
            tags={"Name": args.role_name},
            opts=child,
        )
        rights = aws.iam.RolePolicy(f"{name}-rights", role=role.name, policy=document(_rights(args)), opts=child)
        plan = aws.arcregionswitch.Plan(
            f"{name}-plan",
            name=args.plan_name,
            description=f"SecureCart, {args.strategy}: {args.secondary_region} takes over from {args.primary_region}",
            execution_role=role.arn,
            recovery_approach="activeActive" if _both_serve(args) else "activePassive",
            regions=[args.primary_region, args.secondary_region],
            primary_region=None if _both_serve(args) else args.primary_region,
            recovery_time_objective_minutes=args.rto_minutes,
            workflows=_workflows(args),
            tags={"Name": args.plan_name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[rights]),
        )
        self.arn: pulumi.Output[str] = plan.arn
        self.register_outputs({"arn": self.arn})


def _both_serve(args: RegionSwitchArgs) -> bool:
    return args.strategy is Strategy.ACTIVE_ACTIVE


def _workflows(args: RegionSwitchArgs) -> list[aws.arcregionswitch.PlanWorkflowArgs]:
    """Active-passive: one workflow activates either Region. Active-active: a Region is taken out and put back."""
    workflow = aws.arcregionswitch.PlanWorkflowArgs
    if _both_serve(args):
        return [
            workflow(
                workflow_target_action=action,
                workflow_target_region=region,
                steps=[_approval(args), *_moves(args), _routing(args)]
                if action == "activate"
                else [_approval(args), _routing(args)],
            )
            for region in (args.primary_region, args.secondary_region)
            for action in ("activate", "deactivate")
        ]
    activate = [
        workflow(
            workflow_target_action="activate",
            workflow_target_region=region,
            steps=[_approval(args), *_moves(args), _routing(args)],
        )
        for region in (args.primary_region, args.secondary_region)
    ]
    return activate + ([_post_recovery(args)] if args.databases else [])


def _approval(args: RegionSwitchArgs) -> Step:
    return Step(
        name="somebody-decides",
        execution_block_type="ManualApproval",
        execution_approval_configs=[
            aws.arcregionswitch.PlanWorkflowStepExecutionApprovalConfigArgs(
                approval_role=args.approver_role_arn, timeout_minutes=args.timeouts.approval_minutes
            )
        ],
    )


def _moves(args: RegionSwitchArgs) -> list[Step]:
    """Promotions and the scaling of servers, at once. None where the secondary Region is restored from backups."""
    promote = aws.arcregionswitch.PlanWorkflowStepParallelConfigStepRdsPromoteReadReplicaConfigArgs
    steps = [] if _both_serve(args) else [
        Parallel(
            name=f"promote-{store}",
            execution_block_type="RdsPromoteReadReplica",
            rds_promote_read_replica_configs=[
                promote(db_instance_arn_map=dict(arns), timeout_minutes=args.timeouts.promotion_minutes)
            ],
        )
        for store, arns in args.databases.items()
    ]  # fmt: skip
    if args.fleets:
        grow = aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigArgs
        group = aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigAsgArgs
        least = aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigUngracefulArgs
        steps.append(
            Parallel(
                name="servers-at-full-size",
                execution_block_type="EC2AutoScaling",
                ec2_asg_capacity_increase_configs=[
                    grow(
                        asgs=[group(arn=arn) for arn in args.fleets.values()],
                        capacity_monitoring_approach="sampledMaxInLast24Hours",
                        target_percent=100,
                        timeout_minutes=args.timeouts.scaling_minutes,
                        ungraceful=least(minimum_success_percentage=MINIMUM_SERVERS_PERCENT),
                    )
                ],
            )
        )
    if not steps:
        return []
    parallel = aws.arcregionswitch.PlanWorkflowStepParallelConfigArgs(steps=steps)
    return [Step(name="databases-and-servers", execution_block_type="Parallel", parallel_configs=[parallel])]


def _routing(args: RegionSwitchArgs) -> Step:
    return Step(
        name="the-name-follows",
        execution_block_type="Route53HealthCheck",
        route53_health_check_configs=[
            aws.arcregionswitch.PlanWorkflowStepRoute53HealthCheckConfigArgs(
                hosted_zone_id=args.zone_id,
                record_name=args.record_name,
                timeout_minutes=args.timeouts.routing_minutes,
            )
        ],
    )


def _post_recovery(args: RegionSwitchArgs) -> aws.arcregionswitch.PlanWorkflowArgs:
    """When the failed Region is back: new replicas there. An old primary cannot become a replica again."""
    replica = aws.arcregionswitch.PlanWorkflowStepRdsCreateCrossRegionReadReplicaConfigArgs
    return aws.arcregionswitch.PlanWorkflowArgs(
        workflow_target_action="postRecovery",
        steps=[
            Step(
                name=f"new-replica-of-{store}",
                execution_block_type="RdsCreateCrossRegionReplica",
                rds_create_cross_region_read_replica_configs=[
                    replica(db_instance_arn_map=dict(arns), timeout_minutes=args.timeouts.promotion_minutes)
                ],
            )
            for store, arns in args.databases.items()
        ],
    )


def _rights(args: RegionSwitchArgs) -> list[Statement]:
    """ARC Region switch user guide, "Identity-based policy examples": one statement for each kind of step that the plan has."""
    account = args.account_id
    found: list[Statement] = [
        {
            "Sid": "ReadsItsOwnPlan",
            "Effect": "Allow",
            "Action": [
                "arc-region-switch:GetPlan",
                "arc-region-switch:GetPlanExecution",
                "arc-region-switch:ListPlanExecutions",
            ],
            "Resource": f"arn:aws:arc-region-switch::{account}:plan/{args.plan_name}:*",
        },
        {
            "Sid": "SeesItsHealthChecks",
            "Effect": "Allow",
            "Action": "route53:ListResourceRecordSets",
            "Resource": pulumi.Output.concat("arn:aws:route53:::hostedzone/", args.zone_id),
        },
    ]
    if args.databases:
        found.append(
            {
                "Sid": "PromotesAndReplicates",
                "Effect": "Allow",
                "Action": [
                    "rds:DescribeDBInstances",
                    "rds:PromoteReadReplica",
                    "rds:CreateDBInstanceReadReplica",
                    "rds:ModifyDBInstance",
                ],
                "Resource": [
                    f"arn:aws:rds:{region}:{account}:{kind}:*"
                    for region in (args.primary_region, args.secondary_region)
                    for kind in ("db", "subgrp", "pg", "og")
                ],
            }
        )
    if args.fleets:
        found += [
            {
                "Sid": "SeesServers",
                "Effect": "Allow",
                "Action": [
                    "autoscaling:DescribeAutoScalingGroups",
                    "elasticloadbalancing:DescribeTargetHealth",
                    "cloudwatch:GetMetricStatistics",
                    "cloudwatch:DescribeAlarms",
                ],
                "Resource": "*",  # these calls take no resource (Service Authorization Reference)
            },
            {
                "Sid": "ScalesServers",
                "Effect": "Allow",
                "Action": "autoscaling:UpdateAutoScalingGroup",
                "Resource": list(args.fleets.values()),
            },
        ]
    return found
