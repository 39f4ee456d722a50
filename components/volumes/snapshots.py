"""EBS: the servers' data volumes, snapshotted and copied on a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.settings.adoption import physical_name
from components.tags import SNAPSHOT_POLICY, store_tags
from components.volumes.policy import SnapshotPolicyArgs, snapshot_policy

# What a volume that was there before keeps as it is: a change would make a new one.
ADOPTED_KEEPS = ("availabilityZone", "encrypted", "kmsKeyId", "size", "type")


@dataclass(frozen=True, kw_only=True)
class ServerVolumesArgs(SnapshotPolicyArgs):
    """Inputs of the volumes of one kind of server."""

    zones: Sequence[pulumi.Input[str]]
    ephemeral: bool = False
    imports: bool = False
    """True takes the volumes of `store.existing` into the state as they are."""


class ServerVolumes(pulumi.ComponentResource):
    """Encrypted data volumes spread over the zones, with scheduled snapshots copied, encrypted, to the other Region.

    Produces the following resources:
    - `count` times `ebs.Volume` (protected; a last snapshot is taken should one ever be deleted)
    - `dlm.LifecyclePolicy` with one cross-Region copy rule; it also reaches the root volumes of a ServerFleet whose
      `snapshot_policy` is this component's name
    - `iam.Role` for it, with `iam.RolePolicyAttachment` and `iam.RolePolicy` for the two keys

    Outputs: `arns`, `volume_ids`, `snapshot_policy_arn`.

    AWS limits:
    - a gp3 volume has 1 to 65536 GiB (Amazon EBS user guide, gp3 volume size)
    - those of VolumeSnapshots (components/volumes/policy.py)

    Cost: the volumes are not priced here; snapshots $0.05 a GB-month in either Region, and $0.02 a GB between most
    Regions for the copies.
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
                    ignore_changes=ADOPTED_KEEPS if args.store.existing else (),
                    imports=physical_name(args.store.existing[number]) if args.imports else None,
                ),
            )
            for number in range(args.store.count)
        ]
        self.arns: list[pulumi.Output[str]] = [volume.arn for volume in volumes]
        self.volume_ids: list[pulumi.Output[str]] = [volume.id for volume in volumes]
        self.snapshot_policy_arn: pulumi.Output[str] = snapshot_policy(name, args, self).arn
        self.register_outputs({"arns": self.arns, "snapshotPolicyArn": self.snapshot_policy_arn})
