"""RDS to a point in time: of an instance, of a deleted one whose backups were kept, of backups replicated to here.

moto restores only instances of the Region that are there, to any time at all, and for a resource id takes the first one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.databases import base_backups, copies
from localcloud.databases.archive import Archive
from localcloud.databases.fleet import Fleet
from localcloud.databases.server import Key, Server
from localcloud.emulator import clock
from localcloud.emulator.databases import DATABASES, key_in, key_of
from localcloud.emulator.extensions.calls import extend, surround
from localcloud.emulator.extensions.rds_backup_replication import ReplicatedBackup, replicated_backups
from localcloud.emulator.extensions.rds_databases import NOT_RESTORED, Inner, restoring, retained_databases

# What belongs to a Region and is not carried into another one.
_OF_ITS_REGION = (
    "vpc_security_group_ids",
    "db_subnet_group_name",
    "availability_zone",
    "option_group_name",
    "kms_key_id",
)
# What moto's instance holds beside the parameters that it was made with.
_NO_PARAMETER = ("backend", "db_subnet_group", "max_allocated_storage", "db_parameter_group_name")


@dataclass(frozen=True)
class _Source:
    """What a restore starts from."""

    database: DBInstance
    archive: Archive | None
    refresh: Callable[[Fleet], Server | None]
    """Brings the archive up to now where that is possible; returns the server that archives there, if it runs."""
    kms_key_id: str | None


def restore_db_instance_to_point_in_time(
    self: RDSBackend,
    source_db_identifier: str | None,
    target_db_identifier: str,
    overrides: dict[str, Any],
) -> DBInstance:
    """RestoreDBInstanceToPointInTime, to the microsecond."""
    source = _source(self, source_db_identifier, overrides)
    moment = _moment(overrides)
    if target_db_identifier in self.databases:
        raise DBInstanceAlreadyExists()
    if not source.database.backup_retention_period:
        raise RDSClientError(
            "InvalidDBInstanceState",
            f"Automated backups are not enabled for {source.database.db_instance_identifier}",
        )
    asked = {**overrides, "db_instance_identifier": target_db_identifier}
    props = _props(self, source, asked)
    fleet, archive = DATABASES.fleet, source.archive
    if fleet is None or archive is None:
        described: DBInstance = self.create_db_instance(props)
        return described

    def make(fleet: Fleet, key: Key) -> Server:
        return copies.restore_to(fleet, key, archive, moment, source.refresh(fleet))

    with restoring("RestoreDBInstanceToPointInTime", asked, make):
        database: DBInstance = self.create_db_instance(props)
    return database


def _source(backend: RDSBackend, identifier: str | None, asked: dict[str, Any]) -> _Source:
    resource_id, arn = asked.get("source_dbi_resource_id"), asked.get("source_db_instance_automated_backups_arn")
    if sum(map(bool, (identifier, resource_id, arn))) != 1:
        raise InvalidParameterCombination(
            "Give one of SourceDBInstanceIdentifier, SourceDbiResourceId and SourceDBInstanceAutomatedBackupsArn"
        )
    if arn:
        return _replicated(backend, arn)
    living = [
        database
        for database in backend.databases.values()
        if resource_id == database.dbi_resource_id or (identifier or "").lower() == database.db_instance_identifier
    ]
    if living:
        return _living(living[0])
    if resource_id in retained_databases(backend):
        return _retained(backend, retained_databases(backend)[resource_id])
    raise DBInstanceNotFoundError(identifier or resource_id)


def _living(database: DBInstance) -> _Source:
    server = DATABASES.server_of(database)
    return _Source(database, server.archive if server else None, lambda _: server, database.kms_key_id)


def _retained(backend: RDSBackend, database: DBInstance) -> _Source:
    fleet = DATABASES.fleet
    archive = fleet.retained.get(key_in(backend, database.dbi_resource_id)) if fleet else None
    return _Source(database, archive, lambda _: None, database.kms_key_id)


def _replicated(backend: RDSBackend, arn: str) -> _Source:
    backup = next((backup for backup in replicated_backups(backend).values() if backup.arn == arn), None)
    if backup is None:
        raise RDSClientError("DBInstanceAutomatedBackupNotFound", f"{arn} was not found")
    key = key_in(backend, backup.backup_id)
    fleet = DATABASES.fleet
    replicated = fleet.shipping.replicated.get(key) if fleet else None

    def refresh(fleet: Fleet) -> None:
        server = DATABASES.server_of(backup.source)
        if server is not None and server.key.region not in fleet.regions.out:
            base_backups.wait_for(server)
            copies.flush(server)
        fleet.shipping.ship(key)

    return _Source(backup.source, replicated.copy if replicated else None, refresh, backup.kms_key_id)


def _moment(asked: dict[str, Any]) -> datetime | None:
    """RestoreTime by the machine's clock, which PostgreSQL's transactions carry; None for the latest."""
    moment = asked.get("restore_time")
    if bool(moment) == bool(asked.get("use_latest_restorable_time")):
        raise InvalidParameterCombination("Give either RestoreTime or UseLatestRestorableTime")
    if not moment:
        return None
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    aware: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if aware > clock.now():
        raise InvalidParameterValue(f"RestoreTime {aware.isoformat()} is in the future")
    return clock.to_machine(aware)


def _props(backend: RDSBackend, source: _Source, asked: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the new instance: the source's, unless asked for otherwise."""
    database = source.database
    props = {
        name.removeprefix("_"): copy.copy(value)
        for name, value in database.__dict__.items()
        if name.removeprefix("_") not in (*_NO_PARAMETER, *NOT_RESTORED)
    }
    if database.region != backend.region_name:
        for name in _OF_ITS_REGION:
            props.pop(name, None)
    if not database.option_group_supplied:
        props.pop("option_group_name", None)  # a default one, which moto would look for
    props["kms_key_id"] = source.kms_key_id
    if asked.get("allocated_storage") and asked["allocated_storage"] < database.allocated_storage:
        raise InvalidParameterValue("Allocated storage size can't be less than the source instance size.")
    return {**props, **{name: value for name, value in asked.items() if value}}


