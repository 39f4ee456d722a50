"""RDS under AWS Backup: a recovery point is a DB snapshot; a continuous one is the instance's automated backup.

What a snapshot holds, and how an instance goes back to a moment, is RDS's own (create_db_snapshot, copy_db_snapshot,
restore_db_instance_from_db_snapshot, restore_db_instance_to_point_in_time of moto's backend, and what extends them).
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.core.parse import XFormedDict
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_store import BackUp, Copy, Held, Place, Restore, Store, StoreError, Tags

SNAPSHOT_TYPE = "awsbackup"
_GIB = 1024**3
# Metadata that RDS takes as it is, then what is a number, a truth value, and a list written as JSON.
_TEXTS = (
    "DBInstanceClass",
    "DBSubnetGroupName",
    "DBParameterGroupName",
    "OptionGroupName",
    "StorageType",
    "AvailabilityZone",
)
_NUMBERS = ("Port", "Iops")
_TRUTHS = ("MultiAZ", "PubliclyAccessible", "AutoMinorVersionUpgrade", "DeletionProtection", "CopyTagsToSnapshot")
_LISTS = ("VpcSecurityGroupIds",)


def resources(place: Place) -> dict[str, Tags]:
    """Every instance of the place, with its tags."""
    databases = _backend(place).databases.values()
    return {
        database.db_instance_arn: {tag["Key"]: tag["Value"] for tag in database.tags or ()} for database in databases
    }


def back_up(asked: BackUp) -> Held:
    """Make a snapshot, or keep the instance's automated backups for as long as the rule says."""
    backend = _backend(asked.place)
    database = _find(asked.place, asked.resource_arn)
    check_key(asked.place, database.kms_key_id, "the instance")
    if asked.continuous:
        return _continuous(backend, database, asked)
    name = f"awsbackup:job-{asked.job_id}"
    tags = [{"Key": key, "Value": value} for key, value in asked.tags.items()]
    backend.create_db_snapshot(database.db_instance_identifier, name, snapshot_type=SNAPSHOT_TYPE, tags=tags)
    return _held(asked.place, name, database, database.kms_key_id)


def copy_held(asked: Copy) -> Held:
    """Copy the snapshot under the other vault's key; of an automated backup, the instance as it is now."""
    source, name = _backend(asked.source), asked.held.own_name
    if asked.continuous:
        database = _find(asked.source, asked.resource_arn)
        name = f"awsbackup:copyjob-{asked.job_id}-source"
        source.create_db_snapshot(database.db_instance_identifier, name, snapshot_type=SNAPSHOT_TYPE)
    snapshot = source.database_snapshots.get(name)
    if snapshot is None:
        raise StoreError(f"Snapshot {name} does not exist in {asked.source.region}")
    copied = _backend(asked.destination).copy_db_snapshot(
        asked.source.arn("rds", f"snapshot:{name}"), f"awsbackup:copyjob-{asked.job_id}", kms_key_id=asked.vault_key_arn
    )
    copied.snapshot_type = SNAPSHOT_TYPE
    if asked.continuous:
        source.delete_db_snapshot(name)
    return _held(asked.destination, copied.db_snapshot_identifier, snapshot.database, copied.kms_key_id)


def discard(place: Place, held: Held) -> None:
    """Delete the snapshot. Automated backups stay with their instance, which AWS Backup lets go of."""
    backend = _backend(place)
    if held.own_name is not None and held.own_name in backend.database_snapshots:
        backend.delete_db_snapshot(held.own_name)


def check_restore(asked: Restore) -> None:
    """An instance is never restored over another."""
    asked.metadata.require("DBInstanceIdentifier")


def restore(asked: Restore) -> str:
    """Make an instance of the name asked for."""
    backend, metadata = _backend(asked.place), asked.metadata
    name = metadata.require("DBInstanceIdentifier")
    if name in backend.databases:
        raise StoreError(f"DB instance already exists: {name}")
    overrides = XFormedDict()
    overrides.update({"DBInstanceIdentifier": name, **_parameters(asked)})
    if asked.continuous:
        if asked.restore_time is None:
            overrides["UseLatestRestorableTime"] = True
        else:
            overrides["RestoreTime"] = asked.restore_time
        # By its id, which goes on naming it when the instance is gone and its backups were kept.
        overrides["SourceDbiResourceId"] = asked.held.content
        database = backend.restore_db_instance_to_point_in_time(None, name, overrides)
    else:
        database = backend.restore_db_instance_from_db_snapshot(asked.held.own_name, overrides)
    arn: str = database.db_instance_arn
    return arn


