"""Amazon Redshift: provisioned clusters. Redshift Serverless makes its recovery points by itself, for a day."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import at_least_days
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings

CLUSTER = "aws:redshift/cluster:Cluster"


def snapshot_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Zero switches automated snapshots off; Redshift keeps them for one day when the program says nothing."""
    key = "automatedSnapshotRetentionPeriod"
    write = "automated_snapshot_retention_period"
    yield from at_least_days(resource.stated.number(key), key, settings, write, default=1)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="redshift-snapshot-retention",
        service="redshift",
        severity=Severity.HIGH,
        title="Redshift keeps automated snapshots long enough.",
        why="What a bad load destroyed can be restored as far back as snapshots reach, by default one day.",
        fix="automated_snapshot_retention_period=7",
        tags=(*controls.BACKED_UP, "nist-800-53r5:SI-12", "security-hub:Redshift.3", "checkov:CKV_AWS_343"),
        # Redshift keeps automated snapshots for at most 35 days (CreateCluster, AutomatedSnapshotRetentionPeriod).
        settings=(Setting("minDays", "integer", 7, "Fewest days of automated snapshots.", minimum=1, maximum=35),),
        types=frozenset({CLUSTER}),
        check=snapshot_retention,
    ),
)
