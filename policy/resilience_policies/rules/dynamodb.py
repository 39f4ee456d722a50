"""Amazon DynamoDB: tables, the replicas written inside them, and replicas that are resources of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pulumi_policy import Severity

from resilience_policies import controls, remediation
from resilience_policies.checks import at_least_days, must_be_own_key, must_be_true
from resilience_policies.messages import not_yet
from resilience_policies.reading import Reading
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings

TABLE = "aws:dynamodb/table:Table"
TABLE_REPLICA = "aws:dynamodb/tableReplica:TableReplica"
_WRITE_PITR = 'point_in_time_recovery={"enabled": True}'
_WRITE_SSE = 'server_side_encryption={"enabled": True, "kms_key_arn": key.arn}'


def pitr(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The table itself; its replicas are dynamodb-replica-pitr."""
    value = resource.stated.flag("pointInTimeRecovery", "enabled")
    yield from must_be_true(value, "pointInTimeRecovery.enabled", _WRITE_PITR)


def pitr_window(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Recovery that is switched off is dynamodb-pitr."""
    if resource.stated.flag("pointInTimeRecovery", "enabled") is False or not resource.stated.has(
        "pointInTimeRecovery"
    ):
        return
    value = resource.stated.number("pointInTimeRecovery", "recoveryPeriodInDays")
    key, write = "pointInTimeRecovery.recoveryPeriodInDays", '"recovery_period_in_days"'
    yield from at_least_days(value, key, settings, write, default=35)


def encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Switched on means a KMS key in the account; off means a key that AWS owns and nobody sees."""
    value = resource.stated.flag("serverSideEncryption", "enabled")
    yield from must_be_true(value, "serverSideEncryption.enabled", _WRITE_SSE)


def cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The table itself; its replicas are dynamodb-replica-cmk."""
    enabled = resource.stated.flag("serverSideEncryption", "enabled")
    if enabled is not True:
        yield from must_be_true(enabled, "serverSideEncryption.enabled", _WRITE_SSE)
        return
    key = resource.stated.raw("serverSideEncryption", "kmsKeyArn")
    yield from must_be_own_key(key, "serverSideEncryption.kmsKeyArn", _WRITE_SSE, resource.region)


def _each_replica(
    resource: Resource, key: str, write: str, judge: Callable[[Reading, str, str], Iterator[Finding]]
) -> Iterator[Finding]:
    """Judges a replica that is a resource of its own, or each replica that a table lists; both spell `key` alike."""
    if resource.type == TABLE_REPLICA:
        yield from judge(resource.stated, key, write)
        return
    replicas = resource.stated.blocks("replicas")
    for number, replica in enumerate(replicas.known):
        yield from judge(replica, f"replicas[{number}].{key}", f"in that replica: {write}")
    if replicas.has_unknown:
        yield not_yet("replicas", f"each needs {key}")


def replica_pitr(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Recovery is switched per replica: the table's own setting does not reach its replicas."""

    def judge(replica: Reading, key: str, write: str) -> Iterator[Finding]:
        return must_be_true(replica.flag("pointInTimeRecovery"), key, write)

    yield from _each_replica(resource, "pointInTimeRecovery", "point_in_time_recovery=True", judge)


def replica_cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Without a key of its own, a replica falls back to the key that AWS owns, whatever the table uses."""
    is_resource = resource.type == TABLE_REPLICA

    def judge(replica: Reading, key: str, write: str) -> Iterator[Finding]:
        region = resource.region if is_resource else replica.text("regionName")
        return must_be_own_key(replica.raw("kmsKeyArn"), key, write, region)

    yield from _each_replica(resource, "kmsKeyArn", "kms_key_arn=key_in_that_region.arn", judge)


def deletion_protection(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Protection, too, is switched per replica."""

    def judge(replica: Reading, key: str, write: str) -> Iterator[Finding]:
        return must_be_true(replica.flag("deletionProtectionEnabled"), key, write)

    key, write = "deletionProtectionEnabled", "deletion_protection_enabled=True"
    if resource.type == TABLE:
        yield from judge(resource.stated, key, write)
    yield from _each_replica(resource, key, write, judge)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="dynamodb-pitr",
        service="dynamodb",
        severity=Severity.HIGH,
        title="DynamoDB tables have point-in-time recovery.",
        why="Replication carries a bad write to every Region within a second; only going back in time undoes it.",
        fix=_WRITE_PITR,
        tags=(*controls.BACKED_UP, "security-hub:DynamoDB.2", "checkov:CKV_AWS_28"),
        types=frozenset({TABLE}),
        check=pitr,
        remedy=remediation.switch_on("pointInTimeRecovery", "enabled"),
    ),
    ResourceRule(
        id="dynamodb-replica-pitr",
        service="dynamodb",
        severity=Severity.HIGH,
        title="Each replica of a DynamoDB table has point-in-time recovery.",
        why="When the table's Region is away, only the replica's own recovery can undo a bad write.",
        fix='"point_in_time_recovery": True in each replica, or point_in_time_recovery=True of a TableReplica',
        tags=controls.BACKED_UP,
        types=frozenset({TABLE, TABLE_REPLICA}),
        check=replica_pitr,
    ),
    ResourceRule(
        id="dynamodb-pitr-window",
        service="dynamodb",
        severity=Severity.MEDIUM,
        title="DynamoDB point-in-time recovery reaches back far enough.",
        why="A bad write that is noticed after the window can no longer be undone.",
        fix='point_in_time_recovery={"enabled": True, "recovery_period_in_days": 35}',
        tags=(*controls.BACKED_UP, "nist-800-53r5:SI-12"),
        # DynamoDB goes back 1 to 35 days, 35 unless told otherwise (PointInTimeRecoverySpecification).
        settings=(Setting("minDays", "integer", 35, "Fewest days to go back.", minimum=1, maximum=35),),
        types=frozenset({TABLE}),
        check=pitr_window,
    ),
    ResourceRule(
        id="dynamodb-encrypted",
        service="dynamodb",
        severity=Severity.MEDIUM,
        # DynamoDB always encrypts: off, the data is as unreadable, but nobody can audit or withdraw the key.
        level="advisory",
        title="DynamoDB tables are encrypted with a KMS key of the account.",
        why="The key that AWS owns leaves no trace of who read the table.",
        fix=_WRITE_SSE,
        tags=controls.ENCRYPTED,
        types=frozenset({TABLE}),
        check=encrypted,
    ),
    ResourceRule(
        id="dynamodb-cmk",
        service="dynamodb",
        severity=Severity.HIGH,
        title="DynamoDB tables are encrypted with a customer managed key.",
        why="The key that AWS owns can be neither audited nor withdrawn, nor can backups under it go to another account.",
        fix=_WRITE_SSE,
        tags=(*controls.OWN_KEY, "checkov:CKV_AWS_119"),
        types=frozenset({TABLE}),
        check=cmk,
    ),
    ResourceRule(
        id="dynamodb-replica-cmk",
        service="dynamodb",
        severity=Severity.HIGH,
        title="Each replica of a DynamoDB table is encrypted with a customer managed key of its Region.",
        why="A table's key does not cover its replicas: the copy would be under a key that AWS owns.",
        fix='"kms_key_arn": key_in_that_region.arn in each replica, or kms_key_arn=... of a TableReplica',
        tags=(*controls.OWN_KEY, "checkov:CKV_AWS_271"),
        types=frozenset({TABLE, TABLE_REPLICA}),
        check=replica_cmk,
    ),
    ResourceRule(
        id="dynamodb-deletion-protection",
        service="dynamodb",
        severity=Severity.MEDIUM,
        title="DynamoDB tables and each of their replicas are protected against deletion.",
        why="A replacement deletes the table, and its point-in-time recovery with it.",
        fix="deletion_protection_enabled=True, and the same in each replica",
        tags=(*controls.KEPT, "nist-800-53r5:SC-5(2)", "security-hub:DynamoDB.6"),
        types=frozenset({TABLE, TABLE_REPLICA}),
        check=deletion_protection,
        remedy=remediation.switch_on_with_replicas("deletionProtectionEnabled"),
    ),
)
