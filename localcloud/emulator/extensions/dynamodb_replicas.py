"""DynamoDB global tables (version 2019.11.21): replicas made by UpdateTable, visible in their own Regions.

Every replica is a table of its own: ARN, items, key, tags, point-in-time recovery, deletion protection, stream.
dynamodb_replication carries the items between them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.dynamodb.exceptions import DeletionProtectedException, MockValidationException
from moto.dynamodb.models import DynamoDBBackend, Table, dynamodb_backends
from moto.dynamodb.models.table import StreamShard
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from localcloud.emulator.extensions.calls import extend, find_key
from localcloud.emulator.extensions.dynamodb_classes import class_summary, update_class
from localcloud.emulator.extensions.dynamodb_encryption import update_encryption
from localcloud.emulator.extensions.dynamodb_recovery import back_up_deleted

# What all replicas of a global table have in common (DynamoDB developer guide, "Global tables: how it works").
_SHARED_SETTINGS = ("attr", "global_indexes", "throughput", "billing_mode", "warm_throughput", "ttl")

_update_table = DynamoHandler.update_table
_delete_table = DynamoDBBackend.delete_table
_update_time_to_live = DynamoDBBackend.update_time_to_live
_describe = Table.describe


def replicas_of(table: Table) -> dict[str, Table]:
    """The tables of the global table that `table` belongs to, itself included, by Region; just itself if it is none."""
    if table.replica_regions is None:
        return {table.region_name: table}
    return {region: dynamodb_backends[table.account_id][region].tables[table.name] for region in table.replica_regions}


def update_table(self: DynamoHandler) -> ActionResult:
    """UpdateTable with ReplicaUpdates; what replicas share is changed in all of them."""
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    for update in self.body.get("ReplicaUpdates") or ():
        ((action, asked),) = update.items()
        _REPLICA_ACTIONS[action](self.dynamodb_backend, table, asked)
    _update_table(self)
    update_encryption(self)
    update_class(self)
    _share_settings(table)
    return DynamoResult(table.describe())


def delete_table(self: DynamoDBBackend, name: str) -> Table:
    """DeleteTable; a replica leaves its global table, the others stay."""
    deleted = _delete_table(self, name)
    back_up_deleted(self, deleted)
    _leave(deleted)
    return deleted


def update_time_to_live(self: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]) -> None:
    """UpdateTimeToLive, which every replica follows."""
    _update_time_to_live(self, table_name, ttl_spec)
    _share_settings(self.get_table(table_name))


def describe(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    """DescribeTable: the class, and the replicas in the other Regions, each with its key and the class of its own."""
    result: dict[str, Any] = _describe(self, base_key=base_key)
    result[base_key] |= class_summary(self)
    others = [replica for region, replica in replicas_of(self).items() if region != self.region_name]
    if others:
        result[base_key]["GlobalTableVersion"] = "2019.11.21"
        result[base_key]["Replicas"] = [_describe_replica(replica) for replica in others]
    return result


def _describe_replica(replica: Table) -> dict[str, Any]:
    description: dict[str, Any] = {"RegionName": replica.region_name, "ReplicaStatus": "ACTIVE"}
    key_arn = (replica.sse_specification or {}).get("KMSMasterKeyId")
    if key_arn:
        description["KMSMasterKeyId"] = key_arn
    if replica.table_class_override:
        description["ReplicaTableClassSummary"] = {"TableClass": replica.table_class_override}
    return description


def _create_replica(backend: DynamoDBBackend, table: Table, asked: dict[str, Any]) -> None:
    region = asked["RegionName"]
    _refuse_unmodelled(asked, {"RegionName", "KMSMasterKeyId", "TableClassOverride"})
    _refuse_own_region(backend, region)
    regions = table.replica_regions or {table.region_name}
    if region in regions:
        raise MockValidationException(f"Failed to create the replica in {region}: the table already has one there")
    there = dynamodb_backends[backend.account_id][region]
    if table.name in there.tables:
        raise MockValidationException(
            f"Failed to create the replica in {region}: a table {table.name} already exists there"
        )
    if (table.stream_specification or {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        raise MockValidationException(
            "Table must have DynamoDB Streams enabled with StreamViewType NEW_AND_OLD_IMAGES to create a replica"
        )
    replica = copy.deepcopy(table)
    replica.region_name = region
    replica.table_arn = replica._generate_arn(table.name)
    replica.created_at = utcnow()
    replica.tags = []
    replica.table_class_override = asked.get("TableClassOverride")
    replica.table_class = replica.table_class_override or table.table_class
    replica.deletion_protection_enabled = False
    replica.continuous_backups = {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }
    replica.stream_specification = copy.copy(table.stream_specification)
    replica.latest_stream_label = utcnow().isoformat()
    replica.stream_shard = StreamShard(backend.account_id, replica)
    replica.lambda_event_source_mappings = {}
    replica.sse_specification = _replica_encryption(there, table, asked.get("KMSMasterKeyId"))
    there.tables[table.name] = replica
    # One set for all members.
    regions.add(region)
    table.replica_regions = replica.replica_regions = regions


def _replica_encryption(there: DynamoDBBackend, table: Table, key: str | None) -> dict[str, Any] | None:
    customer_key = bool((table.sse_specification or {}).get("Enabled"))
    if customer_key and not key:
        raise MockValidationException(
            f"The table is encrypted with a KMS key, so the replica in {there.region_name} needs a KMSMasterKeyId"
        )
    if not key:
        return None
    if not customer_key:
        raise MockValidationException(
            "KMSMasterKeyId cannot be given for a replica of a table that is encrypted with an AWS owned key"
        )
    found = find_key(there, key)
    if found is None:
        raise MockValidationException(f"KMS key {key} does not exist in {there.region_name}")
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": found.arn}


def _update_replica(backend: DynamoDBBackend, table: Table, asked: dict[str, Any]) -> None:
    _refuse_unmodelled(asked, {"RegionName", "KMSMasterKeyId"})
    _refuse_own_region(backend, asked["RegionName"])
    replica = _find_replica(table, asked["RegionName"])
    if "KMSMasterKeyId" in asked:
        there = dynamodb_backends[backend.account_id][asked["RegionName"]]
        replica.sse_specification = _replica_encryption(there, table, asked["KMSMasterKeyId"])


def _delete_replica(backend: DynamoDBBackend, table: Table, asked: dict[str, Any]) -> None:
    _refuse_own_region(backend, asked["RegionName"])
    replica = _find_replica(table, asked["RegionName"])
    if replica.deletion_protection_enabled:
        raise DeletionProtectedException(replica.name)
    dynamodb_backends[backend.account_id][asked["RegionName"]].delete_table(replica.name)


_REPLICA_ACTIONS: dict[str, Callable[[DynamoDBBackend, Table, dict[str, Any]], None]] = {
    "Create": _create_replica,
    "Update": _update_replica,
    "Delete": _delete_replica,
}


def _find_replica(table: Table, region: str) -> Table:
    group = replicas_of(table)
    if region not in group:
        raise MockValidationException(f"Replica {region} of table {table.name} does not exist")
    return group[region]


def _refuse_own_region(backend: DynamoDBBackend, region: str) -> None:
    if region == backend.region_name:
        raise MockValidationException(
            "Cannot add, delete, or update the local region through ReplicaUpdates. "
            "Use CreateTable, DeleteTable, or UpdateTable as required."
        )


def _refuse_unmodelled(asked: dict[str, Any], modelled: set[str]) -> None:
    unmodelled = sorted(set(asked) - modelled)
    if unmodelled:
        raise MockValidationException(f"{', '.join(unmodelled)} of a replica is not modelled by the local cloud")


def _share_settings(table: Table) -> None:
    for replica in replicas_of(table).values():
        for setting in _SHARED_SETTINGS:
            setattr(replica, setting, getattr(table, setting))


def _leave(table: Table) -> None:
    if table.replica_regions is not None:
        table.replica_regions.discard(table.region_name)
        table.replica_regions = None


def apply() -> None:
    """Put global tables into moto's DynamoDB."""
    Table.replica_regions = None
    extend(Table, describe)
    extend(DynamoHandler, update_table)
    extend(DynamoDBBackend, delete_table, update_time_to_live)
