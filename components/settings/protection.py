"""Settings of AWS Backup: vault lock, plan, restore tests and audit (rows 10, 15 and 17)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from components.settings import limits
from components.settings.base import Cron, Frozen

# AWS Backup BackupRule RuleName.
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9\-_.]{1,50}$")]


class LockMode(StrEnum):
    """Who may lift a vault's lock: whoever has the right, or nobody ever again, AWS included."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class Manage(StrEnum):
    """Whether something of which an account has one in each Region is made here, or is there already."""

    CREATE = "create"
    ADOPT = "adopt"


class VaultLock(Frozen):
    """Retention range that the vault enforces on every recovery point."""

    min_days: int = limits.BACKUP_LOCK.field(default=7, description="shortest retention that the vault accepts")
    max_days: int = limits.BACKUP_LOCK.field(default=400, description="longest retention that the vault accepts")
    mode: LockMode = Field(default=LockMode.GOVERNANCE, description="compliance can never be lifted")
    cooling_days: int = limits.BACKUP_LOCK_COOLING.field(
        default=7, description="compliance mode only: days in which it can still be lifted"
    )
    confirm_compliance: str | None = Field(
        default=None, description="the second switch of compliance mode: the lock's range, for example 7d-400d"
    )

    @property
    def range(self) -> str:
        """As it stands in the vault's name."""
        return f"{self.min_days}d-{self.max_days}d"

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"minDays is {self.min_days}, it must not exceed maxDays ({self.max_days})")
        return self

    @model_validator(mode="after")
    def confirmed(self) -> Self:
        """Repeating the range makes a copied line fail where the range is another."""
        if self.mode is LockMode.COMPLIANCE and self.confirm_compliance != self.range:
            raise ValueError(
                f"mode is compliance, which nobody can lift after {self.cooling_days} days, AWS included: to confirm it write"
                f" confirmCompliance: {self.range}, or mode: governance (AWS Backup PutBackupVaultLockConfiguration)"
            )
        return self


class BackupRule(Frozen):
    """One schedule of the plan and how long its recovery points are kept, here and in the other Region."""

    schedule: Cron = Field(description="UTC; AWS Backup cron with six fields, for example cron(0 5 ? * * *)")
    retention_days: int = limits.BACKUP_RETENTION.field(default=35, description="a recovery point is kept this long")
    copy_retention_days: int | None = limits.BACKUP_RETENTION.field(
        default=None, description="its copy in the other Region is kept this long; left out: no copy"
    )
    cold_storage_after_days: int | None = limits.BACKUP_RETENTION.field(
        default=None, description="moves to cold storage after this; left out: never"
    )
    copy_cold_storage_after_days: int | None = limits.BACKUP_RETENTION.field(
        default=None, description="the same for the copy"
    )
    continuous: bool = Field(default=False, description="point-in-time recovery of what supports it (RDS, S3)")
    when_passive: bool = Field(
        default=False, description="runs also in the Region that does not serve, where copies arrive anyway"
    )
    start_window_minutes: int = limits.BACKUP_START_WINDOW.field(default=60, description="a job starts within this")
    completion_window_minutes: int = limits.BACKUP_COMPLETION_WINDOW.field(
        default=720, description="a job that takes longer is cancelled; a large bucket's first backup takes hours"
    )

    @model_validator(mode="after")
    def cold_storage_is_worth_it(self) -> Self:
        """AWS Backup refuses what would leave cold storage before its 90 days are over."""
        for key, cold_key, days, cold in (
            ("retentionDays", "coldStorageAfterDays", self.retention_days, self.cold_storage_after_days),
            (
                "copyRetentionDays",
                "copyColdStorageAfterDays",
                self.copy_retention_days,
                self.copy_cold_storage_after_days,
            ),
        ):
            if cold is not None and (days or 0) < cold + limits.COLD_STORAGE_MINIMUM_DAYS:
                raise ValueError(
                    f"{key} is {days}, with {cold_key} {cold} it must be at least"
                    f" {cold + limits.COLD_STORAGE_MINIMUM_DAYS} (AWS Backup Lifecycle: 90 days in cold storage)"
                )
        return self

    @model_validator(mode="after")
    def continuous_fits(self) -> Self:
        if self.continuous and (self.retention_days > limits.CONTINUOUS_MAXIMUM_DAYS or self.cold_storage_after_days):
            raise ValueError(
                f"continuous is true with retentionDays {self.retention_days}: continuous backups are kept at most"
                f" {limits.CONTINUOUS_MAXIMUM_DAYS} days and never in cold storage (AWS Backup, point-in-time recovery)"
            )
        return self


class SelectionTag(Frozen):
    """What carries this tag is backed up as well, though no program names it."""

    key: str = Field(min_length=1, max_length=128, description="tag key")
    value: str = Field(max_length=256, description="tag value; AWS Backup compares it exactly")


