"""KMS keys: one multi-Region key for data, replicated by dr, and a separate key for each vault."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.naming import key_arn_in
from components.options import store_options
from components.policies import document

ROTATION_PERIOD_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class KeyArgs:
    """What a key is for and how long its deletion waits.

    `alias`: full alias name, `alias/...`. `deletion_window_days`: 7 to 30 (AWS KMS ScheduleKeyDeletion).
    `multi_region`: whether dr may replicate it; can't be changed later.
    """

    alias: str
    description: str
    account_id: str
    deletion_window_days: int
    multi_region: bool = False
    ephemeral: bool = False


def account_policy(account_id: str) -> pulumi.Output[str]:
    """Hands the key to the account's IAM policies; roles of ours are then granted what they need, by name, where they are made.

    A key policy cannot name a role that does not exist yet, and dr's key must exist before dr's roles. With the account as principal,
    no key can be orphaned by deleting a role (AWS KMS developer guide, "Default key policy").
    """
    return document(
        [
            {
                "Sid": "AccountDelegatesToIam",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ]
    )


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric customer managed key that rotates every year.

    Produces the following resources:
    - a KMS key (protected, rotation on, multi-Region where asked)
    - its alias

    Outputs: `arn`, `key_id`.
    """

    def __init__(self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:kms:EncryptionKey", name, None, opts)
        key = aws.kms.Key(
            name,
            description=args.description,
            multi_region=args.multi_region,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_PERIOD_DAYS,
            deletion_window_in_days=args.deletion_window_days,
            policy=account_policy(args.account_id),
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        aws.kms.Alias(name, name=args.alias, target_key_id=key.key_id, opts=pulumi.ResourceOptions(parent=self))
        self.arn: pulumi.Output[str] = key.arn
        self.key_id: pulumi.Output[str] = key.key_id
        self.register_outputs({"arn": self.arn})

    def arn_in(self, region: str) -> pulumi.Output[str]:
        """The ARN of this key's replica in `region`, known before dr has made it."""
        return self.arn.apply(lambda arn: key_arn_in(arn, region))


@dataclass(frozen=True, kw_only=True)
class ReplicaKeyArgs:
    """The replica of prod's data key. Policy, alias and tags are not replicated by KMS, so they are stated here again."""

    primary_key_arn: pulumi.Input[str]
    alias: str
    description: str
    account_id: str
    deletion_window_days: int
    ephemeral: bool = False


class ReplicaKey(pulumi.ComponentResource):
    """The data key of the secondary Region: same key material, usable when the primary Region is gone.

    Produces the following resources:
    - a KMS replica key (protected); rotation follows the primary (AWS KMS developer guide, "Rotating multi-Region keys")
    - its alias

    Outputs: `arn`.
    """

    def __init__(self, name: str, args: ReplicaKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:kms:ReplicaKey", name, None, opts)
        key = aws.kms.ReplicaKey(
            name,
            primary_key_arn=args.primary_key_arn,
            description=args.description,
            deletion_window_in_days=args.deletion_window_days,
            policy=account_policy(args.account_id),
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        aws.kms.Alias(name, name=args.alias, target_key_id=key.key_id, opts=pulumi.ResourceOptions(parent=self))
        self.arn: pulumi.Output[str] = key.arn
        self.register_outputs({"arn": self.arn})
