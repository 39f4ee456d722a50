"""The metrics that AWS publishes of replication and backups, said once: alarms and dashboard read the same ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of one resource."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    label: str


@dataclass(frozen=True, kw_only=True)
class TableReplication:
    """A table that is written to in this Region, and the Region that receives its writes."""

    table_name: str
    receiving_region: str


@dataclass(frozen=True, kw_only=True)
class BucketRule:
    """One replication rule."""

    source_bucket_name: str
    destination_bucket_name: str
    rule_id: str


@dataclass(frozen=True, kw_only=True)
class CopiesTo:
    """Copies that this Region's plan makes to a vault of the other Region."""

    vault_name: str
    resource_type: str | None = None
    """`RDS`, `DynamoDB`, `S3` or `EBS`; by default any copy counts."""


# The calls that write to a table. Their count says that there was something to replicate (Amazon DynamoDB developer
# guide, "DynamoDB metrics and dimensions", SuccessfulRequestLatency by TableName and Operation).
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


def replica_lag(identifier: str) -> Metric:
    """Seconds; in the replica's Region. RDS reports -1 when it does not know (Amazon RDS user guide, "Monitoring read
    replication"), and nothing when the replica is gone."""
    dimensions = (("DBInstanceIdentifier", identifier),)
    return Metric(
        namespace="AWS/RDS", name="ReplicaLag", dimensions=dimensions, statistic="Maximum", label=f"{identifier} lag"
    )


def free_storage(identifier: str) -> Metric:
    """Bytes."""
    dimensions = (("DBInstanceIdentifier", identifier),)
    return Metric(
        namespace="AWS/RDS",
        name="FreeStorageSpace",
        dimensions=dimensions,
        statistic="Minimum",
        label=f"{identifier} free storage",
    )


def table_latency(table: TableReplication) -> Metric:
    """Milliseconds; in the Region that was written to, and only while it is (Amazon DynamoDB developer guide,
    "Monitoring global tables")."""
    return Metric(
        namespace="AWS/DynamoDB",
        name="ReplicationLatency",
        dimensions=(("TableName", table.table_name), ("ReceivingRegion", table.receiving_region)),
        statistic="Maximum",
        label=f"{table.table_name} to {table.receiving_region}",
    )


def table_writes(table_name: str, operation: str) -> Metric:
    """How many calls of one kind wrote to a table in this Region; replicated writes are not among them."""
    return Metric(
        namespace="AWS/DynamoDB",
        name="SuccessfulRequestLatency",
        dimensions=(("TableName", table_name), ("Operation", operation)),
        statistic="SampleCount",
        label=f"{table_name} {operation}",
    )


def bucket_latency(rule: BucketRule) -> Metric:
    """Seconds; in the destination's Region, and also while nothing replicates (Amazon S3 user guide, "Using S3
    Replication metrics")."""
    return _of_bucket("ReplicationLatency", "Maximum", rule)


def bucket_failures(rule: BucketRule) -> Metric:
    """Operations; in the source's Region, and only while something replicates (the same page)."""
    return _of_bucket("OperationsFailedReplication", "Sum", rule)


def _of_bucket(name: str, statistic: str, rule: BucketRule) -> Metric:
    return Metric(
        namespace="AWS/S3",
        name=name,
        dimensions=(
            ("SourceBucket", rule.source_bucket_name),
            ("DestinationBucket", rule.destination_bucket_name),
            ("RuleId", rule.rule_id),
        ),
        statistic=statistic,
        label=f"{rule.source_bucket_name} to {rule.destination_bucket_name}",
    )


def backup_count(name: str, vault_name: str, resource_type: str | None = None) -> Metric:
    """How many jobs or recovery points; reported only when there are some. A copy job counts for the vault that it
    copies to (AWS Backup developer guide, "Monitoring AWS Backup metrics with CloudWatch")."""
    kind = (("ResourceType", resource_type),) if resource_type else ()
    return Metric(
        namespace="AWS/Backup",
        name=name,
        dimensions=(("BackupVaultName", vault_name), *kind),
        statistic="Sum",
        label=f"{name} {resource_type or 'all'}",
    )
