"""AWS Config's recorder: Audit Manager's controls see only what it records."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement, document, trusts_service

MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
# The types behind the controls of audit.py (AWS Backup developer guide, "Turning on resource tracking"): recording everything
# would cost $0.003 for each change of anything in the account.
RECORDED_TYPES = (
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::Backup::BackupVault",
    "AWS::Backup::RecoveryPoint",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Instance",
    "AWS::EC2::Volume",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
)
DELIVERY_PREFIX = "config"


@dataclass(frozen=True, kw_only=True)
class ConfigRecorderArgs:
    """Inputs of the recorder."""

    recorder_name: str
    role_name: str
    bucket_name: pulumi.Input[str]
    """Bucket whose policy holds `delivery_statements`."""
    bucket_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    account_id: str


class ConfigRecorder(pulumi.ComponentResource):
    """Records the configuration of the stores and of their backups, and delivers it into the audit bucket.

    An account has one recorder in each Region: where it exists already, `backup.audit.configRecorder: adopt` leaves it alone, and
    it must record the types named here.

    Produces the following resources:
    - `cfg.Recorder` for the types that the audit controls judge, `cfg.DeliveryChannel`, `cfg.RecorderStatus` (started)
    - `iam.Role` with `iam.RolePolicyAttachment` and `iam.RolePolicy` (delivery)

    Outputs: `recording` (the recorder's name, available once it records).

    AWS limits:
    - One customer-managed recorder and one delivery channel an account and Region (PutConfigurationRecorder).

    Cost: $0.003 for each recorded change.
    """

    def __init__(self, name: str, args: ConfigRecorderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:ConfigRecorder", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=trusts_service("config.amazonaws.com", args.account_id),
            tags={"Name": args.role_name},
            opts=child,
        )
        attached = aws.iam.RolePolicyAttachment(
            f"{name}-managed", role=role.name, policy_arn=MANAGED_POLICY, opts=child
        )
        delivers = aws.iam.RolePolicy(f"{name}-delivery", role=role.name, policy=document(_delivery(args)), opts=child)
        recorder = aws.cfg.Recorder(
            f"{name}-recorder",
            name=args.recorder_name,
            role_arn=role.arn,
            recording_group=aws.cfg.RecorderRecordingGroupArgs(
                all_supported=False, include_global_resource_types=False, resource_types=list(RECORDED_TYPES)
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[attached, delivers]),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{name}-channel",
            name=args.recorder_name,
            s3_bucket_name=args.bucket_name,
            s3_key_prefix=DELIVERY_PREFIX,
            s3_kms_key_arn=args.key_arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
        )
        status = aws.cfg.RecorderStatus(
            f"{name}-status",
            name=recorder.name,
            is_enabled=True,
            # A recorder without a channel cannot be started (StartConfigurationRecorder).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[channel]),
        )
        self.recording: pulumi.Output[str] = status.name
        self.register_outputs({"recording": self.recording})


def delivery_statements(bucket_arn: pulumi.Input[str], account_id: str) -> list[Statement]:
    """What AWS Config needs in the policy of the bucket that it delivers into (AWS Config developer guide, bucket policy)."""
    guard = {"StringEquals": {"aws:SourceAccount": account_id}}
    service = {"Service": "config.amazonaws.com"}
    return [
        {
            "Sid": "ConfigChecksTheBucket",
            "Effect": "Allow",
            "Principal": service,
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": bucket_arn,
            "Condition": guard,
        },
        {
            "Sid": "ConfigDelivers",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.concat(bucket_arn, f"/{DELIVERY_PREFIX}/AWSLogs/{account_id}/Config/*"),
            "Condition": guard,
        },
    ]


def _delivery(args: ConfigRecorderArgs) -> list[Statement]:
    return [
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.concat(args.bucket_arn, f"/{DELIVERY_PREFIX}/AWSLogs/{args.account_id}/*"),
        },
        {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": args.bucket_arn},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": args.key_arn},
    ]
