"""AWS Backup logically air-gapped vaults: locked from the start, with both ends of the retention."""

from __future__ import annotations

from typing import Any

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult

from localcloud.emulator.extensions.backup_vaults import find_vault
from localcloud.emulator.extensions.calls import extend, parameters

AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
# API reference, CreateLogicallyAirGappedBackupVault: "The minimum value accepted is 7 days."
_MINIMUM_RETENTION_DAYS = 7
# API reference, PutBackupVaultLockConfiguration: 100 years.
_MAXIMUM_RETENTION_DAYS = 36500

_put_lock = BackupResponse.put_backup_vault_lock_configuration
_delete_lock = BackupResponse.delete_backup_vault_lock_configuration


def create_logically_air_gapped_backup_vault(self: BackupResponse) -> ActionResult:
    """CreateLogicallyAirGappedBackupVault."""
    asked = parameters(self)
    low, high = asked["MinRetentionDays"], asked["MaxRetentionDays"]
    if not _MINIMUM_RETENTION_DAYS <= low <= high <= _MAXIMUM_RETENTION_DAYS:
        raise InvalidParameterValueException(
            f"MinRetentionDays {low} and MaxRetentionDays {high} must be in order, between {_MINIMUM_RETENTION_DAYS} "
            f"and {_MAXIMUM_RETENTION_DAYS}"
        )
    vault: Vault = self.backup_backend.create_backup_vault(
        asked["BackupVaultName"],
        asked.get("BackupVaultTags") or {},
        asked.get("EncryptionKeyArn"),
        asked.get("CreatorRequestId"),
    )
    vault.vault_type = AIR_GAPPED
    vault.locked, vault.min_retention_days, vault.max_retention_days = True, low, high
    content: dict[str, Any] = {**vault.to_dict(), "VaultState": "AVAILABLE"}
    return ActionResult(content)


def check_air_gapped_target(backend: BackupBackend, arn: str) -> None:
    """Refuse a rule's target that is no air-gapped vault of the plan's own account and Region (BackupRuleInput)."""
    name = arn.rpartition(":")[2]
    vault = backend.vaults.get(name)
    if vault is None or vault.backup_vault_arn != arn or vault.vault_type != AIR_GAPPED:
        raise InvalidParameterValueException(
            f"{arn} is not a logically air-gapped vault of {backend.account_id} in {backend.region_name}"
        )


def put_backup_vault_lock_configuration(self: BackupResponse) -> ActionResult:
    """PutBackupVaultLockConfiguration, refused for a vault whose lock is part of it."""
    _refuse_air_gapped(self)
    answer: ActionResult = _put_lock(self)
    return answer


def delete_backup_vault_lock_configuration(self: BackupResponse) -> ActionResult:
    """DeleteBackupVaultLockConfiguration, refused for a vault whose lock is part of it."""
    _refuse_air_gapped(self)
    answer: ActionResult = _delete_lock(self)
    return answer


def _refuse_air_gapped(response: BackupResponse) -> None:
    name = parameters(response)["BackupVaultName"]
    if find_vault(response.backup_backend, name).vault_type == AIR_GAPPED:
        raise InvalidRequestException(f"{name} is a logically air-gapped vault: its lock cannot be changed")


def apply() -> None:
    """Add air-gapped vaults to moto's AWS Backup."""
    extend(
        BackupResponse,
        create_logically_air_gapped_backup_vault,
        put_backup_vault_lock_configuration,
        delete_backup_vault_lock_configuration,
    )
