"""AWS Backup Vault Lock, enforced: no deletion, no changed lifecycle, no retention outside of the lock's ends.

Developer guide, "AWS Backup Vault Lock": governance mode differs from compliance mode in that the lock itself can be
removed; while it is on, both keep what the vault holds.
"""

from __future__ import annotations

from typing import Any

from moto.backup.exceptions import InvalidRequestException
from moto.backup.models import Vault

from localcloud.emulator.extensions.backup_store import StoreError


def check_not_locked(vault: Vault, what: str) -> None:
    """Refuse to have a recovery point of a locked vault deleted or changed before its retention ends."""
    if vault.locked:
        raise InvalidRequestException(
            f"Backup vault {vault.backup_vault_name} is locked: its recovery points cannot be {what} before their "
            "retention ends"
        )


def check_retention(vault: Vault, lifecycle: dict[str, Any]) -> None:
    """Raise StoreError, so that the job fails, for a retention that the lock of the vault does not allow."""
    if not vault.locked:
        return
    days = lifecycle.get("DeleteAfterDays")
    low, high = vault.min_retention_days, vault.max_retention_days
    kept_for_ever = days in (None, -1)
    too_short = low is not None and not kept_for_ever and days < low
    too_long = high is not None and (kept_for_ever or days > high)
    if too_short or too_long:
        kept = "for ever" if kept_for_ever else f"{days} days"
        raise StoreError(
            f"The retention, {kept}, is not within the lock of backup vault {vault.backup_vault_name}: "
            f"{low or 1} to {high or 36500} days"
        )
