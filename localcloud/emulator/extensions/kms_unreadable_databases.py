"""What a key that cannot be used does to RDS instances and to EBS snapshots.

RDS user guide, "Encrypting Amazon RDS resources": the instance stops. It can be started again with its key, if it is
one that can be stopped at all; a replica, and an instance that has replicas, are lost at once and for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ebs.models import EBSBackend
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_block_store import Snapshot, Volume
from moto.kms.models import KmsBackend
from moto.rds.exceptions import InvalidDBInstanceStateFault, KMSKeyNotAccessibleFault
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from localcloud.emulator.databases import DATABASES
from localcloud.emulator.extensions.calls import around, precede
from localcloud.emulator.extensions.kms_unusable import trouble_of

Method = Callable[..., Any]
RECOVERABLE = "inaccessible-encryption-credentials-recoverable"
LOST = "inaccessible-encryption-credentials"


def _stop_databases(change: Method, self: KmsBackend, key_id: str, *args: Any, **kwargs: Any) -> Any:
    """DisableKey, ScheduleKeyDeletion."""
    answer = change(self, key_id, *args, **kwargs)
    for database in rds_backends[self.account_id][self.region_name].databases.values():
        if database.storage_encrypted and self.any_id_to_key_id(database.kms_key_id or "") == self.get_key_id(key_id):
            database.status = LOST if database.is_replica or database.replicas else RECOVERABLE
            DATABASES.stop(database)
    return answer


def _start_db_instance(start: Method, self: RDSBackend, db_instance_identifier: str) -> DBInstance:
    """StartDBInstance, which also brings back an instance whose key can be used again."""
    database = self.databases.get(db_instance_identifier)
    if database is not None and database.status == RECOVERABLE:
        if trouble_of(self.account_id, self.region_name, database.kms_key_id):
            raise KMSKeyNotAccessibleFault(database.kms_key_id)
        # What moto, and the extension that runs the database, start from.
        database.status = "stopped"
    started: DBInstance = start(self, db_instance_identifier)
    return started


def _refuse_key(self: RDSBackend, kms_key_id: str) -> None:
    """Every operation that encrypts with a key it is given or takes over."""
    trouble = trouble_of(self.account_id, self.region_name, kms_key_id)
    if trouble and trouble.state != "Missing":
        raise KMSKeyNotAccessibleFault(kms_key_id)


def _refuse_snapshot(self: RDSBackend, from_snapshot_id: str, *_: Any, **__: Any) -> None:
    """RestoreDBInstanceFromDBSnapshot."""
    snapshot = self.database_snapshots.get(from_snapshot_id.rpartition(":")[2])
    if (
        snapshot is not None
        and snapshot.encrypted
        and trouble_of(self.account_id, self.region_name, snapshot.kms_key_id)
    ):
        raise KMSKeyNotAccessibleFault(snapshot.kms_key_id)


def _refuse_copy(self: RDSBackend, source_db_snapshot_identifier: str, *_: Any, **__: Any) -> None:
    """CopyDBSnapshot: the source is read with the key of its own Region."""
    source = self.get_db_snapshot(source_db_snapshot_identifier)
    if source.encrypted and trouble_of(self.account_id, source.region, source.kms_key_id):
        raise KMSKeyNotAccessibleFault(source.kms_key_id)


def _refuse_instance(self: RDSBackend, db_instance_identifier: str, *_: Any, **__: Any) -> None:
    """CreateDBSnapshot, RebootDBInstance: the instance has to be there to be asked."""
    database = self.databases.get(db_instance_identifier)
    if database is not None and database.status in (RECOVERABLE, LOST):
        raise InvalidDBInstanceStateFault(f"Instance {db_instance_identifier} is in the state {database.status}")


def _create_volume(create: Method, self: EC2Backend, *args: Any, **kwargs: Any) -> Volume:
    """CreateVolume: of a snapshot that cannot be decrypted becomes a volume in the state error (AWS finds out later)."""
    volume: Volume = create(self, *args, **kwargs)
    snapshot = self.snapshots.get(volume.snapshot_id) if volume.snapshot_id else None
    keys = [volume.kms_key_id if volume.encrypted else None, snapshot.kms_key_id if snapshot else None]
    volume.failed = any(trouble_of(self.account_id, self.region_name, key) for key in keys)
    return volume


def _copy_snapshot(
    copy: Method, self: EC2Backend, source_snapshot_id: str, source_region: str, *args: Any, **kwargs: Any
) -> Snapshot:
    """CopySnapshot: without the key of the source, or of the copy, the copy ends in the state error."""
    copied: Snapshot = copy(self, source_snapshot_id, source_region, *args, **kwargs)
    source = ec2_backends[self.account_id][source_region].get_snapshot(source_snapshot_id)
    if trouble_of(self.account_id, source_region, source.kms_key_id) or trouble_of(
        self.account_id, self.region_name, copied.kms_key_id
    ):
        copied.status = "error"
    return copied


def _refuse_block(self: EBSBackend, snapshot_id: str, *_: Any, **__: Any) -> None:
    """GetSnapshotBlock."""
    snapshot = self.ec2_backend.snapshots.get(snapshot_id)
    trouble = trouble_of(self.account_id, self.region_name, snapshot.kms_key_id) if snapshot is not None else None
    if trouble:
        raise JsonRESTError("AccessDeniedException", f"The key of {snapshot_id} cannot be used: {trouble.message}")


def _volume_status(self: Volume) -> str:
    if self.failed:
        return "error"
    return "in-use" if self.attachment else "available"


def apply() -> None:
    """Put this before moto's own and the other extensions' operations: it has to be the last that is applied."""
    for operation in ("disable_key", "schedule_key_deletion"):
        around(KmsBackend, operation, _stop_databases)
    Volume.failed = False
    Volume.status = property(_volume_status)
    around(RDSBackend, "start_db_instance", _start_db_instance)
    around(EC2Backend, "create_volume", _create_volume)
    around(EC2Backend, "copy_snapshot", _copy_snapshot)
    precede(EBSBackend, "get_snapshot_block", _refuse_block)
    precede(RDSBackend, "_validate_kms_key", _refuse_key)
    precede(RDSBackend, "restore_db_instance_from_db_snapshot", _refuse_snapshot)
    precede(RDSBackend, "copy_db_snapshot", _refuse_copy)
    for operation in ("create_db_snapshot", "reboot_db_instance"):
        precede(RDSBackend, operation, _refuse_instance)
