"""The controls of the audit framework: what each proves to whom, and its parameters, derived from the rules.

Pure: nothing here is typed in twice, so that a rule that is weakened is a control that is weakened in the same diff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.protection.restore_tests import RESOURCE_TYPES
from components.settings import VaultLock, limits
from components.settings.base import Switch
from components.settings.protection import BackupRule, Kind, Protection
from components.settings.protection_rules import copied_rules, newest_point_hours, rules_of, worst_age_hours
from components.settings.schedules import longest_gap_hours

# AWS Backup developer guide, controls and remediation; by name in "Creating frameworks using the AWS Backup API".
PROTECTED = "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"
FREQUENCY = "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"
RETENTION = "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"
ENCRYPTED = "BACKUP_RECOVERY_POINT_ENCRYPTED"
UNDELETABLE = "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"
ELSEWHERE = "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"
LOCKED = "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"
RECENT = "BACKUP_LAST_RECOVERY_POINT_CREATED"
RESTORED = "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"
AIR_GAPPED = "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT"

# What an auditor asks for, by the control that answers: NIST SP 800-53 revision 5, PCI DSS 4.0, GDPR.
PROVES: Mapping[str, tuple[str, ...]] = {
    PROTECTED: ("NIST CP-9", "PCI DSS 12.10.1", "GDPR 32(1)(c)"),
    FREQUENCY: ("NIST CP-9", "PCI DSS 12.10.1", "GDPR 32(1)(b)"),
    # The 7 days of database recovery points: limits.DATABASE_RECOVERY_POINT_DAYS.
    RETENTION: ("NIST SI-12", "PCI DSS 3.2.1", "GDPR 5(1)(e)"),
    ENCRYPTED: ("NIST CP-9(8)", "PCI DSS 3.5.1", "GDPR 32(1)(a)"),
    UNDELETABLE: ("NIST CP-9(7)", "PCI DSS 10.3.2", "GDPR 5(1)(f)"),
    ELSEWHERE: ("NIST CP-6", "PCI DSS 12.10.1", "GDPR 32(1)(b)"),
    LOCKED: ("NIST CP-9(7)", "PCI DSS 10.3.2", "GDPR 5(1)(f)"),
    RECENT: ("NIST CP-9", "PCI DSS 12.10.1", "GDPR 32(1)(c)"),
    RESTORED: ("NIST CP-9(1)", "NIST CP-4", "GDPR 32(1)(d)"),
    AIR_GAPPED: ("NIST CP-9(3)", "PCI DSS 10.3.2", "GDPR 5(1)(f)"),
}
# AWS Config developer guide, backup-plan-min-frequency-and-min-retention-check: 24 for hours, 31 for days.
FREQUENCY_HOURS, FREQUENCY_DAYS = 24, 31
# AWS Backup developer guide, resources in a logically air-gapped vault: 1 to 91 days.
AIR_GAPPED_DAYS = 91


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What the controls are derived from."""

    protection: Protection
    lock: VaultLock
    plan_name: str
    copy_region: str
    rto_minutes: int
    """The estate's objective; `audit.maxRestoreMinutes` wins where it is set."""
    exempt_role_arns: Sequence[str] = ()
    """Roles that may change the vault's policy, and so could let themselves delete from it."""
    kinds: Sequence[Kind] = tuple(Kind)


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control as AWS is told of it."""

    name: str
    parameters: tuple[tuple[str, str], ...] = ()
    resource_types: tuple[str, ...] = ()
    tag: tuple[str, str] | None = None


def controls(audited: Audited) -> list[Control]:
    """Every control of the framework. Raises ValueError where AWS would refuse a derived parameter."""
    protection, lock = audited.protection, audited.lock
    types = tuple(RESOURCE_TYPES[kind] for kind in audited.kinds)
    age = protection.audit.recovery_point_age_hours or newest_point_hours(protection)
    # Copies that arrive from the other Region are in the same vault; they have the same rules.
    kept = [(rule.retention_days, rule.copy_retention_days) for rule in protection.rules.values()]
    shortest = min(days for both in kept for days in both if days is not None)
    made = [
        Control(name=PROTECTED, resource_types=types),
        Control(name=FREQUENCY, parameters=_frequency(protection), tag=("Name", audited.plan_name)),
        # Of every recovery point, those of databases among them: AWS scopes this one by tag or not at all.
        Control(name=RETENTION, parameters=(("requiredRetentionDays", str(shortest)),)),
        Control(name=ENCRYPTED),
        Control(name=UNDELETABLE, parameters=_exempt(audited.exempt_role_arns)),
        Control(
            name=LOCKED,
            parameters=(("minRetentionDays", str(lock.min_days)), ("maxRetentionDays", str(lock.max_days))),
            resource_types=types,
        ),
        Control(
            name=RECENT,
            parameters=(("recoveryPointAgeUnit", "hours"), ("recoveryPointAgeValue", str(age))),
            resource_types=types,
        ),
    ]
    if copied_rules(protection):
        made.append(
            Control(
                name=ELSEWHERE, parameters=(("crossRegionList", audited.copy_region),), resource_types=_copied(audited)
            )
        )
    if protection.tests.state is Switch.ON:
        target = protection.audit.max_restore_minutes or audited.rto_minutes
        made.append(Control(name=RESTORED, parameters=(("maxRestoreTime", str(target)),), resource_types=types))
    made += _air_gapped(audited)
    return made


def checked(made: Sequence[Control], *, elsewhere: int) -> Sequence[Control]:
    """The controls. Raises ValueError beyond what AWS allows an account and Region, other frameworks' included."""
    if len(made) + elsewhere > limits.AUDIT_CONTROLS:
        raise ValueError(
            f"{len(made)} controls here and {elsewhere} in other frameworks are {len(made) + elsewhere}; AWS Backup"
            f" allows {limits.AUDIT_CONTROLS} an account and Region (controls and remediation): turn audit off here or"
            " a framework off there"
        )
    return made


