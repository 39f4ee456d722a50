"""The roles that AWS Backup works with: one backs up and copies, another restores; neither can do both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi

from components.roles import ServiceRoleArgs, service_role


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
        role = ServiceRoleArgs(
            service="backup.amazonaws.com",
            role_name=args.role_name,
            managed={f"{name}-{purpose}": arn for purpose, arn in MANAGED_POLICIES[args.duty].items()},
            rights={f"{name}-keys": [use, grant]},
        )
        self.arn: pulumi.Output[str] = service_role(f"{name}-role", role, self)
        self.register_outputs({"arn": self.arn})
