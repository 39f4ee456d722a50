"""Auto scaling of a table with provisioned capacity, in either Region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.tables import Provisioned

METRICS = {"Read": "DynamoDBReadCapacityUtilization", "Write": "DynamoDBWriteCapacityUtilization"}


@dataclass(frozen=True, kw_only=True)
class TableScalingArgs:
    """Inputs of the scaling of one table or replica."""

    table_name: pulumi.Input[str]
    """Available once the table is in this Region."""
    provisioned: Provisioned


class TableScaling(pulumi.ComponentResource):
    """Keeps reads and writes at `target_percent` of what is reserved. A global table needs it in every Region: writes arrive in all
    of them.

    Produces the following resources:
    - `appautoscaling.Target` and `appautoscaling.Policy` for reads, and for writes

    AWS limits:
    - The target is 20 to 90 percent (Amazon DynamoDB developer guide, "Managing throughput capacity with auto scaling").
    - Replicas in provisioned mode must have auto scaling of writes (Amazon DynamoDB developer guide, "Global tables").

    Cost: free; the capacity is billed.
    """

    def __init__(self, name: str, args: TableScalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:tables:TableScaling", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        bounds = {
            "Read": (args.provisioned.minimum_read_units, args.provisioned.maximum_read_units),
            "Write": (args.provisioned.minimum_write_units, args.provisioned.maximum_write_units),
        }
        for kind, (low, high) in bounds.items():
            target = aws.appautoscaling.Target(
                f"{name}-{kind.lower()}",
                service_namespace="dynamodb",
                resource_id=pulumi.Output.concat("table/", args.table_name),
                scalable_dimension=f"dynamodb:table:{kind}CapacityUnits",
                min_capacity=low,
                max_capacity=high,
                opts=child,
            )
            tracking = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=args.provisioned.target_percent,
                predefined_metric_specification=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                    predefined_metric_type=METRICS[kind]
                ),
            )
            aws.appautoscaling.Policy(
                f"{name}-{kind.lower()}",
                name=f"{name}-{kind.lower()}",
                policy_type="TargetTrackingScaling",
                service_namespace=target.service_namespace,
                resource_id=target.resource_id,
                scalable_dimension=target.scalable_dimension,
                target_tracking_scaling_policy_configuration=tracking,
                opts=child,
            )
        self.register_outputs({})
