"""The settings of one stack: what SecureCart protects (said once.

In Pulumi.yaml) and what differs between prod and dr.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic.alias_generators import to_camel

from components.settings import limits

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
# The strictest name rule of what a store's name ends up in: RDS identifiers start with a letter, S3 allows no upper
# case or underscore.
StoreName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
# IAM CreateRole RoleName, with an optional path.
RoleName = Annotated[str, StringConstraints(pattern=r"^([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$")]
Cron = Annotated[str, StringConstraints(pattern=r"^cron\((\S+ ){5}\S+\)$")]
UtcWindow = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


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


class DataClass(StrEnum):
    """How much it matters to lose it; becomes the `data-class` tag, by which the policy pack can choose thresholds."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    OPERATIONAL = "operational"


class Frozen(BaseModel):
    """Immutable, camelCase in YAML, and an unknown key is an error: a typo must not become a default."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


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


class DatabaseStore(Frozen):
    """One PostgreSQL database: Multi-AZ in the primary Region, read replica and replicated backups in the secondary."""

    instance_class: str = Field(
        default="db.t4g.medium", pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$", description="RDS class"
    )
    engine_version: str = Field(default="16.6", pattern=r"^\d+\.\d+$", description="PostgreSQL version, major.minor")
    allocated_storage_gib: int = limits.RDS_STORAGE.field(default=50, description="gp3 storage at the start")
    max_allocated_storage_gib: int = limits.RDS_STORAGE.field(default=200, description="storage autoscaling stops here")
    backup_retention_days: int = limits.RDS_BACKUP_RETENTION.field(
        default=14, description="point-in-time recovery reaches back this far"
    )
    backup_window: UtcWindow = Field(default="03:00-04:00", description="UTC; must not overlap the maintenance window")
    maintenance_window: str = Field(default="sun:05:00-sun:06:00", pattern=r"^[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d$")
    generation: int = limits.GENERATION.field(
        default=1, description="part of the identifier; a restore or failback is a new one"
    )
    data_class: DataClass = DataClass.CRITICAL

    @model_validator(mode="after")
    def storage_grows(self) -> Self:
        if self.max_allocated_storage_gib <= self.allocated_storage_gib:
            raise ValueError(
                f"maxAllocatedStorageGib is {self.max_allocated_storage_gib}, it must exceed allocatedStorageGib"
                f" ({self.allocated_storage_gib}) (Amazon RDS storage autoscaling)"
            )
        return self

    @model_validator(mode="after")
    def windows_apart(self) -> Self:
        backup = [_minutes(part) for part in self.backup_window.split("-")]
        maintenance = [_minutes(part[4:]) for part in self.maintenance_window.split("-")]
        if backup[0] < maintenance[1] and maintenance[0] < backup[1]:
            raise ValueError(
                f"backupWindow {self.backup_window} overlaps maintenanceWindow {self.maintenance_window};"
                " RDS refuses that (CreateDBInstance PreferredBackupWindow)"
            )
        return self


class TableStore(Frozen):
    """One DynamoDB table with a replica in the secondary Region."""

    hash_key: str = Field(min_length=1, max_length=255)
    range_key: str | None = Field(default=None, min_length=1, max_length=255)
    attributes: dict[str, Literal["S", "N", "B"]] = Field(description="type of each key attribute")
    pitr_days: int = limits.DYNAMODB_PITR.field(default=35, description="point-in-time recovery reaches back this far")
    data_class: DataClass = DataClass.CRITICAL

    @model_validator(mode="after")
    def keys_have_types(self) -> Self:
        keys = {self.hash_key, self.range_key} - {None}
        if keys != set(self.attributes):
            raise ValueError(
                f"attributes lists {sorted(self.attributes)}, the keys are {sorted(k for k in keys if k)};"
                " DynamoDB takes exactly the key attributes (CreateTable AttributeDefinitions)"
            )
        return self


class BucketStore(Frozen):
    """One bucket in each Region, replicating both ways."""

    noncurrent_retention_days: int = limits.S3_NONCURRENT.field(
        default=90, description="a replaced or deleted version is kept this long"
    )
    data_class: DataClass = DataClass.CRITICAL


class VolumeStore(Frozen):
    """The data volumes of one kind of backend server, one in each zone."""

    size_gib: int = limits.EBS_SIZE.field(default=100, description="gp3 size")
    count: int = Field(default=3, ge=1, le=30, description="volumes, spread over the zones")
    snapshot_interval_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24] = Field(
        default=12, description="hours between snapshots (Amazon DLM CreateRule Interval)"
    )
    snapshot_retention_days: int = limits.EBS_SNAPSHOT_RETENTION.field(
        default=14, description="a snapshot and its copy are kept this long"
    )
    data_class: DataClass = DataClass.IMPORTANT


class VaultLock(Frozen):
    """Retention range that the vault enforces on every recovery point (governance mode)."""

    min_days: int = limits.BACKUP_LOCK.field(default=7, description="shortest retention that the vault accepts")
    max_days: int = limits.BACKUP_LOCK.field(default=400, description="longest retention that the vault accepts")

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"minDays is {self.min_days}, it must not exceed maxDays ({self.max_days})")
        return self


class Backup(Frozen):
    """The AWS Backup plan of a stack, its copies to the other Region, and the vault lock of both."""

    schedule: Cron = Field(description="UTC; AWS Backup cron with six fields, for example cron(0 5 ? * * *)")
    retention_days: int = limits.BACKUP_RETENTION.field(default=35, description="a recovery point is kept this long")
    copy_retention_days: int = limits.BACKUP_RETENTION.field(
        default=35, description="its copy in the other Region is kept this long"
    )
    cold_storage_after_days: int | None = Field(
        default=None, ge=1, le=36500, description="moves to cold storage after this"
    )


class Network(Frozen):
    """The private network of a stack."""

    cidr_block: str = Field(description="IPv4 range, /16 to /22 so that three zones of useful size fit")

    @field_validator("cidr_block")
    @classmethod
    def private_range(cls, value: str) -> str:
        network = ipaddress.ip_network(value)  # its own message says what is wrong with a malformed range
        if not network.is_private or not 16 <= network.prefixlen <= 22:
            raise ValueError(
                "must be a private IPv4 range between /16 and /22 (RFC 1918; Amazon VPC allows /16 to /28)"
            )
        return value


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


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
