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
RDS_IOPS = Limit(minimum=12000, maximum=64000, unit="IOPS", source="Amazon RDS user guide, gp3 storage from 400 GiB")
RDS_THROUGHPUT = Limit(
    minimum=500, maximum=4000, unit="MiB/s", source="Amazon RDS user guide, gp3 storage from 400 GiB"
)
S3_NEWEST_VERSIONS = Limit(
    minimum=1, maximum=100, unit="versions", source="Amazon S3 NoncurrentVersionExpiration NewerNoncurrentVersions"
)
S3_OBJECT_LOCK = Limit(
    minimum=1, maximum=36500, unit="days", source="Amazon S3 DefaultRetention Days, at most 100 years"
)
DYNAMODB_CAPACITY = Limit(
    minimum=1, maximum=40000, unit="units", source="Amazon DynamoDB service quotas, capacity units a table"
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
ASG_SIZE = Limit(
    minimum=1, maximum=500, unit="servers", source="SecureCart: fleet size; Amazon EC2 Auto Scaling sets no upper one"
)
ASG_GRACE = Limit(
    minimum=0, maximum=7200, unit="seconds", source="SecureCart; Amazon EC2 Auto Scaling HealthCheckGracePeriod"
)
WARM_FRACTION = Limit(
    minimum=1, maximum=99, unit="percent", source="SecureCart row 11: 0 is pilot light, 100 active-active"
)
TCP_PORT = Limit(minimum=1, maximum=65535, unit="", source="Elastic Load Balancing CreateTargetGroup Port")
DRS_POINT_IN_TIME = Limit(
    minimum=1, maximum=365, unit="days", source="AWS Elastic Disaster Recovery user guide, point in time (PIT) policy"
)
ROUTE53_FAILURE_THRESHOLD = Limit(
    minimum=1, maximum=10, unit="checks", source="Amazon Route 53 HealthCheckConfig FailureThreshold"
)
STEP_TIMEOUT = Limit(
    minimum=1,
    maximum=10080,
    unit="minutes",
    source="ARC Region switch timeoutMinutes, at least 1; CreatePlan recoveryTimeObjectiveMinutes, at most 10080",
)
REGION_SWITCH_UNGRACEFUL = Limit(
    minimum=0, maximum=99, unit="percent", source="ARC Region switch Ec2Ungraceful minimumSuccessPercentage"
)
REGION_SWITCH_RTO = Limit(
    minimum=1, maximum=10080, unit="minutes", source="ARC Region switch CreatePlan recoveryTimeObjectiveMinutes"
)

RTO = REGION_SWITCH_RTO
RPO = Limit(minimum=1, maximum=10080, unit="minutes", source="SecureCart: a week, as AWS allows for the RTO")

# AWS Backup: DeleteAfterDays must be at least 90 days greater than MoveToColdStorageAfterDays (Lifecycle, API
# reference).
COLD_STORAGE_MINIMUM_DAYS = 90
# Amazon RDS user guide, "Replicating automated backups to another AWS Region": instances an account and Region.
REPLICATED_BACKUPS_MAXIMUM = 20
INSIGHTS_RETENTION = "7, a multiple of 31 from 31 to 713, or 731 days (Amazon RDS PerformanceInsightsRetentionPeriod)"
# Amazon RDS user guide, gp3 storage: PostgreSQL and MySQL take no IOPS or throughput of your own below this size
# (terraform-provider-aws#28382), ...
RDS_PROVISIONED_MINIMUM_GIB = 400
# ... CreateDBInstance Iops is at most 50 times the storage in GiB, ...
RDS_IOPS_PER_GIB_MAXIMUM = 50
# ... and throughput at most a quarter of the IOPS (ValidStorageOptions StorageThroughputToIopsRatio).
RDS_IOPS_PER_THROUGHPUT = 4
# Amazon RDS CreateDBInstance PreferredBackupWindow and PreferredMaintenanceWindow.
RDS_WINDOW_MINIMUM_MINUTES = 30
# Amazon RDS user guide, "Database Insights": classes that have none, for MySQL.
RDS_CLASSES_WITHOUT_INSIGHTS = frozenset(
    f"db.{family}.{size}" for family in ("t2", "t3", "t4g") for size in ("micro", "small")
)
# Amazon DynamoDB service quotas: global secondary indexes a table.
DYNAMODB_INDEXES_MAXIMUM = 20
# Amazon DynamoDB Projection NonKeyAttributes: in one index, and in all indexes of a table together.
DYNAMODB_INCLUDED_MAXIMUM = 20
DYNAMODB_INCLUDED_TOTAL_MAXIMUM = 100
# Amazon S3 user guide, "Transitioning objects": days before STANDARD_IA.
S3_INFREQUENT_MINIMUM_DAYS = 30

# Watch (rows 14 and 16).
ALARM_LAG = Limit(
    minimum=1,
    maximum=86_400,
    unit="seconds",
    source="SecureCart row 3: a replica a day behind is no better than the nightly copy",
)
ALARM_LATENCY = Limit(
    minimum=1,
    maximum=86_400_000,
    unit="milliseconds",
    source="SecureCart row 6: a table a day behind is no better than the nightly copy",
)
COPY_AGE = Limit(
    minimum=1,
    maximum=168,
    unit="hours",
    source="Amazon CloudWatch PutMetricAlarm, Period x EvaluationPeriods at most 604,800 seconds",
)
FINDING_SEVERITY = Limit(
    minimum=1, maximum=10, unit="", source="Amazon GuardDuty user guide, severity levels; medium begins at 4"
)
TRAIL_RETENTION = Limit(
    minimum=365,
    maximum=36500,
    unit="days",
    source="PCI DSS 10.5.1, audit log history of 12 months; Amazon S3 NoncurrentVersionExpiration NoncurrentDays",
)
ALARM_FREE_STORAGE = Limit(minimum=1, maximum=65536, unit="GiB", source="Amazon RDS user guide, gp3 storage")

# Amazon CloudWatch PutMetricAlarm, Period: what an alarm can look back on.
ALARM_RANGE_SECONDS = 604_800
ALARM_RANGE_SECONDS_BELOW_AN_HOUR = 86_400
# AWS CloudTrail PutEventSelectors: values of all conditions of all advanced event selectors of one trail.
TRAIL_SELECTOR_VALUES = 500
# Amazon EventBridge PutRule (EventPattern, Name, Description) and PutTargets (InputTemplate).
EVENT_PATTERN_CHARACTERS = 4096
EVENT_RULE_NAME_CHARACTERS = 64
EVENT_RULE_DESCRIPTION_CHARACTERS = 512
EVENT_TEMPLATE_CHARACTERS = 8192
# Amazon CloudWatch user guide, service quotas of dashboards.
DASHBOARD_WIDGETS = 500
DASHBOARD_METRICS = 2500

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
