"""EBS: the policy by which Data Lifecycle Manager snapshots every volume that carries a tag, and copies the snapshots."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.roles import ServiceRoleArgs, service_role
from components.settings import VolumeStore
from components.tags import SNAPSHOT_POLICY

MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
# When the first snapshot of a day starts; DLM starts within the hour after it.
FIRST_SNAPSHOT_UTC = "03:00"


@dataclass(frozen=True, kw_only=True)
class SnapshotPolicyArgs:
    """Inputs of the snapshots of one kind of server in one Region."""

    store: VolumeStore
    key_arn: pulumi.Input[str]
    copy_region: str
    copy_key_arn: pulumi.Input[str]
    """ARN of a key in `copy_region`; DLM takes no alias (Amazon DLM CrossRegionCopyRule CmkArn)."""
    role_name: str
    account_id: str


class VolumeSnapshots(pulumi.ComponentResource):
    """Scheduled snapshots of the volumes that servers bring along, copied, encrypted, to the other Region.

    For a Region whose servers have root volumes and no data volumes of their own: the volumes are found by their tag,
    whoever made them, and there may be none while the Region waits.

    Produces the following resources:
    - `dlm.LifecyclePolicy` with one cross-Region copy rule
    - `iam.Role` for it, with `iam.RolePolicyAttachment` and `iam.RolePolicy` for the two keys

    Outputs: `snapshot_policy_arn`.

    AWS limits:
    - at most 3 copy rules a schedule and 4 schedules a policy (Amazon DLM Schedule CrossRegionCopyRules, PolicyDetails
      Schedules)
    - an interval of 1, 2, 3, 4, 6, 8, 12 or 24 hours (Amazon DLM CreateRule Interval)
    - a copy's key is named by its ARN (Amazon DLM CrossRegionCopyRule CmkArn)

    Cost: snapshots $0.05 a GB-month in either Region, and $0.02 a GB between most Regions for the copies.
    """

    def __init__(self, name: str, args: SnapshotPolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:volumes:VolumeSnapshots", name, None, opts)
        self.snapshot_policy_arn: pulumi.Output[str] = snapshot_policy(name, args, self).arn
        self.register_outputs({"snapshotPolicyArn": self.snapshot_policy_arn})


def snapshot_policy(name: str, args: SnapshotPolicyArgs, parent: pulumi.Resource) -> aws.dlm.LifecyclePolicy:
    """Makes the policy and its role under `parent`."""
    store = args.store
    retention_days = store.snapshot_retention_days
    copy = aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleArgs(
        target=args.copy_region,
        encrypted=True,
        cmk_arn=args.copy_key_arn,
        copy_tags=True,
        retain_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleRetainRuleArgs(
            interval=retention_days, interval_unit="DAYS"
        ),
    )
    schedule = aws.dlm.LifecyclePolicyPolicyDetailsScheduleArgs(
        name=f"every-{store.snapshot_interval_hours}-hours",
        create_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleCreateRuleArgs(
            interval=store.snapshot_interval_hours, interval_unit="HOURS", times=FIRST_SNAPSHOT_UTC
        ),
        retain_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleRetainRuleArgs(
            interval=retention_days, interval_unit="DAYS"
        ),
        copy_tags=True,
        cross_region_copy_rules=[copy],
    )
    return aws.dlm.LifecyclePolicy(
        f"{name}-snapshots",
        description=f"Snapshots of the volumes of {name} and their copies in {args.copy_region}",
        execution_role_arn=_role(name, args, parent),
        state="ENABLED",
        policy_details=aws.dlm.LifecyclePolicyPolicyDetailsArgs(
            resource_types=["VOLUME"], target_tags={SNAPSHOT_POLICY: name}, schedules=[schedule]
        ),
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _role(name: str, args: SnapshotPolicyArgs, parent: pulumi.Resource) -> pulumi.Output[str]:
    # The managed policy holds no KMS rights; without them encrypted copies fail in silence (Amazon DLM, IAM service
    # roles).
    keys = [args.key_arn, args.copy_key_arn]
    grants = {
        "Effect": "Allow",
        "Action": "kms:CreateGrant",
        "Resource": keys,
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    }
    use = {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": keys,
    }
    role = ServiceRoleArgs(
        service="dlm.amazonaws.com",
        role_name=args.role_name,
        account_id=args.account_id,
        managed={f"{name}-snapshots": MANAGED_POLICY},
        rights={f"{name}-snapshot-keys": [grants, use]},
    )
    return service_role(f"{name}-snapshots", role, parent)
