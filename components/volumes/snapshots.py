"""EBS: the servers' volumes, snapshotted and copied on a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import document, trusts_service
from components.settings import VolumeStore
from components.settings.adoption import physical_name
from components.tags import SNAPSHOT_POLICY, store_tags

MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
# When the first snapshot of a day starts; DLM starts within the hour after it.
FIRST_SNAPSHOT_UTC = "03:00"


@dataclass(frozen=True, kw_only=True)
class ServerVolumesArgs:
    """Inputs of the volumes of one kind of server."""

    store: VolumeStore
    zones: Sequence[pulumi.Input[str]]
    key_arn: pulumi.Input[str]
    copy_region: str
    copy_key_arn: pulumi.Input[str]
    """ARN of a key in `copy_region`; DLM takes no alias (Amazon DLM CrossRegionCopyRule CmkArn)."""
    role_name: str
    account_id: str
    ephemeral: bool = False
    imports: bool = False
    """True takes the volumes of `store.existing` into the state as they are."""


class ServerVolumes(pulumi.ComponentResource):
    """Encrypted data volumes spread over the zones, with scheduled snapshots copied, encrypted, to the other Region.

    Produces the following resources:
    - `count` times `ebs.Volume` (protected; a last snapshot is taken should one ever be deleted)
    - `dlm.LifecyclePolicy` with one cross-Region copy rule (at most three a schedule, Amazon DLM)
    - `iam.Role` for it, with `iam.RolePolicyAttachment` and `iam.RolePolicy` for the two keys

    Outputs: `arns`, `volume_ids`, `snapshot_policy_arn`.
    """

    def __init__(self, name: str, args: ServerVolumesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:volumes:ServerVolumes", name, None, opts)
        volumes = [
            aws.ebs.Volume(
                f"{name}-volume-{number}",
                availability_zone=args.zones[number % len(args.zones)],
                size=args.store.size_gib,
                type="gp3",
                encrypted=True,
                kms_key_id=args.key_arn,
                final_snapshot=not args.ephemeral,
                tags=store_tags(name, args.store.data_class, **{"Name": f"{name}-{number}", SNAPSHOT_POLICY: name}),
                opts=store_options(
                    self,
                    ephemeral=args.ephemeral,
                    imports=physical_name(args.store.existing[number]) if args.imports else None,
                ),
            )
            for number in range(args.store.count)
        ]
        policy = self._snapshots(name, args, self._role(name, args))
        self.arns: list[pulumi.Output[str]] = [volume.arn for volume in volumes]
        self.volume_ids: list[pulumi.Output[str]] = [volume.id for volume in volumes]
        self.snapshot_policy_arn: pulumi.Output[str] = policy.arn
        self.register_outputs({"arns": self.arns, "snapshotPolicyArn": self.snapshot_policy_arn})

    def _role(self, name: str, args: ServerVolumesArgs) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-snapshots",
            name=args.role_name,
            assume_role_policy=trusts_service("dlm.amazonaws.com", args.account_id),
            tags={"Name": args.role_name},
            opts=child,
        )
        attached = aws.iam.RolePolicyAttachment(
            f"{name}-snapshots", role=role.name, policy_arn=MANAGED_POLICY, opts=child
        )
        # The managed policy holds no KMS rights; without them encrypted copies fail in silence (Amazon DLM, IAM
        # service roles).
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
        rights = aws.iam.RolePolicy(f"{name}-snapshot-keys", role=role.name, policy=document([grants, use]), opts=child)
        return pulumi.Output.all(role.arn, attached.id, rights.id).apply(lambda made: str(made[0]))

    def _snapshots(self, name: str, args: ServerVolumesArgs, role_arn: pulumi.Input[str]) -> aws.dlm.LifecyclePolicy:
        store = args.store
        copy = aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleArgs(
            target=args.copy_region,
            encrypted=True,
            cmk_arn=args.copy_key_arn,
            copy_tags=True,
            retain_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleCrossRegionCopyRuleRetainRuleArgs(
                interval=store.snapshot_retention_days, interval_unit="DAYS"
            ),
        )
        schedule = aws.dlm.LifecyclePolicyPolicyDetailsScheduleArgs(
            name=f"every-{store.snapshot_interval_hours}-hours",
            create_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleCreateRuleArgs(
                interval=store.snapshot_interval_hours, interval_unit="HOURS", times=FIRST_SNAPSHOT_UTC
            ),
            retain_rule=aws.dlm.LifecyclePolicyPolicyDetailsScheduleRetainRuleArgs(
                interval=store.snapshot_retention_days, interval_unit="DAYS"
            ),
            copy_tags=True,
            cross_region_copy_rules=[copy],
        )
        return aws.dlm.LifecyclePolicy(
            f"{name}-snapshots",
            description=f"Snapshots of the volumes of {name} and their copies in {args.copy_region}",
            execution_role_arn=role_arn,
            state="ENABLED",
            policy_details=aws.dlm.LifecyclePolicyPolicyDetailsArgs(
                resource_types=["VOLUME"], target_tags={SNAPSHOT_POLICY: name}, schedules=[schedule]
            ),
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self),
        )
