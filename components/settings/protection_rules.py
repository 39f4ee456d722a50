"""What AWS Backup refuses of several settings together: every finding at once, not only the first.

And which rules a plan has, for whoever computes objectives from them.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.settings import limits
from components.settings.base import Switch
from components.settings.protection import BackupRule, Kind, LockMode, Protection, VaultLock
from components.settings.schedules import first_overlap, longest_gap_hours, shortest_gap_minutes

Problem = tuple[str, str]
"""A setting's path, as it is written in YAML, and what is wrong with it."""

# AWS Backup developer guide, feature availability by resource: point-in-time recovery by AWS Backup itself. DynamoDB
# has its own, EBS has none.
CONTINUOUS_KINDS = frozenset({Kind.DATABASES, Kind.BUCKETS})
# The same table, lifecycle to cold storage. EBS would need opt_in_to_archive_for_supported_resources, a full snapshot
# each time; RDS and S3 stay warm whatever the rule says.
COLD_KINDS = frozenset({Kind.TABLES})
# AWS Backup developer guide, copy job retry: AWS keeps trying to start a copy for two hours.
COPY_RETRY_MINUTES = 120
DAY_MINUTES = 24 * 60


def problems(protection: Protection, lock: VaultLock, *, key: str = "backup") -> list[Problem]:
    """Every conflict between the settings of AWS Backup; `key` is where `protection` stands in the configuration."""
    found = [
        (f"{key}.rules.{name}.{setting}", message)
        for name, rule in protection.rules.items()
        for check in (_retention, _cold_storage, _continuous, _schedule, _copy_lost, _air_gap)
        for setting, message in check(rule, protection, lock)
    ]
    found += ((f"{key}.{setting}", message) for setting, message in _plan(protection))
    found += ((f"vaultLock.{setting}", message) for setting, message in _lock(lock))
    return found


def copied_rules(protection: Protection) -> dict[str, BackupRule]:
    """The rules whose recovery points the other Region gets."""
    return {name: rule for name, rule in protection.rules.items() if rule.copy_retention_days is not None}


def rules_of(protection: Protection, kind: Kind) -> dict[str, BackupRule]:
    """The rules that back up stores of a kind."""
    return {name: rule for name, rule in protection.rules.items() if kind in rule.kinds}


