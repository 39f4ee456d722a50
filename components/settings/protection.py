"""Settings of AWS Backup: vault lock, the rules of the plan, restore tests and audit (rows 10, 15 and 17)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from components.settings import limits
from components.settings.base import Frozen, Switch
from components.settings.schedules import AwsCron

# AWS Backup BackupRuleName; shorter and lower case, since resources and tags are named after it.
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
# AWS tagging user guide: what tag keys and values are made of.
TagKey = Annotated[str, StringConstraints(pattern=r"^[\w .:/=+@-]+$", max_length=128)]
TagValue = Annotated[str, StringConstraints(pattern=r"^[\w .:/=+@-]*$", max_length=256)]


class Kind(StrEnum):
    """The kinds of stores that AWS Backup protects here."""

    DATABASES = "databases"
    TABLES = "tables"
    BUCKETS = "buckets"
    VOLUMES = "volumes"


class Ownership(StrEnum):
    """Whether an account-wide singleton is ours, or exists already and is used as it is."""

    CREATE = "create"
    ADOPT = "adopt"


class LockMode(StrEnum):
    """How a vault lock can be lifted: by an administrator, or by nobody once it has cooled."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class VaultLock(Frozen):
    """Retention range that the vaults of both Regions enforce on every recovery point."""

    min_days: int = limits.BACKUP_LOCK.field(default=7, description="shortest retention that the vault accepts")
    max_days: int = limits.BACKUP_LOCK.field(default=400, description="longest retention that the vault accepts")
    mode: LockMode = Field(
        default=LockMode.GOVERNANCE,
        description="compliance cannot be lifted by anyone, AWS included, after coolingDays",
    )
    confirm_compliance_lock: str | None = Field(
        default=None,
        description="compliance only: repeats the range as <minDays>d-<maxDays>d, since that becomes irrevocable",
    )
    cooling_days: int = limits.BACKUP_LOCK_COOLING.field(
        default=14, description="compliance only: days in which the lock can still be removed"
    )

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"minDays is {self.min_days}, it must not exceed maxDays ({self.max_days})")
        return self

    @property
    def range(self) -> str:
        """The range as it stands in a vault's name and in the confirmation."""
        return f"{self.min_days}d-{self.max_days}d"

    @property
    def irrevocable_after_days(self) -> int | None:
        """What a vault is told: None, unless both switches say compliance, leaves the lock in governance mode."""
        confirmed = self.mode is LockMode.COMPLIANCE and self.confirm_compliance_lock == self.range
        return self.cooling_days if confirmed else None


class BackupRule(Frozen):
    """One schedule of the plan: when, of what, how long it is kept, and what of it the other Region gets."""

    schedule: AwsCron = Field(description="UTC; AWS cron with six fields, for example cron(0 5 ? * * *)")
    retention_days: int = limits.BACKUP_RETENTION.field(description="a recovery point is kept this long")
    copy_retention_days: int | None = limits.BACKUP_RETENTION.field(
        default=None, description="its copy in the other Region is kept this long; none: no copy"
    )
    cold_storage_after_days: int | None = limits.BACKUP_COLD_STORAGE.field(
        default=None, description="moves to cold storage after this, where AWS offers it: tables here"
    )
    copy_cold_storage_after_days: int | None = limits.BACKUP_COLD_STORAGE.field(
        default=None, description="the copy moves to cold storage after this"
    )
    continuous: bool = Field(
        default=False, description="point-in-time recovery by AWS Backup; databases and buckets only"
    )
    air_gapped: bool = Field(default=False, description="goes to the logically air-gapped vault too; see airGapped")
    when_passive: bool = Field(
        default=False, description="runs also in the Region that does not serve, where the other's copies arrive anyway"
    )
    kinds: tuple[Kind, ...] = Field(
        default=tuple(Kind), min_length=1, description="what the rule backs up: databases, tables, buckets, volumes"
    )
    start_window_minutes: int = limits.BACKUP_START_WINDOW.field(
        default=60, description="a job that has not started after this is cancelled"
    )
    completion_window_minutes: int = limits.BACKUP_COMPLETION_WINDOW.field(
        default=720, description="a job that is not done after this is cancelled; first backups of buckets take hours"
    )


class SelectionTag(Frozen):
    """A tag by which stores that are not SecureCart's own join the plan."""

    key: TagKey = Field(description="tag key, exactly")
    value: TagValue = Field(description="tag value, exactly")


class RestoreTests(Frozen):
    """Restores that AWS Backup makes on a schedule, into resources that it deletes again."""

    state: Switch = Switch.ON
    schedule: AwsCron = Field(default="cron(0 9 ? * 2 *)", description="UTC; AWS cron with six fields")
    selection_window_days: int = limits.RESTORE_TEST_SELECTION_WINDOW.field(
        default=7, description="the newest recovery point of the last so many days is restored"
    )
    validation_hours: int = limits.RESTORE_TEST_VALIDATION_WINDOW.field(
        default=4, description="a restored resource is kept this long so that its data can be checked"
    )
    start_window_hours: int = limits.RESTORE_TEST_START_WINDOW.field(
        default=8, description="a restore that has not started after this is cancelled"
    )


class Audit(Frozen):
    """What AWS Backup Audit Manager proves; every threshold that is not here is derived from the rules."""

    state: Switch = Switch.ON
    max_restore_minutes: int | None = limits.AUDIT_RESTORE_TIME.field(
        default=None, description="a restore test must not take longer; none: the estate's RTO"
    )
    recovery_point_age_hours: int | None = limits.AUDIT_RECOVERY_POINT_AGE.field(
        default=None, description="the newest recovery point of a store must be younger; none: from the schedules"
    )


class AirGapped(Frozen):
    """A logically air-gapped vault: locked in compliance mode by its nature, in storage that AWS owns."""

    min_days: int = limits.BACKUP_AIR_GAPPED.field(description="shortest retention that the vault accepts")
    max_days: int = limits.BACKUP_AIR_GAPPED.field(description="longest retention that the vault accepts")

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"minDays is {self.min_days}, it must not exceed maxDays ({self.max_days})")
        return self


class Protection(Frozen):
    """Everything that AWS Backup does for a stack."""

    rules: dict[RuleName, BackupRule] = Field(min_length=1, description="schedules of the plan, by name")
    selection_tag: SelectionTag | None = Field(
        default=None, description="stores with this tag are backed up too; none of SecureCart's own should carry it"
    )
    tests: RestoreTests = RestoreTests()
    audit: Audit = Audit()
    reports: Switch = Field(default=Switch.ON, description="daily reports of jobs and compliance")
    config_recorder: Ownership = Field(
        default=Ownership.CREATE, description="adopt where the Region has one already: AWS Config allows no second"
    )
    reports_role: Ownership = Field(
        default=Ownership.CREATE,
        description="adopt where the account has AWSServiceRoleForBackupReports already, as in the second stack",
    )
    air_gapped: AirGapped | None = Field(
        default=None, description="a logically air-gapped vault; none builds none. It cannot be undone"
    )


def in_region(protection: Protection, *, active: bool) -> Protection:
    """What of it a Region does: the one that serves runs every rule, the other those with `when_passive`."""
    rules = {name: rule for name, rule in protection.rules.items() if active or rule.when_passive}
    return protection.model_copy(update={"rules": rules})