class RestoreTests(Frozen):
    """The regular proof that recovery points can be restored (row 17)."""

    enabled: bool = Field(default=True, description="restore tests of every kind of store")
    schedule: Cron = Field(default="cron(0 7 ? * SUN *)", description="UTC; when AWS Backup restores")
    selection_window_days: int = limits.RESTORE_TEST_SELECTION_WINDOW.field(
        default=8, description="recovery points of the last days are candidates; longer than the schedule's gap"
    )
    start_window_hours: int = limits.RESTORE_TEST_START_WINDOW.field(default=8, description="a test starts within this")
    validation_window_hours: int = limits.RESTORE_TEST_VALIDATION_WINDOW.field(
        default=4, description="what was restored stays this long to be checked, then AWS Backup deletes it"
    )


class Audit(Frozen):
    """AWS Backup Audit Manager: controls with the plan's own numbers, and daily reports (row 15)."""

    enabled: bool = Field(default=True, description="framework and report plans")
    config_recorder: Manage = Field(
        default=Manage.CREATE, description="the controls need AWS Config; adopt where the account records already"
    )
    report_role: Manage = Field(
        default=Manage.CREATE, description="AWSServiceRoleForBackupReports; adopt where the account has it already"
    )


class AirGappedVault(Frozen):
    """A vault that AWS Backup keeps apart from the account's own: always locked in compliance mode."""

    min_days: int = limits.AIR_GAPPED_LOCK.field(description="shortest retention that it accepts")
    max_days: int = limits.AIR_GAPPED_LOCK.field(description="longest retention that it accepts")

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"minDays is {self.min_days}, it must not exceed maxDays ({self.max_days})")
        return self


class Backup(Frozen):
    """The plan of both Regions: the one that serves runs every rule, the other those that say `whenPassive`."""

    rules: dict[RuleName, BackupRule] = Field(min_length=1, description="by name; the name is seen in the AWS console")
    selection_tag: SelectionTag | None = Field(
        default=None, description="backs up what carries the tag, beside the stores named here"
    )
    restore_tests: RestoreTests = RestoreTests()
    audit: Audit = Audit()
    air_gapped_vault: AirGappedVault | None = Field(
        default=None, description="a second, isolated copy in the same Region; compliance mode by nature"
    )


def copied_rules(backup: Backup) -> Mapping[str, BackupRule]:
    """The rules of the plan whose recovery points reach the other Region."""
    return copied_rules_of(backup.rules)


def copied_rules_of(rules: Mapping[str, BackupRule]) -> Mapping[str, BackupRule]:
    """The same of some rules."""
    return {name: rule for name, rule in rules.items() if rule.copy_retention_days is not None}


def rules_of(backup: Backup, *, active: bool) -> Mapping[str, BackupRule]:
    """The rules that a Region runs."""
    return {name: rule for name, rule in backup.rules.items() if active or rule.when_passive}


def problems(backup: Backup, lock: VaultLock) -> list[tuple[str, str]]:
    """(key, message) of each rule that AWS Backup would refuse or whose every job would fail."""
    found = []
    for name, rule in backup.rules.items():
        for key, days in (("retentionDays", rule.retention_days), ("copyRetentionDays", rule.copy_retention_days)):
            if days is not None and not lock.min_days <= days <= lock.max_days:
                found.append(
                    (
                        f"backup.rules.{name}.{key}",
                        f"is {days}, outside vaultLock ({lock.min_days} to {lock.max_days} days): AWS Backup would fail every"
                        " job (PutBackupVaultLockConfiguration)",
                    )
                )
    if not copied_rules(backup):
        found.append(("backup.rules", "none of them has copyRetentionDays: nothing would reach the other Region"))
    if not rules_of(backup, active=False):
        found.append(
            (
                "backup.rules",
                "none of them has whenPassive: true: the Region that does not serve would have no plan of its own",
            )
        )
    continuous = [name for name, rule in backup.rules.items() if rule.continuous]
    if len(continuous) > 1:
        found.append(
            (
                "backup.rules",
                f"{' and '.join(continuous)} are continuous: a resource has one continuous backup (AWS Backup)",
            )
        )
    if backup.air_gapped_vault:
        low, high = backup.air_gapped_vault.min_days, backup.air_gapped_vault.max_days
        for name, rule in copied_rules(backup).items():
            if not low <= rule.retention_days <= high:
                found.append(
                    (
                        f"backup.rules.{name}.retentionDays",
                        f"is {rule.retention_days}, outside backup.airGappedVault ({low} to {high} days):"
                        " the copy into it would fail (CreateLogicallyAirGappedBackupVault)",
                    )
                )
    return found
