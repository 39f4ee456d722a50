"""Alarms on the freshness of every copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.watch.metrics import Freshness


@dataclass(frozen=True, kw_only=True)
class FreshnessAlarmsArgs:
    """Inputs of the alarms of a Region."""

    prefix: str
    """Begins the alarms' names; they are unique in an account and Region."""
    metrics: Sequence[Freshness]
    topic_arn: pulumi.Input[str]


class FreshnessAlarms(pulumi.ComponentResource):
    """One alarm for each copy that could fall behind. It tells when it begins and when it ends.

    Produces the following resources:
    - `cloudwatch.MetricAlarm` for each row of components/watch/metrics.py that the Region has

    Outputs: `names`.

    AWS limits:
    - Period times evaluation periods is at most seven days for periods of an hour and more, else one day (PutMetricAlarm).
    - Missing data is `missing`, `breaching` or `ignore` on purpose for each metric: CloudWatch's default would keep silent.

    Cost: $0.10 an alarm and month is AWS's list price of standard alarms; not checked here.
    """

    def __init__(self, name: str, args: FreshnessAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:FreshnessAlarms", name, None, opts)
        self.names: list[str] = []
        for metric in args.metrics:
            alarm_name = f"{args.prefix}-{metric.name}"
            aws.cloudwatch.MetricAlarm(
                f"{name}-{metric.name}",
                name=alarm_name,
                alarm_description=metric.why,
                namespace=metric.namespace,
                metric_name=metric.metric,
                dimensions=metric.dimensions,
                statistic=metric.statistic,
                comparison_operator=metric.comparison,
                threshold=metric.threshold,
                period=metric.period_seconds,
                evaluation_periods=metric.periods,
                # All periods of the window, so that one slow minute wakes nobody.
                datapoints_to_alarm=metric.periods,
                treat_missing_data=metric.missing,
                alarm_actions=[args.topic_arn],
                ok_actions=[args.topic_arn],
                tags={"Name": alarm_name},
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.names.append(alarm_name)
        self.register_outputs({"names": self.names})
