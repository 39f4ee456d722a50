"""Recovery points of AWS Backup: what a vault holds. moto has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_events import recovery_point_changed
from localcloud.emulator.extensions.backup_locks import check_not_locked
from localcloud.emulator.extensions.backup_records import backends, filtered, page, place_of, shown
from localcloud.emulator.extensions.backup_store import Held
from localcloud.emulator.extensions.backup_stores import STORES, resource_name
from localcloud.emulator.extensions.backup_vaults import find_vault
from localcloud.emulator.extensions.calls import parameters

_FILTERS = {
    "ByResourceArn": "ResourceArn",
    "ByResourceType": "ResourceType",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByParentRecoveryPointArn": "ParentRecoveryPointArn",
}


@dataclass
class RecoveryPoint:
    """One recovery point, with what it holds."""

    vault: Vault
    held: Held
    resource_arn: str
    resource_type: str
    iam_role_arn: str
    lifecycle: dict[str, Any]
    creation_date: datetime
    created_by: dict[str, str] | None = None
    source_vault_arn: str | None = None
    continuous: bool = False
    resource_tags: dict[str, str] = field(default_factory=dict)
    storage_class: str = "WARM"
    last_restore_time: datetime | None = None
    renewed: datetime | None = None
    """When a rule last ran for a continuous backup: it goes that long after its last run, not after its first."""

    @property
    def arn(self) -> str:
        return self.held.recovery_point_arn

    @property
    def delete_at(self) -> datetime | None:
        """When its lifecycle deletes it; None when it is kept."""
        return self._after(self.lifecycle.get("DeleteAfterDays"))

    @property
    def cold_at(self) -> datetime | None:
        """When it moves to cold storage; None for a resource type that has none: AWS ignores the setting then."""
        supported = STORES[self.resource_type].cold_storage(self.held)
        return self._after(self.lifecycle.get("MoveToColdStorageAfterDays")) if supported else None

    def _after(self, days: int | None) -> datetime | None:
        return None if days in (None, -1) else (self.renewed or self.creation_date) + timedelta(days=days or 0)

    def describe(self) -> dict[str, Any]:
        """DescribeRecoveryPoint; the lists have members of it."""
        calculated = {"MoveToColdStorageAt": self.cold_at, "DeleteAt": self.delete_at}
        key_arn = self.held.key_arn
        return shown(
            {
                "RecoveryPointArn": self.arn,
                "BackupVaultName": self.vault.backup_vault_name,
                "BackupVaultArn": self.vault.backup_vault_arn,
                "SourceBackupVaultArn": self.source_vault_arn,
                "ResourceArn": self.resource_arn,
                "ResourceType": self.resource_type,
                "ResourceName": resource_name(self.resource_arn),
                "CreatedBy": self.created_by,
                "IamRoleArn": self.iam_role_arn,
                # A continuous backup goes on: it is available, never complete.
                "Status": "AVAILABLE" if self.continuous else "COMPLETED",
                "CreationDate": self.creation_date,
                "InitiationDate": self.creation_date,
                "CompletionDate": self.creation_date,
                "BackupSizeInBytes": self.held.size_bytes,
                "CalculatedLifecycle": {name: date for name, date in calculated.items() if date is not None},
                "Lifecycle": self.lifecycle,
                "EncryptionKeyArn": key_arn,
                "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY" if key_arn else None,
                "IsEncrypted": key_arn is not None,
                "StorageClass": self.storage_class,
                "LastRestoreTime": self.last_restore_time,
                "IsParent": False,
                "VaultType": self.vault.vault_type,
            }
        )


def recovery_points(backend: BackupBackend) -> dict[str, RecoveryPoint]:
    """Every recovery point of the Region by its ARN, oldest first."""
    found: dict[str, RecoveryPoint] = backend.__dict__.setdefault("securecart_recovery_points", {})
    return found


def points_of(backend: BackupBackend, vault_name: str) -> list[RecoveryPoint]:
    """What one vault holds."""
    return [point for point in recovery_points(backend).values() if point.vault.backup_vault_name == vault_name]


def find_point(backend: BackupBackend, arn: str, vault_name: str | None = None) -> RecoveryPoint:
    """The recovery point of that ARN (in that vault), or the ResourceNotFoundException that AWS answers with."""
    point = recovery_points(backend).get(arn)
    if point is None or (vault_name is not None and point.vault.backup_vault_name != vault_name):
        raise ResourceNotFoundException(f"Recovery point {arn} not found")
    return point


def add_point(backend: BackupBackend, point: RecoveryPoint, tags: dict[str, str]) -> None:
    """Put a recovery point into its vault."""
    recovery_points(backend)[point.arn] = point
    backend.tag_resource(point.arn, tags)
    _count(backend, point.vault)
    recovery_point_changed(place_of(backend), point.describe())


def remove_point(backend: BackupBackend, point: RecoveryPoint) -> None:
    """Take a recovery point out of its vault, and let go of what it holds."""
    STORES[point.resource_type].discard(place_of(backend), point.held)
    forget_point(backend, point)


def forget_point(backend: BackupBackend, point: RecoveryPoint) -> None:
    """Take a recovery point out of its vault only."""
    del recovery_points(backend)[point.arn]
    backend.tagger.delete_all_tags_for_resource(point.arn)
    _count(backend, point.vault)
    recovery_point_changed(place_of(backend), {**point.describe(), "Status": "DELETED"})


def next_lifecycle() -> datetime | None:
    """When a recovery point next moves to cold storage or expires."""
    return min((date for point in _all_points() for date in _dates(point)), default=None)


def carry_out_lifecycles() -> None:
    """Move and delete what is due. A lock does not keep what has reached the end of its retention."""
    now = clock.now()
    for backend in backends():
        for point in list(recovery_points(backend).values()):
            if point.delete_at is not None and point.delete_at <= now:
                remove_point(backend, point)
            elif point.cold_at is not None and point.cold_at <= now:
                point.storage_class = "COLD"


def describe_recovery_point(self: BackupResponse) -> ActionResult:
    """DescribeRecoveryPoint."""
    return ActionResult(_asked_point(self).describe())


def list_recovery_points_by_backup_vault(self: BackupResponse) -> ActionResult:
    """ListRecoveryPointsByBackupVault. A missing vault is an error."""
    asked, backend = parameters(self), self.backup_backend
    find_vault(backend, asked["BackupVaultName"])
    plan_id = asked.get("ByBackupPlanId")
    points = [
        point.describe()
        for point in points_of(backend, asked["BackupVaultName"])
        if plan_id is None or (point.created_by or {}).get("BackupPlanId") == plan_id
    ]
    return ActionResult(page(filtered(points, asked, _FILTERS), asked, "RecoveryPoints"))


def list_recovery_points_by_resource(self: BackupResponse) -> ActionResult:
    """ListRecoveryPointsByResource, which calls the size by another name."""
    asked = parameters(self)
    points = [
        {**point.describe(), "BackupSizeBytes": point.held.size_bytes}
        for point in recovery_points(self.backup_backend).values()
        if point.resource_arn == asked["ResourceArn"]
    ]
    return ActionResult(page(points, asked, "RecoveryPoints"))


def delete_recovery_point(self: BackupResponse) -> ActionResult:
    """DeleteRecoveryPoint, refused by a locked vault."""
    point = _asked_point(self)
    check_not_locked(point.vault, "deleted")
    remove_point(self.backup_backend, point)
    return EmptyResult()


def get_recovery_point_restore_metadata(self: BackupResponse) -> ActionResult:
    """GetRecoveryPointRestoreMetadata: how the resource was set up when it was backed up."""
    point = _asked_point(self)
    content: dict[str, Any] = {
        "BackupVaultArn": point.vault.backup_vault_arn,
        "RecoveryPointArn": point.arn,
        "RestoreMetadata": point.held.restore_metadata,
        "ResourceType": point.resource_type,
    }
    return ActionResult(content)


def _asked_point(response: BackupResponse) -> RecoveryPoint:
    asked, backend = parameters(response), response.backup_backend
    find_vault(backend, asked["BackupVaultName"])
    return find_point(backend, asked["RecoveryPointArn"], asked["BackupVaultName"])


def _all_points() -> Iterator[RecoveryPoint]:
    for backend in backends():
        yield from recovery_points(backend).values()


def _dates(point: RecoveryPoint) -> Iterator[datetime]:
    if point.delete_at is not None:
        yield point.delete_at
    if point.cold_at is not None and point.storage_class == "WARM":
        yield point.cold_at


def _count(backend: BackupBackend, vault: Vault) -> None:
    vault.num_of_recovery_points = len(points_of(backend, vault.backup_vault_name))
