"""AWS Backup vaults: access policies, and the refusals that protect a vault."""

from __future__ import annotations

from typing import Any

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException, ResourceNotFoundException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.backup.urls import url_paths
from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator.extensions.backup_vault_policies import check_policy
from localcloud.emulator.extensions.calls import extend, find_key, parameters

_create_backup_vault = BackupBackend.create_backup_vault


def find_vault(backend: BackupBackend, name: str) -> Vault:
    """The vault of that name, or the ResourceNotFoundException that AWS answers with."""
    if name not in backend.vaults:
        raise ResourceNotFoundException(f"Backup vault {name} not found")
    return backend.vaults[name]


def create_backup_vault(
    self: BackupBackend,
    backup_vault_name: str,
    backup_vault_tags: dict[str, str],
    encryption_key_arn: str | None,
    creator_request_id: str,
) -> Vault:
    """CreateBackupVault, refused when the key is not in the vault's own Region."""
    if encryption_key_arn and find_key(self, encryption_key_arn) is None:
        raise InvalidParameterValueException(f"KMS key {encryption_key_arn} does not exist in {self.region_name}")
    vault: Vault = _create_backup_vault(
        self, backup_vault_name, backup_vault_tags, encryption_key_arn, creator_request_id
    )
    return vault


def delete_backup_vault(self: BackupBackend, backup_vault_name: str) -> None:
    """DeleteBackupVault, refused while the vault holds recovery points."""
    vault = find_vault(self, backup_vault_name)
    if vault.num_of_recovery_points:
        raise InvalidRequestException(f"Backup vault {backup_vault_name} cannot be deleted: it has recovery points")
    self.tagger.delete_all_tags_for_resource(vault.backup_vault_arn)
    del self.vaults[backup_vault_name]


def put_backup_vault_access_policy(self: BackupResponse) -> ActionResult:
    """PutBackupVaultAccessPolicy; backup_vault_policies enforces it."""
    asked = parameters(self)
    check_policy(asked.get("Policy") or "")
    find_vault(self.backup_backend, asked["BackupVaultName"]).access_policy = asked.get("Policy")
    return EmptyResult()


def get_backup_vault_access_policy(self: BackupResponse) -> ActionResult:
    """GetBackupVaultAccessPolicy."""
    vault = find_vault(self.backup_backend, parameters(self)["BackupVaultName"])
    if vault.access_policy is None:
        raise ResourceNotFoundException(f"Backup vault {vault.backup_vault_name} has no access policy")
    content: dict[str, Any] = {
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "Policy": vault.access_policy,
    }
    return ActionResult(content)


def delete_backup_vault_access_policy(self: BackupResponse) -> ActionResult:
    """DeleteBackupVaultAccessPolicy."""
    find_vault(self.backup_backend, parameters(self)["BackupVaultName"]).access_policy = None
    return EmptyResult()


def apply() -> None:
    """Add the access policy to moto's vaults, and route every path of the service by its model."""
    url_paths["{0}/(?P<path>.+)$"] = BackupResponse.dispatch
    Vault.access_policy = None
    # The name by which moto shows it.
    Vault.number_of_recovery_points = property(lambda vault: vault.num_of_recovery_points)
    Vault.vault_type = "BACKUP_VAULT"
    Vault.vault_state = "AVAILABLE"
    extend(
        BackupBackend,
        create_backup_vault,
        delete_backup_vault,
    )
    extend(
        BackupResponse,
        put_backup_vault_access_policy,
        get_backup_vault_access_policy,
        delete_backup_vault_access_policy,
    )
