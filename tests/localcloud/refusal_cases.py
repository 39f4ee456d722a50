"""Calls that AWS refuses and moto takes: service, operation, what is asked, the code of the refusal.

Each is its own service's documented error; a value in braces is one of the world of test_emulator_refusals.py.
"""

from __future__ import annotations

import json
from typing import Any

EAST, WEST = "us-east-1", "us-west-2"
ROLE = "arn:aws:iam::123456789012:role/made-up"
NO_KEY = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
Asked = dict[str, Any]


def plan(**rule: Any) -> Asked:
    return {"BackupPlanName": "plan", "Rules": [{"RuleName": "rule", "TargetBackupVaultName": "vault", **rule}]}


def database(name: str, **more: Any) -> Asked:
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t3.medium",
        "Engine": "mysql",
        "AllocatedStorage": 20,
        "MasterUsername": "orders",
        "MasterUserPassword": "not-a-secret",
        **more,
    }


def replication(*rules: Asked, role: str = ROLE) -> Asked:
    return {"Bucket": "near-1", "ReplicationConfiguration": {"Role": role, "Rules": [_rule(**rule) for rule in rules]}}


def _rule(**more: Any) -> Asked:
    return {
        "ID": "one",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::near-2"},
        **more,
    }


def lifecycle(**rule: Any) -> Asked:
    one = {"ID": "one", "Status": "Enabled", "Filter": {"Prefix": ""}, **rule}
    return {"Bucket": "near-1", "LifecycleConfiguration": {"Rules": [one]}}


def snapshots(**schedule: Any) -> Asked:
    one = {
        "Name": "one",
        "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS"},
        "RetainRule": {"Count": 3},
        **schedule,
    }
    return {
        "ExecutionRoleArn": ROLE,
        "Description": "d",
        "State": "ENABLED",
        "PolicyDetails": {
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "a", "Value": "b"}],
            "Schedules": [{name: value for name, value in one.items() if value is not None}],
        },
    }


