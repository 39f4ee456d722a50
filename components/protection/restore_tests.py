"""Restore tests: AWS Backup restores what it holds, on a schedule, and deletes what it restored (row 17)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.settings.protection import RestoreTests

# The tag that every store of this program carries (components/tags.py): restore tests of a shared account leave others' alone.
OWN_STORES = "aws:ResourceTag/project"


@dataclass(frozen=True, kw_only=True)
class RestoreTestingArgs:
    """Inputs of the restore tests of a Region."""

    plan_name: str
    """Letters, digits and underscores, at most 50 (CreateRestoreTestingPlan)."""
    role_arn: pulumi.Input[str]
    tests: RestoreTests
    project: str
    """Value of the `project` tag of the stores to test."""
    vault_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """Key of the Region that restored copies are encrypted with."""
    subnet_group_name: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    zone: pulumi.Input[str]


class RestoreTesting(pulumi.ComponentResource):
    """The latest recovery point of every kind of store, restored every week into a place of its own.

    What it restores is named `awsbackup-restore-test-*` and is deleted by AWS Backup once the validation window is over. A verdict
    on the content is given from outside within that window (`securecart test-restores`).

    Produces the following resources:
    - `backup.RestoreTestingPlan`, and a `backup.RestoreTestingSelection` for each of RDS, DynamoDB, S3 and EBS.

    Outputs: `plan_arn`.

    AWS limits:
    - Names are letters, digits and underscores, at most 50 (CreateRestoreTestingPlan, CreateRestoreTestingSelection).
    - Start window 1 to 168 hours, validation window 0 to 168 hours, candidates of the last 1 to 365 days.
    - Lists in the restore metadata are JSON text. An account without a default VPC fails every RDS test unless subnet group and
      security groups are said here (AWS Backup developer guide, "Restore testing inferred metadata").
    - A test cannot be started by hand: there is a schedule and nothing else.

    Cost: what is restored is billed as long as it exists; the test itself is not priced here.
    """

    def __init__(self, name: str, args: RestoreTestingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:RestoreTesting", name, None, opts)
        plan = aws.backup.RestoreTestingPlan(
            f"{name}-restore-tests",
            name=args.plan_name,
            schedule_expression=args.tests.schedule,
            start_window_hours=args.tests.start_window_hours,
            recovery_point_selection=aws.backup.RestoreTestingPlanRecoveryPointSelectionArgs(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[args.vault_arn],
                recovery_point_types=["SNAPSHOT", "CONTINUOUS"],
                selection_window_days=args.tests.selection_window_days,
            ),
            tags={"Name": args.plan_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        only_ours = aws.backup.RestoreTestingSelectionProtectedResourceConditionsArgs(
            string_equals=[
                aws.backup.RestoreTestingSelectionProtectedResourceConditionsStringEqualArgs(
                    key=OWN_STORES, value=args.project
                )
            ]
        )
        for kind, overrides in _metadata(args).items():
            aws.backup.RestoreTestingSelection(
                f"{name}-restore-test-{kind.lower()}",
                name=f"{args.plan_name}_{kind.lower()}",
                restore_testing_plan_name=plan.name,
                protected_resource_type=kind,
                # Conditions alone: the provider takes either them or ARNs.
                protected_resource_conditions=only_ours,
                iam_role_arn=args.role_arn,
                restore_metadata_overrides=overrides,
                validation_window_hours=args.tests.validation_window_hours,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.plan_arn: pulumi.Output[str] = plan.arn
        self.register_outputs({"planArn": self.plan_arn})


def _metadata(args: RestoreTestingArgs) -> Mapping[str, Mapping[str, pulumi.Input[str]]]:
    """What a restore of each type is told; AWS Backup infers the rest from the recovery point.

    Each key is in the developer guide's "Overridable restore metadata"; RDS restores with the key of its snapshot.
    """
    return {
        "RDS": {
            "dbSubnetGroupName": args.subnet_group_name,
            "vpcSecurityGroupIds": _json_list([args.security_group_id]),
            "multiAz": "false",
        },
        "DynamoDB": {"encryptionType": "KMS", "kmsMasterKeyArn": args.key_arn},
        "S3": {"encryptionType": "SSE-KMS", "kmsKey": args.key_arn},
        "EBS": {"availabilityZone": args.zone, "kmsKeyId": args.key_arn},
    }


def _json_list(values: Sequence[pulumi.Input[str]]) -> pulumi.Output[str]:
    resolved: pulumi.Output[list[Any]] = pulumi.Output.all(*values)
    return resolved.apply(json.dumps)
