"""Restore testing, audits, notifications and air-gapped vaults of AWS Backup, read back by boto3."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

ROLE = "arn:aws:iam::123456789012:role/restore"
POINTS = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
CONTROL = {"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}


def name() -> str:
    return f"n_{uuid.uuid4().hex}"


def make_plan(client: Client, **more: Any) -> str:
    made: str = client("backup").create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": name(),
            "RecoveryPointSelection": POINTS,
            "ScheduleExpression": "cron(0 5 ? * * *)",
            **more,
        },
        Tags={"a": "1"},
    )["RestoreTestingPlanName"]
    return made


def selection(client: Client, plan: str, **more: Any) -> str:
    made: str = client("backup").create_restore_testing_selection(
        RestoreTestingPlanName=plan,
        RestoreTestingSelection={
            "RestoreTestingSelectionName": name(),
            "ProtectedResourceType": "RDS",
            "IamRoleArn": ROLE,
            **more,
        },
    )["RestoreTestingSelectionName"]
    return made


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def test_a_testing_plan_reads_back_with_what_aws_fills_in_and_only_in_its_region(client: Client) -> None:
    backup, plan_name = client("backup"), make_plan(client)
    plan = backup.get_restore_testing_plan(RestoreTestingPlanName=plan_name)["RestoreTestingPlan"]
    assert plan["RecoveryPointSelection"] == {**POINTS, "ExcludeVaults": [], "SelectionWindowDays": 30}
    assert (plan["StartWindowHours"], plan["ScheduleExpressionTimezone"]) == (24, "Etc/UTC")
    assert backup.list_tags(ResourceArn=plan["RestoreTestingPlanArn"])["Tags"] == {"a": "1"}
    with refused("ResourceNotFoundException"):
        client("backup", "us-west-2").get_restore_testing_plan(RestoreTestingPlanName=plan_name)


def test_an_update_of_a_testing_plan_changes_what_it_names_and_no_more(client: Client) -> None:
    backup, plan_name = client("backup"), make_plan(client, StartWindowHours=8)
    backup.update_restore_testing_plan(
        RestoreTestingPlanName=plan_name, RestoreTestingPlan={"ScheduleExpression": "cron(0 7 ? * * *)"}
    )
    plan = backup.get_restore_testing_plan(RestoreTestingPlanName=plan_name)["RestoreTestingPlan"]
    assert (plan["ScheduleExpression"], plan["StartWindowHours"]) == ("cron(0 7 ? * * *)", 8)


def test_a_testing_plan_is_deleted_after_its_selections(client: Client) -> None:
    backup, plan = client("backup"), make_plan(client)
    made = selection(client, plan, ProtectedResourceArns=["*"])
    with refused("InvalidRequestException"):
        backup.delete_restore_testing_plan(RestoreTestingPlanName=plan)
    backup.delete_restore_testing_selection(RestoreTestingPlanName=plan, RestoreTestingSelectionName=made)
    assert backup.list_restore_testing_selections(RestoreTestingPlanName=plan)["RestoreTestingSelections"] == []
    backup.delete_restore_testing_plan(RestoreTestingPlanName=plan)
    assert plan not in [p["RestoreTestingPlanName"] for p in backup.list_restore_testing_plans()["RestoreTestingPlans"]]


def test_a_testing_selection_reads_back_and_is_updated(client: Client) -> None:
    backup, plan = client("backup"), make_plan(client)
    conditions = {"StringEquals": [{"Key": "aws:ResourceTag/protect", "Value": "yes"}]}
    made = selection(client, plan, ProtectedResourceConditions=conditions, ValidationWindowHours=4)
    names = {"RestoreTestingPlanName": plan, "RestoreTestingSelectionName": made}
    backup.update_restore_testing_selection(
        **names, RestoreTestingSelection={"RestoreMetadataOverrides": {"multiaz": "false"}}
    )
    read = backup.get_restore_testing_selection(**names)["RestoreTestingSelection"]
    assert read["ProtectedResourceConditions"] == conditions
    assert read["ProtectedResourceArns"] == ["*"]
    assert (read["RestoreMetadataOverrides"], read["ValidationWindowHours"]) == ({"multiaz": "false"}, 4)


@pytest.mark.parametrize(
    "more",
    [
        {"RestoreTestingPlanName": "with-hyphens"},
        {"RestoreTestingPlanName": "n" * 51},
        {"StartWindowHours": 169},
        {"RecoveryPointSelection": {**POINTS, "SelectionWindowDays": 366}},
        {"RecoveryPointSelection": {**POINTS, "RecoveryPointTypes": []}},
    ],
)
def test_a_testing_plan_that_aws_refuses_is_refused(client: Client, more: dict[str, Any]) -> None:
    with refused("InvalidParameterValueException"):
        make_plan(client, **more)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"ProtectedResourceArns": ["*"], "ValidationWindowHours": 169},
        {
            "ProtectedResourceArns": ["arn:aws:rds:us-east-1:123456789012:db:orders"],
            "ProtectedResourceConditions": {"StringEquals": [{"Key": "k", "Value": "v"}]},
        },
    ],
)
def test_a_testing_selection_that_aws_refuses_is_refused(client: Client, more: dict[str, Any]) -> None:
    plan = make_plan(client)
    with refused("InvalidParameterValueException"):
        selection(client, plan, **more)


def test_a_framework_reads_back_is_updated_and_deleted(client: Client) -> None:
    backup, framework = client("backup"), name()
    made = backup.create_framework(FrameworkName=framework, FrameworkControls=[CONTROL], FrameworkTags={"a": "1"})
    scoped = {**CONTROL, "ControlScope": {"ComplianceResourceTypes": ["RDS"], "Tags": {"protect": "yes"}}}
    backup.update_framework(FrameworkName=framework, FrameworkDescription="PCI", FrameworkControls=[scoped])
    read = backup.describe_framework(FrameworkName=framework)
    assert (read["FrameworkControls"], read["FrameworkDescription"]) == ([scoped], "PCI")
    assert read["DeploymentStatus"] == "COMPLETED"
    assert backup.list_tags(ResourceArn=made["FrameworkArn"])["Tags"] == {"a": "1"}
    with refused("AlreadyExistsException"):
        backup.create_framework(FrameworkName=framework, FrameworkControls=[CONTROL])
    backup.delete_framework(FrameworkName=framework)
    with refused("ResourceNotFoundException"):
        backup.describe_framework(FrameworkName=framework)


def test_a_region_has_fifty_controls(client: Client) -> None:
    backup, first = client("backup", "us-west-2"), name()
    backup.create_framework(FrameworkName=first, FrameworkControls=[CONTROL] * 50)
    with refused("LimitExceededException"):
        backup.create_framework(FrameworkName=name(), FrameworkControls=[CONTROL])
    backup.delete_framework(FrameworkName=first)


def test_a_report_plan_keeps_tags_is_updated_and_needs_its_framework(client: Client) -> None:
    backup, plan = client("backup"), name()
    channel, setting = {"S3BucketName": "reports"}, {"ReportTemplate": "CONTROL_COMPLIANCE_REPORT"}
    arn = "arn:aws:backup:us-east-1:123456789012:framework:missing"
    with refused("InvalidParameterValueException"):
        backup.create_report_plan(
            ReportPlanName=plan, ReportDeliveryChannel=channel, ReportSetting={**setting, "FrameworkArns": [arn]}
        )
    made = backup.create_report_plan(
        ReportPlanName=plan, ReportDeliveryChannel=channel, ReportSetting=setting, ReportPlanTags={"a": "1"}
    )
    assert backup.list_tags(ResourceArn=made["ReportPlanArn"])["Tags"] == {"a": "1"}
    backup.update_report_plan(ReportPlanName=plan, ReportSetting={"ReportTemplate": "RESTORE_JOB_REPORT"})
    read = backup.describe_report_plan(ReportPlanName=plan)["ReportPlan"]
    assert read["ReportSetting"] == {"ReportTemplate": "RESTORE_JOB_REPORT"}
    assert read["ReportDeliveryChannel"] == {"S3BucketName": "reports", "Formats": ["CSV"]}
    backup.delete_report_plan(ReportPlanName=plan)
    with refused("ResourceNotFoundException"):
        backup.describe_report_plan(ReportPlanName=plan)


def test_notifications_of_a_vault_are_put_read_and_deleted(client: Client) -> None:
    backup, vault = client("backup"), name()
    backup.create_backup_vault(BackupVaultName=vault)
    topic, events = "arn:aws:sns:us-east-1:123456789012:backups", ["COPY_JOB_FAILED", "BACKUP_JOB_FAILED"]
    with refused("ResourceNotFoundException"):
        backup.get_backup_vault_notifications(BackupVaultName=vault)
    with refused("InvalidParameterValueException"):
        backup.put_backup_vault_notifications(
            BackupVaultName=vault, SNSTopicArn=topic.replace("us-east-1", "us-west-2"), BackupVaultEvents=events
        )
    backup.put_backup_vault_notifications(BackupVaultName=vault, SNSTopicArn=topic, BackupVaultEvents=events)
    read = backup.get_backup_vault_notifications(BackupVaultName=vault)
    assert (read["SNSTopicArn"], read["BackupVaultEvents"]) == (topic, events)
    backup.delete_backup_vault_notifications(BackupVaultName=vault)
    with refused("ResourceNotFoundException"):
        backup.get_backup_vault_notifications(BackupVaultName=vault)


def test_an_air_gapped_vault_is_locked_and_stays_so(client: Client) -> None:
    backup, vault = client("backup"), name()
    backup.create_logically_air_gapped_backup_vault(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=90)
    read = backup.describe_backup_vault(BackupVaultName=vault)
    assert read["VaultType"] == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
    assert (read["Locked"], read["MinRetentionDays"], read["MaxRetentionDays"]) == (True, 7, 90)
    with refused("InvalidRequestException"):
        backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=1)
    with refused("InvalidRequestException"):
        backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    backup.delete_backup_vault(BackupVaultName=vault)


@pytest.mark.parametrize(("low", "high"), [(6, 90), (91, 90), (7, 36501)])
def test_an_air_gapped_vault_needs_a_range_that_aws_accepts(client: Client, low: int, high: int) -> None:
    with refused("InvalidParameterValueException"):
        client("backup").create_logically_air_gapped_backup_vault(
            BackupVaultName=name(), MinRetentionDays=low, MaxRetentionDays=high
        )


def test_a_rule_backs_up_to_an_air_gapped_vault_of_its_own_region_only(client: Client) -> None:
    arns = {}
    for region in ("us-east-1", "us-west-2"):
        made = client("backup", region).create_logically_air_gapped_backup_vault(
            BackupVaultName="gapped", MinRetentionDays=7, MaxRetentionDays=90
        )
        arns[region] = made["BackupVaultArn"]
    backup = client("backup")
    backup.create_backup_vault(BackupVaultName="target")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "target"}

    def plan(target: str) -> dict[str, Any]:
        return {"BackupPlanName": name(), "Rules": [{**rule, "TargetLogicallyAirGappedBackupVaultArn": target}]}

    made = backup.create_backup_plan(BackupPlan=plan(arns["us-east-1"]))
    read = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])["BackupPlan"]["Rules"][0]
    assert read["TargetLogicallyAirGappedBackupVaultArn"] == arns["us-east-1"]
    for other in (arns["us-west-2"], "arn:aws:backup:us-east-1:123456789012:backup-vault:target"):
        with refused("InvalidParameterValueException"):
            backup.create_backup_plan(BackupPlan=plan(other))