def inferred_metadata(_: Place, held: Held) -> dict[str, str]:
    """Developer guide, "Restore testing inferred metadata"; names are lower camel case there."""
    return {
        "dbInstanceIdentifier": f"awsbackup-restore-test-{secrets.token_hex(8)}",
        "multiAz": "false",
        "deletionProtection": "false",
        "dbInstanceClass": held.restore_metadata["DBInstanceClass"],
    }


def delete_restored(place: Place, arn: str) -> None:
    """Delete the instance of a restore test, without a snapshot."""
    backend = _backend(place)
    name = arn.rpartition(":")[2]
    backend.databases[name].deletion_protection = False
    backend.delete_db_instance(name, skip_final_snapshot=True)


def tag_restored(place: Place, arn: str, tags: Tags) -> None:
    """Give the instance the tags that its source had."""
    _find(place, arn).add_tags([{"Key": key, "Value": value} for key, value in tags.items()])


def _continuous(backend: RDSBackend, database: DBInstance, asked: BackUp) -> Held:
    # Developer guide, "Point-in-time recovery": AWS Backup takes over the instance's retention.
    if asked.retention_days is not None:
        backend.modify_db_instance(
            database.db_instance_identifier, XFormedDict({"backup_retention_period": asked.retention_days})
        )
    arn = asked.place.arn("rds", f"auto-backup:ab-{database.dbi_resource_id.removeprefix('db-').lower()}")
    held = _held(asked.place, None, database, database.kms_key_id)
    return Held(arn, held.size_bytes, held.key_arn, held.restore_metadata, content=database.dbi_resource_id)


def _held(place: Place, name: str | None, database: DBInstance, key_arn: str | None) -> Held:
    metadata: dict[str, Any] = {
        "DBInstanceIdentifier": database.db_instance_identifier,
        "DBInstanceClass": database.db_instance_class,
        "DBName": database.db_name,
        "Engine": database.engine,
        "MultiAZ": str(bool(database.multi_az)).lower(),
        "Port": str(database.port),
        "StorageType": database.storage_type,
        "AllocatedStorage": str(database.allocated_storage),
        "DBSubnetGroupName": database._db_subnet_group_name,
    }
    return Held(
        recovery_point_arn=place.arn("rds", f"snapshot:{name}"),
        size_bytes=int(database.allocated_storage or 0) * _GIB,
        key_arn=key_arn,
        restore_metadata={key: str(value) for key, value in metadata.items() if value},
        own_name=name,
    )


def _parameters(asked: Restore) -> dict[str, Any]:
    metadata = asked.metadata
    found: dict[str, Any] = {name: metadata.get(name) for name in _TEXTS}
    found |= {name: int(value) for name in _NUMBERS if (value := metadata.get(name))}
    found |= {name: metadata.is_true(name) for name in _TRUTHS if metadata.get(name)}
    found |= {name: json.loads(value) for name in _LISTS if (value := metadata.get(name))}
    return {name: value for name, value in found.items() if value is not None}


def _find(place: Place, arn: str) -> DBInstance:
    database = _backend(place).databases.get(arn.rpartition(":")[2])
    if database is None or database.db_instance_arn != arn:
        raise StoreError(f"DB instance {arn} does not exist")
    return database


def _backend(place: Place) -> RDSBackend:
    return rds_backends[place.account_id][place.region]


STORE = Store(
    resource_type="RDS",
    resources=resources,
    back_up=back_up,
    copy=copy_held,
    discard=discard,
    check_restore=check_restore,
    restore=restore,
    inferred_metadata=inferred_metadata,
    delete_restored=delete_restored,
    tag_restored=tag_restored,
    continuous=True,
)
