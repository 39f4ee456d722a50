"""DynamoDB under AWS Backup: a recovery point holds the table's definition and its items."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass
from typing import Any

from moto.core.utils import unix_time_millis
from moto.dynamodb.models import Table, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item

from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_store import BackUp, Copy, Held, Place, Restore, Store, StoreError, Tags
from localcloud.emulator.extensions.dynamodb_recovery import fill, items_at

# What a table has besides its items and is restored with it (DynamoDB developer guide, "Restoring a table"): not its
# streams, expiry, tags, alarms and deletion protection.
_DEFINITION = ("schema", "attr", "throughput", "billing_mode")
_INDEXES = ("indexes", "global_indexes")


@dataclass(frozen=True)
class TableContent:
    """A table as it was."""

    definition: dict[str, Any]
    indexes: dict[str, Any]
    items: list[Item]


def resources(place: Place) -> dict[str, Tags]:
    """Every table of the place, with its tags."""
    tables = dynamodb_backends[place.account_id][place.region].tables.values()
    return {table.table_arn: {tag["Key"]: tag["Value"] for tag in table.tags} for table in tables}


def back_up(asked: BackUp) -> Held:
    """Hold the items as they are now."""
    table = _find(asked.place, asked.resource_arn)
    own_key = (table.sse_specification or {}).get("KMSMasterKeyId")
    check_key(asked.place, own_key, "the table")
    if asked.fully_managed:
        arn = asked.place.arn("backup", f"recovery-point:{asked.job_id}")
    else:
        arn = f"{table.table_arn}/backup/{int(unix_time_millis()):017d}-{asked.job_id[:8]}"
    return Held(
        recovery_point_arn=arn,
        size_bytes=sum(item.size() for item in table.all_items()),
        key_arn=asked.vault_key_arn if asked.fully_managed else own_key,
        restore_metadata={"originalTableName": table.name},
        content=_content(table),
    )


def copy_held(asked: Copy) -> Held:
    """The same items under the other vault's key."""
    if not asked.held.recovery_point_arn.startswith("arn:aws:backup:"):
        raise StoreError(
            "A backup that DynamoDB manages cannot be copied: turn on advanced features for DynamoDB in the Region's "
            "settings (ResourceTypeManagementPreference), and back up again"
        )
    return Held(
        recovery_point_arn=asked.destination.arn("backup", f"recovery-point:{asked.job_id}"),
        size_bytes=asked.held.size_bytes,
        key_arn=asked.vault_key_arn,
        restore_metadata=asked.held.restore_metadata,
        content=asked.held.content,
    )


def check_restore(asked: Restore) -> None:
    """A table is never restored over another."""
    asked.metadata.require("targetTableName")


def restore(asked: Restore) -> str:
    """Make a table of the name asked for, with the held items."""
    name = asked.metadata.require("targetTableName")
    backend = dynamodb_backends[asked.place.account_id][asked.place.region]
    if name in backend.tables:
        raise StoreError(f"Table already exists: {name}")
    content: TableContent = asked.held.content
    table = Table(
        name,
        account_id=asked.place.account_id,
        region=asked.place.region,
        sse_specification=_encryption(asked),
        **copy.deepcopy(content.definition),
    )
    for indexes, held in content.indexes.items():
        setattr(table, indexes, copy.deepcopy(held))
    fill(table, copy.deepcopy(content.items))
    backend.tables[name] = table
    arn: str = table.table_arn
    return arn


def inferred_metadata(_: Place, __: Held) -> dict[str, str]:
    """Developer guide, "Restore testing inferred metadata"."""
    name = f"awsbackup-restore-test-{secrets.token_hex(8)}"
    return {"deletionProtection": "false", "encryptionType": "Default", "targetTableName": name}


def delete_restored(place: Place, arn: str) -> None:
    """Delete the table of a restore test."""
    backend = dynamodb_backends[place.account_id][place.region]
    backend.delete_table(arn.rpartition("/")[2])


def tag_restored(place: Place, arn: str, tags: Tags) -> None:
    """Give the table the tags that its source had."""
    table = _find(place, arn)
    table.tags = [{"Key": key, "Value": value} for key, value in tags.items()]


def _content(table: Table) -> TableContent:
    return TableContent(
        definition={name: copy.deepcopy(getattr(table, name)) for name in _DEFINITION},
        indexes={name: copy.deepcopy(getattr(table, name)) for name in _INDEXES},
        items=items_at(table),
    )


def _encryption(asked: Restore) -> dict[str, Any] | None:
    if (asked.metadata.get("encryptionType") or "Default") == "Default":
        return None
    key_arn = asked.metadata.get("kmsMasterKeyArn")
    if key_arn is None:
        return {"Enabled": True, "SSEType": "KMS"}
    check_key(asked.place, key_arn, "the restored table")
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn}


def _find(place: Place, arn: str) -> Table:
    for table in dynamodb_backends[place.account_id][place.region].tables.values():
        if table.table_arn == arn:
            return table
    raise StoreError(f"Table {arn} does not exist")


STORE = Store(
    resource_type="DynamoDB",
    resources=resources,
    back_up=back_up,
    copy=copy_held,
    discard=lambda _, __: None,
    check_restore=check_restore,
    restore=restore,
    inferred_metadata=inferred_metadata,
    delete_restored=delete_restored,
    tag_restored=tag_restored,
    cold_storage=lambda held: held.recovery_point_arn.startswith("arn:aws:backup:"),
)
