"""Backup vaults: a key of their own, a lock on retention, and a policy under which nobody deletes a recovery point."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import Statement, denied_unless_administrator, document
from components.settings.protection import LockMode, VaultLock

# What an attacker, or a tired operator, would call to make backups vanish.
DELETION_ACTIONS = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVault")
# What would take this protection away first. Not denied to everyone: see denied_unless_administrator.
TAMPERING_ACTIONS = (
    "backup:PutBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:DeleteBackupVaultLockConfiguration",
)


# Events that mean a backup is missing or a change was made to one. The *_COMPLETED events say nothing of success, and failures
# of S3 objects are silent otherwise: the job itself succeeds (AWS Backup BackupVaultEvent).
NOTIFIED = (
    "BACKUP_JOB_FAILED",
    "BACKUP_JOB_EXPIRED",
    "COPY_JOB_FAILED",
    "RESTORE_JOB_FAILED",
    "RECOVERY_POINT_MODIFIED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
    "CONTINUOUS_BACKUP_INTERRUPTED",
)


@dataclass(frozen=True, kw_only=True)
class LockedVaultArgs:
    """Inputs of a vault."""

    vault_name: str
    key_arn: pulumi.Input[str]
    account_id: str
    lock: VaultLock
    topic_arn: pulumi.Input[str]
    """SNS topic that hears of jobs that failed."""
    administrator_roles: tuple[str, ...] = ()
    """Roles that may change the vault's policy and lock; empty leaves that to IAM."""
    ephemeral: bool = False


class LockedVault(pulumi.ComponentResource):
    """A vault whose recovery points stay as long as they must.

    The lock is in governance mode unless the settings confirm compliance mode twice: that one nobody, AWS included, can
    lift once its cooling days are over.

    Produces the following resources:
    - `backup.Vault` (protected), `backup.VaultLockConfiguration`, `backup.VaultPolicy`, `backup.VaultNotifications`.

    Outputs: `arn`, `vault_name` (available once lock and policy are in place).

    AWS limits:
    - A job whose retention is outside the lock fails (PutBackupVaultLockConfiguration).
    - A locked vault is deleted only when it is empty (AWS Backup developer guide, Vault Lock).
    - `cooling_days` is at least 3 (PutBackupVaultLockConfiguration ChangeableForDays).
    - The lock guards recovery points, not the key that they are encrypted with: see RegionalKey.

    Cost: the vault is free; warm backup storage about $0.05 a GB and month, cold $0.01 with 90 days at least.
    """

    def __init__(self, name: str, args: LockedVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:vault:LockedVault", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vault = aws.backup.Vault(
            f"{name}-vault",
            name=args.vault_name,
            kms_key_arn=args.key_arn,
            force_destroy=args.ephemeral,
            tags={"Name": args.vault_name},
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        lock = aws.backup.VaultLockConfiguration(
            f"{name}-lock",
            backup_vault_name=vault.name,
            min_retention_days=args.lock.min_days,
            max_retention_days=args.lock.max_days,
            # Named, it is compliance mode; left out, governance (PutBackupVaultLockConfiguration ChangeableForDays).
            changeable_for_days=args.lock.cooling_days if args.lock.mode is LockMode.COMPLIANCE else None,
            opts=child,
        )
        policy = aws.backup.VaultPolicy(
            f"{name}-policy", backup_vault_name=vault.name, policy=document(_statements(args)), opts=child
        )
        aws.backup.VaultNotifications(
            f"{name}-notifications",
            backup_vault_name=vault.name,
            sns_topic_arn=args.topic_arn,
            backup_vault_events=list(NOTIFIED),
            opts=child,
        )
        self.arn: pulumi.Output[str] = vault.arn
        # Whatever writes into the vault waits for its protection.
        self.vault_name: pulumi.Output[str] = pulumi.Output.all(vault.name, lock.id, policy.id).apply(
            lambda made: str(made[0])
        )
        self.register_outputs({"arn": self.arn})


def _statements(args: LockedVaultArgs) -> list[Statement]:
    """Deny for everyone is what AWS Config's backup-recovery-point-manual-deletion-disabled asks for.

    That rule wants wildcards for `Principal` and `Resource`, and PutBackupVaultAccessPolicy among the denied; the
    latter spares the administrators here, who would otherwise be locked out for good.
    """
    nobody_deletes: Statement = {
        "Sid": "NobodyDeletesRecoveryPoints",
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(DELETION_ACTIONS),
        "Resource": "*",
    }
    guarded = denied_unless_administrator(
        "OnlyAdministratorsChangeTheProtection",
        TAMPERING_ACTIONS,
        account_id=args.account_id,
        administrator_roles=() if args.ephemeral else args.administrator_roles,
    )
    return [nobody_deletes, *guarded]
