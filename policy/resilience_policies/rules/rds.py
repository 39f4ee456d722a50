"""Amazon RDS: instances and Aurora clusters, with read replicas and cluster members treated as what they are."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import remediation
from resilience_policies.estate import region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Unknown
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"


def is_cross_region_replica(resource: Resource) -> bool | Unknown | None:
    """None: no replica. False: replica inside the Region. True: replica of an instance elsewhere, which RDS wants
    named by ARN.
    """
    source = resource.stated.text("replicateSourceDb")
    if source is UNKNOWN or source is None:
        return source
    source_region = region_in_arn(source)
    return source_region is not None and source_region != resource.region


def storage_encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A replica inside the Region takes over its source's encryption; one in another Region states its own."""
    value = resource.stated.flag("storageEncrypted")
    replica = is_cross_region_replica(resource) if resource.type == INSTANCE else None
    if value is True or (replica is False and value is None):
        return
    if value is UNKNOWN:
        yield not_yet("storageEncrypted", "it must be true")
    elif replica is UNKNOWN and value is None:
        yield not_yet("replicateSourceDb", "unless it is in this Region, storageEncrypted must be true")
    else:
        yield Violation(
            found(
                "storageEncrypted",
                value,
                "true is required, and can only be chosen when the database is created",
                "storage_encrypted=True, kms_key_id=key.arn",
            )
        )


def backup_retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """A replica inside the Region is covered by its source; one in another Region is promoted with the retention it
    has.
    """
    days = resource.stated.number("backupRetentionPeriod")
    minimum = settings.integer("minDays")
    replica = is_cross_region_replica(resource) if resource.type == INSTANCE else None
    if replica is False or (isinstance(days, int | float) and days >= minimum):
        return
    required = f"at least {minimum} days are required ({settings.origin('minDays')})"
    if days is UNKNOWN:
        yield not_yet("backupRetentionPeriod", required)
    elif replica is UNKNOWN:
        yield not_yet("replicateSourceDb", f"unless it is in this Region, {required}")
    else:
        reason = ": a replica in another Region must be ready to be promoted" if replica else ""
        yield Violation(found("backupRetentionPeriod", days, required + reason, f"backup_retention_period={minimum}"))


def deletion_protection(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A replica inside the Region can be made again from its source; one in another Region is the recovery copy."""
    value = resource.stated.flag("deletionProtection")
    replica = is_cross_region_replica(resource) if resource.type == INSTANCE else None
    if value is True or replica is False:
        return
    if value is UNKNOWN:
        yield not_yet("deletionProtection", "it must be true")
    elif replica is UNKNOWN:
        yield not_yet("replicateSourceDb", "unless it is in this Region, deletionProtection must be true")
    else:
        yield Violation(found("deletionProtection", value, "true is required", "deletion_protection=True"))


def multi_az(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Aurora spreads by its members (aurora-multi-az judges them), and a replica is a second copy already."""
    engine = resource.stated.text("engine")
    if resource.stated.has("replicateSourceDb") or (isinstance(engine, str) and engine.startswith("aurora")):
        return
    value = resource.stated.flag("multiAz")
    if value is UNKNOWN:
        yield not_yet("multiAz", "it must be true")
    elif value is not True:
        yield Violation(
            found("multiAz", value, "true is required: a standby in a second zone takes over", "multi_az=True")
        )


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="rds-storage-encrypted",
        service="rds",
        severity=Severity.HIGH,
        title="RDS storage is encrypted.",
        why="Snapshots and copies in another Region inherit the choice, and it cannot be changed in place later.",
        fix="storage_encrypted=True, kms_key_id=key.arn",
        tags=(
            "nist-800-53r5:SC-28(1)",
            "nist-800-53r5:CP-9(8)",
            "pci-dss-4.0:3.5.1",
            "gdpr:32(1)(a)",
            "cis-aws-5.0:2.2.1",
            "iso-27001-2022:A.8.24",
            "security-hub:RDS.3",
            "security-hub:RDS.27",
            "checkov:CKV_AWS_16",
            "checkov:CKV_AWS_96",
        ),
        types=frozenset({INSTANCE, CLUSTER}),
        check=storage_encrypted,
    ),
    ResourceRule(
        id="rds-backup-retention",
        service="rds",
        severity=Severity.HIGH,
        title="RDS keeps automated backups long enough.",
        why="Point-in-time recovery reaches back as far as the retention, by default nowhere.",
        fix="backup_retention_period=7",
        tags=(
            "nist-800-53r5:CP-9",
            "nist-800-53r5:CP-10",
            "nist-800-53r5:SI-12",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            "security-hub:RDS.11",
            "checkov:CKV_AWS_133",
        ),
        # RDS keeps automated backups for at most 35 days (CreateDBInstance, BackupRetentionPeriod).
        settings=(Setting("minDays", "integer", 7, "Fewest days of automated backups.", minimum=1, maximum=35),),
        types=frozenset({INSTANCE, CLUSTER}),
        check=backup_retention,
        remedy=remediation.raise_to("backupRetentionPeriod", "minDays"),
    ),
    ResourceRule(
        id="rds-deletion-protection",
        service="rds",
        severity=Severity.MEDIUM,
        title="RDS databases are protected against deletion.",
        why="Deleting an instance deletes its automated backups with it unless told otherwise.",
        fix="deletion_protection=True",
        tags=(
            "nist-800-53r5:CP-9",
            "nist-800-53r5:SC-5(2)",
            "nist-800-53r5:SI-13(5)",
            "security-hub:RDS.7",
            "security-hub:RDS.8",
            "checkov:CKV_AWS_139",
            "checkov:CKV_AWS_293",
        ),
        types=frozenset({INSTANCE, CLUSTER}),
        check=deletion_protection,
        remedy=remediation.switch_on("deletionProtection"),
    ),
    ResourceRule(
        id="rds-multi-az",
        service="rds",
        severity=Severity.MEDIUM,
        title="RDS instances have a standby in a second Availability Zone.",
        why="Losing a zone must not become a restore, let alone a failover to another Region.",
        fix="multi_az=True",
        tags=(
            "nist-800-53r5:CP-10",
            "nist-800-53r5:SC-5(2)",
            "cis-aws-5.0:2.2.4",
            "iso-27001-2022:A.8.14",
            "security-hub:RDS.5",
            "checkov:CKV_AWS_157",
        ),
        types=frozenset({INSTANCE}),
        check=multi_az,
    ),
)
