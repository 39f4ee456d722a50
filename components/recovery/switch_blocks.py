"""The stages of a switch as ARC's workflows, steps and execution blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.recovery.dns import PRIMARY_RECORD, SECONDARY_RECORD
from components.recovery.steps import Stage, Step, StepKind

# By the groups' own CloudWatch metrics, which ServerFleet enables: more exact than sampling (ARC developer guide,
# capacity monitoring approach).
CAPACITY_MONITORING = "autoscalingMaxInLast24Hours"


@dataclass(frozen=True, kw_only=True)
class RegionPair:
    """ARNs of what does the same work in either Region."""

    primary: pulumi.Input[str]
    secondary: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The failover records that the plan's last step moves customers by."""

    hosted_zone_id: pulumi.Input[str]
    record_name: str


@dataclass(frozen=True, kw_only=True)
class SwitchResources:
    """What the steps act on, in both Regions."""

    primary_region: str
    secondary_region: str
    databases: Mapping[str, RegionPair] = field(default_factory=dict)
    """Active/passive only: the instances of either Region, each a replica whenever its Region is passive."""
    fleets: Mapping[str, RegionPair] = field(default_factory=dict)
    """Auto Scaling groups, whose maximum is the full size in both Regions."""
    traffic: Traffic | None = None


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """Builds the blocks of one plan."""

    resources: SwitchResources
    approval_role_arn: str | None
    ungraceful_capacity_percent: int

    def workflow(
        self, action: str, region: str | None, stages: Sequence[Stage]
    ) -> aws.arcregionswitch.PlanWorkflowArgs:
        """A workflow; without a Region it serves both."""
        return aws.arcregionswitch.PlanWorkflowArgs(
            workflow_target_action=action,
            workflow_target_region=region,
            workflow_description=f"{action} {region or 'either Region'}",
            steps=[self._stage(stage) for stage in stages],
        )

    def _stage(self, stage: Stage) -> aws.arcregionswitch.PlanWorkflowStepArgs:
        """Approval and traffic stand alone; what acts on databases and servers runs in parallel."""
        first = stage.steps[0]
        if first.kind is StepKind.APPROVAL:
            return self._approval(first)
        if first.kind is StepKind.TRAFFIC:
            return self._traffic(first)
        steps = [self._parallel(step) for step in stage.steps]
        return aws.arcregionswitch.PlanWorkflowStepArgs(
            name=" and ".join(dict.fromkeys(step.verb for step in stage.steps)),
            execution_block_type="Parallel",
            parallel_configs=[aws.arcregionswitch.PlanWorkflowStepParallelConfigArgs(steps=steps)],
        )

    def _approval(self, step: Step) -> aws.arcregionswitch.PlanWorkflowStepArgs:
        config = aws.arcregionswitch.PlanWorkflowStepExecutionApprovalConfigArgs(
            approval_role=self.approval_role_arn, timeout_minutes=step.timeout_minutes
        )
        return aws.arcregionswitch.PlanWorkflowStepArgs(
            name=step.name, execution_block_type=step.kind.value, execution_approval_configs=[config]
        )

    def _traffic(self, step: Step) -> aws.arcregionswitch.PlanWorkflowStepArgs:
        traffic, regions = self.resources.traffic, self.resources
        sets = {PRIMARY_RECORD: regions.primary_region, SECONDARY_RECORD: regions.secondary_region}
        config = aws.arcregionswitch.PlanWorkflowStepRoute53HealthCheckConfigArgs(
            hosted_zone_id=traffic.hosted_zone_id if traffic else None,
            record_name=step.subject,
            record_sets=[
                aws.arcregionswitch.PlanWorkflowStepRoute53HealthCheckConfigRecordSetArgs(
                    record_set_identifier=identifier, region=region
                )
                for identifier, region in sets.items()
            ],
            timeout_minutes=step.timeout_minutes,
        )
        return aws.arcregionswitch.PlanWorkflowStepArgs(
            name=step.name, execution_block_type=step.kind.value, route53_health_check_configs=[config]
        )

    def _parallel(self, step: Step) -> aws.arcregionswitch.PlanWorkflowStepParallelConfigStepArgs:
        property_name, config = {
            StepKind.CAPACITY: self._capacity,
            StepKind.PROMOTION: self._promotion,
            StepKind.REPLICA: self._replica,
        }[step.kind](step)
        return aws.arcregionswitch.PlanWorkflowStepParallelConfigStepArgs(
            name=step.name, execution_block_type=step.kind.value, **{property_name: [config]}
        )

    def _capacity(
        self, step: Step
    ) -> tuple[str, aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigArgs]:
        pair = self.resources.fleets[step.subject]
        return (
            "ec2_asg_capacity_increase_configs",
            aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigArgs(
                asgs=[
                    aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigAsgArgs(arn=arn)
                    for arn in (pair.primary, pair.secondary)
                ],
                capacity_monitoring_approach=CAPACITY_MONITORING,
                target_percent=100,
                timeout_minutes=step.timeout_minutes,
                ungraceful=aws.arcregionswitch.PlanWorkflowStepParallelConfigStepEc2AsgCapacityIncreaseConfigUngracefulArgs(
                    minimum_success_percentage=self.ungraceful_capacity_percent
                ),
            ),
        )

    def _promotion(
        self, step: Step
    ) -> tuple[str, aws.arcregionswitch.PlanWorkflowStepParallelConfigStepRdsPromoteReadReplicaConfigArgs]:
        return (
            "rds_promote_read_replica_configs",
            aws.arcregionswitch.PlanWorkflowStepParallelConfigStepRdsPromoteReadReplicaConfigArgs(
                db_instance_arn_map=self._by_region(step), timeout_minutes=step.timeout_minutes
            ),
        )

    def _replica(
        self, step: Step
    ) -> tuple[str, aws.arcregionswitch.PlanWorkflowStepParallelConfigStepRdsCreateCrossRegionReadReplicaConfigArgs]:
        return (
            "rds_create_cross_region_read_replica_configs",
            aws.arcregionswitch.PlanWorkflowStepParallelConfigStepRdsCreateCrossRegionReadReplicaConfigArgs(
                db_instance_arn_map=self._by_region(step), timeout_minutes=step.timeout_minutes
            ),
        )

    def _by_region(self, step: Step) -> dict[str, pulumi.Input[str]]:
        pair = self.resources.databases[step.subject]
        return {self.resources.primary_region: pair.primary, self.resources.secondary_region: pair.secondary}
