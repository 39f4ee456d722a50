"""The admin endpoints of the emulated AWS, and what it refuses to be."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import Any

import pytest

from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import Client


def call(emulator: Emulator, method: str, path: str, **headers: str) -> tuple[int, Any]:
    """Status and content of one answer."""
    connection = http.client.HTTPConnection(emulator.endpoint.removeprefix("http://"))
    with contextlib.closing(connection):
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        return answer.status, json.loads(content) if answer.status == 200 else content


def test_health_names_the_data_and_the_regions(emulator: Emulator) -> None:
    status, health = call(emulator, "GET", "/_securecart/health")
    assert status == 200
    assert health["id"] == emulator.id
    assert health["regions"] == ["us-east-1", "us-west-2"]
    assert set(health) >= {"id", "version", "started", "regions", "regionsOut", "faults"}


def test_reset_empties_every_region_and_gives_a_new_identity(emulator: Emulator, client: Client) -> None:
    for region in ("us-east-1", "us-west-2"):
        client("backup", region).create_backup_vault(BackupVaultName="vault")
    before = emulator.id
    status, answer = call(emulator, "POST", "/_securecart/reset")
    assert status == 200
    assert answer["id"] != before
    assert call(emulator, "GET", "/_securecart/inventory") == (200, {})
    assert client("backup", "us-west-2").list_backup_vaults()["BackupVaultList"] == []


def test_motos_own_reset_is_refused_because_it_would_keep_the_identity(emulator: Emulator) -> None:
    assert call(emulator, "POST", "/moto-api/reset")[0] == 409


def test_an_unknown_admin_endpoint_names_those_there_are(emulator: Emulator) -> None:
    status, content = call(emulator, "GET", "/_securecart/reset")
    assert status == 404
    assert "POST /_securecart/reset" in content


@pytest.mark.parametrize(("method", "name"), [("POST", "reset"), ("POST", "shutdown"), ("GET", "inventory")])
def test_a_web_page_is_refused(emulator: Emulator, method: str, name: str) -> None:
    assert call(emulator, method, f"/_securecart/{name}", Origin="http://evil.example")[0] == 403
    assert not emulator.stop_requested.is_set()


def test_the_inventory_lists_what_was_made_and_not_what_aws_has_by_itself(emulator: Emulator, client: Client) -> None:
    emulator.reset()
    ec2 = client("ec2", "us-west-2")
    assert ec2.describe_vpcs()["Vpcs"], "the default VPC is there"
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client("s3", "us-west-2").create_bucket(
        Bucket="invoices", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("iam").create_role(RoleName="backup", AssumeRolePolicyDocument="{}")
    status, found = call(emulator, "GET", "/_securecart/inventory")
    assert status == 200
    assert found["us-west-2"]["ec2"]["vpc"] == [vpc]
    assert found["us-west-2"]["s3"] == {"bucket": ["invoices"]}
    assert found["us-east-1"] == {"kms": {"key": [key]}}
    assert found["global"] == {"iam": {"role": ["backup"]}}

    client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    client("iam").delete_role(RoleName="backup")
    client("s3", "us-west-2").delete_bucket(Bucket="invoices")
    ec2.delete_vpc(VpcId=vpc)
    assert call(emulator, "GET", "/_securecart/inventory") == (200, {})


def test_the_inventory_lists_what_backups_and_recovery_are_made_of_until_it_is_gone(
    emulator: Emulator, client: Client
) -> None:
    emulator.reset()
    backup, arc = client("backup"), client("arc-region-switch")
    points = {"Algorithm": "RANDOM_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    backup.create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": "monthly",
            "RecoveryPointSelection": points,
            "ScheduleExpression": "cron(0 5 ? * * *)",
        }
    )
    role = "arn:aws:iam::123456789012:role/recovery"
    backup.create_restore_testing_selection(
        RestoreTestingPlanName="monthly",
        RestoreTestingSelection={
            "RestoreTestingSelectionName": "rds",
            "ProtectedResourceType": "RDS",
            "IamRoleArn": role,
            "ProtectedResourceArns": ["*"],
        },
    )
    backup.create_framework(FrameworkName="audit", FrameworkControls=[{"ControlName": "BACKUP_PLAN_MIN_FREQUENCY"}])
    backup.create_report_plan(
        ReportPlanName="jobs",
        ReportDeliveryChannel={"S3BucketName": "reports"},
        ReportSetting={"ReportTemplate": "BACKUP_JOB_REPORT"},
    )
    plan = arc.create_plan(
        name="shop",
        regions=["us-east-1", "us-west-2"],
        recoveryApproach="activeActive",
        executionRole=role,
        workflows=[],
    )["plan"]["arn"]
    hub = client("resiliencehubv2", "us-west-2")
    policy = hub.create_policy(name="shop", dataRecovery={"timeBetweenBackupsInMinutes": 60})["policy"]["policyArn"]
    zone = client("route53").create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"]

    assert call(emulator, "GET", "/_securecart/inventory")[1] == {
        "us-east-1": {
            "backup": {
                "restore-testing-plan": ["monthly"],
                "restore-testing-selection": ["monthly/rds"],
                "framework": ["audit"],
                "report-plan": ["jobs"],
            }
        },
        "us-west-2": {"resiliencehubv2": {"policy": ["shop"]}},
        "global": {"arc-region-switch": {"plan": ["shop"]}, "route53": {"zone": ["example.com."]}},
    }

    backup.delete_restore_testing_selection(RestoreTestingPlanName="monthly", RestoreTestingSelectionName="rds")
    backup.delete_restore_testing_plan(RestoreTestingPlanName="monthly")
    backup.delete_framework(FrameworkName="audit")
    backup.delete_report_plan(ReportPlanName="jobs")
    arc.delete_plan(arn=plan)
    hub.delete_policy(policyArn=policy)
    client("route53").delete_hosted_zone(Id=zone)
    assert call(emulator, "GET", "/_securecart/inventory") == (200, {})
