"""RDS instances: identities, keys, retention and the fields that moto drops on create or modify."""

from __future__ import annotations

import uuid
from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from localcloud.emulator.extensions.calls import extend

# API reference, CreateDBInstance: "Must be a value from 0 to 35."
_BACKUP_RETENTION_DAYS = range(36)

# Request parameters that DescribeDBInstances shows under another name.
_SHOWN_AS = {
    "enable_performance_insights": "performance_insights_enabled",
    "db_port_number": "port",
}
# Request parameters that moto accepts and forgets.
_KEPT_AS_GIVEN = (
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
    "network_type",
    "dedicated_log_volume",
    "database_insights_mode",
)
# API reference, CreateDBInstance: "Default: 7 days".
_INSIGHTS_RETENTION_DAYS = 7

_create_db_instance = RDSBackend.create_db_instance
_modify_db_instance = RDSBackend.modify_db_instance
_delete_db_instance = RDSBackend.delete_db_instance


def create_db_instance(self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """CreateDBInstance."""
    check_retention(db_kwargs)
    asked = dict(db_kwargs)
    if asked.get("storage_encrypted"):
        asked["kms_key_id"] = self._validate_kms_key(asked.get("kms_key_id") or "alias/aws/rds")
    elif asked.get("kms_key_id"):
        raise InvalidParameterCombination("KmsKeyId needs StorageEncrypted to be true")
    database = _create_db_instance(self, asked)
    complete(database, asked)
    return database


def modify_db_instance(self: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> DBInstance:
    """ModifyDBInstance; every change is applied at once, also without ApplyImmediately."""
    check_retention(db_kwargs)
    asked = dict(db_kwargs)
    database = self.describe_db_instances(db_instance_identifier)[0]
    group = asked.get("db_parameter_group_name")
    if group and database.is_default_parameter_group(group):
        # moto knows a default group only once an instance was described with it.
        database.db_parameter_group_name = None
        database.db_parameter_groups()
    database = _modify_db_instance(self, db_instance_identifier, asked)
    keep(database, asked)
    return database


def delete_db_instance(
    self: RDSBackend,
    db_instance_identifier: str,
    final_db_snapshot_identifier: str | None = None,
    skip_final_snapshot: bool | None = False,
    delete_automated_backups: bool | None = True,
) -> DBInstance:
    """DeleteDBInstance, which must say what becomes of the data: a final snapshot, or none."""
    database = self.databases.get(db_instance_identifier)
    if database is not None and not database.deletion_protection:
        if database.is_replica and final_db_snapshot_identifier:
            raise InvalidParameterCombination("A final snapshot of a read replica cannot be created")
        if not skip_final_snapshot and not final_db_snapshot_identifier and not database.is_replica:
            raise InvalidParameterCombination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            )
    if database is not None and database.is_replica and not database.deletion_protection:
        detach(database)
    return _delete_db_instance(
        self, db_instance_identifier, final_db_snapshot_identifier, skip_final_snapshot, delete_automated_backups
    )


def check_retention(asked: dict[str, Any]) -> None:
    """Refuse a BackupRetentionPeriod (days) that AWS has not."""
    retention_days = asked.get("backup_retention_period")
    if retention_days is not None and retention_days not in _BACKUP_RETENTION_DAYS:
        raise InvalidParameterValue(f"Invalid backup retention period: {retention_days}. Must be between 0 and 35.")


def complete(database: DBInstance, asked: dict[str, Any]) -> None:
    """Give a new instance the identity of its own that moto gives to all alike, and what moto forgot."""
    database.dbi_resource_id = f"db-{uuid.uuid4().hex[:26].upper()}"
    database.performance_insights_enabled = False
    if database.publicly_accessible is None:
        database.publicly_accessible = False
    if database.engine == "postgres":
        database.license_model = "postgresql-license"
    keep(database, asked)


def keep(database: DBInstance, asked: dict[str, Any]) -> None:
    """Keep the parameters that moto drops, under the names by which they are read."""
    for name, shown_as in _SHOWN_AS.items():
        if asked.get(name) is not None:
            setattr(database, shown_as, asked[name])
    for name in _KEPT_AS_GIVEN:
        if asked.get(name) is not None:
            setattr(database, name, asked[name])
    if database.performance_insights_enabled and not getattr(database, "performance_insights_retention_period", None):
        database.performance_insights_retention_period = _INSIGHTS_RETENTION_DAYS


def find_database(database_arn: str) -> DBInstance | None:
    """The instance of that ARN in whichever Region it is, if it exists."""
    _, _, _, region, account_id, _, identifier = database_arn.split(":")
    return rds_backends[account_id][region].databases.get(identifier)


def detach(replica: DBInstance) -> None:
    """End the replication of a replica, also when its source is gone already."""
    source_id = replica.source_db_instance_identifier
    source = find_database(source_id) if source_id.startswith("arn:") else replica.backend.databases.get(source_id)
    if source is not None:
        here = (replica.db_instance_identifier, replica.db_instance_arn)
        source.replicas = [other for other in source.replicas if other not in here]
    replica.is_replica = False
    replica.source_db_instance_identifier = None


def apply() -> None:
    """Put this into moto's RDS."""
    extend(RDSBackend, create_db_instance, modify_db_instance, delete_db_instance)
