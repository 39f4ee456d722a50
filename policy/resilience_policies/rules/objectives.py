"""Recovery objectives: what the schedules keep of the RPO, and what the declared strategy can keep of the RTO."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulumi_policy import Severity

from resilience_policies import buckets, data_class, stores
from resilience_policies.estate import Estate, Member
from resilience_policies.messages import not_yet
from resilience_policies.plans import copies_elsewhere, gap_minutes
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.rule import Finding, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.rules import recovery_time
from resilience_policies.selections import PLAN, SELECTION, plans_of, selecting
from resilience_policies.truth import Truth

# Amazon RDS and DynamoDB user guides, point-in-time recovery: the newest restorable time is at most about 5 minutes ago.
CONTINUOUS_MINUTES = 5


def schedule_meets_rpo(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Each store that a plan of the stack reaches is backed up often enough, and copied to another Region often
    enough where the plan copies at all.
    """
    copied = stores.copies(estate)
    for store in estate.of(stores.BACKED_UP):
        if store.urn in copied:
            continue
        rules = [
            (plan, rule)
            for selection in selecting(estate, store)
            for plan in plans_of(estate, selection)
            for rule in plan.stated.blocks("rules").known
        ]
        if not rules:
            continue
        own = settings.of(data_class.of(store.stated))
        if not _is_continuous(store):
            yield from _within(store, own, "maxMinutes", "backed up", (rule for _, rule in rules))
        leaving = [(copies_elsewhere(estate, plan, rule), rule) for plan, rule in rules]
        certain = [rule for answer, rule in leaving if answer is Truth.YES]
        if certain and not any(answer is Truth.UNKNOWN for answer, _ in leaving):
            yield from _within(store, own, "copyMaxMinutes", "copied to another Region", certain)


def _within(store: Member, settings: Settings, key: str, what: str, rules: Iterable[Reading]) -> Iterator[Finding]:
    maximum = settings.integer(key)
    judged = list(rules)
    gaps = [
        CONTINUOUS_MINUTES if key == "maxMinutes" and rule.flag("enableContinuousBackup") is True else gap_minutes(rule)
        for rule in judged
    ]
    known = [gap for gap in gaps if gap is not None]
    required = f"at most {maximum} minutes are required ({settings.origin(key)})"
    if known and min(known) <= maximum:
        return
    if any(rule.text("schedule") is UNKNOWN for rule in judged):
        yield not_yet(f"a schedule by which {store.name} is {what}", required, store.urn)
    elif known:
        yield Violation(
            f"it is {what} {min(known)} minutes apart at the longest; {required}. "
            'Write: a rule with a schedule that runs more often, for example "schedule": "cron(0 5 ? * * *)"',
            store.urn,
        )
    else:
        yield Violation(
            f"the schedule by which it is {what} is not understood; {required}. "
            'Write: "schedule": "cron(0 5 ? * * *)", six fields that end in *',
            store.urn,
        )


def _is_continuous(store: Member) -> bool:
    """Point-in-time recovery of the service itself. Aurora always has it."""
    if store.type == stores.RDS_INSTANCE:
        days = store.stated.number("backupRetentionPeriod")
        return days is UNKNOWN or (isinstance(days, int | float) and days > 0)
    if store.type == stores.TABLE:
        return store.stated.flag("pointInTimeRecovery", "enabled") in (True, UNKNOWN)
    return store.type == stores.RDS_CLUSTER


_MAX_MINUTES = 366 * 24 * 60

RULES: tuple[Rule, ...] = (
    StackRule(
        id="backup-schedule-meets-rpo",
        service="backup",
        severity=Severity.HIGH,
        title="Data stores are backed up, and copied to another Region, as often as the RPO asks.",
        why="What was written after the newest recovery point is lost: the longest gap is what a disaster takes.",
        fix='"schedule": "cron(0 5 ? * * *)", "enable_continuous_backup": True',
        tags=(
            "nist-800-53r5:CP-6(2)",
            "nist-800-53r5:CP-9",
            "nist-800-53r5:CP-10",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            "iso-27001-2022:A.5.30",
            "backup-audit-manager:BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
        ),
        settings=(
            # AWS Config, backup-plan-min-frequency-and-min-retention-check: once a day by default.
            Setting("maxMinutes", "integer", 1440, "Longest time between two backups.", 5, _MAX_MINUTES),
            Setting("copyMaxMinutes", "integer", 1440, "Longest time between two copies elsewhere.", 5, _MAX_MINUTES),
        ),
        types=frozenset({PLAN, SELECTION}) | frozenset(stores.BACKED_UP) | stores.COPYING | buckets.BUCKETS,
        check=schedule_meets_rpo,
    ),
    *recovery_time.RULES,
)
