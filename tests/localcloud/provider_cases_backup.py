"""Provider cases of AWS Backup: notifications, air-gapped vaults, restore testing, audits."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, Case, Client, World, tagged

TOPIC = f"arn:aws:sns:{PRIMARY}:{ACCOUNT}:backups"


def word(world: World) -> str:
    """A name of letters, digits and underscores, as restore testing and audits want it."""
    return world.name().replace("-", "_")


def _points(days: int) -> Props:
    return {
        "algorithm": "LATEST_WITHIN_WINDOW",
        "includeVaults": ["*"],
        "recoveryPointTypes": ["CONTINUOUS", "SNAPSHOT"],
        "selectionWindowDays": days,
    }


def _testing_plan(world: World) -> str:
    name = word(world)
    selection = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    world.client("backup").create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": name,
            "RecoveryPointSelection": selection,
            "ScheduleExpression": "cron(0 5 ? * * *)",
        }
    )
    return name


def _later_schedule(client: Client, id_: str, _: Props) -> None:
    client("backup").update_restore_testing_plan(
        RestoreTestingPlanName=id_, RestoreTestingPlan={"ScheduleExpression": "cron(0 23 ? * * *)"}
    )


def _longer_validation(client: Client, id_: str, _: Props) -> None:
    selection, plan = id_.split(":")
    client("backup").update_restore_testing_selection(
        RestoreTestingPlanName=plan,
        RestoreTestingSelectionName=selection,
        RestoreTestingSelection={"ValidationWindowHours": 48},
    )


def _controls(days: str) -> list[Props]:
    return [
        {
            "name": "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
            "inputParameters": [{"name": "requiredRetentionDays", "value": days}],
            "scope": {"complianceResourceTypes": ["RDS"], "tags": {"securecart:protect": "yes"}},
        },
        {"name": "BACKUP_RECOVERY_POINT_ENCRYPTED"},
    ]


def _fewer_controls(client: Client, id_: str, _: Props) -> None:
    controls: list[Any] = client("backup").describe_framework(FrameworkName=id_)["FrameworkControls"]
    client("backup").update_framework(FrameworkName=id_, FrameworkControls=controls[:1])


def _other_prefix(client: Client, id_: str, _: Props) -> None:
    channel = {"S3BucketName": "reports", "S3KeyPrefix": "elsewhere", "Formats": ["CSV", "JSON"]}
    client("backup").update_report_plan(ReportPlanName=id_, ReportDeliveryChannel=channel)


CASES: dict[str, Case] = {
    "aws:backup/framework:Framework": Case(
        lambda w: {"name": word(w), "description": "PCI DSS", "controls": _controls("7")},
        lambda _: {"controls": _controls("35"), "tags": {"a": "1"}},
        {"name": "other"},
        _fewer_controls,
        "controls",
    ),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": Case(
        lambda w: {"name": w.name(), "minRetentionDays": 7, "maxRetentionDays": 365, "encryptionKeyArn": w.key()},
        tagged(a="1"),
        {"maxRetentionDays": 400},
        lambda client, _, inputs: client("backup").tag_resource(
            ResourceArn=f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:backup-vault:{inputs['name']}", Tags={"a": "x"}
        ),
        "tags",
    ),
    "aws:backup/reportPlan:ReportPlan": Case(
        lambda w: {
            "name": word(w),
            "description": "restores",
            "reportDeliveryChannel": {"s3BucketName": "reports", "s3KeyPrefix": "audit", "formats": ["CSV", "JSON"]},
            "reportSetting": {"reportTemplate": "RESTORE_JOB_REPORT"},
        },
        lambda _: {"reportSetting": {"reportTemplate": "COPY_JOB_REPORT"}, "tags": {"a": "1"}},
        {"name": "other"},
        _other_prefix,
        "reportDeliveryChannel",
    ),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Case(
        lambda w: {
            "name": word(w),
            "recoveryPointSelection": _points(7),
            "scheduleExpression": "cron(0 5 ? * 1 *)",
            "startWindowHours": 8,
        },
        lambda _: {"recoveryPointSelection": _points(14), "tags": {"a": "1"}},
        {"name": "other"},
        _later_schedule,
        "scheduleExpression",
    ),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": Case(
        lambda w: {
            "name": word(w),
            "restoreTestingPlanName": _testing_plan(w),
            "iamRoleArn": w.role_arn(),
            "protectedResourceType": "RDS",
            "protectedResourceConditions": {
                "stringEquals": [{"key": "aws:ResourceTag/securecart:protect", "value": "yes"}]
            },
            "restoreMetadataOverrides": {"dbsubnetgroupname": "drill"},
            "validationWindowHours": 4,
        },
        lambda _: {"restoreMetadataOverrides": {"dbsubnetgroupname": "other"}},
        {"protectedResourceType": "EBS"},
        _longer_validation,
        "validationWindowHours",
    ),
    "aws:backup/vaultNotifications:VaultNotifications": Case(
        lambda w: {
            "backupVaultName": w.vault(),
            "snsTopicArn": TOPIC,
            "backupVaultEvents": ["COPY_JOB_FAILED", "BACKUP_JOB_FAILED"],
        },
        replacing={"snsTopicArn": f"{TOPIC}-two"},
        stranger=lambda client, id_, _: client("backup").put_backup_vault_notifications(
            BackupVaultName=id_, SNSTopicArn=TOPIC, BackupVaultEvents=["COPY_JOB_FAILED"]
        ),
        drifted="backupVaultEvents",
    ),
}
