"""Snapshots and automated backups that AWS Backup manages are deleted by AWS Backup: RDS and EC2 refuse, or keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.emulator.extensions.backup_records import backend_of
from localcloud.emulator.extensions.backup_recovery_points import recovery_points
from localcloud.emulator.extensions.backup_store_rds import SNAPSHOT_TYPE
from localcloud.emulator.extensions.calls import extend, surround

_delete_db_snapshot = RDSResponse.delete_db_snapshot
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


def delete_db_instance(
    inner: Callable[..., Any], backend: RDSBackend, db_instance_identifier: str, *more: Any, **named: Any
) -> Any:
    """DeleteDBInstance: automated backups that AWS Backup manages stay, whatever was asked."""
    database = backend.databases.get(db_instance_identifier)
    points = recovery_points(backend_of(backend.account_id, backend.region_name)).values()
    if database is not None and any(
        point.continuous and point.resource_arn == database.db_instance_arn for point in points
    ):
        final, skip = (*more, None, None)[:2]
        settings = {"final_db_snapshot_identifier": final, "skip_final_snapshot": skip, **named}
        return inner(backend, db_instance_identifier, **{**settings, "delete_automated_backups": False})
    return inner(backend, db_instance_identifier, *more, **named)


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
    surround(RDSBackend, delete_db_instance)
    extend(RDSResponse, delete_db_snapshot)
    extend(EC2Response, delete_snapshot)
