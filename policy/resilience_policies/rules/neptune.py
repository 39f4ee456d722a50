"""Amazon Neptune."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import at_least_days
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings

CLUSTER = "aws:neptune/cluster:Cluster"


def backup_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """A cluster that replicates another is promoted with the retention it has, so it is asked the same."""
    value = resource.stated.number("backupRetentionPeriod")
    yield from at_least_days(value, "backupRetentionPeriod", settings, "backup_retention_period", default=1)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="neptune-backup-retention",
        service="neptune",
        severity=Severity.HIGH,
        title="Neptune keeps automated backups long enough.",
        why="Point-in-time recovery reaches back as far as the retention, by default one day.",
        fix="backup_retention_period=7",
        tags=(*controls.BACKED_UP, "nist-800-53r5:SI-12", "security-hub:Neptune.5", "checkov:CKV_AWS_361"),
        # Neptune keeps automated backups for 1 to 35 days (CreateDBCluster, BackupRetentionPeriod).
        settings=(Setting("minDays", "integer", 7, "Fewest days of automated backups.", minimum=1, maximum=35),),
        types=frozenset({CLUSTER}),
        check=backup_retention,
    ),
)
