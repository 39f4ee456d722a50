"""Amazon ElastiCache: replication groups, single-node clusters and serverless caches of Redis OSS and Valkey."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import at_least_days
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings

REPLICATION_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"


def snapshot_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Memcached has no snapshots, and a cluster that is a member of a replication group follows the group."""
    stated = resource.stated
    engine = stated.text("engine")
    is_member = resource.type == CLUSTER and stated.has("replicationGroupId")
    if engine == "memcached" or is_member:
        return
    value = stated.number("snapshotRetentionLimit")
    if engine is UNKNOWN and not value:
        yield not_yet("engine", "unless it is Memcached, snapshotRetentionLimit must be set")
        return
    yield from at_least_days(value, "snapshotRetentionLimit", settings, "snapshot_retention_limit")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="elasticache-snapshot-retention",
        service="elasticache",
        severity=Severity.MEDIUM,
        # Most caches can be filled again from the store behind them; those that are the store deserve "mandatory".
        level="advisory",
        title="ElastiCache keeps automated snapshots.",
        why="A cache that holds sessions, carts or counters is a data store, and by default nothing of it is kept.",
        fix="snapshot_retention_limit=1",
        tags=(*controls.BACKED_UP, "nist-800-53r5:SI-12", "security-hub:ElastiCache.1", "checkov:CKV_AWS_134"),
        # ElastiCache keeps automated snapshots for at most 35 days (CreateReplicationGroup, SnapshotRetentionLimit).
        settings=(Setting("minDays", "integer", 1, "Fewest days of automated snapshots.", minimum=1, maximum=35),),
        types=frozenset({REPLICATION_GROUP, CLUSTER, SERVERLESS}),
        check=snapshot_retention,
    ),
)
