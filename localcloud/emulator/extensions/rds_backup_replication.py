"""RDS automated backups, replicated into another Region. moto has neither the operations nor the replicated backups."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue, RDSClientError
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.emulator.databases import DATABASES, restore_window
from localcloud.emulator.extensions.calls import extend
from localcloud.emulator.extensions.rds_instances import find_database

_DEFAULT_RETENTION_DAYS = 7
_RETENTION_DAYS = range(1, 36)

_describe_db_instance_automated_backups = RDSBackend.describe_db_instance_automated_backups


@dataclass
class ReplicatedBackup:
    """The automated backups of one instance as they are kept in another Region."""

    source: DBInstance
    region: str
    retention_days: int
    kms_key_id: str | None
    tags: list[dict[str, str]]
    backup_id: str = field(default_factory=lambda: f"ab-{uuid.uuid4().hex}")

    @property
    def arn(self) -> str:
        """The ARN of the replicated backup, in the Region that holds it."""
        return f"arn:{self.source.partition}:rds:{self.region}:{self.source.account_id}:auto-backup:{self.backup_id}"

    def describe(self) -> dict[str, Any]:
        """The DBInstanceAutomatedBackup shape."""
        living = find_database(self.source.db_instance_arn) is self.source
        return {
            **describe_backup_of(self.source),
            "DBInstanceAutomatedBackupsArn": self.arn,
            "Status": "replicating" if living else "retained",
            "BackupRetentionPeriod": self.retention_days,
            "KmsKeyId": self.kms_key_id,
            "TagList": self.tags,
            **restore_window(DATABASES.archive_of_backup(self.source.account_id, self.region, self.backup_id)),
        }


def describe_backup_of(database: DBInstance) -> dict[str, Any]:
    """The DBInstanceAutomatedBackup shape of an instance's backups in its own Region."""
    return {
        "DBInstanceArn": database.db_instance_arn,
        "DbiResourceId": database.dbi_resource_id,
        "Region": database.region,
        "DBInstanceIdentifier": database.db_instance_identifier,
        "AllocatedStorage": database.allocated_storage,
        "Status": "active",
        "Port": database.port,
        "AvailabilityZone": database.availability_zone,
        "InstanceCreateTime": database.instance_create_time,
        "MasterUsername": database.master_username,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "LicenseModel": database.license_model,
        "OptionGroupName": database.option_group_name,
        "Encrypted": database.storage_encrypted,
        "StorageType": database.storage_type,
        "KmsKeyId": database.kms_key_id,
        "BackupRetentionPeriod": database.backup_retention_period,
        "MultiAZ": database.multi_az,
        "DBInstanceAutomatedBackupsReplications": database.db_instance_automated_backups_replications,
        **restore_window(DATABASES.archive_of(database)),
    }


def replicated_backups(backend: RDSBackend) -> dict[str, ReplicatedBackup]:
    """The backups replicated into the backend's Region, by the ARN of their instance."""
    backups: dict[str, ReplicatedBackup] = backend.__dict__.setdefault("securecart_replicated_backups", {})
    return backups


def start_db_instance_automated_backups_replication(self: RDSResponse) -> ActionResult:
    """StartDBInstanceAutomatedBackupsReplication, called in the Region that is to hold the backups."""
    backend, asked = self.backend, self.params
    source_arn = asked["SourceDBInstanceArn"]
    retention_days = asked.get("BackupRetentionPeriod") or _DEFAULT_RETENTION_DAYS
    key = asked.get("KmsKeyId")
    source = find_database(source_arn)
    if source is None:
        raise RDSClientError("DBInstanceNotFound", f"DBInstance {source_arn} not found.")
    if source.region == backend.region_name:
        raise InvalidParameterValue("Automated backups are replicated into another Region than their instance's")
    if source_arn in replicated_backups(backend):
        raise RDSClientError("InvalidDBInstanceState", f"Replication of {source_arn} is already started here")
    if not source.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", f"Automated backups are not enabled for {source_arn}")
    if retention_days not in _RETENTION_DAYS:
        raise InvalidParameterValue(f"Invalid backup retention period: {retention_days}. Must be between 1 and 35.")
    if source.storage_encrypted and not key:
        raise InvalidParameterCombination("KmsKeyId is required to replicate the backups of an encrypted DB instance")
    key_arn = backend._validate_kms_key(key) if key else None
    backup = ReplicatedBackup(source, backend.region_name, retention_days, key_arn, list(asked.get("Tags") or ()))
    replicated_backups(backend)[source_arn] = backup
    source.db_instance_automated_backups_replications = [
        *source.db_instance_automated_backups_replications,
        {"DBInstanceAutomatedBackupsArn": backup.arn},
    ]
    return ActionResult({"DBInstanceAutomatedBackup": backup.describe()})


def stop_db_instance_automated_backups_replication(self: RDSResponse) -> ActionResult:
    """StopDBInstanceAutomatedBackupsReplication: what was replicated goes with it, where AWS lets it expire."""
    source_arn = self.params["SourceDBInstanceArn"]
    backup = replicated_backups(self.backend).pop(source_arn, None)
    if backup is None:
        raise RDSClientError(
            "DBInstanceAutomatedBackupNotFound", f"There are no replicated automated backups of {source_arn} here"
        )
    backup.source.db_instance_automated_backups_replications = [
        other
        for other in backup.source.db_instance_automated_backups_replications
        if other["DBInstanceAutomatedBackupsArn"] != backup.arn
    ]
    return ActionResult({"DBInstanceAutomatedBackup": backup.describe()})


def describe_db_instance_automated_backups(self: RDSResponse) -> ActionResult:
    """DescribeDBInstanceAutomatedBackups: of living instances, deleted ones (moto's), and those replicated to here."""
    backend, asked = self.backend, self.params
    described = [backup.describe() for backup in replicated_backups(backend).values()]
    described += [
        describe_backup_of(database) for database in backend.databases.values() if database.backup_retention_period
    ]
    wanted = {
        name: asked[name]
        for name in ("DBInstanceAutomatedBackupsArn", "DBInstanceIdentifier", "DbiResourceId")
        if asked.get(name)
    }
    found: list[Any] = [item for item in described if all(item.get(name) == value for name, value in wanted.items())]
    if set(wanted) <= {"DBInstanceIdentifier"}:
        retained = _describe_db_instance_automated_backups(backend, wanted.get("DBInstanceIdentifier"))
        found += [backup for backup in retained if backup.status == "retained"]
    if not found and "DBInstanceAutomatedBackupsArn" in wanted:
        raise RDSClientError(
            "DBInstanceAutomatedBackupNotFound", f"{wanted['DBInstanceAutomatedBackupsArn']} was not found"
        )
    return ActionResult({"DBInstanceAutomatedBackups": found})


def apply() -> None:
    """Put this into moto's RDS."""
    DBInstance.db_instance_automated_backups_replications = ()
    extend(
        RDSResponse,
        start_db_instance_automated_backups_replication,
        stop_db_instance_automated_backups_replication,
        describe_db_instance_automated_backups,
    )
