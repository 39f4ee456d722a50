"""The settings of one stack: what SecureCart protects (said once, in Pulumi.yaml) and what differs between prod and dr."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import AccountId, Frozen, Region, RoleName, StoreName
from components.settings.buckets import BucketStore
from components.settings.databases import DatabaseStore
from components.settings.network import Network
from components.settings.protection import Backup, VaultLock
from components.settings.tables import TableStore
from components.settings.volumes import VolumeStore


class Role(StrEnum):
    """Which side of the estate a stack is."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Links(StrEnum):
    """Whether dr manages its resources on the primary side.

    Or leaves them untouched because that Region cannot answer.
    """

    ENABLED = "enabled"
    FROZEN = "frozen"


class Regions(Frozen):
    """The two Regions of the estate."""

    primary: Region = Field(description="Region that serves; stack prod")
    secondary: Region = Field(description="Region that takes over; stack dr")

    @model_validator(mode="after")
    def differ(self) -> Self:
        if self.primary == self.secondary:
            raise ValueError(
                f"primary and secondary are both {self.primary}: a Region cannot be the recovery site of itself"
            )
        return self


class Settings(Frozen):
    """Everything that the program is told. Stores are keyed by name; both stacks read the same ones."""

    account_id: AccountId = Field(description="AWS account of the estate; the provider refuses any other")
    regions: Regions
    databases: dict[StoreName, DatabaseStore] = Field(min_length=1)
    tables: dict[StoreName, TableStore] = Field(min_length=1)
    buckets: dict[StoreName, BucketStore] = Field(min_length=1)
    volumes: dict[StoreName, VolumeStore] = Field(min_length=1)
    vault_lock: VaultLock = VaultLock()
    key_deletion_window_days: int = limits.KMS_DELETION_WINDOW.field(
        default=30, description="time to notice a deleted key"
    )
    administrator_roles: tuple[RoleName, ...] = Field(
        default=(),
        description="IAM roles that alone may change vault policies and locks and delete keys; the deployer among them",
    )
    role: Role
    network: Network
    backup: Backup
    links: Links = Links.ENABLED
    ephemeral: bool = Field(default=False, description="true lifts every deletion protection: test stacks only")

    @model_validator(mode="after")
    def retention_fits(self) -> Self:
        """AWS Backup fails each job whose retention is outside the lock.

        Better to fail here (PutBackupVaultLockConfiguration).
        """
        lock = self.vault_lock
        for key, days in (
            ("retentionDays", self.backup.retention_days),
            ("copyRetentionDays", self.backup.copy_retention_days),
        ):
            if not lock.min_days <= days <= lock.max_days:
                raise ValueError(
                    f"backup.{key} is {days}, outside vaultLock ({lock.min_days} to {lock.max_days} days):"
                    " AWS Backup would fail every job (PutBackupVaultLockConfiguration)"
                )
            cold = self.backup.cold_storage_after_days
            if cold is not None and days < cold + limits.COLD_STORAGE_MINIMUM_DAYS:
                raise ValueError(
                    f"backup.{key} is {days}, with coldStorageAfterDays {cold} it must be at least"
                    f" {cold + limits.COLD_STORAGE_MINIMUM_DAYS} (AWS Backup Lifecycle: 90 days in cold storage)"
                )
        return self

    @property
    def region(self) -> str:
        """The Region of this stack."""
        return self.regions.primary if self.role is Role.PRIMARY else self.regions.secondary

    @property
    def other_region(self) -> str:
        """The Region of the other stack."""
        return self.regions.secondary if self.role is Role.PRIMARY else self.regions.primary
