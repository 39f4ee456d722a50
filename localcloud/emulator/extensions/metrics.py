"""CloudWatch metrics that the emulated services publish themselves: one point a minute, as AWS does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from moto.cloudwatch.models import CloudWatchBackend, MetricAggregatedDatum, cloudwatch_backends

_Name = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Metric:
    """What is measured, where it is published, and in which unit of CloudWatch."""

    account_id: str
    region: str
    namespace: str
    name: str
    unit: str
    dimensions: Mapping[str, str]


def measured(metric: Metric, value: float, at: datetime) -> None:
    """Publish a value: added to those of the same minute, so that a metric grows by a point a minute."""
    backend = cloudwatch_backends[metric.account_id][metric.region]
    minute = at.astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    if backend.latest_minutes is None:
        backend.latest_minutes = {}
    latest: dict[_Name, MetricAggregatedDatum] = backend.latest_minutes
    name = (metric.namespace, metric.name, tuple(sorted(metric.dimensions.items())))
    point = latest.get(name)
    if point is not None and point.timestamp == minute:
        point.min, point.max = min(point.min, value), max(point.max, value)
        point.sum += value
        point.sample_count += 1
        return
    dimensions = [{"Name": key, "Value": of} for key, of in metric.dimensions.items()]
    point = MetricAggregatedDatum(
        metric.namespace, metric.name, value, value, 1, value, dimensions, minute, metric.unit
    )
    latest[name] = point
    backend.metric_data.append(point)


def apply() -> None:
    """Remember the latest minute of each metric on moto's backends."""
    CloudWatchBackend.latest_minutes = None
