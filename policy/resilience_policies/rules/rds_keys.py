"""Amazon RDS: the keys of storage, of global databases and of automated backups in another Region."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import must_be_own_key, must_be_true
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings
from resilience_policies.rules.rds import CLUSTER, INSTANCE, is_cross_region_replica

MEMBER = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL_CLUSTER = "aws:rds/globalCluster:GlobalCluster"
BACKUPS_REPLICATION = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"


def storage_cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Members of a cluster have no storage of their own, but each has its Performance Insights: texts of queries."""
    if resource.type != MEMBER:
        yield from _storage(resource)
    if resource.stated.flag("performanceInsightsEnabled") is True:
        key = "performanceInsightsKmsKeyId"
        write = "performance_insights_kms_key_id=key.arn"
        yield from must_be_own_key(resource.stated.raw(key), key, write, resource.region)


def _storage(resource: Resource) -> Iterator[Finding]:
    """A replica inside the Region takes over its source's key; one in another Region needs one of that Region."""
    replica = is_cross_region_replica(resource) if resource.type == INSTANCE else None
    value = resource.stated.raw("kmsKeyId")
    if not value and replica is False:
        return
    if not value and replica is UNKNOWN:
        yield not_yet("replicateSourceDb", "unless it is in this Region, a customer managed KMS key is required")
        return
    yield from must_be_own_key(value, "kmsKeyId", "kms_key_id=key.arn", resource.region)


def global_encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A global database made of an existing cluster takes over that cluster's encryption."""
    value = resource.stated.flag("storageEncrypted")
    if value is None and resource.stated.has("sourceDbClusterIdentifier"):
        return
    why = ", and can only be chosen when the global database is created"
    yield from must_be_true(value, "storageEncrypted", "storage_encrypted=True", why=why)


def replication_cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The resource lives in the Region that receives the backups, and so must its key."""
    key = resource.stated.raw("kmsKeyId")
    yield from must_be_own_key(key, "kmsKeyId", "kms_key_id=key_in_that_region.arn", resource.region)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="rds-storage-cmk",
        service="rds",
        severity=Severity.MEDIUM,
        level="advisory",
        title="RDS storage and Performance Insights are encrypted with a customer managed key.",
        why="Snapshots under the key that AWS manages cannot be shared with a recovery account, nor the key withdrawn.",
        fix="storage_encrypted=True, kms_key_id=key.arn",
        tags=(*controls.OWN_KEY, "checkov:CKV_AWS_327", "checkov:CKV_AWS_354"),
        types=frozenset({INSTANCE, CLUSTER, MEMBER}),
        check=storage_cmk,
    ),
    ResourceRule(
        id="rds-global-encrypted",
        service="rds",
        severity=Severity.HIGH,
        title="Aurora global databases are encrypted.",
        why="Every Region's copy inherits the choice, and it cannot be changed later.",
        fix="storage_encrypted=True",
        tags=(*controls.ENCRYPTED, "checkov:CKV_AWS_140"),
        types=frozenset({GLOBAL_CLUSTER}),
        check=global_encrypted,
    ),
    ResourceRule(
        id="rds-backup-replication-cmk",
        service="rds",
        severity=Severity.HIGH,
        title="Automated backups in another Region are encrypted with a customer managed key of that Region.",
        why="A key cannot be used outside its Region: without one there, encrypted backups do not arrive.",
        fix="kms_key_id=key_in_that_region.arn",
        tags=(*controls.OWN_KEY, "nist-800-53r5:CP-9(8)", "checkov:CKV_AWS_245"),
        types=frozenset({BACKUPS_REPLICATION}),
        check=replication_cmk,
    ),
)
