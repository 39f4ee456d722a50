"""What is worth waking someone for: a table of event patterns, each with who would do that and why it matters."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

# How EventBridge delivers a management event that CloudTrail recorded (Amazon EventBridge user guide, "AWS service
# events delivered via AWS CloudTrail"). It arrives only while a trail logs management events in the Region.
API_CALL = "AWS API Call via CloudTrail"
Pattern = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One row: what happened, where it shows, and what a reader needs to know."""

    name: str
    title: str
    """First line of the text that is sent."""
    who: str
    """Who would do that: an attacker, an operator, or nobody."""
    why: str
    """What is lost when it goes unnoticed."""
    sources: tuple[str, ...]
    detail_types: tuple[str, ...] = (API_CALL,)
    calls: tuple[str, ...] = ()
    """API calls that match, allowed or refused: a refused attempt is an attempt."""
    detail: Pattern = field(default_factory=dict)
    """What else `detail` must match."""
    on: str = ""
    """JSON path of the name of what is touched; an event that lacks it leaves the text empty there."""
    paths: tuple[tuple[str, str], ...] = ()
    """Placeholder and JSON path of what the text says; the defaults of an API call where there is none."""

    def pattern(self) -> str:
        """The event pattern as JSON."""
        detail = self.detail | ({"eventName": sorted(self.calls)} if self.calls else {})
        whole: Pattern = {"source": list(self.sources), "detail-type": list(self.detail_types)}
        return json.dumps(whole | ({"detail": detail} if detail else {}), separators=(",", ":"))


# Never the request parameters as a whole: a key policy is long, and a new password would be among them.
OF_EVERY_EVENT = (("account", "$.account"), ("region", "$.region"), ("time", "$.time"))
OF_A_CALL = (
    ("what", "$.detail.eventName"),
    ("who", "$.detail.userIdentity.arn"),
    ("from", "$.detail.sourceIPAddress"),
    ("refused", "$.detail.errorCode"),
    ("event", "$.detail.eventID"),
)
# Backup jobs and copy jobs report `state`, restore jobs `status` (AWS Backup developer guide, "Monitoring AWS Backup
# events using Amazon EventBridge"); a path that an event lacks becomes an empty text.
OF_A_JOB = (
    ("what", "$.detail-type"),
    ("state", "$.detail.state"),
    ("status", "$.detail.status"),
    ("validation", "$.detail.validationStatus"),
    ("type", "$.detail.resourceType"),
    ("resource", "$.detail.resourceArn"),
    ("source", "$.detail.sourceResourceArn"),
    ("message", "$.detail.statusMessage"),
)
OF_A_FINDING = (
    ("what", "$.detail.type"),
    ("severity", "$.detail.severity"),
    ("title", "$.detail.title"),
    ("kind", "$.detail.resource.resourceType"),
    ("finding", "$.detail.id"),
)
# AWS Backup API reference, State of BackupJob and CopyJob, Status of RestoreJob.
FAILED_STATES = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]
FAILED_VALIDATIONS = ["FAILED", "TIMED_OUT"]
# Lifecycles that expire what is old enough, and restore tests that clear up after themselves. Any other service that
# acts for someone (CloudFormation, say) is as suspicious as the someone.
NOT_BY_A_LIFECYCLE: Pattern = {
    "userIdentity": {"invokedBy": [{"exists": False}, {"anything-but": ["backup.amazonaws.com", "dlm.amazonaws.com"]}]}
}


