"""RDS read replicas: instances of their own, in the same or another Region, until they are promoted.

moto's replica is a shallow copy of its source, with the source's tags, protection, retention and log exports; and it
stays a replica for ever.
"""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from localcloud.emulator.extensions.calls import extend
from localcloud.emulator.extensions.rds_instances import check_retention, complete, detach, keep

# What a replica takes from its source, and its caller cannot choose.
_SAME_AS_SOURCE = ("engine", "engine_version", "master_username", "license_model")
# What it takes from its source unless its caller chooses (API reference, CreateDBInstanceReadReplica).
_DEFAULT_FROM_SOURCE = (
    "db_instance_class",
    "allocated_storage",
    "storage_type",
    "iops",
    "storage_throughput",
    "port",
    "db_name",
    "max_allocated_storage",
)


def create_db_instance_read_replica(self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """CreateDBInstanceReadReplica. An encrypted source in another Region needs a key of this Region."""
    check_retention(db_kwargs)
    asked = dict(db_kwargs)
    identifier, source_id = asked["db_instance_identifier"], asked["source_db_instance_identifier"]
    if identifier in self.databases:
        raise RDSClientError("DBInstanceAlreadyExists", f"DB instance already exists: {identifier}")
    source = self.find_db_from_id(source_id)
    if not source.backup_retention_period:
        raise RDSClientError(
            "InvalidDBInstanceState",
            f"Automated backups are not enabled for the source {source.db_instance_identifier}; "
            "a read replica needs a BackupRetentionPeriod above 0",
        )
    elsewhere = source.region != self.region_name
    asked.update({name: getattr(source, name) for name in _SAME_AS_SOURCE})
    for name in _DEFAULT_FROM_SOURCE:
        if asked.get(name) is None:
            asked[name] = getattr(source, name)
    asked["storage_encrypted"] = source.storage_encrypted
    asked["kms_key_id"] = _key(self, source, asked.get("kms_key_id"), elsewhere)
    asked["enable_cloudwatch_logs_exports"] = list(asked.get("enable_cloudwatch_logs_exports") or ())
    asked["backup_retention_period"] = asked.get("backup_retention_period") or 0
    asked["source_db_instance_identifier"] = source.db_instance_arn if elsewhere else source.db_instance_identifier
    if asked.get("copy_tags_to_snapshot") is None:
        asked["copy_tags_to_snapshot"] = False
    replica = DBInstance(self, **{name: value for name, value in asked.items() if value is not None})
    complete(replica, asked)
    replica.set_as_replica()
    self.databases[identifier] = replica
    source.add_replica(replica)
    return replica


def _key(backend: RDSBackend, source: DBInstance, key: str | None, elsewhere: bool) -> str | None:
    if not source.storage_encrypted:
        if key:
            raise InvalidParameterCombination("You cannot encrypt a read replica of an unencrypted DB instance")
        return None
    if not elsewhere:
        same_key: str = source.kms_key_id
        return same_key
    if not key:
        raise InvalidParameterCombination(
            "A cross-Region read replica of an encrypted DB instance needs a KmsKeyId of its own Region"
        )
    validated: str = backend._validate_kms_key(key)
    return validated


def promote_read_replica(self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """PromoteReadReplica: the instance stands alone afterwards, in both Regions' descriptions."""
    check_retention(db_kwargs)
    database = self.describe_db_instances(db_kwargs["db_instance_identifier"])[0]
    if not database.is_replica:
        raise RDSClientError(
            "InvalidDBInstanceState", f"DB instance {database.db_instance_identifier} is not a replica"
        )
    detach(database)
    database.update(**db_kwargs)
    keep(database, dict(db_kwargs))
    return database


def status_infos(self: DBInstance) -> list[dict[str, Any]]:
    """StatusInfos: a replica says that it replicates."""
    if not self.is_replica:
        return []
    return [{"StatusType": "read replication", "Normal": True, "Status": "replicating"}]


def apply() -> None:
    """Put this into moto's RDS."""
    extend(RDSBackend, create_db_instance_read_replica, promote_read_replica)
    DBInstance.status_infos = property(status_infos)
