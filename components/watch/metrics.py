"""The metrics that tell whether the copies are as fresh as they should be, each with where AWS publishes it.

Alarms and dashboards are made from the same rows, so that what wakes somebody is what they then see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

HOUR_SECONDS = 3600
# S3 replication time control promises 15 minutes.
REPLICATION_TIME_SECONDS = 15 * 60
# Amazon CloudWatch PutMetricAlarm: period times evaluation periods, for periods of an hour and more.
LONGEST_EVALUATION_HOURS = 7 * 24


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """One metric of one copy, and from when on it alarms."""

    name: str
    """Unique in the Region; part of the alarm's name."""
    why: str
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str
    threshold: float
    comparison: str
    period_seconds: int
    periods: int
    missing: str
    """What a missing value means: a lag that nobody reports is not a lag of zero."""


def replica_lag(store: str, identifier: pulumi.Input[str], seconds: int) -> Freshness:
    """How far a database's replica is behind. Published in the replica's Region (Amazon RDS user guide, ReplicaLag)."""
    return Freshness(
        name=f"replica-lag-{store}",
        why=f"the replica of database {store} is more than {seconds} s behind, or its lag is not reported",
        namespace="AWS/RDS",
        metric="ReplicaLag",
        dimensions={"DBInstanceIdentifier": identifier},
        statistic="Maximum",
        threshold=seconds,
        comparison="GreaterThanThreshold",
        period_seconds=60,
        periods=5,
        missing="breaching",
    )


def table_latency(store: str, table: pulumi.Input[str], receiving_region: str, seconds: int) -> Freshness:
    """From a write to its arrival in the other Region. Published in the writing Region, while there are writes (Amazon DynamoDB
    developer guide, ReplicationLatency): no value means no writes."""
    return Freshness(
        name=f"replication-latency-{store}",
        why=f"writes of table {store} take more than {seconds} s to reach {receiving_region}",
        namespace="AWS/DynamoDB",
        metric="ReplicationLatency",
        dimensions={"TableName": table, "ReceivingRegion": receiving_region},
        statistic="Maximum",
        threshold=seconds * 1000,
        comparison="GreaterThanThreshold",
        period_seconds=60,
        periods=5,
        missing="notBreaching",
    )


def bucket_latency(
    store: str, source: pulumi.Input[str], destination: pulumi.Input[str], rule_id: str, seconds: int
) -> Freshness:
    """How far a bucket is behind its source. Published in the destination's Region (Amazon S3 user guide, replication metrics),
    and also while nothing replicates."""
    return Freshness(
        name=f"replication-latency-{store}",
        why=f"bucket {store} is more than {seconds} s behind its source",
        namespace="AWS/S3",
        metric="ReplicationLatency",
        dimensions={"SourceBucket": source, "DestinationBucket": destination, "RuleId": rule_id},
        statistic="Maximum",
        threshold=seconds,
        comparison="GreaterThanThreshold",
        period_seconds=300,
        periods=3,
        missing="notBreaching",
    )


def bucket_failures(store: str, source: pulumi.Input[str], destination: pulumi.Input[str], rule_id: str) -> Freshness:
    """Objects that will never arrive by themselves. Published in the source's Region (Amazon S3 user guide)."""
    return Freshness(
        name=f"replication-failed-{store}",
        why=f"objects of bucket {store} failed to replicate",
        namespace="AWS/S3",
        metric="OperationsFailedReplication",
        dimensions={"SourceBucket": source, "DestinationBucket": destination, "RuleId": rule_id},
        statistic="Sum",
        threshold=0,
        comparison="GreaterThanThreshold",
        period_seconds=300,
        periods=1,
        missing="notBreaching",
    )


def copy_age(hours: int) -> Freshness:
    """Copies of recovery points that were completed; none for so long means that the other Region's are too old (AWS Backup
    developer guide, "AWS Backup metrics with CloudWatch")."""
    if hours > LONGEST_EVALUATION_HOURS:
        raise ValueError(f"copy_age_hours is {hours}: CloudWatch evaluates {LONGEST_EVALUATION_HOURS} hours at most")
    return Freshness(
        name="copy-age",
        why=f"no recovery point was copied to the other Region for {hours} hours",
        namespace="AWS/Backup",
        metric="NumberOfCopyJobsCompleted",
        dimensions={},
        statistic="Sum",
        threshold=1,
        comparison="LessThanThreshold",
        period_seconds=HOUR_SECONDS,
        periods=hours,
        missing="breaching",
    )
