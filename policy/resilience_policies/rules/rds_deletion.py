"""Amazon RDS: what remains when a database is deleted."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls, remediation
from resilience_policies.checks import must_be_true
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, Violation
from resilience_policies.rules.rds import CLUSTER, INSTANCE, is_cross_region_replica

_WRITE_SNAPSHOT = 'skip_final_snapshot=False, final_snapshot_identifier="orders-final"'


def final_snapshot(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """RDS refuses a final snapshot of a read replica, in any Region (DeleteDBInstance, FinalDBSnapshotIdentifier)."""
    if resource.stated.has("replicateSourceDb"):
        return
    skipped = resource.stated.flag("skipFinalSnapshot")
    if skipped is UNKNOWN:
        yield not_yet("skipFinalSnapshot", "it must be false")
    elif skipped is True:
        yield Violation(found("skipFinalSnapshot", True, "false is required", _WRITE_SNAPSHOT))
    elif not resource.stated.has("finalSnapshotIdentifier"):
        required = "a name is required, without which the snapshot cannot be taken"
        yield Violation(found("finalSnapshotIdentifier", None, required, _WRITE_SNAPSHOT))


def keep_automated_backups(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A replica inside the Region has no backups of its own to keep."""
    replica = is_cross_region_replica(resource) if resource.type == INSTANCE else None
    value = resource.stated.flag("deleteAutomatedBackups")
    if value is False or replica is False:
        return
    if value is UNKNOWN:
        yield not_yet("deleteAutomatedBackups", "it must be false")
    elif replica is UNKNOWN:
        yield not_yet("replicateSourceDb", "unless it is in this Region, deleteAutomatedBackups must be false")
    else:
        required = "false is required, and the default is true"
        yield Violation(found("deleteAutomatedBackups", value, required, "delete_automated_backups=False"))


def copy_tags(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A replica inside the Region takes no snapshots by itself; members of a cluster follow the cluster."""
    replica = is_cross_region_replica(resource) if resource.type == INSTANCE else None
    value = resource.stated.flag("copyTagsToSnapshot")
    if value is True or replica is False:
        return
    if value is not UNKNOWN and replica is UNKNOWN:
        yield not_yet("replicateSourceDb", "unless it is in this Region, copyTagsToSnapshot must be true")
        return
    yield from must_be_true(value, "copyTagsToSnapshot", "copy_tags_to_snapshot=True")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="rds-final-snapshot",
        service="rds",
        severity=Severity.HIGH,
        title="RDS databases leave a final snapshot when they are deleted.",
        why="A replacement that nobody noticed in a preview deletes the database; the snapshot is the way back.",
        fix=_WRITE_SNAPSHOT,
        tags=controls.KEPT,
        types=frozenset({INSTANCE, CLUSTER}),
        check=final_snapshot,
    ),
    ResourceRule(
        id="rds-keep-automated-backups",
        service="rds",
        severity=Severity.HIGH,
        title="RDS keeps the automated backups of a deleted database until they expire.",
        why="By default deleting the database deletes every point in time that it could be restored to.",
        fix="delete_automated_backups=False",
        tags=controls.KEPT,
        types=frozenset({INSTANCE, CLUSTER}),
        check=keep_automated_backups,
    ),
    ResourceRule(
        id="rds-copy-tags-to-snapshot",
        service="rds",
        severity=Severity.LOW,
        level="advisory",
        title="RDS snapshots carry the tags of their database.",
        why="Backup selections, retention by class and access by tag all lose sight of a snapshot without tags.",
        fix="copy_tags_to_snapshot=True",
        tags=(
            "nist-800-53r5:CM-2",
            "iso-27001-2022:A.8.13",
            "security-hub:RDS.16",
            "security-hub:RDS.17",
            "checkov:CKV_AWS_313",
            "checkov:CKV2_AWS_60",
        ),
        types=frozenset({INSTANCE, CLUSTER}),
        check=copy_tags,
        remedy=remediation.switch_on("copyTagsToSnapshot"),
    ),
)
