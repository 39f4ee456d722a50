"""The access policies of vaults, as far as they deny: what a policy denies is refused to everyone whom it names.

Rights of IAM are not judged here, so an Allow changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from moto.backup.exceptions import InvalidParameterValueException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError

from localcloud.emulator.callers import principal_arn
from localcloud.emulator.extensions.calls import parameters

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
_PRINCIPAL_ARN = "aws:principalarn"
_CONDITIONS: dict[str, Callable[[str, str], bool]] = {
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "StringEquals": str.__eq__,
    "StringLike": fnmatchcase,
}
_NEGATED = {
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
}


class AccessDeniedError(JsonRESTError):
    """An error that all services have in common, so that none has it in its model."""

    code = 403

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


def check_policy(text: str) -> None:
    """Refuse a policy that is no JSON, or that denies on a condition which is not modelled."""
    for statement in _denials(text):
        for operator, compared in (statement.get("Condition") or {}).items():
            keys = {key.lower() for key in compared}
            if _NEGATED.get(operator, operator) not in _CONDITIONS or keys != {_PRINCIPAL_ARN}:
                raise InvalidParameterValueException(
                    f"Condition {operator} on {', '.join(compared)}: of a Deny in a vault's policy the local cloud judges "
                    f"aws:PrincipalArn, by {', '.join([*_CONDITIONS, *_NEGATED])}"
                )


def check_allowed(vault: Vault, action: str, principal_arn: str) -> None:
    """Raise AccessDeniedException when the vault's policy denies the action (DeleteRecoveryPoint) to the principal."""
    for statement in _denials(vault.access_policy or ""):
        if _names(statement, action) and _is_meant(statement, principal_arn):
            raise AccessDeniedError(
                f"{principal_arn} is not authorized to perform: backup:{action} on {vault.backup_vault_arn} with an "
                f"explicit deny in a resource-based policy ({statement.get('Sid') or 'a statement without Sid'})",
            )


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
    if not text:
        return []
    try:
        statements = json.loads(text).get("Statement") or []
    except (ValueError, AttributeError) as error:
        raise InvalidParameterValueException(f"The policy is no JSON object: {error}") from error
    whole = [statements] if isinstance(statements, dict) else statements
    return [statement for statement in whole if statement.get("Effect") == "Deny"]


def _names(statement: dict[str, Any], action: str) -> bool:
    asked = f"backup:{action}".lower()
    if "NotAction" in statement:
        return not any(fnmatchcase(asked, pattern.lower()) for pattern in _listed(statement["NotAction"]))
    return any(fnmatchcase(asked, pattern.lower()) for pattern in _listed(statement.get("Action")))


def _is_meant(statement: dict[str, Any], principal_arn: str) -> bool:
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS")) if isinstance(principal, dict) else _listed(principal)
    account_id = principal_arn.split(":")[4]
    everyone = {"*", account_id, f"arn:aws:iam::{account_id}:root"}
    if not any(name in everyone or name == principal_arn for name in named):
        return False
    return all(
        _holds(operator, _listed(next(iter(compared.values()))), principal_arn)
        for operator, compared in (statement.get("Condition") or {}).items()
    )


def _holds(operator: str, values: Iterable[str], principal_arn: str) -> bool:
    positive = _NEGATED.get(operator, operator)
    matches = any(_CONDITIONS[positive](principal_arn, value) for value in values)
    return matches == (positive == operator)


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def apply() -> None:
    """Ask the vault's policy before these operations; comes after all that adds or replaces one of them."""
    for operation, action in GUARDED.items():
        setattr(BackupResponse, operation, _guarded(getattr(BackupResponse, operation), action))
