"""What can be changed in a recovery point: its lifecycle, and whether AWS Backup manages a continuous backup."""

from __future__ import annotations

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator import duties
from localcloud.emulator.extensions.backup_events import recovery_point_changed
from localcloud.emulator.extensions.backup_locks import check_not_locked
from localcloud.emulator.extensions.backup_plans import check_lifecycle
from localcloud.emulator.extensions.backup_records import place_of
from localcloud.emulator.extensions.backup_recovery_points import (
    carry_out_lifecycles,
    delete_recovery_point,
    describe_recovery_point,
    find_point,
    forget_point,
    get_recovery_point_restore_metadata,
    list_recovery_points_by_backup_vault,
    list_recovery_points_by_resource,
    next_lifecycle,
)
from localcloud.emulator.extensions.calls import extend, parameters


def update_recovery_point_lifecycle(self: BackupResponse) -> ActionResult:
    """UpdateRecoveryPointLifecycle, refused by a locked vault, and for what is in cold storage already."""
    asked = parameters(self)
    point = find_point(self.backup_backend, asked["RecoveryPointArn"], asked["BackupVaultName"])
    check_not_locked(point.vault, "changed")
    lifecycle = asked.get("Lifecycle") or {}
    if point.continuous:
        raise InvalidRequestException("The lifecycle of a continuous backup cannot be changed")
    if point.storage_class == "COLD" and "MoveToColdStorageAfterDays" in lifecycle:
        raise InvalidParameterValueException("MoveToColdStorageAfterDays cannot be changed: it is in cold storage")
    check_lifecycle(lifecycle)
    point.lifecycle = lifecycle
    described = point.describe()
    recovery_point_changed(place_of(self.backup_backend), {**described, "Status": "MODIFIED"})
    members = ("BackupVaultArn", "RecoveryPointArn", "Lifecycle", "CalculatedLifecycle")
    return ActionResult({name: described[name] for name in members})


def disassociate_recovery_point(self: BackupResponse) -> ActionResult:
    """DisassociateRecoveryPoint: RDS keeps its continuous backup, AWS Backup lets go of it."""
    asked = parameters(self)
    point = find_point(self.backup_backend, asked["RecoveryPointArn"], asked["BackupVaultName"])
    if not point.continuous or point.resource_type != "RDS":
        raise InvalidRequestException("Only a continuous backup of RDS can be disassociated")
    check_not_locked(point.vault, "disassociated")
    forget_point(self.backup_backend, point)
    return EmptyResult()


def apply() -> None:
    """Add recovery points to moto's AWS Backup, and what happens to them in time."""
    duties.when_due(next_lifecycle, carry_out_lifecycles)
    extend(
        BackupResponse,
        describe_recovery_point,
        list_recovery_points_by_backup_vault,
        list_recovery_points_by_resource,
        get_recovery_point_restore_metadata,
        delete_recovery_point,
        update_recovery_point_lifecycle,
        disassociate_recovery_point,
    )
