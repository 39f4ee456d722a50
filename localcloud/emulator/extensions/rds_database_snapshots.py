"""RDS snapshots that hold the data of the moment, their copies in the other Region, and instances restored from them."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, DBSnapshot, RDSBackend

from localcloud.databases import copies
from localcloud.emulator.databases import DATABASES, key_in
from localcloud.emulator.extensions.calls import surround
from localcloud.emulator.extensions.rds_databases import Inner, restoring


def create_db_snapshot(
    inner: Inner,
    backend: RDSBackend,
    db_instance_identifier: str,
    db_snapshot_identifier: str,
    *more: Any,
    **named: Any,
) -> DBSnapshot:
    """CreateDBSnapshot, and the final snapshot of a deletion."""
    snapshot: DBSnapshot = inner(backend, db_instance_identifier, db_snapshot_identifier, *more, **named)
    fleet = DATABASES.fleet
    # None yet for the automated snapshot that is taken while an instance is made.
    server = fleet.servers.get(key_in(backend, db_instance_identifier)) if fleet is not None else None
    if fleet is not None and server is not None:
        key = key_in(backend, snapshot.db_snapshot_identifier)
        try:
            with DATABASES.call("CreateDBSnapshot", key):
                copies.take_snapshot(fleet, server, key)
        except RDSClientError:
            backend.database_snapshots.pop(snapshot.db_snapshot_identifier, None)
            raise
    return snapshot


def copy_db_snapshot(
    inner: Inner, backend: RDSBackend, source_db_snapshot_identifier: str, *more: Any, **named: Any
) -> DBSnapshot:
    """CopyDBSnapshot, refused while the Region of the source is out."""
    fleet = DATABASES.fleet
    source = backend.get_db_snapshot(source_db_snapshot_identifier)
    source_key = key_in(source.backend, source.db_snapshot_identifier)
    copy: DBSnapshot = inner(backend, source_db_snapshot_identifier, *more, **named)
    if fleet is not None and source_key in fleet.snapshots:
        key = key_in(backend, copy.db_snapshot_identifier)
        try:
            with DATABASES.call("CopyDBSnapshot", key):
                copies.copy_snapshot(fleet, source_key, key)
        except RDSClientError:
            backend.database_snapshots.pop(copy.db_snapshot_identifier, None)
            raise
    return copy


def delete_db_snapshot(inner: Inner, backend: RDSBackend, db_snapshot_identifier: str) -> DBSnapshot:
    """DeleteDBSnapshot."""
    snapshot: DBSnapshot = inner(backend, db_snapshot_identifier)
    if DATABASES.fleet is not None:
        copies.delete_snapshot(DATABASES.fleet, key_in(backend, snapshot.db_snapshot_identifier))
    return snapshot


def restore_db_instance_from_db_snapshot(
    inner: Inner, backend: RDSBackend, from_snapshot_id: str, overrides: dict[str, Any]
) -> DBInstance:
    """RestoreDBInstanceFromDBSnapshot."""
    fleet = DATABASES.fleet
    source = backend.get_db_snapshot(from_snapshot_id)
    kept = fleet.snapshots.get(key_in(source.backend, source.db_snapshot_identifier)) if fleet is not None else None
    if kept is None:
        described: DBInstance = inner(backend, from_snapshot_id, overrides)
        return described
    with restoring("RestoreDBInstanceFromDBSnapshot", overrides, lambda fleet, key: copies.restore(fleet, key, kept)):
        database: DBInstance = inner(backend, from_snapshot_id, overrides)
    return database


def describe_db_snapshots(
    inner: Inner,
    backend: RDSBackend,
    db_instance_identifier: str | None,
    db_snapshot_identifier: str | None = None,
    *more: Any,
    **named: Any,
) -> list[DBSnapshot]:
    """DescribeDBSnapshots: the one that is asked for by its name, also one of AWS Backup, which no list shows unasked."""
    wanted = backend.database_snapshots.get(db_snapshot_identifier) if db_snapshot_identifier else None
    if wanted is not None and not any(more) and not any(named.values()) and not db_instance_identifier:
        return [wanted]
    found: list[DBSnapshot] = inner(backend, db_instance_identifier, db_snapshot_identifier, *more, **named)
    return found


def apply() -> None:
    """Put this around what moto and the other modules of RDS do."""
    surround(
        RDSBackend,
        describe_db_snapshots,
        create_db_snapshot,
        copy_db_snapshot,
        delete_db_snapshot,
        restore_db_instance_from_db_snapshot,
    )
