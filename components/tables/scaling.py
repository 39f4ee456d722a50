"""Auto scaling of a table with provisioned capacity and of its indexes, in either Region."""

from __future__ import annotations

from collections.abc import Sequence
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
    indexes: Sequence[str] = ()
    """Names of its global secondary indexes: each has the capacity of the table, and is scaled like it."""


class TableScaling(pulumi.ComponentResource):
    """Keeps reads and writes at `target_percent` of what is reserved, of the table and of each index.

    A global table needs it in every Region: writes arrive in all of them.

    Produces the following resources:
    - `appautoscaling.Target` and `appautoscaling.Policy` for reads and for writes, of the table and of each index

    Outputs: none.

    AWS limits:
    - The target is 20 to 90 percent (Amazon DynamoDB developer guide, "Managing throughput capacity with auto scaling").
    - DynamoDB adds no replica to a table, or to an index, whose writes are neither on demand nor scaled ("Table write capacity
      should either be Pay-Per-Request or AutoScaled", terraform-provider-aws#13097).

    Cost: free; the capacity is billed.
    """

    def __init__(self, name: str, args: TableScalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:tables:TableScaling", name, None, opts)
        self._scale(name, "table", pulumi.Output.concat("table/", args.table_name), args.provisioned)
        for index in args.indexes:
            resource_id = pulumi.Output.concat("table/", args.table_name, f"/index/{index}")
            # No store has a dot in its name, so an index never takes the name of another store's table.
            self._scale(f"{name}.{index}", "index", resource_id, args.provisioned)
        self.register_outputs({})

    def _scale(self, name: str, scaled: str, resource_id: pulumi.Output[str], provisioned: Provisioned) -> None:
        child = pulumi.ResourceOptions(parent=self)
        bounds = {
            "Read": (provisioned.minimum_read_units, provisioned.maximum_read_units),
            "Write": (provisioned.minimum_write_units, provisioned.maximum_write_units),
        }
        for kind, (low, high) in bounds.items():
            target = aws.appautoscaling.Target(
                f"{name}-{kind.lower()}",
                service_namespace="dynamodb",
                resource_id=resource_id,
                scalable_dimension=f"dynamodb:{scaled}:{kind}CapacityUnits",
                min_capacity=low,
                max_capacity=high,
                opts=child,
            )
            tracking = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                target_value=provisioned.target_percent,
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
