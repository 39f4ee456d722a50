"""Restore tests from their registrations: schedule, what is restored, where to, and as whom."""

from __future__ import annotations

import json
from functools import cache

import pytest

from components.protection.names import RESTORE_TEST_NAME_MAXIMUM, underscored
from components.protection.restore_tests import RESOURCE_TYPES, RestoreTests, RestoreTestsArgs
from components.protection.service_role import MANAGED_POLICIES, Duty
from components.settings.protection import Kind
from tests.support.botocore_shapes import enum, refusals
from tests.support.program import Program, registrations
from tests.support.protection import protection

PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
VAULT_KEY = "arn:aws:kms:us-east-1:123456789012:key/vault"
VAULT = "arn:aws:backup:us-east-1:123456789012:backup-vault:securecart-primary-7d-2555d"


@cache
def built(kinds: tuple[Kind, ...] = tuple(Kind)) -> Program:
    args = RestoreTestsArgs(
        plan_name="securecart-primary-restores",
        role_name="securecart-restore-us-east-1",
        tests=protection().tests,
        vault_arns=[VAULT],
        key_arn=KEY,
        vault_key_arns=[VAULT_KEY],
        subnet_group_name="securecart-data",
        security_group_ids=["sg-1", "sg-2"],
        kinds=kinds,
    )
    return registrations(lambda: RestoreTests("restores", args))


def test_the_plan_restores_the_newest_point_of_our_vaults_and_the_api_takes_it() -> None:
    (plan,) = built().of(PLAN)
    assert plan.inputs["name"] == "securecart_primary_restores"
    chosen = plan.inputs["recoveryPointSelection"]
    assert chosen["includeVaults"] == [VAULT]
    assert chosen["algorithm"] in enum("backup", "RestoreTestingRecoveryPointSelectionAlgorithm")
    assert set(chosen["recoveryPointTypes"]) == enum("backup", "RestoreTestingRecoveryPointType")
    call = {
        "RestoreTestingPlan": {
            "RestoreTestingPlanName": plan.inputs["name"],
            "ScheduleExpression": plan.inputs["scheduleExpression"],
            "StartWindowHours": int(plan.inputs["startWindowHours"]),
            "RecoveryPointSelection": {
                "Algorithm": chosen["algorithm"],
                "IncludeVaults": chosen["includeVaults"],
                "RecoveryPointTypes": chosen["recoveryPointTypes"],
                "SelectionWindowDays": int(chosen["selectionWindowDays"]),
            },
        }
    }
    assert refusals("backup", "CreateRestoreTestingPlan", call) == ""


def test_each_kind_is_tested_with_a_role_that_only_restores() -> None:
    tested = {s.inputs["protectedResourceType"]: s for s in built().of(SELECTION)}
    assert set(tested) == {"RDS", "DynamoDB", "S3", "EBS"} == set(RESOURCE_TYPES.values())
    for selection in tested.values():
        assert selection.inputs["restoreTestingPlanName"] == "securecart_primary_restores"
        assert selection.inputs["protectedResourceArns"] == ["*"]
        assert selection.inputs["validationWindowHours"] == 4
        assert selection.inputs["name"].isidentifier()
    attached = {a.inputs["policyArn"] for a in built().of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    assert attached == set(MANAGED_POLICIES[Duty.RESTORE].values())
    (rights,) = built().of("aws:iam/rolePolicy:RolePolicy")
    assert json.loads(rights.inputs["policy"])["Statement"][0]["Resource"] == [KEY, VAULT_KEY]


def test_restores_land_in_our_network_under_our_key() -> None:
    """AWS Backup developer guide, restore testing inferred metadata: which keys may be overridden, by type."""
    allowed = {
        "RDS": {
            "allocatedStorage",
            "dbInstanceClass",
            "dbParameterGroupName",
            "dbSubnetGroupName",
            "iops",
            "multiAz",
            "optionGroupName",
            "port",
            "storageType",
            "vpcSecurityGroupIds",
        },
        "DynamoDB": {"encryptionType", "kmsMasterKeyArn"},
        "EBS": {"availabilityZone", "iops", "kmsKeyId", "throughput", "volumesize", "volumetype"},
        "S3": {"encryptionType", "kmsKey", "restoreACLs"},
    }
    told = {s.inputs["protectedResourceType"]: s.inputs["restoreMetadataOverrides"] for s in built().of(SELECTION)}
    for kind, metadata in told.items():
        assert metadata.keys() <= allowed[kind]
        assert all(isinstance(value, str) for value in metadata.values())
    assert told["RDS"]["dbSubnetGroupName"] == "securecart-data"
    assert json.loads(told["RDS"]["vpcSecurityGroupIds"]) == ["sg-1", "sg-2"]
    assert told["DynamoDB"]["kmsMasterKeyArn"] == told["EBS"]["kmsKeyId"] == told["S3"]["kmsKey"] == KEY


def test_kinds_that_a_region_has_no_recovery_points_of_are_left_out() -> None:
    (only,) = built((Kind.TABLES,)).of(SELECTION)
    assert only.inputs["protectedResourceType"] == "DynamoDB"


@pytest.mark.parametrize("name", ["1-plan", "a" * 51, "plan.name", ""])
def test_a_name_that_aws_refuses_is_refused(name: str) -> None:
    """AWS Backup RestoreTestingSelectionName: letters, digits and underscores, 50 at most."""
    with pytest.raises(ValueError, match="choose another name"):
        underscored(name, maximum=RESTORE_TEST_NAME_MAXIMUM)
