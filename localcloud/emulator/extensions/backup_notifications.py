"""AWS Backup vault notifications: kept and read back. No event is published: no job runs here."""

from __future__ import annotations

from typing import Any

from moto.backup.exceptions import InvalidParameterValueException, ResourceNotFoundException
from moto.backup.models import Vault
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator.extensions.backup_vaults import find_vault
from localcloud.emulator.extensions.calls import extend, parameters


def put_backup_vault_notifications(self: BackupResponse) -> ActionResult:
    """PutBackupVaultNotifications. A topic of another Region is refused; whether it exists is not asked."""
    asked = parameters(self)
    vault = find_vault(self.backup_backend, asked["BackupVaultName"])
    topic = asked["SNSTopicArn"]
    if not topic.startswith(f"arn:{self.partition}:sns:{self.region}:"):
        raise InvalidParameterValueException(f"{topic} is not an SNS topic of {self.region}, the Region of the vault")
    vault.notifications = {"SNSTopicArn": topic, "BackupVaultEvents": asked["BackupVaultEvents"]}
    return EmptyResult()


def get_backup_vault_notifications(self: BackupResponse) -> ActionResult:
    """GetBackupVaultNotifications."""
    vault = find_vault(self.backup_backend, parameters(self)["BackupVaultName"])
    if vault.notifications is None:
        raise ResourceNotFoundException(f"Failed reading notifications from database for {vault.backup_vault_name}")
    content: dict[str, Any] = {
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        **vault.notifications,
    }
    return ActionResult(content)


def delete_backup_vault_notifications(self: BackupResponse) -> ActionResult:
    """DeleteBackupVaultNotifications."""
    find_vault(self.backup_backend, parameters(self)["BackupVaultName"]).notifications = None
    return EmptyResult()


def apply() -> None:
    """Add notifications to moto's vaults."""
    Vault.notifications = None
    extend(
        BackupResponse,
        put_backup_vault_notifications,
        get_backup_vault_notifications,
        delete_backup_vault_notifications,
    )
