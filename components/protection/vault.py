"""Backup vaults: a key of their own, a lock on retention, and a policy under which nobody deletes a recovery point."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import Statement, denied_unless_administrator, document
from components.settings import limits

# What an attacker, or a tired operator, would call to make backups vanish.
DELETION_ACTIONS = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVault")
# What would take this protection away first. Not denied to everyone: see denied_unless_administrator.
TAMPERING_ACTIONS = (
    "backup:PutBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:PutBackupVaultNotifications",
    "backup:DeleteBackupVaultNotifications",
)
# PutBackupVaultNotifications: BACKUP_JOB_FAILED, _EXPIRED and RESTORE_JOB_FAILED are deprecated and never sent; a
# failed, aborted or expired job arrives as BACKUP_JOB_COMPLETED or RESTORE_JOB_COMPLETED whose message attribute
# `State` is not COMPLETED, by which a subscription can filter.
NOTIFIED_EVENTS = (
    "BACKUP_JOB_COMPLETED",
    "CONTINUOUS_BACKUP_INTERRUPTED",
    "COPY_JOB_FAILED",
    "RECOVERY_POINT_MODIFIED",
    "RESTORE_JOB_COMPLETED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
)


@dataclass(frozen=True, kw_only=True)
class LockedVaultArgs:
    """Inputs of a vault."""

    vault_name: str
    key_arn: pulumi.Input[str]
    account_id: str
    lock_min_days: int
    lock_max_days: int
    irrevocable_after_days: int | None = None
    """None, the default: governance mode, which the administrators can lift. A number: compliance mode, in which the
    lock can be removed for so many days (3 or more) and never after."""
    topic_arn: pulumi.Input[str] | None = None
    """SNS topic that is told of NOTIFIED_EVENTS; its policy must let backup.amazonaws.com publish."""
    administrator_roles: tuple[str, ...] = ()
    """Roles that may change the vault's policy and lock; empty leaves that to IAM."""
    ephemeral: bool = False


class LockedVault(pulumi.ComponentResource):
    """A vault whose recovery points stay as long as they must.

    In governance mode, unless `irrevocable_after_days` makes it compliance mode, which nobody, AWS included, can lift
    again (AWS Backup developer guide, Vault Lock). Jobs with a retention outside the lock fail.

    Produces the following resources:
    - `backup.Vault` (protected), `backup.VaultLockConfiguration`, `backup.VaultPolicy`
    - `backup.VaultNotifications`, given a topic

    Outputs: `arn`, `vault_name` (available once lock and policy are in place).

    AWS limits:
    - the lock: 1 to 36500 days; 3 days at least until it is irrevocable (AWS Backup PutBackupVaultLockConfiguration)
    - a locked vault is deleted only when it is empty (AWS Backup developer guide, Vault Lock)
    - the lock protects recovery points, not the key: the key's policy and alarms must (AWS Backup developer guide)

    Cost: none for the vault itself; its key $1 a month, storage by the plan that fills it.
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
            min_retention_days=args.lock_min_days,
            max_retention_days=args.lock_max_days,
            changeable_for_days=checked_cooling(args.irrevocable_after_days, ephemeral=args.ephemeral),
            opts=child,
        )
        policy = aws.backup.VaultPolicy(
            f"{name}-policy", backup_vault_name=vault.name, policy=document(_statements(args)), opts=child
        )
        if args.topic_arn is not None:
            aws.backup.VaultNotifications(
                f"{name}-notifications",
                backup_vault_name=vault.name,
                sns_topic_arn=args.topic_arn,
                backup_vault_events=list(NOTIFIED_EVENTS),
                opts=child,
            )
        self.arn: pulumi.Output[str] = vault.arn
        # Whatever writes into the vault waits for its protection.
        self.vault_name: pulumi.Output[str] = pulumi.Output.all(vault.name, lock.id, policy.id).apply(
            lambda made: str(made[0])
        )
        self.register_outputs({"arn": self.arn})


def checked_cooling(days: int | None, *, ephemeral: bool) -> int | None:
    """The days until a lock is irrevocable. Raises ValueError for what AWS refuses, or what could never be undone."""
    allowed = limits.BACKUP_LOCK_COOLING
    if days is not None and ephemeral:
        raise ValueError(
            f"irrevocable_after_days is {days} in an ephemeral stack: its vault could never be deleted; use None"
        )
    if days is not None and not allowed.minimum <= days <= allowed.maximum:
        raise ValueError(f"irrevocable_after_days is {days}, it must be {allowed.text}, or None for governance mode")
    return days


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