def worst_age_hours(rule: BackupRule) -> int:
    """How old the newest recovery point of a rule can be while everything works: a gap, then the whole job."""
    windows = rule.start_window_minutes + rule.completion_window_minutes
    return longest_gap_hours(rule.schedule) + -(-windows // 60)


def newest_point_hours(protection: Protection) -> int:
    """How old the newest recovery point of any store can be while everything works."""
    covered = [rules_of(protection, kind) for kind in Kind]
    return max(min(map(worst_age_hours, rules.values())) for rules in covered if rules)


def _retention(rule: BackupRule, _: Protection, lock: VaultLock) -> Iterator[Problem]:
    for setting, days in (("retentionDays", rule.retention_days), ("copyRetentionDays", rule.copy_retention_days)):
        if days is not None and not lock.min_days <= days <= lock.max_days:
            yield (
                setting,
                f"is {days}, outside vaultLock ({lock.min_days} to {lock.max_days} days): AWS Backup would fail every"
                " job (PutBackupVaultLockConfiguration)",
            )
        shortest = limits.DATABASE_RECOVERY_POINT_DAYS
        if days is not None and Kind.DATABASES in rule.kinds and days < shortest:
            yield (
                setting,
                f"is {days}, databases are kept at least {shortest} days (SecureCart row 15): raise it, or leave"
                " databases out of kinds",
            )


def _cold_storage(rule: BackupRule, _: Protection, __: VaultLock) -> Iterator[Problem]:
    for setting, kept, cold in (
        ("retentionDays", rule.retention_days, rule.cold_storage_after_days),
        ("copyRetentionDays", rule.copy_retention_days, rule.copy_cold_storage_after_days),
    ):
        if cold is not None and kept is not None and kept < cold + limits.COLD_STORAGE_MINIMUM_DAYS:
            yield (
                setting,
                f"is {kept}, with cold storage after {cold} days it must be at least"
                f" {cold + limits.COLD_STORAGE_MINIMUM_DAYS} (AWS Backup Lifecycle: 90 days in cold storage)",
            )
    if rule.copy_cold_storage_after_days is not None and rule.copy_retention_days is None:
        yield "copyColdStorageAfterDays", "is set without copyRetentionDays: there is no copy; set both or neither"
    for setting, cold in (
        ("coldStorageAfterDays", rule.cold_storage_after_days),
        ("copyColdStorageAfterDays", rule.copy_cold_storage_after_days),
    ):
        if cold is not None and not COLD_KINDS & set(rule.kinds):
            yield (
                setting,
                f"is {cold}, AWS Backup ignores it for {', '.join(rule.kinds)}; only {', '.join(sorted(COLD_KINDS))}"
                " move to cold storage (AWS Backup developer guide, feature availability by resource)",
            )
    # A copy is made when its backup is done, and from warm storage only: the point must still be there.
    latest = rule.start_window_minutes + rule.completion_window_minutes + COPY_RETRY_MINUTES
    cold = rule.cold_storage_after_days
    if cold is not None and rule.copy_retention_days is not None and cold * DAY_MINUTES <= latest:
        yield (
            "coldStorageAfterDays",
            f"is {cold}, a job may take {latest} minutes and its copy must be made before the point is cold: use"
            f" {latest // DAY_MINUTES + 1} or more, or shorter windows (AWS Backup developer guide, cross-Region"
            " copies: not from cold tiers)",
        )


def _continuous(rule: BackupRule, _: Protection, __: VaultLock) -> Iterator[Problem]:
    if not rule.continuous:
        return
    longest = limits.BACKUP_CONTINUOUS_RETENTION
    if rule.retention_days > longest.maximum:
        yield "retentionDays", f"is {rule.retention_days}, a continuous rule keeps {longest.text}"
    others = [kind for kind in rule.kinds if kind not in CONTINUOUS_KINDS]
    if others:
        yield (
            "kinds",
            f"has {', '.join(others)}, a continuous rule covers {', '.join(sorted(CONTINUOUS_KINDS))} only (AWS Backup"
            " developer guide, point-in-time recovery); tables have their own (pitrDays)",
        )
    if rule.cold_storage_after_days is not None:
        yield "coldStorageAfterDays", "is set on a continuous rule: a continuous recovery point stays warm; remove it"
    if rule.air_gapped:
        yield "airGapped", "is set on a continuous rule: an air-gapped vault takes snapshots; use a rule of its own"


def _schedule(rule: BackupRule, _: Protection, __: VaultLock) -> Iterator[Problem]:
    gap = shortest_gap_minutes(rule.schedule)
    if gap < limits.BACKUP_INTERVAL_MINUTES:
        yield (
            "schedule",
            f"is {rule.schedule}, which runs {gap} minutes apart; AWS Backup refuses less than"
            f" {limits.BACKUP_INTERVAL_MINUTES} (CreateBackupPlan)",
        )
    if rule.completion_window_minutes < rule.start_window_minutes + 60:
        yield (
            "completionWindowMinutes",
            f"is {rule.completion_window_minutes}, it must be at least 60 more than startWindowMinutes"
            f" ({rule.start_window_minutes}) (AWS Backup CreateBackupPlan)",
        )
    if rule.retention_days * 24 < longest_gap_hours(rule.schedule):
        yield (
            "retentionDays",
            f"is {rule.retention_days}, shorter than the time between two runs of {rule.schedule}: for a while there"
            " would be no recovery point of this rule",
        )


def _copy_lost(rule: BackupRule, protection: Protection, _: VaultLock) -> Iterator[Problem]:
    if rule.copy_retention_days is not None:
        return
    for name, other in copied_rules(protection).items():
        if set(rule.kinds) != set(other.kinds) or rule.retention_days <= other.retention_days:
            continue
        met = first_overlap(rule.schedule, rule.start_window_minutes, other.schedule, other.start_window_minutes)
        if met is not None:
            yield (
                "copyRetentionDays",
                f"is not set, and the start windows of this rule and of {name} overlap (as on {met:%a %d %b, %H:%M}):"
                " AWS Backup makes one backup, for the rule that is kept longest, and the other Region would get no"
                " copy that day; copy this one too, or move its schedule (AWS Backup developer guide, backup plan"
                " options)",
            )


def _air_gap(rule: BackupRule, protection: Protection, _: VaultLock) -> Iterator[Problem]:
    vault = protection.air_gapped
    if rule.air_gapped and vault is None:
        yield "airGapped", "is true, and there is no air-gapped vault: set airGapped: {minDays: ..., maxDays: ...}"
    elif rule.air_gapped and vault is not None and not vault.min_days <= rule.retention_days <= vault.max_days:
        yield (
            "retentionDays",
            f"is {rule.retention_days}, outside airGapped ({vault.min_days} to {vault.max_days} days): its copy would"
            " fail (AWS Backup CreateLogicallyAirGappedBackupVault)",
        )


def _plan(protection: Protection) -> Iterator[Problem]:
    rules = protection.rules
    if not copied_rules(protection):
        yield "rules", "has no rule with copyRetentionDays: the other Region would get no recovery point; copy one"
    for kind in Kind:
        uncovered = kind not in {kind for rule in rules.values() for kind in rule.kinds}
        if uncovered:
            yield "rules", f"leaves out {kind}: no rule backs them up; add {kind} to the kinds of one"
        continuous = [name for name, rule in rules_of(protection, kind).items() if rule.continuous]
        if len(continuous) > 1:
            yield (
                "rules",
                f"has {len(continuous)} continuous rules for {kind} ({', '.join(continuous)}): AWS Backup keeps one"
                " (AWS Backup developer guide, overlapping continuous backups)",
            )
    if protection.air_gapped is not None and not any(rule.air_gapped for rule in rules.values()):
        yield "airGapped", "is set, and no rule uses it: set airGapped: true on one, for example monthly"
    if protection.selection_tag is not None and not any(set(rule.kinds) == set(Kind) for rule in rules.values()):
        yield (
            "selectionTag",
            "is set, and no rule covers all kinds: what carries the tag can be of any; add such a rule",
        )
    newest = newest_point_hours(protection)
    if protection.tests.state is Switch.ON and newest > protection.tests.selection_window_days * 24:
        yield (
            "tests.selectionWindowDays",
            f"is {protection.tests.selection_window_days}, the newest recovery point can be {newest} hours old: a test"
            " would find none to restore; widen it, or back up more often",
        )
    window = limits.AUDIT_RECOVERY_POINT_AGE
    derived = protection.audit.state is Switch.ON and protection.audit.recovery_point_age_hours is None
    if derived and newest > window.maximum:
        yield "rules", f"let the newest recovery point be {newest} hours old, the audit can prove {window.text}"


def _lock(lock: VaultLock) -> Iterator[Problem]:
    if lock.mode is LockMode.COMPLIANCE and lock.confirm_compliance_lock != lock.range:
        yield (
            "confirmComplianceLock",
            f"is {lock.confirm_compliance_lock}, mode compliance needs {lock.range}: after coolingDays"
            f" ({lock.cooling_days}) nobody, AWS included, can shorten it or delete what it holds"
            " (PutBackupVaultLockConfiguration ChangeableForDays)",
        )
    elif lock.mode is LockMode.GOVERNANCE and lock.confirm_compliance_lock is not None:
        yield "confirmComplianceLock", "is set in mode governance: set mode: compliance, or remove it"