def audited_rule(protection: Protection) -> BackupRule:
    """The rule that the plan is held to: of those that run at least daily the longest kept, else the most frequent."""
    rules = [rule for rule in protection.rules.values() if set(rule.kinds) == set(Kind)]
    rules = rules or list(protection.rules.values())
    daily = [rule for rule in rules if longest_gap_hours(rule.schedule) <= FREQUENCY_HOURS]
    if daily:
        return max(daily, key=lambda rule: rule.retention_days)
    return min(rules, key=lambda rule: longest_gap_hours(rule.schedule))


def _frequency(protection: Protection) -> tuple[tuple[str, str], ...]:
    rule = audited_rule(protection)
    hours = longest_gap_hours(rule.schedule)
    days = -(-hours // 24)
    if days > FREQUENCY_DAYS:
        raise ValueError(
            f"the most frequent rule runs every {days} days; the audit can prove {FREQUENCY_DAYS} at most (AWS Config"
            " backup-plan-min-frequency-and-min-retention-check): add a rule that runs more often"
        )
    unit, value = ("hours", hours) if hours <= FREQUENCY_HOURS else ("days", days)
    return (
        ("requiredFrequencyUnit", unit),
        ("requiredFrequencyValue", str(value)),
        ("requiredRetentionDays", str(rule.retention_days)),
    )


def _exempt(role_arns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Nothing at all for no roles: AWS refuses an empty list."""
    if len(role_arns) > limits.AUDIT_EXEMPT_ROLES:
        raise ValueError(
            f"{len(role_arns)} administrator roles; AWS Backup Audit Manager takes {limits.AUDIT_EXEMPT_ROLES}"
            " (vaults prevent manual deletion of recovery points): name fewer"
        )
    return (("principalArnList", ",".join(role_arns)),) if role_arns else ()


def _copied(audited: Audited) -> tuple[str, ...]:
    kinds = {kind for rule in copied_rules(audited.protection).values() for kind in rule.kinds}
    return tuple(RESOURCE_TYPES[kind] for kind in audited.kinds if kind in kinds)


def _air_gapped(audited: Audited) -> list[Control]:
    reached = {
        kind: [worst_age_hours(rule) for rule in rules_of(audited.protection, kind).values() if rule.air_gapped]
        for kind in audited.kinds
    }
    hours = [min(ages) for ages in reached.values() if ages]
    if not hours:
        return []
    days = -(-max(hours) // 24)
    if days > AIR_GAPPED_DAYS:
        raise ValueError(
            f"a store reaches the air-gapped vault only every {days} days; the audit can prove {AIR_GAPPED_DAYS} at"
            " most: set airGapped: true on a rule that runs more often"
        )
    return [
        Control(
            name=AIR_GAPPED,
            parameters=(("recoveryPointAgeUnit", "days"), ("recoveryPointAgeValue", str(days))),
            resource_types=tuple(RESOURCE_TYPES[kind] for kind, ages in reached.items() if ages),
        )
    ]
