"""How long the copies that a plan makes in another Region are kept."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies.estate import region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Unknown
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation
from resilience_policies.selections import PLAN


def copy_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """A copy without deleteAfter is kept for ever, whatever the original."""
    minimum = settings.integer("minDays")
    required = f"at least {minimum} days are required ({settings.origin('minDays')})"
    for number, rule in enumerate(resource.stated.blocks("rules").known):
        for index, action in enumerate(rule.blocks("copyActions").known):
            key = f"rules[{number}].copyActions[{index}].lifecycle.deleteAfter"
            days = action.number("lifecycle", "deleteAfter")
            if days is None or (isinstance(days, int | float) and days >= minimum):
                continue
            if not _may_leave(resource, action.text("destinationVaultArn")):
                continue
            if days is UNKNOWN:
                yield not_yet(key, required)
            else:
                yield Violation(found(key, days, required, f'"lifecycle": {{"delete_after": {minimum}}}'))


def _may_leave(resource: Resource, arn: str | Unknown | None) -> bool:
    return not isinstance(arn, str) or region_in_arn(arn) != resource.region


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="backup-copy-retention",
        service="backup",
        severity=Severity.HIGH,
        title="Copies of recovery points in another Region are kept long enough.",
        why="Damage is found late: a copy that is gone by then recovers nothing.",
        fix='"copy_actions": [{"destination_vault_arn": vault.arn, "lifecycle": {"delete_after": 35}}]',
        tags=(
            "nist-800-53r5:CP-6",
            "nist-800-53r5:CP-9",
            "nist-800-53r5:SI-12",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            "backup-audit-manager:BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
        ),
        settings=(
            # AWS Backup API, Lifecycle: DeleteAfterDays from 1; 36,500 is what a vault lock allows at most.
            Setting("minDays", "integer", 7, "Fewest days that a copy in another Region is kept.", 1, 36500),
        ),
        types=frozenset({PLAN}),
        check=copy_retention,
    ),
)
