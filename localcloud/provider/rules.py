"""What AWS refuses and the emulator would accept: checked before anything is created, each rule with its source.

A rule sees the inputs (unknown values removed) and returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from localcloud.provider.codec import Props

COLD_STORAGE_MINIMUM_DAYS = 90


@dataclass(frozen=True)
class Rule:
    """`check` returns the reason of a refusal, which names the value and what AWS allows."""

    type_token: str
    property: str
    source: str
    check: Callable[[Props], str | None]


def within(key: str, low: int, high: int) -> Callable[[Props], str | None]:
    def check(p: Props) -> str | None:
        value = p.get(key)
        return None if value is None or low <= value <= high else f"{value} is not between {low} and {high}"

    return check


def _lifecycles(p: Props) -> Iterator[Props]:
    for rule in p.get("rules") or []:
        yield rule.get("lifecycle") or {}
        for copy in rule.get("copyActions") or []:
            yield copy.get("lifecycle") or {}


def _cold_storage(p: Props) -> str | None:
    for life in _lifecycles(p):
        delete, cold = life.get("deleteAfter"), life.get("coldStorageAfter")
        if delete is not None and cold is not None and delete < cold + COLD_STORAGE_MINIMUM_DAYS:
            return f"deleteAfter {delete} is less than coldStorageAfter {cold} plus {COLD_STORAGE_MINIMUM_DAYS} days"
    return None


def _start_window(p: Props) -> str | None:
    for rule in p.get("rules") or []:
        window = rule.get("startWindow")
        if window is not None and window < 60:
            return f"startWindow {window} is less than 60 minutes"
    return None


def _lock_order(p: Props) -> str | None:
    low, high = p.get("minRetentionDays"), p.get("maxRetentionDays")
    return f"minRetentionDays {low} exceeds maxRetentionDays {high}" if low and high and low > high else None


def _replica_takes_no_credentials(p: Props) -> str | None:
    if p.get("replicateSourceDb"):
        for key in ("username", "password", "dbName", "engine"):
            if p.get(key) is not None:
                return f"{key} must not be set on a read replica: it comes from the source"
    return None


def _replica_needs_key(p: Props) -> str | None:
    source = p.get("replicateSourceDb") or ""
    if source.startswith("arn:") and p.get("storageEncrypted") and not p.get("kmsKeyId"):
        return "an encrypted cross-Region read replica needs a kmsKeyId of its own Region"
    return None


def _gp3_minimum(p: Props) -> str | None:
    size = p.get("allocatedStorage")
    return (
        f"{size} GiB is less than 20, the least for gp3"
        if size is not None and p.get("storageType") == "gp3" and size < 20
        else None
    )


def _recovery_period(p: Props) -> str | None:
    days = (p.get("pointInTimeRecovery") or {}).get("recoveryPeriodInDays")
    return None if days is None or 1 <= days <= 35 else f"recoveryPeriodInDays {days} is not between 1 and 35"


def _filter_needs_priority(p: Props) -> str | None:
    for rule in p.get("rules") or []:
        if rule.get("filter") is not None:
            missing = [key for key in ("priority", "deleteMarkerReplication") if rule.get(key) is None]
            if missing:
                return f"a rule with a filter needs {' and '.join(missing)}"
    return None


def _replication_time(p: Props) -> str | None:
    for rule in p.get("rules") or []:
        destination = rule.get("destination") or {}
        time = destination.get("replicationTime")
        if time is None:
            continue
        if (time.get("time") or {}).get("minutes") != 15:
            return "replicationTime accepts 15 minutes only"
        if destination.get("metrics") is None:
            return "replicationTime needs metrics"
    return None


def _kms_objects_need_key(p: Props) -> str | None:
    for rule in p.get("rules") or []:
        selected = ((rule.get("sourceSelectionCriteria") or {}).get("sseKmsEncryptedObjects") or {}).get(
            "status"
        ) == "Enabled"
        encryption = (rule.get("destination") or {}).get("encryptionConfiguration") or {}
        if selected and "replicaKmsKeyId" not in encryption:
            return "sseKmsEncryptedObjects needs destination.encryptionConfiguration.replicaKmsKeyId"
    return None


def _provisioned_needs_capacity(p: Props) -> str | None:
    if p.get("billingMode", "PROVISIONED") == "PROVISIONED" and not (p.get("readCapacity") and p.get("writeCapacity")):
        return "PROVISIONED billing needs readCapacity and writeCapacity"
    return None


def _dlm_cross_region_rules(p: Props) -> str | None:
    for schedule in (p.get("policyDetails") or {}).get("schedules") or []:
        if len(schedule.get("crossRegionCopyRules") or []) > 3:
            return "a schedule takes at most 3 crossRegionCopyRules"
    return None


RULES: tuple[Rule, ...] = (
    Rule("aws:backup/plan:Plan", "rules", "AWS Backup Lifecycle", _cold_storage),
    Rule("aws:backup/plan:Plan", "rules", "AWS Backup BackupRule StartWindowMinutes", _start_window),
    Rule(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "minRetentionDays",
        "AWS Backup PutBackupVaultLockConfiguration",
        _lock_order,
    ),
    Rule(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "changeableForDays",
        "AWS Backup PutBackupVaultLockConfiguration",
        within("changeableForDays", 3, 36500),
    ),
    Rule(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "maxRetentionDays",
        "AWS Backup PutBackupVaultLockConfiguration",
        within("maxRetentionDays", 1, 36500),
    ),
    Rule(
        "aws:rds/instance:Instance",
        "backupRetentionPeriod",
        "Amazon RDS CreateDBInstance",
        within("backupRetentionPeriod", 0, 35),
    ),
    Rule(
        "aws:rds/instance:Instance",
        "replicateSourceDb",
        "Amazon RDS CreateDBInstanceReadReplica",
        _replica_takes_no_credentials,
    ),
    Rule("aws:rds/instance:Instance", "kmsKeyId", "Amazon RDS CreateDBInstanceReadReplica", _replica_needs_key),
    Rule("aws:rds/instance:Instance", "allocatedStorage", "Amazon RDS CreateDBInstance", _gp3_minimum),
    Rule(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "retentionPeriod",
        "Amazon RDS StartDBInstanceAutomatedBackupsReplication",
        within("retentionPeriod", 1, 35),
    ),
    Rule(
        "aws:dynamodb/table:Table",
        "pointInTimeRecovery",
        "Amazon DynamoDB PointInTimeRecoverySpecification",
        _recovery_period,
    ),
    Rule("aws:dynamodb/table:Table", "billingMode", "Amazon DynamoDB CreateTable", _provisioned_needs_capacity),
    Rule(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules",
        "Amazon S3 ReplicationRule",
        _filter_needs_priority,
    ),
    Rule(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules",
        "Amazon S3 ReplicationTime",
        _replication_time,
    ),
    Rule(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules",
        "Amazon S3 SourceSelectionCriteria",
        _kms_objects_need_key,
    ),
    Rule(
        "aws:kms/key:Key", "deletionWindowInDays", "AWS KMS ScheduleKeyDeletion", within("deletionWindowInDays", 7, 30)
    ),
    Rule(
        "aws:kms/key:Key", "rotationPeriodInDays", "AWS KMS EnableKeyRotation", within("rotationPeriodInDays", 90, 2560)
    ),
    Rule(
        "aws:kms/replicaKey:ReplicaKey",
        "deletionWindowInDays",
        "AWS KMS ScheduleKeyDeletion",
        within("deletionWindowInDays", 7, 30),
    ),
    Rule("aws:dlm/lifecyclePolicy:LifecyclePolicy", "policyDetails", "Amazon DLM Schedule", _dlm_cross_region_rules),
)