def alerts(finding_severity: int) -> tuple[Alert, ...]:
    """Every alert, grouped by source: few rules with long lists, since a Region allows 300 rules a bus."""
    return (
        Alert(
            name="backup-jobs",
            title="A backup, copy, restore or restore test did not succeed",
            who="Nobody; most often a missing right of a role or a key, or a window that is too short.",
            why="The newest recovery point is older than the objectives allow, or it cannot be restored.",
            sources=("aws.backup",),
            detail_types=("Backup Job State Change", "Copy Job State Change", "Restore Job State Change"),
            detail={
                "$or": [
                    {"state": FAILED_STATES},
                    {"status": FAILED_STATES},
                    {"validationStatus": FAILED_VALIDATIONS},
                ]
            },
            paths=OF_A_JOB,
        ),
        Alert(
            name="backup-issues",
            title="A backup completed with issues",
            who="Nobody; most often objects in an archive class, or ones that a key or a policy hides.",
            why="The recovery point exists and does not hold everything: AWS Backup calls it completed all the same.",
            sources=("aws.backup",),
            detail_types=("Backup Job State Change",),
            # AWS Backup developer guide, the same page: a completed job with a status message, which may be empty.
            detail={"state": ["COMPLETED"], "statusMessage": [{"anything-but": [""]}]},
            paths=OF_A_JOB,
        ),
        Alert(
            name="restore-validation",
            title="A restore test found the restored data wrong",
            who="Our own drill, reporting what it found.",
            why="The recovery point exists and does not hold what it should: backups since then may be worthless.",
            sources=("aws.backup",),
            calls=("PutRestoreValidationResult",),
            detail={"requestParameters": {"validationStatus": FAILED_VALIDATIONS}},
            on="$.detail.requestParameters.restoreJobId",
        ),
        Alert(
            name="backup-tampering",
            title="Someone deletes backups or weakens what protects them",
            who="An attacker before encrypting the data, or an operator who tidies up; a deployment of ours, if you run one.",
            why="A recovery point that is gone cannot be brought back, and the vault's lock and policy are what keep it.",
            sources=("aws.backup",),
            calls=(
                "DeleteBackupPlan",
                "DeleteBackupSelection",
                "DeleteBackupVault",
                "DeleteBackupVaultAccessPolicy",
                "DeleteBackupVaultLockConfiguration",
                "DeleteRecoveryPoint",
                "DisassociateRecoveryPoint",
                "PutBackupVaultAccessPolicy",
                "PutBackupVaultLockConfiguration",
                "StopBackupJob",
                "UpdateBackupPlan",
                "UpdateRecoveryPointLifecycle",
                "UpdateRegionSettings",
            ),
            on="$.detail.requestParameters.backupVaultName",
        ),
        Alert(
            name="key-tampering",
            title="Someone disables, deletes or changes a key",
            who="An attacker who cannot reach the locked backups: without its key a recovery point is noise.",
            why="A scheduled deletion can be cancelled within 7 to 30 days, and never after.",
            sources=("aws.kms",),
            calls=("DisableKey", "DisableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion"),
            on="$.detail.requestParameters.keyId",
        ),
        Alert(
            name="trail-tampering",
            title="Someone stops or changes the recording",
            who="An attacker who covers the next step.",
            why="What happens from now on leaves no record here, and no API call alerts any more.",
            sources=("aws.cloudtrail",),
            calls=("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"),
            on="$.detail.requestParameters.name",
        ),
        Alert(
            name="detector-tampering",
            title="Someone turns threat detection off",
            who="An attacker who expects to be noticed.",
            why="Findings about credentials, buckets and databases are no longer made.",
            sources=("aws.guardduty",),
            calls=(
                "CreateFilter",
                "DeleteDetector",
                "DisassociateFromAdministratorAccount",
                "StopMonitoringMembers",
                "UpdateDetector",
            ),
        ),
        Alert(
            name="watch-tampering",
            title="Someone silences the alerts",
            who="An attacker, or an operator tired of an alarm.",
            why="Everything else in this list happens unseen.",
            sources=("aws.events", "aws.monitoring", "aws.sns"),
            calls=(
                "DeleteAlarms",
                "DeleteRule",
                "DeleteTopic",
                "DisableAlarmActions",
                "DisableRule",
                "RemoveTargets",
                "SetTopicAttributes",
                "Unsubscribe",
            ),
        ),
        Alert(
            name="database-loss",
            title="Someone deletes a database or its backups, or promotes a replica",
            who="An attacker, an operator on the wrong instance, or a failover; a promotion that nobody declared splits the data.",
            why="Orders and payments: what is newer than the last recovery point is gone.",
            sources=("aws.rds",),
            calls=(
                "DeleteDBInstance",
                "DeleteDBInstanceAutomatedBackup",
                "DeleteDBSnapshot",
                "PromoteReadReplica",
                "StopDBInstanceAutomatedBackupsReplication",
            ),
            detail=NOT_BY_A_LIFECYCLE,
            on="$.detail.requestParameters.dBInstanceIdentifier",
        ),
        Alert(
            name="table-loss",
            title="Someone deletes a table or its backups, or changes its point-in-time recovery",
            who="An attacker, or an operator on the wrong table.",
            why="Point-in-time recovery that was off cannot be turned on for yesterday.",
            sources=("aws.dynamodb",),
            calls=("DeleteBackup", "DeleteTable", "UpdateContinuousBackups"),
            detail=NOT_BY_A_LIFECYCLE,
            on="$.detail.requestParameters.tableName",
        ),
        Alert(
            name="bucket-tampering",
            title="Someone deletes a bucket or changes what protects it",
            who="An attacker before deleting objects, or an operator; a deployment of ours, if you run one.",
            why="Without versioning a deleted object is gone, without replication it is gone in both Regions.",
            sources=("aws.s3",),
            calls=(
                "DeleteBucket",
                "DeleteBucketEncryption",
                "DeleteBucketLifecycle",
                "DeleteBucketPolicy",
                "DeleteBucketPublicAccessBlock",
                "DeleteBucketReplication",
                "PutBucketEncryption",
                "PutBucketLifecycle",
                "PutBucketLifecycleConfiguration",
                "PutBucketPolicy",
                "PutBucketPublicAccessBlock",
                "PutBucketReplication",
                "PutBucketVersioning",
            ),
            detail=NOT_BY_A_LIFECYCLE,
            on="$.detail.requestParameters.bucketName",
        ),
        Alert(
            name="snapshot-loss",
            title="Someone deletes or shares a snapshot, or turns default encryption off",
            who="A person or a tool: what Data Lifecycle Manager and AWS Backup expire by themselves is left out.",
            why="The servers' volumes have no other copy in this Region; a shared snapshot is a copy of the data elsewhere.",
            sources=("aws.ec2",),
            calls=("DeleteSnapshot", "DisableEbsEncryptionByDefault", "ModifySnapshotAttribute"),
            detail=NOT_BY_A_LIFECYCLE,
            on="$.detail.requestParameters.snapshotId",
        ),
        Alert(
            name="threats",
            title="GuardDuty found a threat",
            who="Whoever the finding names.",
            why="Stolen credentials and unusual access come before the deletion of backups.",
            sources=("aws.guardduty",),
            detail_types=("GuardDuty Finding",),
            detail={"severity": [{"numeric": [">=", finding_severity]}]},
            paths=OF_A_FINDING,
        ),
    )
