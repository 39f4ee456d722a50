"""The roles that AWS Backup works with: one backs up and copies, another restores; neither can do both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi
import pulumi_aws as aws

from components.policies import document, trusts_service


class Duty(StrEnum):
    """What a role is for."""

    BACKUP = "backup"
    RESTORE = "restore"


# AWS Backup developer guide, managed policies; S3 is in policies of its own.
MANAGED_POLICIES: dict[Duty, dict[str, str]] = {
    Duty.BACKUP: {
        "backup": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        "s3-backup": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    },
    Duty.RESTORE: {
        "restore": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
        "s3-restore": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
    },
}


@dataclass(frozen=True, kw_only=True)
class BackupRoleArgs:
    """Inputs of a role."""

    role_name: str
    duty: Duty
    key_arns: Sequence[pulumi.Input[str]]
    """Keys of the stores and of the vaults on both sides of a copy."""


class BackupRole(pulumi.ComponentResource):
    """A role of AWS Backup with AWS's managed policies for one duty and the keys that they leave out.

    The managed policies allow `kms:Decrypt` and `kms:GenerateDataKey` only by way of DynamoDB, EC2 or S3; a copy into
    a vault with a customer managed key, and a restore from one, need them on the vaults' keys. No `iam:PassRole`: AWS
    Backup asks for it only to restore EC2 instances with an instance profile, and servers are rebuilt here.

    Produces the following resources:
    - `iam.Role`, with `iam.RolePolicyAttachment` for each policy of MANAGED_POLICIES
    - `iam.RolePolicy` for the keys

    Outputs: `arn` (available once its rights are in place, since AWS Backup checks them).

    AWS limits:
    - Rights of the managed policies as AWS had them in August 2026 (AWS managed policy reference).

    Cost: none.
    """

    def __init__(self, name: str, args: BackupRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:BackupRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=trusts_service("backup.amazonaws.com"),
            tags={"Name": args.role_name},
            opts=child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(f"{name}-{purpose}", role=role.name, policy_arn=arn, opts=child)
            for purpose, arn in MANAGED_POLICIES[args.duty].items()
        ]
        keys = list(args.key_arns)
        use = {
            "Sid": "UseTheKeysOfStoresAndVaults",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": keys,
        }
        grant = {
            "Sid": "LetServicesUseThem",
            "Effect": "Allow",
            "Action": "kms:CreateGrant",
            "Resource": keys,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        }
        rights = aws.iam.RolePolicy(f"{name}-keys", role=role.name, policy=document([use, grant]), opts=child)
        self.arn: pulumi.Output[str] = pulumi.Output.all(role.arn, rights.id, *[a.id for a in attached]).apply(
            lambda made: str(made[0])
        )
        self.register_outputs({"arn": self.arn})
