"""What is an alert: one table, each row an EventBridge pattern with who would cause it and why somebody must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

API_CALL = "AWS API Call via CloudTrail"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One kind of event."""

    name: str
    why: str
    source: str
    detail_types: tuple[str, ...]
    detail: Mapping[str, Any] = field(default_factory=dict)

    def pattern(self) -> dict[str, Any]:
        """As EventBridge takes it (Amazon EventBridge user guide, "Event patterns")."""
        found: dict[str, Any] = {"source": [self.source], "detail-type": list(self.detail_types)}
        return found | ({"detail": dict(self.detail)} if self.detail else {})


def _calls(name: str, why: str, service: str, *operations: str) -> Alert:
    """Calls of a service's API, attempts that were refused included: an attempt is news as well."""
    return Alert(
        name=name,
        why=why,
        source=f"aws.{service}",
        detail_types=(API_CALL,),
        detail={"eventSource": [f"{service}.amazonaws.com"], "eventName": list(operations)},
    )


def alerts(finding_severity: float) -> tuple[Alert, ...]:
    """Every alert; GuardDuty findings from `finding_severity` on."""
    return (
        Alert(
            name="backup-job-failed",
            why="a store has no new recovery point",
            source="aws.backup",
            detail_types=("Backup Job State Change",),
            detail={"state": ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]},
        ),
        Alert(
            name="copy-job-failed",
            why="the other Region has no new copy",
            source="aws.backup",
            detail_types=("Copy Job State Change",),
            detail={"state": ["FAILED", "PARTIAL"]},
        ),
        Alert(
            name="restore-job-failed",
            why="a restore, or the test of one, did not bring the data back",
            source="aws.backup",
            detail_types=("Restore Job State Change",),
            detail={"status": ["FAILED", "ABORTED"]},
        ),
        Alert(
            name="restore-test-not-valid",
            why="what a restore test brought back is not the data",
            source="aws.backup",
            detail_types=("Restore Job State Change",),
            detail={"validationStatus": ["FAILED", "TIMED_OUT"]},
        ),
        _calls(
            "backups-touched",
            "whoever wants a ransom deletes the backups first",
            "backup",
            "DeleteRecoveryPoint",
            "DeleteBackupVault",
            "DeleteBackupPlan",
            "DeleteBackupSelection",
            "DisassociateRecoveryPoint",
            "UpdateRecoveryPointLifecycle",
            "PutBackupVaultLockConfiguration",
            "DeleteBackupVaultLockConfiguration",
            "PutBackupVaultAccessPolicy",
            "DeleteBackupVaultAccessPolicy",
        ),
        _calls(
            "key-touched",
            "no vault lock helps when the key of the backups is gone",
            "kms",
            "ScheduleKeyDeletion",
            "DisableKey",
            "DisableKeyRotation",
            "PutKeyPolicy",
            "DeleteImportedKeyMaterial",
        ),
        _calls(
            "audit-touched",
            "who stops the recording has something to hide",
            "cloudtrail",
            "StopLogging",
            "DeleteTrail",
            "UpdateTrail",
            "PutEventSelectors",
        ),
        _calls(
            "detection-touched",
            "who switches the detector off expects to be found",
            "guardduty",
            "DeleteDetector",
            "StopMonitoringMembers",
            "UpdateDetector",
            "CreateFilter",
        ),
        _calls(
            "database-deleted",
            "a database goes, or its backups do",
            "rds",
            "DeleteDBInstance",
            "DeleteDBInstanceAutomatedBackup",
            "DeleteDBSnapshot",
            "StopDBInstanceAutomatedBackupsReplication",
        ),
        _calls(
            "table-deleted",
            "a table goes, or its recovery does",
            "dynamodb",
            "DeleteTable",
            "DeleteBackup",
            "UpdateContinuousBackups",
        ),
        _calls(
            "bucket-weakened",
            "a bucket goes, or what keeps its objects does",
            "s3",
            "DeleteBucket",
            "DeleteBucketPolicy",
            "PutBucketVersioning",
            "PutBucketReplication",
            "DeleteBucketReplication",
            "PutBucketLifecycle",
            "DeleteBucketLifecycle",
            "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock",
        ),
        _calls(
            "snapshots-touched",
            "the servers' snapshots, or the policy that takes them, go",
            "ec2",
            "DeleteSnapshot",
            "ModifySnapshotAttribute",
            "DisableEbsEncryptionByDefault",
        ),
        Alert(
            name="threat-found",
            why="GuardDuty saw what an attacker does",
            source="aws.guardduty",
            detail_types=("GuardDuty Finding",),
            detail={"severity": [{"numeric": [">=", finding_severity]}]},
        ),
    )
