"""Snapshots that AWS Backup made are deleted by AWS Backup: RDS and EC2 refuse."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.emulator.extensions.backup_records import backend_of
from localcloud.emulator.extensions.backup_recovery_points import recovery_points
from localcloud.emulator.extensions.backup_store_rds import SNAPSHOT_TYPE
from localcloud.emulator.extensions.calls import extend

_delete_db_snapshot = RDSResponse.delete_db_snapshot
_describe_db_snapshots = RDSBackend.describe_db_snapshots
_delete_snapshot = EC2Response.delete_snapshot


def delete_db_snapshot(self: RDSResponse) -> Any:
    """DeleteDBSnapshot."""
    snapshot = self.backend.database_snapshots.get(self.params.get("DBSnapshotIdentifier"))
    if snapshot is not None and snapshot.snapshot_type == SNAPSHOT_TYPE:
        raise RDSClientError(
            "InvalidDBSnapshotState",
            f"{snapshot.db_snapshot_identifier} is managed by AWS Backup and cannot be deleted by Amazon RDS",
        )
    return _delete_db_snapshot(self)


def describe_db_snapshots(
    self: RDSBackend,
    db_instance_identifier: str | None,
    db_snapshot_identifier: str | None = None,
    snapshot_type: str | None = None,
    filters: dict[str, Any] | None = None,
) -> Any:
    """DescribeDBSnapshots: moto shows snapshots of AWS Backup only when their type is asked for, not by their name."""
    named = self.database_snapshots.get(db_snapshot_identifier or "")
    if named is not None and named.snapshot_type == SNAPSHOT_TYPE:
        snapshot_type = snapshot_type or SNAPSHOT_TYPE
    return _describe_db_snapshots(self, db_instance_identifier, db_snapshot_identifier, snapshot_type, filters)


def delete_snapshot(self: EC2Response) -> Any:
    """DeleteSnapshot."""
    name = self._get_param("SnapshotId")
    points = recovery_points(backend_of(self.current_account, self.region)).values()
    if any(point.held.own_name == name for point in points):
        raise EC2ClientError(
            "InvalidParameterValue", f"{name} is managed by the AWS Backup service and cannot be deleted by Amazon EC2"
        )
    return _delete_snapshot(self)


def apply() -> None:
    """Put these refusals into moto's RDS and EC2."""
    extend(RDSBackend, describe_db_snapshots)
    extend(RDSResponse, delete_db_snapshot)
    extend(EC2Response, delete_snapshot)
