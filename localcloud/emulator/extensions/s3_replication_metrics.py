"""The metrics of S3 replication, for rules that ask for them (S3 user guide, "Using S3 Replication metrics")."""

from __future__ import annotations

from datetime import datetime

from moto.s3.models import FakeBucket

from localcloud.emulator.extensions.metrics import Metric, measured
from localcloud.emulator.extensions.s3_replication_rules import Rule, destination_of

_NAMESPACE = "AWS/S3"


def measure(
    source: FakeBucket, target: FakeBucket | None, rule: Rule, latency_seconds: float | None, at: datetime
) -> None:
    """Publish one replication: its latency in the destination's Region, or its failure (no latency) in the source's."""
    if rule["Destination"].get("Metrics", {}).get("Status") != "Enabled":
        return
    dimensions = {"SourceBucket": source.name, "DestinationBucket": destination_of(rule), "RuleId": rule["ID"]}
    failures = Metric(
        source.account_id, source.region_name, _NAMESPACE, "OperationsFailedReplication", "Count", dimensions
    )
    measured(failures, 1 if latency_seconds is None else 0, at)
    if target is not None and latency_seconds is not None:
        latency = Metric(target.account_id, target.region_name, _NAMESPACE, "ReplicationLatency", "Seconds", dimensions)
        measured(latency, latency_seconds, at)
