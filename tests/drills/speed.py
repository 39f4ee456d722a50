"""Seconds for AWS's minutes, in the test's own process and in the processes that it starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from automation.recovery import databases, switches


def seconds_for_minutes(put: Callable[[Any, str, Any], None]) -> None:
    """The emulated CloudWatch keeps every datum, AWS one a minute: a switch that is turned back need not wait for the next."""
    put(databases, "LAG_PERIOD_SECONDS", 1)
    put(switches, "PERIOD_SECONDS", 1)
    put(switches, "LOOK_BACK", switches.RECENT)


def lag_by_the_second(put: Callable[[Any, str, Any], None]) -> None:
    """ReplicaLag as it is at every sample. CloudWatch keeps one value a minute, its maximum, and a drain waits for a whole one."""
    from moto.cloudwatch.models import cloudwatch_backends  # noqa: PLC0415  the processes of operators have no emulated cloud

    from localcloud.emulator.extensions import rds_metrics  # noqa: PLC0415

    def measured(metric: Any, value: float, at: datetime) -> None:
        dimensions = [{"Name": name, "Value": of} for name, of in metric.dimensions.items()]
        datum = {
            "MetricName": metric.name, "Value": value, "Timestamp": at.astimezone(UTC).replace(tzinfo=None),
            "Dimensions": dimensions,
        }  # fmt: skip
        cloudwatch_backends[metric.account_id][metric.region].put_metric_data(metric.namespace, [datum])

    put(rds_metrics, "measured", measured)
