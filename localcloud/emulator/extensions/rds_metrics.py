"""The metric ReplicaLag of AWS/RDS, from the servers: sampled now and then, and whenever somebody reads metrics."""

from __future__ import annotations

import time
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from localcloud.databases import replicas
from localcloud.emulator import clock
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.extensions.calls import surround
from localcloud.emulator.extensions.metrics import Metric, measured
from localcloud.emulator.extensions.rds_databases import Inner

# RDS sends its metrics every minute (RDS user guide, "Monitoring RDS metrics with CloudWatch").
_PERIOD_SECONDS = 60.0
_NAMESPACE = "AWS/RDS"
_last_sample = 0.0


def sample(*, also_early: bool = False) -> None:
    """Put the lag of each replica into CloudWatch, in the replica's Region; once a minute unless `also_early`."""
    global _last_sample  # noqa: PLW0603  as the databases, one a process
    fleet = DATABASES.fleet
    if fleet is None or (not also_early and time.monotonic() - _last_sample < _PERIOD_SECONDS):
        return
    _last_sample = time.monotonic()
    for server in list(fleet.servers.values()):
        if server.source is None or server.key.region in fleet.regions.out:
            continue
        measured(
            Metric(
                server.key.account_id,
                server.key.region,
                _NAMESPACE,
                "ReplicaLag",
                "Seconds",
                {"DBInstanceIdentifier": server.key.identifier},
            ),
            replicas.lag_seconds(server),
            clock.now(),
        )


def get_metric_statistics(inner: Inner, backend: CloudWatchBackend, namespace: str, *more: Any, **named: Any) -> Any:
    """GetMetricStatistics."""
    if namespace == _NAMESPACE:
        sample(also_early=True)
    return inner(backend, namespace, *more, **named)


def get_metric_data(inner: Inner, backend: CloudWatchBackend, queries: list[Any], *more: Any, **named: Any) -> Any:
    """GetMetricData."""
    if any(query.get("MetricStat", {}).get("Metric", {}).get("Namespace") == _NAMESPACE for query in queries):
        sample(also_early=True)
    return inner(backend, queries, *more, **named)


def apply() -> None:
    """Put this around moto's CloudWatch."""
    surround(CloudWatchBackend, get_metric_statistics, get_metric_data)
