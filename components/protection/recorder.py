"""AWS Config: the recorder that the audit reads from, ours or one that the Region already has."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.protection.deliveries import CONFIG_PREFIX, config_objects_arn
from components.roles import ServiceRoleArgs, service_role
from components.settings.protection import Ownership

MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
# AWS Backup developer guide, choosing your controls: what each control needs recorded; and the stores themselves.
RECORDED_TYPES = (
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::Backup::BackupVault",
    "AWS::Backup::RecoveryPoint",
    "AWS::Config::ResourceCompliance",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
)
# AWS Config has one recorder and one delivery channel a Region; its own tools call them so.
DEFAULT_NAME = "default"


@dataclass(frozen=True, kw_only=True)
class ConfigRecorderArgs:
    """Inputs of the recorder."""

    ownership: Ownership
    role_name: str
    account_id: str
    bucket_name: pulumi.Input[str]
    """Of this Region; its policy needs config_delivery_statements. Pass what is available once that is in place."""
    bucket_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """Key of that bucket."""
    recorder_name: str = DEFAULT_NAME
    """Of the recorder to create, or of the one to adopt."""


class ConfigRecorder(pulumi.ComponentResource):
    """Records what the audit needs, and nothing else, or leaves that to the recorder that the Region has.

    An adopted recorder is not touched: it must record RECORDED_TYPES already, or the controls find nothing to judge.

    Produces the following resources:
    - `cfg.Recorder`, `cfg.DeliveryChannel` and `cfg.RecorderStatus`, which starts it; none of them if adopted
    - `iam.Role` with an `iam.RolePolicyAttachment` and an `iam.RolePolicy` for bucket and key; likewise

    Outputs: `recorder_name` (available once it records).

    AWS limits:
    - one recorder and one delivery channel a Region (AWS Config PutConfigurationRecorder,
      MaxNumberOfConfigurationRecordersExceededException)

    Cost: $0.003 for each change recorded.
    """

    def __init__(self, name: str, args: ConfigRecorderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:ConfigRecorder", name, None, opts)
        self.recorder_name: pulumi.Output[str] = pulumi.Output.from_input(args.recorder_name)
        if args.ownership is Ownership.CREATE:
            self.recorder_name = self._recording(name, args)
        self.register_outputs({"recorderName": self.recorder_name})

    def _recording(self, name: str, args: ConfigRecorderArgs) -> pulumi.Output[str]:
        recorder = aws.cfg.Recorder(
            f"{name}-recorder",
            name=args.recorder_name,
            role_arn=self._role(name, args),
            recording_group=aws.cfg.RecorderRecordingGroupArgs(
                all_supported=False,
                include_global_resource_types=False,
                resource_types=list(RECORDED_TYPES),
                recording_strategies=[
                    aws.cfg.RecorderRecordingGroupRecordingStrategyArgs(use_only="INCLUSION_BY_RESOURCE_TYPES")
                ],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{name}-channel",
            name=args.recorder_name,
            s3_bucket_name=args.bucket_name,
            s3_key_prefix=CONFIG_PREFIX,
            s3_kms_key_arn=args.key_arn,
            snapshot_delivery_properties=aws.cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
                delivery_frequency="TwentyFour_Hours"
            ),
            # AWS Config refuses a channel in a Region without a recorder.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
        )
        status = aws.cfg.RecorderStatus(
            f"{name}-status",
            name=recorder.name,
            is_enabled=True,
            # And it starts no recorder without a channel.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[channel]),
        )
        return pulumi.Output.all(recorder.name, status.id).apply(lambda made: str(made[0]))

    def _role(self, name: str, args: ConfigRecorderArgs) -> pulumi.Output[str]:
        # AWS_ConfigRole reads resources; it may not write what it read (AWS Config developer guide, permissions for
        # the IAM role).
        look = {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": args.bucket_arn}
        write = {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": config_objects_arn(args.bucket_arn, args.account_id),
            "Condition": {"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        }
        encrypt = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": args.key_arn}
        role = ServiceRoleArgs(
            service="config.amazonaws.com",
            role_name=args.role_name,
            account_id=args.account_id,
            managed={f"{name}-recorder": MANAGED_POLICY},
            rights={f"{name}-deliveries": [look, write, encrypt]},
        )
        return service_role(f"{name}-recorder", role, self)
