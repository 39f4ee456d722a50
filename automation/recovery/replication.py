"""How far behind the copies were when it was decided: per store, in seconds, or unknown. This is what the RPO is read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automation.recovery import databases
from automation.recovery.estate import Side
from automation.recovery.world import World
from components.buckets.replication import RULE_ID
from components.watch.metrics import BucketRule, Metric, TableReplication, bucket_latency, table_latency

# CloudWatch keeps what replication reports minute by minute; an idle store reports nothing at all.
WINDOW = timedelta(minutes=15)
PERIOD_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Behind:
    """How far one store's copy was behind. `seconds` None: nobody knows."""

    kind: str
    store: str
    seconds: float | None
    measured_at: datetime | None
    basis: str

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "store": self.store,
            "seconds": self.seconds if self.seconds is not None else "UNKNOWN",
            "measuredAt": self.measured_at.isoformat() if self.measured_at else None,
            "basis": self.basis,
        }


def measure(world: World, source: Side, copy: Side, source_answers: Callable[[], bool]) -> list[Behind]:
    """Every store's copy in `copy`; a metric that is kept in the source's Region is unknown while that does not answer."""
    found = [_database(world, copy, store) for store in copy.databases]
    found += [_table(world, source, copy, store, source_answers) for store in world.estate.tables]
    return found + [_bucket(world, source, copy, store) for store in world.estate.settings.buckets]


def _database(world: World, copy: Side, store: str) -> Behind:
    lag = databases.replica_lag(world, copy.region, copy.databases[store])
    basis = f"ReplicaLag of {copy.databases[store]}"
    return Behind(kind="database", store=store, seconds=lag.seconds, measured_at=lag.measured_at, basis=basis)


def _table(world: World, source: Side, copy: Side, store: str, source_answers: Callable[[], bool]) -> Behind:
    name = world.estate.tables[store]
    metric = table_latency(TableReplication(table_name=name, receiving_region=copy.region))
    seconds, at, basis = None, None, f"ReplicationLatency of {name}"
    if not source_answers():
        basis += f", which is kept in {source.region}: it does not answer"
    else:
        milliseconds, at = _newest(world, source.region, metric)
        seconds = None if milliseconds is None else milliseconds / 1000
    return Behind(kind="table", store=store, seconds=seconds, measured_at=at, basis=basis)


def _bucket(world: World, source: Side, copy: Side, store: str) -> Behind:
    rule = BucketRule(
        source_bucket_name=source.buckets[store],
        destination_bucket_name=copy.buckets[store],
        rule_id=RULE_ID,
    )
    seconds, at = _newest(world, copy.region, bucket_latency(rule))
    basis = f"ReplicationLatency into {copy.buckets[store]}"
    return Behind(kind="bucket", store=store, seconds=seconds, measured_at=at, basis=basis)


def _newest(world: World, region: str, metric: Metric) -> tuple[float | None, datetime | None]:
    now = world.now()
    asked = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        "StartTime": now - WINDOW,
        "EndTime": now,
        "Period": PERIOD_SECONDS,
        "Statistics": [metric.statistic],
    }
    points = world.aws.call("cloudwatch", region, "get_metric_statistics", **asked).get("Datapoints", [])
    if not points:
        return None, None
    newest = max(points, key=lambda point: point["Timestamp"])
    return float(newest[metric.statistic]), newest["Timestamp"]