def key_policy(principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def alarm(**more: Any) -> Asked:
    return {
        "AlarmName": "a",
        "Namespace": "N",
        "MetricName": "M",
        "Statistic": "Maximum",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 1,
        "Period": 60,
        "EvaluationPeriods": 1,
        **more,
    }


_RTC = {"Bucket": "arn:aws:s3:::near-2", "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}}}
_COPY = {"Target": WEST, "Encrypted": True, "CmkArn": "alias/x", "RetainRule": {"Interval": 1, "IntervalUnit": "DAYS"}}
_BACKUP, _DLM = "InvalidParameterValueException", "InvalidRequestException"
_VALUE, _PAIR = "InvalidParameterValue", "InvalidParameterCombination"
_MALFORMED = "MalformedPolicyDocumentException"

# (service, call, what is asked, code). A value in braces is the world's.
CASES: dict[str, tuple[str, str, Asked, str]] = {
    "vault missing": ("backup", "create_backup_plan", {"BackupPlan": plan(TargetBackupVaultName="none")}, _BACKUP),
    "cold for less than 90 days": (
        "backup",
        "create_backup_plan",
        {"BackupPlan": plan(Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 40})},
        _BACKUP,
    ),
    "kept too long": (
        "backup",
        "create_backup_plan",
        {"BackupPlan": plan(Lifecycle={"DeleteAfterDays": 99999})},
        _BACKUP,
    ),
    "window too short": ("backup", "create_backup_plan", {"BackupPlan": plan(StartWindowMinutes=10)}, _BACKUP),
    "done before begun": (
        "backup",
        "create_backup_plan",
        {"BackupPlan": plan(StartWindowMinutes=120, CompletionWindowMinutes=60)},
        _BACKUP,
    ),
    "rule's name": ("backup", "create_backup_plan", {"BackupPlan": plan(RuleName="a b")}, _BACKUP),
    "no rule": ("backup", "create_backup_plan", {"BackupPlan": {"BackupPlanName": "p", "Rules": []}}, _BACKUP),
    "two rules of a name": (
        "backup",
        "update_backup_plan",
        {"BackupPlanId": "{plan}", "BackupPlan": {"BackupPlanName": "p", "Rules": plan()["Rules"] * 2}},
        _BACKUP,
    ),
    "copy to no ARN": (
        "backup",
        "create_backup_plan",
        {"BackupPlan": plan(CopyActions=[{"DestinationBackupVaultArn": "vault"}])},
        _BACKUP,
    ),
    "selection of no ARN": (
        "backup",
        "create_backup_selection",
        {"BackupPlanId": "{plan}", "BackupSelection": {"SelectionName": "s", "IamRoleArn": ROLE, "Resources": ["x"]}},
        _BACKUP,
    ),
    "vault's name": ("backup", "create_backup_vault", {"BackupVaultName": "a b"}, _BACKUP),
    "waiting period": (
        "kms",
        "schedule_key_deletion",
        {"KeyId": "{key}", "PendingWindowInDays": 31},
        "ValidationException",
    ),
    "rotation period": (
        "kms",
        "enable_key_rotation",
        {"KeyId": "{key}", "RotationPeriodInDays": 30},
        "ValidationException",
    ),
    "rotation of a disabled key": ("kms", "enable_key_rotation", {"KeyId": "{disabled}"}, "DisabledException"),
    "AWS's alias": (
        "kms",
        "create_alias",
        {"AliasName": "alias/aws/mine", "TargetKeyId": "{key}"},
        "NotAuthorizedException",
    ),
    "alias of a key that goes": (
        "kms",
        "create_alias",
        {"AliasName": "alias/mine", "TargetKeyId": "{pending}"},
        "KMSInvalidStateException",
    ),
    "enabling a key that goes": ("kms", "enable_key", {"KeyId": "{pending}"}, "KMSInvalidStateException"),
    "keeping a key that stays": ("kms", "cancel_key_deletion", {"KeyId": "{key}"}, "KMSInvalidStateException"),
    "no policy": ("kms", "create_key", {"Policy": "none"}, _MALFORMED),
    "policy for nobody": ("kms", "create_key", {"Policy": key_policy(ROLE)}, _MALFORMED),
    "policy that locks out": (
        "kms",
        "create_key",
        {"Policy": key_policy("arn:aws:iam::999999999999:root")},
        _MALFORMED,
    ),
    "retention": ("rds", "create_db_instance", database("a", BackupRetentionPeriod=99), _VALUE),
    "password": ("rds", "create_db_instance", database("a", MasterUserPassword="x"), _VALUE),
    "storage": ("rds", "create_db_instance", database("a", AllocatedStorage=5), _VALUE),
    "monitoring": ("rds", "create_db_instance", database("a", MonitoringInterval=7, MonitoringRoleArn=ROLE), _VALUE),
    "insights": ("rds", "create_db_instance", database("a", PerformanceInsightsRetentionPeriod=8), _VALUE),
    "security group": ("rds", "create_db_instance", database("a", VpcSecurityGroupIds=["sg-1"]), _VALUE),
    "backup window": ("rds", "create_db_instance", database("a", PreferredBackupWindow="03:00-03:10"), _VALUE),
    "exported logs": ("rds", "create_db_instance", database("a", EnableCloudwatchLogsExports=["x"]), _PAIR),
    "two passwords": ("rds", "create_db_instance", database("a", ManageMasterUserPassword=True), _PAIR),
    "key that is missing": (
        "rds",
        "create_db_instance",
        database("a", StorageEncrypted=True, KmsKeyId=NO_KEY),
        "KMSKeyNotAccessibleFault",
    ),
    "key of a replica next door": (
        "rds",
        "create_db_instance_read_replica",
        {"DBInstanceIdentifier": "a", "SourceDBInstanceIdentifier": "source", "KmsKeyId": "{key}"},
        _PAIR,
    ),
    "replica of a managed password": (
        "rds",
        "create_db_instance_read_replica",
        {"DBInstanceIdentifier": "a", "SourceDBInstanceIdentifier": "managed"},
        _PAIR,
    ),
    "no backups for replicas": (
        "rds",
        "modify_db_instance",
        {"DBInstanceIdentifier": "source", "BackupRetentionPeriod": 0},
        _PAIR,
    ),
    "one zone": (
        "rds",
        "create_db_subnet_group",
        {"DBSubnetGroupName": "a", "DBSubnetGroupDescription": "d", "SubnetIds": ["{subnets[0]}"]},
        "DBSubnetGroupDoesNotCoverEnoughAZs",
    ),
    "subnet group in use": (
        "rds",
        "delete_db_subnet_group",
        {"DBSubnetGroupName": "used"},
        "InvalidDBSubnetGroupStateFault",
    ),
    "parameter group in use": (
        "rds",
        "delete_db_parameter_group",
        {"DBParameterGroupName": "used"},
        "InvalidDBParameterGroupState",
    ),
    "bucket's name": ("s3", "create_bucket", {"Bucket": "Bad_Name"}, "InvalidBucketName"),
    "no bucket policy": ("s3", "put_bucket_policy", {"Bucket": "near-1", "Policy": "none"}, "MalformedPolicy"),
    "replication's role": ("s3", "put_bucket_replication", replication({}, role="none"), "InvalidArgument"),
    "two rules of a priority": ("s3", "put_bucket_replication", replication({}, {"ID": "two"}), "InvalidRequest"),
    "two rules of an id": ("s3", "put_bucket_replication", replication({}, {"Priority": 2}), "InvalidRequest"),
    "replication to itself": (
        "s3",
        "put_bucket_replication",
        replication({"Destination": {"Bucket": "arn:aws:s3:::near-1"}}),
        "InvalidRequest",
    ),
    "time control without metrics": (
        "s3",
        "put_bucket_replication",
        replication({"Destination": _RTC}),
        "InvalidRequest",
    ),
    "infrequent too soon": (
        "s3",
        "put_bucket_lifecycle_configuration",
        lifecycle(Transitions=[{"Days": 10, "StorageClass": "STANDARD_IA"}]),
        "InvalidArgument",
    ),
    "gone before it moves": (
        "s3",
        "put_bucket_lifecycle_configuration",
        lifecycle(
            NoncurrentVersionTransitions=[{"NoncurrentDays": 90, "StorageClass": "GLACIER"}],
            NoncurrentVersionExpiration={"NoncurrentDays": 60},
        ),
        "InvalidArgument",
    ),
    "rule without an action": ("s3", "put_bucket_lifecycle_configuration", lifecycle(), "InvalidArgument"),
    "object's key": (
        "s3",
        "put_object",
        {"Bucket": "near-1", "Key": "a", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": NO_KEY},
        "KMS.NotFoundException",
    ),
    "interval": (
        "dlm",
        "create_lifecycle_policy",
        snapshots(CreateRule={"Interval": 5, "IntervalUnit": "HOURS"}),
        _DLM,
    ),
    "no retention": ("dlm", "create_lifecycle_policy", snapshots(RetainRule=None), _DLM),
    "too many kept": ("dlm", "create_lifecycle_policy", snapshots(RetainRule={"Count": 2000}), _DLM),
    "copy's key by alias": ("dlm", "create_lifecycle_policy", snapshots(CrossRegionCopyRules=[_COPY]), _DLM),
    "four copies": (
        "dlm",
        "create_lifecycle_policy",
        snapshots(CrossRegionCopyRules=[{**_COPY, "CmkArn": NO_KEY.replace(EAST, WEST)}] * 4),
        _DLM,
    ),
    "secret's key": (
        "secretsmanager",
        "create_secret",
        {"Name": "a", "SecretString": "b", "KmsKeyId": NO_KEY},
        "EncryptionFailure",
    ),
    "log retention": (
        "logs",
        "put_retention_policy",
        {"logGroupName": "group", "retentionInDays": 2},
        "InvalidParameterException",
    ),
    "balancer in one zone": (
        "elbv2",
        "create_load_balancer",
        {"Name": "a", "Subnets": ["{subnets[0]}"]},
        "ValidationError",
    ),
    "protected balancer": ("elbv2", "delete_load_balancer", {"LoadBalancerArn": "{balancer}"}, "OperationNotPermitted"),
    "group's sizes": (
        "autoscaling",
        "create_auto_scaling_group",
        {"AutoScalingGroupName": "a", "MinSize": 0, "MaxSize": 1, "DesiredCapacity": 5},
        "ValidationError",
    ),
    "check's interval": (
        "route53",
        "create_health_check",
        {"CallerReference": "1", "HealthCheckConfig": {"Type": "TCP", "IPAddress": "1.2.3.4", "RequestInterval": 20}},
        "InvalidInput",
    ),
    "check's threshold": (
        "route53",
        "create_health_check",
        {"CallerReference": "1", "HealthCheckConfig": {"Type": "TCP", "IPAddress": "1.2.3.4", "FailureThreshold": 11}},
        "InvalidInput",
    ),
    "alarm's period": ("cloudwatch", "put_metric_alarm", alarm(Period=45), "ValidationError"),
    "alarm's points": ("cloudwatch", "put_metric_alarm", alarm(DatapointsToAlarm=5), "ValidationError"),
    "protocol": (
        "sns",
        "subscribe",
        {"TopicArn": "{topic}", "Protocol": "pigeon", "Endpoint": "a"},
        "InvalidParameter",
    ),
    "capacity": (
        "application-autoscaling",
        "register_scalable_target",
        {
            "ServiceNamespace": "dynamodb",
            "ResourceId": "table/a",
            "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
            "MinCapacity": 5,
            "MaxCapacity": 1,
        },
        "ValidationException",
    ),
    "recovery period": (
        "dynamodb",
        "update_continuous_backups",
        {
            "TableName": "abc",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 99},
        },
        "ValidationException",
    ),
    "volume's size": (
        "ec2",
        "create_volume",
        {"Size": 99999, "AvailabilityZone": "us-east-1a", "VolumeType": "gp3"},
        _VALUE,
    ),
    "volume's zone": ("ec2", "create_volume", {"Size": 1, "AvailabilityZone": "eu-west-1a"}, "InvalidZone.NotFound"),
    "group in use": ("ec2", "delete_security_group", {"GroupId": "{referenced}"}, "DependencyViolation"),
}
