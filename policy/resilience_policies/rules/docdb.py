"""Amazon DocumentDB: clusters of instances, and elastic clusters."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import at_least_days
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings

CLUSTER = "aws:docdb/cluster:Cluster"
ELASTIC_CLUSTER = "aws:docdb/elasticCluster:ElasticCluster"


def backup_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """DocumentDB keeps one day when the program says nothing."""
    value = resource.stated.number("backupRetentionPeriod")
    yield from at_least_days(value, "backupRetentionPeriod", settings, "backup_retention_period", default=1)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="docdb-backup-retention",
        service="docdb",
        severity=Severity.HIGH,
        title="DocumentDB keeps automated backups long enough.",
        why="Point-in-time recovery reaches back as far as the retention, by default one day.",
        fix="backup_retention_period=7",
        tags=(*controls.BACKED_UP, "nist-800-53r5:SI-12", "security-hub:DocumentDB.2", "checkov:CKV_AWS_360"),
        # DocumentDB keeps automated backups for 1 to 35 days (CreateDBCluster, BackupRetentionPeriod).
        settings=(Setting("minDays", "integer", 7, "Fewest days of automated backups.", minimum=1, maximum=35),),
        types=frozenset({CLUSTER, ELASTIC_CLUSTER}),
        check=backup_retention,
    ),
)