def start_db_instance_automated_backups_replication(inner: Inner, self: RDSResponse) -> ActionResult:
    """StartDBInstanceAutomatedBackupsReplication: from now on the archive is copied to here."""
    answer: ActionResult = inner(self)
    backup = replicated_backups(self.backend)[self.params["SourceDBInstanceArn"]]
    fleet, server = DATABASES.fleet, DATABASES.server_of(backup.source)
    if fleet is not None and server is not None:
        with DATABASES.call("StartDBInstanceAutomatedBackupsReplication", key_of(backup.source)):
            _begin(fleet, key_in(self.backend, backup.backup_id), server)
    return answer


def _begin(fleet: Fleet, key: Key, server: Server) -> None:
    fleet.regions.require(server.key.region)
    fleet.shipping.begin(key, server.archive, server.key.region)


def stop_db_instance_automated_backups_replication(inner: Inner, self: RDSResponse) -> ActionResult:
    """StopDBInstanceAutomatedBackupsReplication."""
    backup: ReplicatedBackup | None = replicated_backups(self.backend).get(self.params["SourceDBInstanceArn"])
    answer: ActionResult = inner(self)
    if DATABASES.fleet is not None and backup is not None:
        DATABASES.fleet.shipping.end(key_in(self.backend, backup.backup_id))
    return answer


def apply() -> None:
    """Put this around what moto and the other modules of RDS do."""
    extend(RDSBackend, restore_db_instance_to_point_in_time)
    surround(
        RDSResponse,
        start_db_instance_automated_backups_replication,
        stop_db_instance_automated_backups_replication,
    )
