"""Reports, the recorder, and what the policies of the bucket that they write into must allow."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pulumi
import pytest

from components.policies import document
from components.protection.deliveries import (
    config_delivery_statements,
    config_key_statements,
    report_delivery_statements,
    report_key_statements,
)
from components.protection.recorder import RECORDED_TYPES, ConfigRecorder, ConfigRecorderArgs
from components.protection.reports import BackupReports, BackupReportsArgs
from components.protection.reports_role import ReportsRole, ReportsRoleArgs, reports_role_arn
from components.settings.protection import Ownership
from tests.support.botocore_shapes import enum, refusals
from tests.support.program import Program, registrations

ACCOUNT = "123456789012"
BUCKET = "arn:aws:s3:::securecart-audit"
KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
FRAMEWORK = "arn:aws:backup:us-east-1:123456789012:framework:securecart_primary-1"
REPORT = "aws:backup/reportPlan:ReportPlan"


def statements(build: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """As they would stand in a policy; outputs belong to the program that makes them."""
    found: list[str] = []

    def program() -> None:
        document(build()).apply(found.append)

    registrations(program)
    return list(json.loads(found[0])["Statement"])


def reports(framework_arn: str | None) -> dict[str, dict[str, Any]]:
    args = BackupReportsArgs(
        report_name="securecart-primary", bucket_name="securecart-audit", framework_arn=framework_arn
    )
    return {r.inputs["name"]: r.inputs for r in registrations(lambda: BackupReports("reports", args)).of(REPORT)}


def test_jobs_and_compliance_are_reported_and_the_api_takes_every_plan() -> None:
    made = reports(FRAMEWORK)
    assert {r["reportSetting"]["reportTemplate"] for r in made.values()} == {
        "BACKUP_JOB_REPORT",
        "COPY_JOB_REPORT",
        "RESTORE_JOB_REPORT",
        "RESOURCE_COMPLIANCE_REPORT",
        "CONTROL_COMPLIANCE_REPORT",
    }
    for name, report in made.items():
        setting, channel = report["reportSetting"], report["reportDeliveryChannel"]
        # AWS Backup ReportSetting FrameworkArns: of compliance reports only.
        named = setting.get("frameworkArns")
        assert named == ([FRAMEWORK] if "COMPLIANCE" in setting["reportTemplate"] else None)
        call = {
            "ReportPlanName": name,
            "ReportPlanDescription": report["description"],
            "ReportDeliveryChannel": {
                "S3BucketName": channel["s3BucketName"],
                "S3KeyPrefix": channel["s3KeyPrefix"],
                "Formats": channel["formats"],
            },
            "ReportSetting": {"ReportTemplate": setting["reportTemplate"], "FrameworkArns": named or []},
        }
        assert refusals("backup", "CreateReportPlan", call) == ""
        assert name.isidentifier()


def test_without_a_framework_only_jobs_are_reported() -> None:
    assert set(reports(None)) == {f"securecart_primary_{jobs}_jobs" for jobs in ("backup", "copy", "restore")}


@pytest.mark.parametrize("ownership", list(Ownership))
def test_the_role_of_reports_is_made_once_and_has_one_arn(ownership: Ownership) -> None:
    seen: list[str] = []

    def program() -> None:
        ReportsRole("reports", ReportsRoleArgs(account_id=ACCOUNT, ownership=ownership)).arn.apply(seen.append)

    made = [r for r in registrations(program).resources if r.type == "aws:iam/serviceLinkedRole:ServiceLinkedRole"]
    if ownership is Ownership.ADOPT:
        assert made == []
        assert seen == [reports_role_arn(ACCOUNT)]
    else:
        assert [r.inputs["awsServiceName"] for r in made] == ["reports.backup.amazonaws.com"]
        assert made[0].retain_on_delete


def test_reports_may_be_written_under_their_prefix_only_and_encrypted() -> None:
    role = reports_role_arn(ACCOUNT)
    (write,) = statements(lambda: report_delivery_statements(BUCKET, role_arn=role, key_prefix="backup-reports"))
    assert write["Principal"] == {"AWS": role}
    assert write["Action"] == "s3:PutObject"
    assert write["Resource"] == f"{BUCKET}/backup-reports/*"
    assert write["Condition"]["StringEquals"] == {"s3:x-amz-acl": "bucket-owner-full-control"}
    (encrypt,) = statements(lambda: report_key_statements(role))
    assert encrypt["Principal"] == {"AWS": role}
    assert {"kms:Decrypt", "kms:GenerateDataKey"} <= set(encrypt["Action"])


def test_config_may_write_its_own_files_for_this_account_only() -> None:
    made = statements(lambda: config_delivery_statements(BUCKET, account_id=ACCOUNT))
    assert [s["Action"] for s in made] == ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"]
    for statement in [*made, *statements(lambda: config_key_statements(account_id=ACCOUNT))]:
        assert statement["Principal"] == {"Service": "config.amazonaws.com"}
        assert statement["Condition"]["StringEquals"]["AWS:SourceAccount"] == ACCOUNT
    assert made[2]["Resource"] == f"{BUCKET}/config/AWSLogs/{ACCOUNT}/Config/*"
    assert made[2]["Condition"]["StringEquals"]["s3:x-amz-acl"] == "bucket-owner-full-control"
    assert len({s["Sid"] for s in made}) == 3


@cache
def recorder(ownership: Ownership) -> tuple[Program, str]:
    seen: list[str] = []
    args = ConfigRecorderArgs(
        ownership=ownership,
        role_name="securecart-config-us-east-1",
        account_id=ACCOUNT,
        bucket_name="securecart-audit",
        bucket_arn=BUCKET,
        key_arn=KEY,
    )

    def program() -> None:
        pulumi.Output.from_input(ConfigRecorder("recorder", args).recorder_name).apply(seen.append)

    recorded = registrations(program)
    return recorded, seen[0]


def test_an_adopted_recorder_is_not_touched() -> None:
    recorded, name = recorder(Ownership.ADOPT)
    assert [r.type for r in recorded.resources if r.custom] == []
    assert name == "default"


def test_a_recorder_is_made_then_its_channel_then_it_is_started() -> None:
    """AWS Config: PutDeliveryChannel needs a recorder, StartConfigurationRecorder needs a channel."""
    recorded, name = recorder(Ownership.CREATE)
    (made,) = recorded.of("aws:cfg/recorder:Recorder")
    (channel,) = recorded.of("aws:cfg/deliveryChannel:DeliveryChannel")
    (status,) = recorded.of("aws:cfg/recorderStatus:RecorderStatus")
    assert made.urn in channel.depends_on
    assert channel.urn in status.depends_on
    assert status.inputs["isEnabled"] is True
    assert made.inputs["name"] == name == "default"
    assert channel.inputs["s3KmsKeyArn"] == KEY


def test_it_records_what_the_controls_need_in_types_that_config_knows() -> None:
    recorded, _ = recorder(Ownership.CREATE)
    (made,) = recorded.of("aws:cfg/recorder:Recorder")
    group = made.inputs["recordingGroup"]
    assert group["resourceTypes"] == list(RECORDED_TYPES)
    assert set(RECORDED_TYPES) <= enum("config", "ResourceType")
    assert group["recordingStrategies"][0]["useOnly"] in enum("config", "RecordingStrategyType")
    call = {
        "ConfigurationRecorder": {
            "name": made.inputs["name"],
            "roleARN": made.inputs["roleArn"],
            "recordingGroup": {
                "allSupported": group["allSupported"],
                "includeGlobalResourceTypes": group["includeGlobalResourceTypes"],
                "resourceTypes": group["resourceTypes"],
                "recordingStrategy": {"useOnly": group["recordingStrategies"][0]["useOnly"]},
            },
        }
    }
    assert refusals("config", "PutConfigurationRecorder", call) == ""
    # AWS Backup developer guide, choosing your controls.
    assert {
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::Backup::RecoveryPoint",
        "AWS::Config::ResourceCompliance",
    } <= set(RECORDED_TYPES)


def test_its_role_reads_resources_and_writes_nowhere_else() -> None:
    recorded, _ = recorder(Ownership.CREATE)
    (rights,) = recorded.of("aws:iam/rolePolicy:RolePolicy")
    look, write, encrypt = json.loads(rights.inputs["policy"])["Statement"]
    assert look["Resource"] == BUCKET
    assert write["Resource"] == f"{BUCKET}/config/AWSLogs/{ACCOUNT}/Config/*"
    assert encrypt["Resource"] == KEY
    (role,) = recorded.of("aws:iam/role:Role")
    trust = json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
