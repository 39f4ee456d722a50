"""KMS keys: one multi-Region key for data, and a key of its own for each vault.

So that losing one does not lose the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import ServiceUse, Statement, account_root, denied_unless_administrator, document
from components.tags import REPLICATED_BY

_NO_TAGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class KeyArgs:
    """Inputs of a key."""

    alias: str
    description: str
    account_id: str
    deletion_window_days: int
    administrator_roles: tuple[str, ...] = ()
    """Roles that may disable or delete the key; empty leaves that to IAM."""
    statements: tuple[Statement, ...] = ()
    """What a service's documentation asks for beyond that."""
    service_uses: tuple[ServiceUse, ...] = ()
    """Services that use the key on their own behalf, not through a role or a caller; none by default."""
    ephemeral: bool = False


@dataclass(frozen=True, kw_only=True)
class MultiRegionKeyArgs(KeyArgs):
    """Inputs of a multi-Region key."""

    replica_region: str
    """The only Region that the key may be replicated to."""
    replicated_by: str | None = None
    """Stack that holds the replica, for the policy pack, which cannot see it from here."""


@dataclass(frozen=True, kw_only=True)
class ReplicaOfKeyArgs(KeyArgs):
    """Inputs of a replica key."""

    primary_key_arn: pulumi.Input[str]


class RegionalKey(pulumi.ComponentResource):
    """A symmetric key of one Region that rotates every year.

    Produces the following resources:
    - `kms.Key` (protected, yearly rotation) and `kms.Alias`.

    Outputs: `arn`, `key_id`.
    """

    def __init__(self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:keys:RegionalKey", name, None, opts)
        key = _key(self, name, args, multi_region=False, statements=_statements(args))
        self.arn: pulumi.Output[str] = key.arn
        self.key_id: pulumi.Output[str] = key.key_id
        self.register_outputs({"arn": self.arn})


class MultiRegionKey(pulumi.ComponentResource):
    """The data key of the primary Region, with the same key material in its replica.

    Produces the following resources:
    - `kms.Key` (protected, yearly rotation, multi-Region) and `kms.Alias`.

    Outputs: `arn`, `key_id`.
    """

    def __init__(self, name: str, args: MultiRegionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:keys:MultiRegionKey", name, None, opts)
        said = {REPLICATED_BY: args.replicated_by} if args.replicated_by else {}
        # kms:ReplicateKey is part of the account's kms:*; this keeps the key material out of every other Region.
        elsewhere: Statement = {
            "Sid": "ReplicateOnlyToTheSecondaryRegion",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:ReplicateKey",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"kms:ReplicaRegion": args.replica_region}},
        }
        key = _key(self, name, args, multi_region=True, statements=[*_statements(args), elsewhere], tags=said)
        self.arn: pulumi.Output[str] = key.arn
        self.key_id: pulumi.Output[str] = key.key_id
        self.register_outputs({"arn": self.arn})


class ReplicaOfKey(pulumi.ComponentResource):
    """The data key of the secondary Region.

    KMS does not copy policy, alias and tags of the primary key: they are set here again.

    Produces the following resources:
    - `kms.ReplicaKey` (protected; rotates with its primary) and `kms.Alias`.

    Outputs: `arn`, `key_id`.
    """

    def __init__(self, name: str, args: ReplicaOfKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:keys:ReplicaOfKey", name, None, opts)
        key = aws.kms.ReplicaKey(
            f"{name}-key",
            primary_key_arn=args.primary_key_arn,
            description=args.description,
            deletion_window_in_days=args.deletion_window_days,
            policy=document(_statements(args)),
            tags={"Name": args.alias.removeprefix("alias/")},
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        _alias(self, name, args.alias, key.key_id)
        self.arn: pulumi.Output[str] = key.arn
        self.key_id: pulumi.Output[str] = key.key_id
        self.register_outputs({"arn": self.arn})


def _key(
    parent: pulumi.Resource,
    name: str,
    args: KeyArgs,
    *,
    multi_region: bool,
    statements: list[Statement],
    tags: Mapping[str, str] = _NO_TAGS,
) -> aws.kms.Key:
    key = aws.kms.Key(
        f"{name}-key",
        description=args.description,
        enable_key_rotation=True,
        multi_region=multi_region,
        deletion_window_in_days=args.deletion_window_days,
        policy=document(statements),
        tags={"Name": args.alias.removeprefix("alias/"), **tags},
        opts=store_options(parent, ephemeral=args.ephemeral),
    )
    _alias(parent, name, args.alias, key.key_id)
    return key


def _alias(parent: pulumi.Resource, name: str, alias: str, key_id: pulumi.Input[str]) -> None:
    aws.kms.Alias(f"{name}-alias", name=alias, target_key_id=key_id, opts=pulumi.ResourceOptions(parent=parent))


def _statements(args: KeyArgs) -> list[Statement]:
    """The account decides through IAM who uses the key (AWS KMS developer guide, "Default key policy").

    No role is named: KMS refuses a policy with a principal that does not exist yet. Backup, replication and snapshot
    roles get their use of the key in their own policies. Deleting or disabling a key destroys every backup made with
    it, which no vault lock prevents.
    """
    whole_account: Statement = {
        "Sid": "TheAccountDecidesThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": account_root(args.account_id)},
        "Action": "kms:*",
        "Resource": "*",
    }
    guarded = denied_unless_administrator(
        "OnlyAdministratorsMayDestroy",
        ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation"],
        account_id=args.account_id,
        administrator_roles=() if args.ephemeral else args.administrator_roles,
    )
    return [whole_account, *(use.statement() for use in args.service_uses), *guarded, *args.statements]
