"""Amazon DynamoDB: tables, the replicas written inside them, and replicas that are resources of their own."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, Violation

TABLE = "aws:dynamodb/table:Table"
TABLE_REPLICA = "aws:dynamodb/tableReplica:TableReplica"
_AWS_MANAGED_KEY = "alias/aws/dynamodb"


def pitr(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Recovery is switched per replica: the table's own setting does not reach its replicas."""
    if resource.type == TABLE_REPLICA:
        yield from _must_be_true(
            resource.stated.flag("pointInTimeRecovery"), "pointInTimeRecovery", "point_in_time_recovery=True"
        )
        return
    yield from _must_be_true(
        resource.stated.flag("pointInTimeRecovery", "enabled"),
        "pointInTimeRecovery.enabled",
        'point_in_time_recovery={"enabled": True}',
    )
    replicas = resource.stated.blocks("replicas")
    for number, replica in enumerate(replicas.known):
        key = f"replicas[{number}].pointInTimeRecovery"
        yield from _must_be_true(
            replica.flag("pointInTimeRecovery"), key, '"point_in_time_recovery": True in that replica'
        )
    if replicas.has_unknown:
        yield not_yet("replicas", "each needs pointInTimeRecovery")


def cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Without a key of its own, a replica falls back to the key that AWS owns, whatever the table uses."""
    if resource.type == TABLE_REPLICA:
        yield from _must_be_own_key(resource.stated.raw("kmsKeyArn"), "kmsKeyArn", "kms_key_arn=key_in_that_region.arn")
        return
    enabled = resource.stated.flag("serverSideEncryption", "enabled")
    write = 'server_side_encryption={"enabled": True, "kms_key_arn": key.arn}'
    yield from _must_be_true(enabled, "serverSideEncryption.enabled", write)
    if enabled is True:
        key = "serverSideEncryption.kmsKeyArn"
        yield from _must_be_own_key(resource.stated.raw("serverSideEncryption", "kmsKeyArn"), key, write)
    replicas = resource.stated.blocks("replicas")
    for number, replica in enumerate(replicas.known):
        key = f"replicas[{number}].kmsKeyArn"
        yield from _must_be_own_key(
            replica.raw("kmsKeyArn"), key, '"kms_key_arn": key_in_that_region.arn in that replica'
        )
    if replicas.has_unknown:
        yield not_yet("replicas", "each needs a kmsKeyArn")


def _must_be_true(value: object, key: str, write: str) -> Iterator[Finding]:
    if value is UNKNOWN:
        yield not_yet(key, "it must be true")
    elif value is not True:
        yield Violation(found(key, value, "true is required", write))


def _must_be_own_key(value: object, key: str, write: str) -> Iterator[Finding]:
    if not value:
        yield Violation(found(key, None, "a customer managed KMS key is required", write))
    elif isinstance(value, str) and value.endswith(_AWS_MANAGED_KEY):
        yield Violation(f"{key} is the key that AWS manages; a customer managed KMS key is required. Write: {write}")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="dynamodb-pitr",
        service="dynamodb",
        severity=Severity.HIGH,
        title="DynamoDB tables and each of their replicas have point-in-time recovery.",
        why="Replication carries a bad write to every Region within a second; only going back in time undoes it.",
        fix='point_in_time_recovery={"enabled": True}, and "point_in_time_recovery": True in each replica',
        tags=(
            "nist-800-53r5:CP-9",
            "nist-800-53r5:CP-10",
            "nist-800-53r5:SI-13(5)",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            "fsbp:DynamoDB.2",
            "checkov:CKV_AWS_28",
        ),
        types=frozenset({TABLE, TABLE_REPLICA}),
        check=pitr,
    ),
    ResourceRule(
        id="dynamodb-cmk",
        service="dynamodb",
        severity=Severity.HIGH,
        title="DynamoDB tables and each of their replicas are encrypted with a customer managed key.",
        why="The key that AWS owns can be neither audited nor withdrawn, and a table's key does not cover replicas.",
        fix='server_side_encryption={"enabled": True, "kms_key_arn": key.arn}, and "kms_key_arn" in each replica',
        tags=(
            "nist-800-53r5:SC-28(1)",
            "nist-800-53r5:SC-12",
            "pci-dss-4.0:3.5.1",
            "gdpr:32(1)(a)",
            "iso-27001-2022:A.8.24",
            "checkov:CKV_AWS_119",
            "checkov:CKV_AWS_271",
        ),
        types=frozenset({TABLE, TABLE_REPLICA}),
        check=cmk,
    ),
)
