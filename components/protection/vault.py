"""Backup vaults: a key of their own, a lock on retention, and a policy under which nobody deletes a recovery point."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import Statement, denied_unless_administrator, document

# What an attacker, or a tired operator, would call to make backups vanish.
DELETION_ACTIONS = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVault")
# What would take this protection away first. Not denied to everyone: see denied_unless_administrator.
TAMPERING_ACTIONS = (
    "backup:PutBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:DeleteBackupVaultLockConfiguration",
)


@dataclass(frozen=True, kw_only=True)
class LockedVaultArgs:
    """Inputs of a vault."""

    vault_name: str
    key_arn: pulumi.Input[str]
    account_id: str
    lock_min_days: int
    lock_max_days: int
    administrator_roles: tuple[str, ...] = ()
    """Roles that may change the vault's policy and lock; empty leaves that to IAM."""
    ephemeral: bool = False


class LockedVault(pulumi.ComponentResource):
    """A vault whose recovery points stay as long as they must.

    The lock is in governance mode: with `changeable_for_days` it would become compliance mode, which nobody, AWS
    included, can lift again (AWS Backup developer guide, Vault Lock). Jobs with a retention outside the lock fail.

    Produces the following resources:
    - `backup.Vault` (protected), `backup.VaultLockConfiguration`, `backup.VaultPolicy`.

    Outputs: `arn`, `vault_name` (available once lock and policy are in place).
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
            opts=child,
        )
        policy = aws.backup.VaultPolicy(
            f"{name}-policy", backup_vault_name=vault.name, policy=document(_statements(args)), opts=child
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
