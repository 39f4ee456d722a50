"""AWS Backup as the program uses it, read back by boto3."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

ROLE = "arn:aws:iam::123456789012:role/backup"
COPY_TO = "arn:aws:backup:us-west-2:123456789012:backup-vault:copies"


@pytest.fixture
def vault(client: Client) -> str:
    """A vault of the test's own in us-east-1, with a key of its own."""
    name = f"vault-{uuid.uuid4().hex}"
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    client("backup").create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key, BackupVaultTags={"a": "1"})
    return name


def plan_of(vault: str, **rule: Any) -> dict[str, Any]:
    return {"BackupPlanName": vault, "Rules": [{"RuleName": "daily", "TargetBackupVaultName": vault, **rule}]}


def test_a_plan_reads_back_with_its_copy_and_lifecycles(client: Client, vault: str) -> None:
    backup = client("backup")
    rule = {
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/London",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 300,
        "EnableContinuousBackup": True,
        "Lifecycle": {"DeleteAfterDays": 35},
        "RecoveryPointTags": {"a": "b"},
        "CopyActions": [
            {
                "DestinationBackupVaultArn": COPY_TO,
                "Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120},
            }
        ],
    }
    created = backup.create_backup_plan(BackupPlan=plan_of(vault, **rule), BackupPlanTags={"t": "1"})
    read = backup.get_backup_plan(BackupPlanId=created["BackupPlanId"])["BackupPlan"]["Rules"][0]
    assert {name: read[name] for name in rule} == rule
    assert backup.list_tags(ResourceArn=created["BackupPlanArn"])["Tags"] == {"t": "1"}


def test_an_updated_plan_has_a_new_version_and_keeps_its_rule_ids(client: Client, vault: str) -> None:
    backup = client("backup")
    plan_id = backup.create_backup_plan(BackupPlan=plan_of(vault))["BackupPlanId"]
    before = backup.get_backup_plan(BackupPlanId=plan_id)
    updated = backup.update_backup_plan(
        BackupPlanId=plan_id, BackupPlan=plan_of(vault, Lifecycle={"DeleteAfterDays": 14})
    )
    after = backup.get_backup_plan(BackupPlanId=plan_id)
    assert updated["VersionId"] == after["VersionId"] != before["VersionId"]
    assert after["BackupPlan"]["Rules"][0]["Lifecycle"] == {"DeleteAfterDays": 14}
    assert after["BackupPlan"]["Rules"][0]["RuleId"] == before["BackupPlan"]["Rules"][0]["RuleId"]


def test_a_vault_lists_no_recovery_points_and_a_missing_one_is_an_error(client: Client, vault: str) -> None:
    backup = client("backup")
    assert backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"] == []
    with pytest.raises(ClientError) as refused:
        backup.list_recovery_points_by_backup_vault(BackupVaultName="missing")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_selection_reads_back_and_holds_its_plan(client: Client, vault: str) -> None:
    backup = client("backup")
    plan_id = backup.create_backup_plan(BackupPlan=plan_of(vault))["BackupPlanId"]
    document = {
        "SelectionName": "stores",
        "IamRoleArn": ROLE,
        "Resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/orders"],
        "NotResources": ["arn:aws:s3:::logs"],
        "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "yes"}]},
    }
    made = backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=document)
    read = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=made["SelectionId"])
    assert read["BackupSelection"] == document
    listed = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    assert [(item["SelectionName"], item["IamRoleArn"]) for item in listed] == [("stores", ROLE)]
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=document)
    with pytest.raises(ClientError, match="InvalidRequestException"):
        backup.delete_backup_plan(BackupPlanId=plan_id)

    backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=made["SelectionId"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=made["SelectionId"])
    backup.delete_backup_plan(BackupPlanId=plan_id)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_plan(BackupPlanId=plan_id)
    assert backup.create_backup_plan(BackupPlan=plan_of(vault))["BackupPlanId"] != plan_id


