"""A logically air-gapped vault: a copy that even an administrator of this account cannot shorten."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class IsolatedVaultArgs:
    """Inputs of an air-gapped vault."""

    vault_name: str
    min_days: int
    """Shortest retention that it accepts, 7 or more."""
    max_days: int
    """Longest retention that it accepts."""
    key_arn: pulumi.Input[str]
    ephemeral: bool = False


class IsolatedVault(pulumi.ComponentResource):
    """A second copy in the same Region that AWS Backup keeps apart, for the day when the account itself is the attacker's.

    It is opt-in: such a vault is locked in compliance mode from its first second, and stays until its last recovery point
    has expired.

    Produces the following resources:
    - `backup.LogicallyAirGappedVault` (protected).

    Outputs: `arn`.

    AWS limits:
    - Shortest and longest retention are both required, the shortest at least 7 days (CreateLogicallyAirGappedBackupVault).
    - A plan's rule can only name one of the same account and Region (BackupRule TargetLogicallyAirGappedBackupVaultArn).
    - Types that it does not support stay in the standard vault alone, without an error (AWS Backup developer guide).

    Cost: stored apart from the standard vault and billed again; not priced here.
    """

    def __init__(self, name: str, args: IsolatedVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:IsolatedVault", name, None, opts)
        vault = aws.backup.LogicallyAirGappedVault(
            f"{name}-air-gapped",
            name=args.vault_name,
            min_retention_days=args.min_days,
            max_retention_days=args.max_days,
            encryption_key_arn=args.key_arn,
            tags={"Name": args.vault_name},
            opts=pulumi.ResourceOptions(parent=self, protect=not args.ephemeral),
        )
        self.arn: pulumi.Output[str] = vault.arn
        self.register_outputs({"arn": self.arn})
