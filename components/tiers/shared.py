"""What both tiers are made from the same way: their arguments, vault and buckets, from the settings of the stack's Region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.buckets.bucket import ProtectedBucketArgs
from components.keys import KeyArgs
from components.naming import SECONDARY_STACK, Names
from components.protection.vault import LockedVaultArgs
from components.settings import Role, Settings


@dataclass(frozen=True, kw_only=True)
class TierArgs:
    """Inputs of a Region's tier."""

    settings: Settings


def vault_key_args(settings: Settings, names: Names) -> KeyArgs:
    """The vault's own key, in either Region: who may use the data key still cannot touch what is in the vault."""
    return KeyArgs(
        alias=names.key_alias("vault"),
        description="Recovery points in SecureCart's vault of this Region",
        account_id=settings.account_id,
        deletion_window_days=settings.key_deletion_window_days,
        administrator_roles=settings.administrator_roles,
        ephemeral=settings.ephemeral,
    )


def vault_args(settings: Settings, names: Names, key_arn: pulumi.Input[str]) -> LockedVaultArgs:
    """The vault of the stack's Region."""
    return LockedVaultArgs(
        vault_name=names.vault(settings.role),
        key_arn=key_arn,
        account_id=settings.account_id,
        lock_min_days=settings.vault_lock.min_days,
        lock_max_days=settings.vault_lock.max_days,
        administrator_roles=settings.administrator_roles,
        ephemeral=settings.ephemeral,
    )


def bucket_args(settings: Settings, names: Names, store: str, key_arn: pulumi.Input[str]) -> ProtectedBucketArgs:
    """A bucket of the stack's Region. Both replication configurations belong to dr, so each side says where it belongs."""
    primary = settings.role is Role.PRIMARY
    return ProtectedBucketArgs(
        bucket_name=names.bucket(store, settings.region),
        store=settings.buckets[store],
        key_arn=key_arn,
        replicated_by=SECONDARY_STACK if primary else None,
        replica_of=None if primary else names.bucket(store, settings.other_region),
        ephemeral=settings.ephemeral,
    )
