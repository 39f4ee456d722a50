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


def table_latency(table_name: str, receiving_region: str) -> Metric:
    """Milliseconds; in the Region that was written to, and only while it is (Amazon DynamoDB developer guide,
    "Monitoring global tables")."""
    return Metric(
        namespace="AWS/DynamoDB",
        name="ReplicationLatency",
        dimensions=(("TableName", table_name), ("ReceivingRegion", receiving_region)),
        statistic="Maximum",
        label=f"{table_name} to {receiving_region}",
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


def bucket_latency(source: str, destination: str, rule_id: str) -> Metric:
    """Seconds; in the destination's Region, and also while nothing replicates (Amazon S3 user guide, "Using S3
    Replication metrics")."""
    return _of_bucket("ReplicationLatency", "Maximum", source, destination, rule_id)


def bucket_failures(source: str, destination: str, rule_id: str) -> Metric:
    """Operations; in the source's Region, and only while something replicates (the same page)."""
    return _of_bucket("OperationsFailedReplication", "Sum", source, destination, rule_id)


def _of_bucket(name: str, statistic: str, source: str, destination: str, rule_id: str) -> Metric:
    return Metric(
        namespace="AWS/S3",
        name=name,
        dimensions=(("SourceBucket", source), ("DestinationBucket", destination), ("RuleId", rule_id)),
        statistic=statistic,
        label=f"{source} to {destination}",
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
