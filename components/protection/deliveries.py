"""What the policies of the audit bucket and of its key must allow, for reports of AWS Backup and for AWS Config."""

from __future__ import annotations

import pulumi

from components.policies import Statement

CONFIG_SERVICE = "config.amazonaws.com"
# Where AWS Config's files are in the bucket; the service adds AWSLogs/<account>/Config.
CONFIG_PREFIX = "config"
# Both services hand what they write to the bucket's owner, also where access lists are off (Amazon S3 user guide,
# bucket owner enforced).
OWNED_BY_BUCKET = {"s3:x-amz-acl": "bucket-owner-full-control"}


def report_delivery_statements(
    bucket_arn: pulumi.Input[str], *, role_arn: pulumi.Input[str], key_prefix: str
) -> list[Statement]:
    """For the bucket policy; `role_arn` from ReportsRole, so that the role exists before a policy names it.

    AWS Backup developer guide, creating report plans.
    """
    return [
        {
            "Sid": "BackupReports",
            "Effect": "Allow",
            "Principal": {"AWS": role_arn},
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.concat(bucket_arn, f"/{key_prefix}/*"),
            "Condition": {"StringEquals": OWNED_BY_BUCKET},
        }
    ]


def report_key_statements(role_arn: pulumi.Input[str]) -> list[Statement]:
    """For the policy of the bucket's key (AWS Backup developer guide, creating report plans using the API)."""
    return [
        {
            "Sid": "BackupReportsEncrypt",
            "Effect": "Allow",
            "Principal": {"AWS": role_arn},
            "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            "Resource": "*",
        }
    ]


def config_delivery_statements(bucket_arn: pulumi.Input[str], *, account_id: str) -> list[Statement]:
    """For the bucket policy: AWS Config tries its role first, then itself.

    AWS Config developer guide, permissions for the S3 bucket.
    """
    ours = {"AWS:SourceAccount": account_id}
    look: Statement = {"Effect": "Allow", "Principal": {"Service": CONFIG_SERVICE}, "Resource": bucket_arn}
    return [
        look | {"Sid": "ConfigChecksAccess", "Action": "s3:GetBucketAcl", "Condition": {"StringEquals": ours}},
        look | {"Sid": "ConfigFindsTheBucket", "Action": "s3:ListBucket", "Condition": {"StringEquals": ours}},
        {
            "Sid": "ConfigDelivers",
            "Effect": "Allow",
            "Principal": {"Service": CONFIG_SERVICE},
            "Action": "s3:PutObject",
            "Resource": config_objects_arn(bucket_arn, account_id),
            "Condition": {"StringEquals": ours | OWNED_BY_BUCKET},
        },
    ]


def config_key_statements(*, account_id: str) -> list[Statement]:
    """For the policy of the bucket's key (AWS Config developer guide, permissions for the KMS key)."""
    return [
        {
            "Sid": "ConfigEncrypts",
            "Effect": "Allow",
            "Principal": {"Service": CONFIG_SERVICE},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"AWS:SourceAccount": account_id}},
        }
    ]


def config_objects_arn(bucket_arn: pulumi.Input[str], account_id: str) -> pulumi.Output[str]:
    """The objects that AWS Config writes."""
    return pulumi.Output.concat(bucket_arn, f"/{CONFIG_PREFIX}/AWSLogs/{account_id}/Config/*")
