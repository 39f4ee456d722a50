"""A logically air-gapped vault: backups that an attacker with every right in the account cannot shorten or delete."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.protection import AirGapped


@dataclass(frozen=True, kw_only=True)
class AirGappedVaultArgs:
    """Inputs of the vault."""

    vault_name: str
    retention: AirGapped
    key_arn: pulumi.Input[str] | None = None
    """None, the default: a key that AWS owns, which nobody in this account can disable."""


class AirGappedVault(pulumi.ComponentResource):
    """A second vault in the same Region, isolated by AWS and locked in compliance mode from its first minute.

    Opt-in, since it cannot be undone: no recovery point leaves it before its retention is over.

    Produces the following resources:
    - `backup.LogicallyAirGappedVault` (protected; kept when the stack goes, as it cannot be deleted while it holds
      anything)

    Outputs: `arn`, `vault_name`.

    AWS limits:
    - both retentions are required, 7 days at least (AWS Backup CreateLogicallyAirGappedBackupVault)
    - a rule's target must be of the same account and Region; stores that it does not support stay in the rule's own
      vault (AWS Backup BackupRuleInput TargetLogicallyAirGappedBackupVaultArn)

    Cost: backup storage a second time; not priced here.
    """

    def __init__(self, name: str, args: AirGappedVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:AirGappedVault", name, None, opts)
        vault = aws.backup.LogicallyAirGappedVault(
            f"{name}-air-gapped",
            name=args.vault_name,
            min_retention_days=args.retention.min_days,
            max_retention_days=args.retention.max_days,
            encryption_key_arn=args.key_arn,
            tags={"Name": args.vault_name},
            opts=pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True),
        )
        self.arn: pulumi.Output[str] = vault.arn
        self.vault_name: pulumi.Output[str] = vault.name
        self.register_outputs({"arn": self.arn})
