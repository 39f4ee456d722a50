"""Audit Manager: frameworks are evaluated from what is there, and reports arrive in their bucket, daily and when asked."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import DAY, ROLE, World
from tests.localcloud.provider_world import SECONDARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")
DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Resource": "*",
    "Action": [
        "backup:DeleteRecoveryPoint",
        "backup:UpdateRecoveryPointLifecycle",
        "backup:PutBackupVaultAccessPolicy",
    ],
}


@pytest.fixture
def world(emulator: Emulator, client: Client) -> Iterator[World]:
    """On an empty cloud: what is evaluated is everything that is there."""
    emulator.reset()
    made = World(emulator, client)
    made.manage_dynamodb_fully()
    yield made
    made.end_plans()


def framework(world: World, controls: dict[str, dict[str, str]], **scope: Any) -> str:
    """A framework with these controls and their parameters; returns its ARN."""
    arn: str = world.backup.create_framework(
        FrameworkName=world.name("audit").replace("-", "_"),
        FrameworkControls=[
            {
                "ControlName": name,
                "ControlInputParameters": [
                    {"ParameterName": parameter, "ParameterValue": value} for parameter, value in asked.items()
                ],
                "ControlScope": scope,
            }
            for name, asked in controls.items()
        ],
    )["FrameworkArn"]
    return arn


def report_plan(world: World, template: str, bucket: str, *frameworks: str) -> str:
    name = world.name("report").replace("-", "_")
    world.backup.create_report_plan(
        ReportPlanName=name,
        ReportDeliveryChannel={"S3BucketName": bucket, "S3KeyPrefix": "audit", "Formats": ["CSV", "JSON"]},
        ReportSetting={"ReportTemplate": template, "FrameworkArns": list(frameworks)},
    )
    return name


def reported(world: World, template: str, *frameworks: str) -> list[dict[str, Any]]:
    """What a report says, as JSON."""
    bucket = world.bucket()
    started = world.backup.start_report_job(ReportPlanName=report_plan(world, template, bucket, *frameworks))
    job = world.backup.describe_report_job(ReportJobId=started["ReportJobId"])["ReportJob"]
    assert job["Status"] == "COMPLETED", job
    key = next(key for key in job["ReportDestination"]["S3Keys"] if key.endswith(".json"))
    items: list[dict[str, Any]] = json.loads(world.objects(bucket)[key])["reportItems"]
    return items


def verdicts(world: World, arn: str) -> dict[str, dict[str, str]]:
    """By control and resource."""
    found: dict[str, dict[str, str]] = {}
    for item in reported(world, "RESOURCE_COMPLIANCE_REPORT", arn):
        found.setdefault(item["controlName"], {})[item["resource"]] = item["complianceStatus"]
    return found


def daily_plan(world: World, vault: str, arn: str, **rule: Any) -> str:
    made = world.backup.create_backup_plan(
        BackupPlan={
            "BackupPlanName": world.name("plan"),
            "Rules": [
                {
                    "RuleName": "daily",
                    "TargetBackupVaultName": vault,
                    "ScheduleExpression": "cron(0 3 * * ? *)",
                    "Lifecycle": {"DeleteAfterDays": 35},
                    **rule,
                }
            ],
        }
    )
    world.backup.create_backup_selection(
        BackupPlanId=made["BackupPlanId"],
        BackupSelection={"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [arn]},
    )
    plan_arn: str = made["BackupPlanArn"]
    return plan_arn


def test_resources_are_held_to_plans_copies_locks_age_and_restores(world: World) -> None:
    west, vault, good, bad = world.elsewhere(), world.vault(), world.table(1), world.table(1)
    there = west.vault()
    world.backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=40)
    copy = {"DestinationBackupVaultArn": west.vault_arn(there), "Lifecycle": {"DeleteAfterDays": 35}}
    daily_plan(world, vault, world.table_arn(good), CopyActions=[copy])
    arn = framework(
        world,
        {
            "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN": {},
            "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION": {"crossRegionList": SECONDARY},
            "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK": {"minRetentionDays": "7", "maxRetentionDays": "40"},
            "BACKUP_LAST_RECOVERY_POINT_CREATED": {"recoveryPointAgeUnit": "hours", "recoveryPointAgeValue": "25"},
            "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET": {"maxRestoreTime": "60"},
        },
        ComplianceResourceTypes=["DynamoDB"],
    )
    tables = {world.table_arn(good): "COMPLIANT", world.table_arn(bad): "NON_COMPLIANT"}
    before = verdicts(world, arn)
    assert before["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"] == tables
    assert before["BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"] == tables
    assert before["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"] == tables
    assert set(before["BACKUP_LAST_RECOVERY_POINT_CREATED"].values()) == {"NON_COMPLIANT"}
    assert set(before["RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"].values()) == {"NON_COMPLIANT"}

    world.advance(DAY)
    world.restore(world.points(vault)[0]["RecoveryPointArn"], targetTableName=world.name("restored"))
    after = verdicts(world, arn)
    for control in ("BACKUP_LAST_RECOVERY_POINT_CREATED", "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"):
        assert {name: after[control][name] for name in tables} == tables


def test_plans_vaults_and_recovery_points_are_held_to_their_controls(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    daily = daily_plan(world, vault, world.table_arn(table))
    weekly = daily_plan(world, vault, world.table_arn(table), ScheduleExpression="cron(0 3 ? * 1 *)", RuleName="weekly")
    kept = world.recovery_point(world.table_arn(table), vault, Lifecycle={"DeleteAfterDays": 35})
    short = world.recovery_point(world.table_arn(table), vault, Lifecycle={"DeleteAfterDays": 2})
    arn = framework(
        world,
        {
            "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK": {
                "requiredFrequencyUnit": "hours",
                "requiredFrequencyValue": "24",
                "requiredRetentionDays": "35",
            },
            "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK": {"requiredRetentionDays": "7"},
            "BACKUP_RECOVERY_POINT_ENCRYPTED": {},
            "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED": {},
        },
    )
    found = verdicts(world, arn)
    frequency = found["BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"]
    assert frequency == {daily: "COMPLIANT", weekly: "NON_COMPLIANT"}
    retention = found["BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"]
    assert retention == {kept: "COMPLIANT", short: "NON_COMPLIANT"}
    assert set(found["BACKUP_RECOVERY_POINT_ENCRYPTED"].values()) == {"COMPLIANT"}
    deletion = "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"
    assert found[deletion] == {world.vault_arn(vault): "NON_COMPLIANT"}
    world.backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=json.dumps({"Statement": [DENY]}))
    by_control = {item["controlName"]: item for item in reported(world, "CONTROL_COMPLIANCE_REPORT", arn)}
    assert by_control[deletion]["complianceStatus"] == "COMPLIANT"
    weak = by_control["BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"]
    assert (weak["complianceStatus"], weak["nonCompliantResources"], weak["resources"]) == ("NON_COMPLIANT", 1, 2)


def test_a_report_of_jobs_arrives_every_day_as_csv_and_json(world: World) -> None:
    vault, table, bucket = world.vault(), world.table(1), world.bucket()
    job = world.back_up(world.table_arn(table), vault)
    failed = world.back_up(world.table_arn("missing"), vault)
    name = report_plan(world, "BACKUP_JOB_REPORT", bucket)
    world.advance(3 * DAY)
    jobs = world.backup.list_report_jobs(ByReportPlanName=name, ByStatus="COMPLETED")["ReportJobs"]
    assert len(jobs) == 3
    plan = world.backup.describe_report_plan(ReportPlanName=name)["ReportPlan"]
    assert plan["LastSuccessfulExecutionTime"] == jobs[0]["CreationTime"]
    objects = world.objects(bucket)
    keys = jobs[-1]["ReportDestination"]["S3Keys"]
    first = {key.rpartition(".")[2]: objects[key].decode() for key in keys}
    start = f"audit/Backup/123456789012/us-east-1/backup_job_report/{jobs[-1]['CreationTime']:%Y}/"
    assert [key.startswith(start) for key in keys] == [True, True]
    rows = list(csv.DictReader(io.StringIO(first["csv"])))
    assert [(row["backupJobId"], row["jobStatus"]) for row in rows] == [
        (job["BackupJobId"], "COMPLETED"),
        (failed["BackupJobId"], "FAILED"),
    ]
    assert [item["backupJobId"] for item in json.loads(first["json"])["reportItems"]] == [
        row["backupJobId"] for row in rows
    ]
    # Each report is of the day before it.
    last = next(key for key in jobs[0]["ReportDestination"]["S3Keys"] if key.endswith(".json"))
    assert json.loads(objects[last]) == {"reportItems": []}


def test_a_report_without_its_bucket_fails_and_says_so(world: World) -> None:
    name = report_plan(world, "RESTORE_JOB_REPORT", world.name("missing"))
    started = world.backup.start_report_job(ReportPlanName=name)
    job = world.backup.describe_report_job(ReportJobId=started["ReportJobId"])["ReportJob"]
    assert (job["Status"], "missing" in job["StatusMessage"], "ReportDestination" in job) == ("FAILED", True, False)
    plan = world.backup.describe_report_plan(ReportPlanName=name)["ReportPlan"]
    assert (plan["LastAttemptedExecutionTime"], "LastSuccessfulExecutionTime" in plan) == (job["CreationTime"], False)


def test_a_framework_is_active_while_aws_config_records(world: World) -> None:
    arn = framework(world, {"BACKUP_RECOVERY_POINT_ENCRYPTED": {}})
    name, config = arn.rpartition(":")[2], world.client("config")

    def status() -> str:
        return str(world.backup.describe_framework(FrameworkName=name)["FrameworkStatus"])

    assert status() == "INACTIVE"
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": ROLE, "recordingGroup": {"allSupported": True}}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": world.bucket()})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    assert status() == "ACTIVE"
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert status() == "INACTIVE"
