"""CloudTrail: who touched what, recorded in each Region on its own (row 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement

# AWS CloudTrail user guide, "Quotas": conditions over all advanced event selectors of a trail.
CONDITIONS_MAXIMUM = 500


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs:
    """Inputs of a trail."""

    trail_name: str
    bucket_name: pulumi.Input[str]
    """Bucket of the same Region whose policy holds `trail_statements`."""
    key_arn: pulumi.Input[str]
    """A key whose policy holds `key_statements`."""
    bucket_arn_prefixes: Sequence[str]
    """Objects of every bucket whose ARN begins so are recorded, reads included."""
    table_arn_prefixes: Sequence[str]
    """The same for the items of tables."""


class AuditTrail(pulumi.ComponentResource):
    """A multi-Region trail with validated, encrypted records. Each Region of the estate has one of its own, into its own bucket.

    Losing a Region then loses neither the recording nor the records: the other trail goes on, and the buckets replicate to each
    other.

    Produces the following resources:
    - `cloudtrail.Trail`: all Regions, global services, log file validation, our key; management events, and data events of the
      estate's buckets and tables

    Outputs: `arn`.

    AWS limits:
    - 500 conditions over all selectors of a trail: stores are named by the beginning of their ARN, so a thousand are one condition.
    - The bucket's policy must name the trail before the trail is made (CreateTrail InsufficientS3BucketPolicyException).
    - Five trails a Region (AWS CloudTrail quotas).

    Cost: the second copy of management events $2 per 100,000, data events $0.10 per 100,000.
    """

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:AuditTrail", name, None, opts)
        selectors = [
            _selector("Management events", "Management"),
            _selector("Objects of the estate's buckets", "Data", "AWS::S3::Object", args.bucket_arn_prefixes),
            _selector("Items of the estate's tables", "Data", "AWS::DynamoDB::Table", args.table_arn_prefixes),
        ]
        trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=args.trail_name,
            s3_bucket_name=args.bucket_name,
            kms_key_id=args.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=selectors,
            tags={"Name": args.trail_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = trail.arn
        self.register_outputs({"arn": self.arn})


def _selector(
    name: str, category: str, resource_type: str | None = None, arn_prefixes: Sequence[str] = ()
) -> aws.cloudtrail.TrailAdvancedEventSelectorArgs:
    field = aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs
    if len(arn_prefixes) > CONDITIONS_MAXIMUM:
        raise ValueError(
            f"{len(arn_prefixes)} ARN prefixes for {resource_type}: a trail takes {CONDITIONS_MAXIMUM} conditions"
        )
    fields = [field(field="eventCategory", equals=[category])]
    if resource_type:
        fields.append(field(field="resources.type", equals=[resource_type]))
        fields.append(field(field="resources.ARN", starts_withs=list(arn_prefixes)))
    return aws.cloudtrail.TrailAdvancedEventSelectorArgs(name=name, field_selectors=fields)


def trail_statements(bucket_arn: pulumi.Input[str], account_id: str, trail_arn: str) -> list[Statement]:
    """What CloudTrail needs in the policy of its bucket (AWS CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail")."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    return [
        {
            "Sid": "CloudTrailChecksTheBucket",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket_arn,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "CloudTrailWrites",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.concat(bucket_arn, f"/AWSLogs/{account_id}/*"),
            "Condition": {
                "StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        },
    ]


def key_statements(account_id: str, trail_arn: str) -> list[Statement]:
    """What CloudTrail needs in the policy of the key (AWS CloudTrail user guide, "Configure AWS KMS key policies")."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    return [
        {
            "Sid": "CloudTrailEncrypts",
            "Effect": "Allow",
            "Principal": service,
            "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:SourceArn": trail_arn},
                "StringLike": {
                    "kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{account_id}:trail/*"
                },
            },
        },
        {
            "Sid": "CloudTrailDescribes",
            "Effect": "Allow",
            "Principal": service,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
    ]
