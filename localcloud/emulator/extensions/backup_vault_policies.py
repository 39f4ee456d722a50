"""The access policies of vaults, as far as they deny: what a policy denies is refused to everyone whom it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.backup.exceptions import InvalidParameterValueException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse

from localcloud.emulator.callers import principal_arn
from localcloud.emulator.extensions.calls import parameters
from localcloud.emulator.extensions.denials import CONDITIONS, NEGATED, check_denials, denials, unjudged

# What the policy of a vault is asked about, by the name of the operation in moto's class.
GUARDED = {
    "delete_backup_vault": "DeleteBackupVault",
    "delete_backup_vault_access_policy": "DeleteBackupVaultAccessPolicy",
    "delete_backup_vault_lock_configuration": "DeleteBackupVaultLockConfiguration",
    "delete_backup_vault_notifications": "DeleteBackupVaultNotifications",
    "delete_recovery_point": "DeleteRecoveryPoint",
    "describe_recovery_point": "DescribeRecoveryPoint",
    "disassociate_recovery_point": "DisassociateRecoveryPoint",
    "get_recovery_point_restore_metadata": "GetRecoveryPointRestoreMetadata",
    "put_backup_vault_access_policy": "PutBackupVaultAccessPolicy",
    "put_backup_vault_lock_configuration": "PutBackupVaultLockConfiguration",
    "put_backup_vault_notifications": "PutBackupVaultNotifications",
    "start_backup_job": "StartBackupJob",
    "update_recovery_point_lifecycle": "UpdateRecoveryPointLifecycle",
}


def check_policy(text: str) -> None:
    """Refuse a policy that is no JSON, or that denies on a condition which is not modelled."""
    for statement in _denials(text):
        condition = unjudged(statement)
        if condition:
            raise InvalidParameterValueException(
                f"Condition {condition}: of a Deny in a vault's policy the local cloud judges aws:PrincipalArn, by "
                f"{', '.join([*CONDITIONS, *NEGATED])}"
            )


def check_allowed(vault: Vault, action: str, principal_arn: str) -> None:
    """Raise AccessDeniedException when the vault's policy denies the action (DeleteRecoveryPoint) to the principal."""
    check_denials(_denials(vault.access_policy or ""), f"backup:{action}", vault.backup_vault_arn, principal_arn)


def caller_arn(response: BackupResponse) -> str:
    """aws:PrincipalArn of a request."""
    return principal_arn(response.get_access_key())


def _guarded(operation: Callable[[BackupResponse], Any], action: str) -> Callable[[BackupResponse], Any]:
    def call(self: BackupResponse) -> Any:
        backend: BackupBackend = self.backup_backend
        vault = backend.vaults.get(parameters(self)["BackupVaultName"])
        if vault is not None:
            check_allowed(vault, action, caller_arn(self))
        return operation(self)

    return call


def _denials(text: str) -> list[dict[str, Any]]:
    try:
        return denials(text)
    except ValueError as error:
        raise InvalidParameterValueException(f"The policy is no JSON object: {error}") from error


def apply() -> None:
    """Ask the vault's policy before these operations; comes after all that adds or replaces one of them."""
    for operation, action in GUARDED.items():
        setattr(BackupResponse, operation, _guarded(getattr(BackupResponse, operation), action))
