"""Protected resources of AWS Backup: what has recovery points, and when it was last backed up and restored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult

from localcloud.emulator.extensions.backup_records import Record, page, records
from localcloud.emulator.extensions.backup_recovery_points import RecoveryPoint, points_of, recovery_points
from localcloud.emulator.extensions.backup_restores import RESTORE_JOBS
from localcloud.emulator.extensions.backup_stores import resource_name
from localcloud.emulator.extensions.backup_vaults import find_vault
from localcloud.emulator.extensions.calls import extend, parameters


def list_protected_resources(self: BackupResponse) -> ActionResult:
    """ListProtectedResources."""
    found = _protected(recovery_points(self.backup_backend).values())
    return ActionResult(page(found.values(), parameters(self), "Results"))


def list_protected_resources_by_backup_vault(self: BackupResponse) -> ActionResult:
    """ListProtectedResourcesByBackupVault."""
    asked, backend = parameters(self), self.backup_backend
    find_vault(backend, asked["BackupVaultName"])
    return ActionResult(page(_protected(points_of(backend, asked["BackupVaultName"])).values(), asked, "Results"))


def describe_protected_resource(self: BackupResponse) -> ActionResult:
    """DescribeProtectedResource, with its last restore."""
    arn, backend = parameters(self)["ResourceArn"], self.backup_backend
    found = _protected(recovery_points(backend).values())
    if arn not in found:
        raise ResourceNotFoundException(f"Resource {arn} has no recovery point")
    return ActionResult({**found[arn], **_last_restore(backend, arn)})


def _protected(points: Iterable[RecoveryPoint]) -> dict[str, Record]:
    # Points come oldest first, so the last one of a resource stays.
    return {
        point.resource_arn: {
            "ResourceArn": point.resource_arn,
            "ResourceType": point.resource_type,
            "ResourceName": resource_name(point.resource_arn),
            "LastBackupTime": point.renewed or point.creation_date,
            "LastBackupVaultArn": point.vault.backup_vault_arn,
            "LastRecoveryPointArn": point.arn,
        }
        for point in points
    }


def _last_restore(backend: BackupBackend, arn: str) -> dict[str, Any]:
    done = [
        job
        for job in records(backend, RESTORE_JOBS).values()
        if job["SourceResourceArn"] == arn and job["Status"] == "COMPLETED"
    ]
    if not done:
        return {}
    last = done[-1]
    return {
        "LatestRestoreExecutionTimeMinutes": (last["CompletionDate"] - last["CreationDate"]) // timedelta(minutes=1),
        "LatestRestoreJobCreationDate": last["CreationDate"],
        "LatestRestoreRecoveryPointCreationDate": last["RecoveryPointCreationDate"],
    }


def apply() -> None:
    """Add protected resources to moto's AWS Backup."""
    extend(
        BackupResponse,
        list_protected_resources,
        list_protected_resources_by_backup_vault,
        describe_protected_resource,
    )
