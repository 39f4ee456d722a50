"""Restore tests: AWS Backup restores one store of each kind on a schedule, times it, and deletes what it restored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.protection.names import RESTORE_TEST_NAME_MAXIMUM, underscored
from components.protection.service_role import BackupRole, BackupRoleArgs, Duty
from components.settings.protection import Kind
from components.settings.protection import RestoreTests as RestoreTestsSettings

# AWS Backup RestoreTestingSelectionForCreate ProtectedResourceType.
RESOURCE_TYPES: Mapping[Kind, str] = {
    Kind.DATABASES: "RDS",
    Kind.TABLES: "DynamoDB",
    Kind.BUCKETS: "S3",
    Kind.VOLUMES: "EBS",
}


@dataclass(frozen=True, kw_only=True)
class RestoreTestsArgs:
    """Inputs of the restore tests."""

    plan_name: str
    """Hyphens become underscores, as AWS wants it."""
    role_name: str
    tests: RestoreTestsSettings
    vault_arns: Sequence[pulumi.Input[str]]
    """Vaults of this Region whose recovery points are restored; copies from the other Region among them."""
    key_arn: pulumi.Input[str]
    """Key of this Region that restored tables, buckets and volumes are encrypted with."""
    vault_key_arns: Sequence[pulumi.Input[str]]
    subnet_group_name: pulumi.Input[str]
    """DB subnet group that databases are restored into; without it RDS would look for a default VPC."""
    security_group_ids: Sequence[pulumi.Input[str]]
    kinds: Sequence[Kind] = tuple(Kind)
    """What is tested; leave out what the vaults hold no recovery points of."""


class RestoreTests(pulumi.ComponentResource):
    """Regular proof, made by AWS, that the newest recovery points restore, and how long it takes.

    What AWS Backup infers for a restore would look for a default VPC and lose our key, so each kind says where and how
    it is restored. A test is only SUCCESSFUL once somebody has checked the data and said so
    (PutRestoreValidationResult) within the validation window.

    Produces the following resources:
    - BackupRole with the rights to restore, and no others
    - `backup.RestoreTestingPlan`, and a `backup.RestoreTestingSelection` for each kind

    Outputs: `plan_name`, `plan_arn`, `role_arn`, `selection_names` (by kind).

    AWS limits:
    - names are letters, digits and underscores, 50 at most (AWS Backup RestoreTestingSelectionForCreate)
    - a plan starts on its schedule only; there is no call to start it now (AWS Backup API reference)
    - all stores of a kind that the vaults hold are tested: of ARNs a selection would take 30
    - a restored bucket is emptied by a lifecycle rule, which takes days (AWS Backup developer guide, restore testing)

    Cost: the restored resources while they exist, and a fee for each test; not priced here.
    """

    def __init__(self, name: str, args: RestoreTestsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:RestoreTests", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = BackupRole(
            name,
            BackupRoleArgs(role_name=args.role_name, duty=Duty.RESTORE, key_arns=[args.key_arn, *args.vault_key_arns]),
            child,
        )
        plan = aws.backup.RestoreTestingPlan(
            f"{name}-plan",
            name=underscored(args.plan_name, maximum=RESTORE_TEST_NAME_MAXIMUM),
            schedule_expression=args.tests.schedule,
            schedule_expression_timezone="Etc/UTC",
            start_window_hours=args.tests.start_window_hours,
            recovery_point_selection=aws.backup.RestoreTestingPlanRecoveryPointSelectionArgs(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=list(args.vault_arns),
                recovery_point_types=["CONTINUOUS", "SNAPSHOT"],
                selection_window_days=args.tests.selection_window_days,
            ),
            tags={"Name": args.plan_name},
            opts=child,
        )
        tested = {
            kind: aws.backup.RestoreTestingSelection(
                f"{name}-{kind}",
                name=underscored(kind, maximum=RESTORE_TEST_NAME_MAXIMUM),
                restore_testing_plan_name=plan.name,
                protected_resource_type=RESOURCE_TYPES[kind],
                protected_resource_arns=["*"],
                iam_role_arn=role.arn,
                restore_metadata_overrides=overrides(kind, args),
                validation_window_hours=args.tests.validation_hours,
                opts=child,
            )
            for kind in args.kinds
        }
        self.plan_name: pulumi.Output[str] = plan.name
        self.plan_arn: pulumi.Output[str] = plan.arn
        self.role_arn: pulumi.Output[str] = role.arn
        self.selection_names: dict[str, pulumi.Output[str]] = {kind.value: s.name for kind, s in tested.items()}
        self.register_outputs({"planName": self.plan_name, "roleArn": self.role_arn})


def overrides(kind: Kind, args: RestoreTestsArgs) -> dict[str, pulumi.Input[str]]:
    """What a restore of this kind is told (AWS Backup developer guide, restore testing inferred metadata).

    RDS takes no key: a restored database has the key of its recovery point. Lists are JSON in a string.
    """
    groups = pulumi.Output.all(*args.security_group_ids).apply(json.dumps)
    metadata: dict[Kind, dict[str, pulumi.Input[str]]] = {
        # One instance is enough to check data in; a standby would double the time and the bill.
        Kind.DATABASES: {
            "dbSubnetGroupName": args.subnet_group_name,
            "vpcSecurityGroupIds": groups,
            "multiAz": "false",
        },
        Kind.TABLES: {"encryptionType": "KMS", "kmsMasterKeyArn": args.key_arn},
        Kind.BUCKETS: {"encryptionType": "SSE-KMS", "kmsKey": args.key_arn},
        Kind.VOLUMES: {"kmsKeyId": args.key_arn},
    }
    return metadata[kind]
