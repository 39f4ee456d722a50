"""The role that AWS Backup works with: backs up, copies and restores, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import document, trusts_service

# What AWS Backup needs to back up and to restore; S3 is in policies of its own (AWS Backup developer guide, "Managed policies").
MANAGED_POLICIES = {
    "backup": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
    "s3-backup": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    "s3-restore": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
}


@dataclass(frozen=True, kw_only=True)
class BackupRoleArgs:
    """Inputs of the role."""

    role_name: str
    account_id: str
    passed_role_arns: tuple[str, ...] = ()
    """Roles that a restored server or database runs with; without iam:PassRole its restore fails."""


class BackupRole(pulumi.ComponentResource):
    """The role of the plans' selections and of the restore tests of a Region.

    Produces the following resources:
    - `iam.Role` with one `iam.RolePolicyAttachment` for each of MANAGED_POLICIES
    - `iam.RolePolicy` for what the managed policies lack: describing the key behind a copy, and passing the servers' roles

    Outputs: `arn` (available once the rights are attached: AWS Backup checks them when a selection is made).

    AWS limits:
    - A cross-Region copy asks for kms:DescribeKey on the destination's default key, which the managed policy grants only for keys
      that are used through a service (AWS Backup developer guide, "Encryption for backups").

    Cost: free.
    """

    def __init__(self, name: str, args: BackupRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:BackupRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=trusts_service("backup.amazonaws.com", args.account_id),
            tags={"Name": args.role_name},
            opts=child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(f"{name}-{purpose}", role=role.name, policy_arn=arn, opts=child)
            for purpose, arn in MANAGED_POLICIES.items()
        ]
        rights = aws.iam.RolePolicy(f"{name}-rights", role=role.name, policy=document(_rights(args)), opts=child)
        self.arn: pulumi.Output[str] = pulumi.Output.all(role.arn, rights.id, *[a.id for a in attached]).apply(
            lambda made: str(made[0])
        )
        self.register_outputs({"arn": self.arn})


def _rights(args: BackupRoleArgs) -> list[dict[str, object]]:
    describe: dict[str, object] = {
        "Sid": "DescribeTheKeysOfCopies",
        "Effect": "Allow",
        "Action": "kms:DescribeKey",
        "Resource": "*",
    }
    if not args.passed_role_arns:
        return [describe]
    passes: dict[str, object] = {
        "Sid": "RestoreWithTheServersRoles",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": list(args.passed_role_arns),
        "Condition": {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "rds.amazonaws.com"]}},
    }
    return [describe, passes]
