"""What AWS refuses and the emulator would accept: checked before anything is created, each rule with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from localcloud.provider import (
    checks,
    checks_backup,
    checks_data,
    checks_recovery,
    checks_route53,
    checks_servers,
    checks_watch,
)
from localcloud.provider.codec import Props


@dataclass(frozen=True)
class Rule:
    """`check` returns the reason of a refusal, which names the value and what AWS allows."""

    type_token: str
    property: str
    source: str
    check: Callable[[Props], str | None]


RULES: tuple[Rule, ...] = (
    Rule("aws:backup/plan:Plan", "rules", "AWS Backup Lifecycle", checks.cold_storage),
    Rule("aws:backup/plan:Plan", "rules", "AWS Backup BackupRule StartWindowMinutes", checks.start_window),
    Rule(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "minRetentionDays",
        "AWS Backup PutBackupVaultLockConfiguration",
        checks.lock_order,
    ),
    Rule(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "changeableForDays",
        "AWS Backup PutBackupVaultLockConfiguration",
        checks.within("changeableForDays", 3, 36500),
    ),
    Rule(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "maxRetentionDays",
        "AWS Backup PutBackupVaultLockConfiguration",
        checks.within("maxRetentionDays", 1, 36500),
    ),
    Rule(
        "aws:rds/instance:Instance",
        "backupRetentionPeriod",
        "Amazon RDS CreateDBInstance",
        checks.within("backupRetentionPeriod", 0, 35),
    ),
    Rule(
        "aws:rds/instance:Instance",
        "replicateSourceDb",
        "Amazon RDS CreateDBInstanceReadReplica",
        checks.replica_takes_no_credentials,
    ),
    Rule("aws:rds/instance:Instance", "kmsKeyId", "Amazon RDS CreateDBInstanceReadReplica", checks.replica_needs_key),
    Rule("aws:rds/instance:Instance", "allocatedStorage", "Amazon RDS CreateDBInstance", checks.gp3_minimum),
    Rule(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "retentionPeriod",
        "Amazon RDS StartDBInstanceAutomatedBackupsReplication",
        checks.within("retentionPeriod", 1, 35),
    ),
    Rule(
        "aws:dynamodb/table:Table",
        "pointInTimeRecovery",
        "Amazon DynamoDB PointInTimeRecoverySpecification",
        checks.recovery_period,
    ),
    Rule("aws:dynamodb/table:Table", "billingMode", "Amazon DynamoDB CreateTable", checks.provisioned_needs_capacity),
    Rule(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules",
        "Amazon S3 ReplicationRule",
        checks.filter_needs_priority,
    ),
    Rule(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules",
        "Amazon S3 ReplicationTime",
        checks.replication_time,
    ),
    Rule(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules",
        "Amazon S3 SourceSelectionCriteria",
        checks.kms_objects_need_key,
    ),
    Rule(
        "aws:kms/key:Key",
        "deletionWindowInDays",
        "AWS KMS ScheduleKeyDeletion",
        checks.within("deletionWindowInDays", 7, 30),
    ),
    Rule(
        "aws:kms/key:Key",
        "rotationPeriodInDays",
        "AWS KMS EnableKeyRotation",
        checks.within("rotationPeriodInDays", 90, 2560),
    ),
    Rule(
        "aws:kms/replicaKey:ReplicaKey",
        "deletionWindowInDays",
        "AWS KMS ScheduleKeyDeletion",
        checks.within("deletionWindowInDays", 7, 30),
    ),
    Rule("aws:dlm/lifecyclePolicy:LifecyclePolicy", "policyDetails", "Amazon DLM CreateRule", checks.snapshot_interval),
    Rule("aws:dlm/lifecyclePolicy:LifecyclePolicy", "policyDetails", "Amazon DLM RetainRule", checks.retention),
    Rule("aws:s3/bucket:Bucket", "bucket", "Amazon S3 bucket naming rules", checks.bucket_name),
    Rule("aws:kms/alias:Alias", "name", "AWS KMS CreateAlias", checks.alias_name),
    Rule("aws:dynamodb/table:Table", "hashKey", "Amazon DynamoDB CreateTable", checks.table_needs_key),
    Rule(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "ingress",
        "a limit of the local cloud, not of AWS",
        checks.no_rules,
    ),
    *(
        Rule(
            f"aws:vpc/{name[0].lower()}{name[1:]}:{name}",
            "cidrIpv4",
            "Amazon EC2 SecurityGroupRuleRequest",
            checks.one_source,
        )
        for name in ("SecurityGroupIngressRule", "SecurityGroupEgressRule")
    ),
    Rule(
        "aws:secretsmanager/secret:Secret",
        "recoveryWindowInDays",
        "AWS Secrets Manager DeleteSecret",
        checks.recovery_window,
    ),
    Rule("aws:ebs/volume:Volume", "size", "Amazon EC2 CreateVolume", checks.volume_size),
    *(
        Rule(*row)
        for module in (checks_backup, checks_data, checks_recovery, checks_route53, checks_servers, checks_watch)
        for row in module.ROWS
    ),
)
