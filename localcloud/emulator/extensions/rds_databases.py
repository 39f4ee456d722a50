"""RDS for PostgreSQL with a server behind each instance: made, changed, stopped and deleted with it.

Around what the other modules and moto do with the description of an instance. Servers are found by account, Region and
identifier and never kept on moto's objects, which moto copies into snapshots and restored instances.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, DBSnapshot, MasterUserSecret, RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.databases.administrator import set_password
from localcloud.databases.copies import Moment
from localcloud.databases.fleet import Fleet
from localcloud.databases.server import Key, Server
from localcloud.emulator import clock
from localcloud.emulator.databases import DATABASES, has_data, key_in, key_of
from localcloud.emulator.extensions.calls import surround

Inner = Callable[..., Any]
# Makes the server of an instance that is being restored; a restore ends in create_db_instance, in moto.
Restore = Callable[[Fleet, Key], Server]


@dataclass(frozen=True)
class _Restoring:
    operation: str
    asked: dict[str, Any]
    make: Restore


_restoring: ContextVar[_Restoring | None] = ContextVar("restoring", default=None)
_PASSWORD_BYTES = 24
# What moto gives to every instance, and to the snapshot that it takes before the instance gets an id of its own.
_ID_OF_MOTO = "db-M5ENSHXFPU6XHZ4G4ZEI5QIO2U"
# What moto would hand over from the source of a restore although a restored instance has its own
# (API reference, RestoreDBInstanceFromDBSnapshot).
NOT_RESTORED = (
    "source_db_instance_identifier",
    "dbi_resource_id",
    "deletion_protection",
    "tags",
    "multi_az",
    "replicas",
)


@contextmanager
def restoring(operation: str, asked: dict[str, Any], make: Restore) -> Iterator[None]:
    """Inside, a created instance gets its server from `make`; `asked` are the parameters of the restore."""
    token = _restoring.set(_Restoring(operation, asked, make))
    try:
        yield
    finally:
        _restoring.reset(token)


def create_db_instance(inner: Inner, backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """CreateDBInstance, and the end of both restores; returns when the server takes connections."""
    fleet = DATABASES.fleet
    if fleet is None or not has_data(db_kwargs.get("engine"), db_kwargs.get("db_cluster_identifier")):
        made: DBInstance = inner(backend, db_kwargs)
        return made
    asked = dict(db_kwargs)
    asked["engine_version"] = asked.get("engine_version") or fleet.programs.version
    restore = _restoring.get()
    if restore is None:
        _check_administrator(asked)
    else:
        asked = {name: it for name, it in asked.items() if name not in NOT_RESTORED or restore.asked.get(name)}
    database: DBInstance = inner(backend, asked)
    key = key_of(database)
    try:
        with DATABASES.call(restore.operation if restore else "CreateDBInstance", key):
            server = restore.make(fleet, key) if restore else _make(fleet, database)
            if restore and database.manage_master_user_password:
                set_password(server, database.master_username, database._master_user_password)
    except RDSClientError:
        _undo(backend, database)
        raise
    for snapshot in _automated_snapshots(backend, database):
        snapshot.dbi_resource_id = database.dbi_resource_id
        snapshot_key = key_in(backend, snapshot.db_snapshot_identifier)
        fleet.snapshots[snapshot_key] = Moment(server.archive, datetime.now(UTC))
    return database


def _check_administrator(asked: dict[str, Any]) -> None:
    if not asked.get("master_username"):
        raise InvalidParameterValue("The parameter MasterUsername must be provided and must not be blank.")
    if not asked.get("master_user_password") and not asked.get("manage_master_user_password"):
        raise InvalidParameterCombination("Either MasterUserPassword or ManageMasterUserPassword must be provided.")


def _make(fleet: Fleet, database: DBInstance) -> Server:
    name, password = database.master_username, database._master_user_password
    return fleet.create(key_of(database), name, password, database.db_name)


def _undo(backend: RDSBackend, database: DBInstance) -> None:
    backend.databases.pop(database.db_instance_identifier, None)
    for snapshot in _automated_snapshots(backend, database):
        backend.database_snapshots.pop(snapshot.db_snapshot_identifier, None)


def _automated_snapshots(backend: RDSBackend, database: DBInstance) -> list[DBSnapshot]:
    """Those of its creation; older ones of its name are of an instance that was deleted, and have an id of their own."""
    return [
        snapshot
        for snapshot in backend.database_snapshots.values()
        if snapshot.snapshot_type == "automated"
        and snapshot.db_instance_identifier == database.db_instance_identifier
        and snapshot.dbi_resource_id in (_ID_OF_MOTO, database.dbi_resource_id)
    ]


def modify_db_instance(
    inner: Inner, backend: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]
) -> DBInstance:
    """ModifyDBInstance: another identifier, another password of the administrator."""
    before = key_in(backend, db_instance_identifier)
    database: DBInstance = inner(backend, db_instance_identifier, db_kwargs)
    fleet = DATABASES.fleet
    if fleet is None or before not in fleet.servers:
        return database
    if key_of(database) != before:
        fleet.rename(before, key_of(database))
    if db_kwargs.get("master_user_password") or db_kwargs.get("manage_master_user_password"):
        with DATABASES.call("ModifyDBInstance", key_of(database)):
            set_password(fleet.servers[key_of(database)], database.master_username, database._master_user_password)
    return database


def delete_db_instance(
    inner: Inner, backend: RDSBackend, db_instance_identifier: str, *more: Any, **named: Any
) -> DBInstance:
    """DeleteDBInstance; the archive stays for DeleteAutomatedBackups=false."""
    database: DBInstance = inner(backend, db_instance_identifier, *more, **named)
    fleet, key = DATABASES.fleet, key_of(database)
    if fleet is not None and key in fleet.servers:
        retained = named.get("delete_automated_backups") is False and bool(database.backup_retention_period)
        if retained:
            retained_databases(backend)[database.dbi_resource_id] = database
        with DATABASES.call("DeleteDBInstance", key):
            fleet.delete(key, key_in(backend, database.dbi_resource_id) if retained else None)
    return database


def retained_databases(backend: RDSBackend) -> dict[str, DBInstance]:
    """Deleted instances whose automated backups are kept, by their resource id."""
    databases: dict[str, DBInstance] = backend.__dict__.setdefault("securecart_retained_databases", {})
    return databases


def stop_db_instance(inner: Inner, backend: RDSBackend, db_instance_identifier: str, *more: Any) -> DBInstance:
    """StopDBInstance."""
    database: DBInstance = inner(backend, db_instance_identifier, *more)
    with DATABASES.call("StopDBInstance", key_of(database)):
        DATABASES.stop(database)
    return database


def start_db_instance(inner: Inner, backend: RDSBackend, db_instance_identifier: str) -> DBInstance:
    """StartDBInstance."""
    database: DBInstance = inner(backend, db_instance_identifier)
    if (fleet := DATABASES.fleet) is not None and (server := DATABASES.server_of(database)) is not None:
        with DATABASES.call("StartDBInstance", key_of(database)):
            fleet.start(server)
    return database


def reboot_db_instance(self: RDSResponse) -> ActionResult:
    """RebootDBInstance; moto does not hear of ForceFailover."""
    failover = bool(self.params.get("ForceFailover"))
    database = self.backend.reboot_db_instance(self.params["DBInstanceIdentifier"])
    if failover and not database.multi_az:
        raise InvalidParameterCombination(
            f"ForceFailover needs a Multi-AZ DB instance; {database.db_instance_identifier} is none"
        )
    if (fleet := DATABASES.fleet) is not None and (server := DATABASES.server_of(database)) is not None:
        with DATABASES.call("RebootDBInstance", key_of(database)):
            fleet.reboot(server, failover=failover)
    return ActionResult({"DBInstance": database})


def describe_db_instances(inner: Inner, backend: RDSBackend, *values: Any, **named: Any) -> list[DBInstance]:
    """DescribeDBInstances: an instance whose server is not there has failed."""
    found: list[DBInstance] = inner(backend, *values, **named)
    for database in found:
        server = DATABASES.server_of(database)
        if server is not None and database.status in ("available", "failed"):
            database.status = "available" if server.alive else "failed"
    return found


def endpoint(self: DBInstance) -> dict[str, Any]:
    """Endpoint: where the server is. The port that was asked for is DbInstancePort; many servers share one address here."""
    server = DATABASES.server_of(self)
    if server is None:
        return {"Address": self.address, "Port": self.port}
    return {"Address": "127.0.0.1", "Port": server.port}


def latest_restorable_time(self: DBInstance) -> datetime:
    """LatestRestorableTime: up to where the archive reaches."""
    server = DATABASES.server_of(self)
    latest = server.archive.latest() if server is not None else None
    if latest is not None:
        return clock.from_machine(latest).replace(tzinfo=None)
    now: datetime = self.created if server is not None else utcnow()
    return now


def _generate_secret_string(self: MasterUserSecret) -> str:
    """The secret that RDS manages, with a password of its own; moto has one fixed pair for all."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    self.resource.master_user_password = password
    return json.dumps({"username": self.resource.master_username, "password": password})


def apply() -> None:
    """Put this around what moto and the other modules of RDS do."""
    surround(
        RDSBackend,
        create_db_instance,
        modify_db_instance,
        delete_db_instance,
        stop_db_instance,
        start_db_instance,
        describe_db_instances,
    )
    RDSResponse.reboot_db_instance = reboot_db_instance
    DBInstance.endpoint = property(endpoint)
    DBInstance.latest_restorable_time = property(latest_restorable_time)
    MasterUserSecret._generate_secret_string = _generate_secret_string
