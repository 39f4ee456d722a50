"""Ranges that AWS documents for the settings, each with the page that states it: an error quotes it.

A test holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field


@dataclass(frozen=True, kw_only=True)
class Limit:
    """An inclusive range of whole numbers and where it comes from."""

    minimum: int
    maximum: int
    unit: str
    source: str

    @property
    def text(self) -> str:
        return f"{self.minimum} to {self.maximum} {self.unit} ({self.source})"

    def field(self, *, default: Any = ..., description: str) -> Any:
        """A pydantic field held to this range.

        The range's text travels with it into error messages and the JSON schema.
        """
        return Field(
            default=default,
            ge=self.minimum,
            le=self.maximum,
            description=description,
            json_schema_extra={"allowed": self.text},
        )


# SecureCart's own floor is 7 days; AWS would allow 0, which turns automated backups off.
RDS_BACKUP_RETENTION = Limit(
    minimum=7,
    maximum=35,
    unit="days",
    source="SecureCart row 1; Amazon RDS CreateDBInstance BackupRetentionPeriod, at most 35",
)
RDS_STORAGE = Limit(minimum=20, maximum=65536, unit="GiB", source="Amazon RDS user guide, gp3 storage of PostgreSQL")
DYNAMODB_PITR = Limit(
    minimum=1, maximum=35, unit="days", source="Amazon DynamoDB PointInTimeRecoverySpecification RecoveryPeriodInDays"
)
S3_NONCURRENT = Limit(
    minimum=1, maximum=36500, unit="days", source="Amazon S3 NoncurrentVersionExpiration NoncurrentDays"
)
EBS_SIZE = Limit(minimum=1, maximum=65536, unit="GiB", source="Amazon EBS user guide, gp3 volume size")
EBS_SNAPSHOT_RETENTION = Limit(minimum=1, maximum=36500, unit="days", source="Amazon DLM RetainRule, age based")
BACKUP_RETENTION = Limit(minimum=1, maximum=36500, unit="days", source="AWS Backup Lifecycle DeleteAfterDays")
BACKUP_LOCK = Limit(minimum=1, maximum=36500, unit="days", source="AWS Backup PutBackupVaultLockConfiguration")
BACKUP_COLD_STORAGE = Limit(
    minimum=1, maximum=36410, unit="days", source="AWS Backup Lifecycle MoveToColdStorageAfterDays, 90 before deletion"
)
BACKUP_CONTINUOUS_RETENTION = Limit(
    minimum=1, maximum=35, unit="days", source="AWS Backup developer guide, point-in-time recovery"
)
BACKUP_START_WINDOW = Limit(
    minimum=60, maximum=52_560_000, unit="minutes", source="AWS Backup BackupRuleInput StartWindowMinutes"
)
BACKUP_COMPLETION_WINDOW = Limit(
    minimum=120, maximum=52_560_000, unit="minutes", source="AWS Backup BackupRuleInput CompletionWindowMinutes"
)
BACKUP_LOCK_COOLING = Limit(
    minimum=3, maximum=36500, unit="days", source="AWS Backup PutBackupVaultLockConfiguration ChangeableForDays"
)
BACKUP_AIR_GAPPED = Limit(
    minimum=7, maximum=36500, unit="days", source="AWS Backup CreateLogicallyAirGappedBackupVault MinRetentionDays"
)
RESTORE_TEST_SELECTION_WINDOW = Limit(
    minimum=1,
    maximum=365,
    unit="days",
    source="AWS Backup RestoreTestingRecoveryPointSelection SelectionWindowDays",
)
RESTORE_TEST_START_WINDOW = Limit(
    minimum=1, maximum=168, unit="hours", source="AWS Backup RestoreTestingPlanForCreate StartWindowHours"
)
RESTORE_TEST_VALIDATION_WINDOW = Limit(
    minimum=1, maximum=168, unit="hours", source="AWS Backup RestoreTestingSelectionForCreate ValidationWindowHours"
)
AUDIT_RECOVERY_POINT_AGE = Limit(
    minimum=1, maximum=744, unit="hours", source="AWS Backup Audit Manager, last recovery point was created"
)
AUDIT_RESTORE_TIME = Limit(
    minimum=1, maximum=10080, unit="minutes", source="SecureCart: a week; AWS Backup Audit Manager maxRestoreTime"
)
KMS_DELETION_WINDOW = Limit(
    minimum=7, maximum=30, unit="days", source="AWS KMS ScheduleKeyDeletion PendingWindowInDays"
)
GENERATION = Limit(minimum=1, maximum=999, unit="", source="part of an RDS identifier, at most 63 characters in all")

# AWS Backup: DeleteAfterDays must be at least 90 days greater than MoveToColdStorageAfterDays (Lifecycle, API
# reference).
COLD_STORAGE_MINIMUM_DAYS = 90

# AWS Backup: "The interval between backup jobs shouldn't be less than 60 minutes" (CreateBackupPlan refuses it).
BACKUP_INTERVAL_MINUTES = 60
# SecureCart row 15: recovery points of databases are kept at least this long, and the audit proves it.
DATABASE_RECOVERY_POINT_DAYS = 7
# AWS Backup BackupSelection Resources: 500 ARNs without wildcards.
BACKUP_SELECTION_ARNS = 500
# AWS Backup quotas: resource assignments per backup plan, not adjustable.
BACKUP_PLAN_SELECTIONS = 100
# AWS Backup developer guide, controls and remediation: 50 controls an account and Region.
AUDIT_CONTROLS = 50
# AWS Backup Audit Manager, vaults prevent manual deletion of recovery points: five roles may be exempt.
AUDIT_EXEMPT_ROLES = 5
