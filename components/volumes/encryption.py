"""EBS: every new volume of the Region is encrypted with our key."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class VolumeEncryptionArgs:
    """Inputs of the Region's default encryption."""

    key_arn: pulumi.Input[str]


class VolumeEncryption(pulumi.ComponentResource):
    """Default encryption of a Region and account: also of volumes that nobody declared here, and of restored snapshots.

    Produces the following resources:
    - `ebs.EncryptionByDefault` and `ebs.DefaultKmsKey`.

    Outputs: none.

    AWS limits:
    - one setting a Region and account; it does not encrypt what exists (Amazon EBS user guide, "Encryption by default")
    - the key is symmetric (Amazon EC2 ModifyEbsDefaultKmsKeyId)

    Cost: the setting is free, requests to the key are $0.03 for 10,000.
    """

    def __init__(self, name: str, args: VolumeEncryptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:volumes:VolumeEncryption", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.ebs.EncryptionByDefault(f"{name}-by-default", enabled=True, opts=child)
        aws.ebs.DefaultKmsKey(f"{name}-key", key_arn=args.key_arn, opts=child)
        self.register_outputs({})