@pytest.mark.parametrize(
    "rule",
    [
        {"TargetBackupVaultName": "missing"},
        {"Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 40}},
        {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 36}},
        {
            "CopyActions": [
                {
                    "DestinationBackupVaultArn": COPY_TO,
                    "Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 40},
                }
            ]
        },
    ],
    ids=["missing vault", "cold storage for 10 days", "continuous for 36 days", "copy in cold storage for 10 days"],
)
def test_a_plan_that_aws_refuses_is_refused_on_create_and_on_update(
    client: Client, vault: str, rule: dict[str, Any]
) -> None:
    backup = client("backup")
    plan_id = backup.create_backup_plan(BackupPlan=plan_of(vault))["BackupPlanId"]
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        backup.create_backup_plan(BackupPlan=plan_of(vault, **rule))
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=plan_of(vault, **rule))


def test_a_vault_of_another_region_is_no_target(client: Client, vault: str) -> None:
    with pytest.raises(ClientError, match="does not exist in us-west-2"):
        client("backup", "us-west-2").create_backup_plan(BackupPlan=plan_of(vault))


def test_a_vault_policy_is_put_read_and_deleted(client: Client, vault: str) -> None:
    backup = client("backup")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_access_policy(BackupVaultName=vault)
    policy = '{"Version": "2012-10-17", "Statement": []}'
    backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=policy)
    assert backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"] == policy
    backup.delete_backup_vault_access_policy(BackupVaultName=vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_access_policy(BackupVaultName=vault)


def test_a_governance_lock_is_described_and_deleted(client: Client, vault: str) -> None:
    backup = client("backup")
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=35)
    locked = backup.describe_backup_vault(BackupVaultName=vault)
    assert (locked["Locked"], locked["MinRetentionDays"], locked["MaxRetentionDays"]) == (True, 7, 35)
    assert "LockDate" not in locked
    backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    assert backup.describe_backup_vault(BackupVaultName=vault)["Locked"] is False


def test_a_compliance_lock_has_a_lock_date(client: Client, vault: str) -> None:
    backup = client("backup")
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, ChangeableForDays=3)
    assert "LockDate" in backup.describe_backup_vault(BackupVaultName=vault)


def test_a_vault_is_gone_with_its_tags_after_delete(client: Client, vault: str) -> None:
    backup = client("backup")
    arn = backup.describe_backup_vault(BackupVaultName=vault)["BackupVaultArn"]
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"a": "1"}
    backup.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    backup.untag_resource(ResourceArn=arn, TagKeyList=["a"])
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    backup.delete_backup_vault(BackupVaultName=vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.describe_backup_vault(BackupVaultName=vault)
    backup.create_backup_vault(BackupVaultName=vault)
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {}


def test_a_vault_needs_a_key_of_its_own_region(client: Client) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        client("backup", "us-west-2").create_backup_vault(BackupVaultName="west", EncryptionKeyArn=key)


def test_region_settings_are_per_region_and_keep_what_is_not_named(client: Client) -> None:
    east, west = client("backup"), client("backup", "us-west-2")
    before = west.describe_region_settings()
    east.update_region_settings(
        ResourceTypeOptInPreference={"S3": True, "DynamoDB": True},
        ResourceTypeManagementPreference={"DynamoDB": True},
    )
    settings = east.describe_region_settings()
    assert settings["ResourceTypeOptInPreference"]["S3"] is True
    assert settings["ResourceTypeManagementPreference"] == {"DynamoDB": True, "EFS": False}
    assert settings["ResourceTypeOptInPreference"]["EBS"] is True
    after = west.describe_region_settings()
    for name in ("ResourceTypeOptInPreference", "ResourceTypeManagementPreference"):
        assert after[name] == before[name]
    with pytest.raises(ClientError, match="unsupported resource type Floppy"):
        east.update_region_settings(ResourceTypeOptInPreference={"Floppy": True})
