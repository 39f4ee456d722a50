"""Cases of the resource types that back up: AWS Backup and DLM."""

from __future__ import annotations

import json

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import (
    ACCOUNT,
    PRIMARY,
    SECONDARY,
    Case,
    Client,
    World,
    tagged,
)

VAULT_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteRecoveryPoint"], "Resource": ["*"]}],
}


OTHER_VAULT_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteBackupVault"], "Resource": ["*"]}],
}


def _plan_rules(world: World, delete_after: int = 35) -> list[Props]:
    return [
        {
            "ruleName": "daily",
            "targetVaultName": world.vault(),
            "schedule": "cron(0 5 ? * * *)",
            "startWindow": 60,
            "completionWindow": 180,
            "lifecycle": {"deleteAfter": delete_after},
            "copyActions": [
                {
                    "destinationVaultArn": f"arn:aws:backup:{SECONDARY}:{ACCOUNT}:backup-vault:far",
                    "lifecycle": {"deleteAfter": delete_after},
                }
            ],
        }
    ]


def _plan_renamed(client: Client, id_: str, inputs: Props) -> None:
    plan = client("backup").get_backup_plan(BackupPlanId=id_)["BackupPlan"]
    plan["Rules"][0]["Lifecycle"] = {"DeleteAfterDays": 7}
    plan["Rules"] = [{key: value for key, value in plan["Rules"][0].items() if key != "RuleId"}]
    client("backup").update_backup_plan(BackupPlanId=id_, BackupPlan=plan)


def _every_region_setting(world: World) -> Props:
    """All of them, as with the official provider: one that is left out shows as a difference after a refresh."""
    live = world.client("backup").describe_region_settings()
    return {"resourceTypeOptInPreference": {**live["ResourceTypeOptInPreference"], "RDS": True, "S3": True}}


def _region_settings(client: Client, _: str, __: Props) -> None:
    client("backup").update_region_settings(ResourceTypeOptInPreference={"RDS": False})


def _dlm_details(hour: str) -> Props:
    return {
        "resourceTypes": ["VOLUME"],
        "targetTags": {"securecart:backup": "dlm"},
        "schedules": [
            {
                "name": "daily",
                "createRule": {"interval": 24, "intervalUnit": "HOURS", "times": hour},
                "retainRule": {"count": 7},
                "copyTags": True,
                "crossRegionCopyRules": [
                    {
                        "target": SECONDARY,
                        "encrypted": True,
                        "copyTags": True,
                        "retainRule": {"interval": 7, "intervalUnit": "DAYS"},
                    }
                ],
            }
        ],
    }


CASES: dict[str, Case] = {
    "aws:backup/plan:Plan": Case(
        lambda w: {"name": w.name(), "rules": _plan_rules(w), "tags": {"a": "1"}},
        lambda w: {"rules": _plan_rules(w, 90)},
        None,
        _plan_renamed,
        "rules",
    ),
    "aws:backup/regionSettings:RegionSettings": Case(
        _every_region_setting,
        lambda w: {
            "resourceTypeOptInPreference": {**_every_region_setting(w)["resourceTypeOptInPreference"], "S3": False}
        },
        None,
        _region_settings,
        "resourceTypeOptInPreference",
        ends=False,
    ),
    "aws:backup/selection:Selection": Case(
        lambda w: {
            "name": w.name(),
            "planId": w.plan(),
            "iamRoleArn": w.role_arn(),
            "resources": ["arn:aws:rds:us-east-1:123456789012:db:b", "arn:aws:rds:us-east-1:123456789012:db:a"],
        },
        replacing={"resources": ["arn:aws:dynamodb:*:*:table/*"]},
        import_id=lambda id_, inputs: f"{inputs['planId']}|{id_}",
    ),
    "aws:backup/vault:Vault": Case(
        lambda w: {"name": w.name(), "kmsKeyArn": w.key(), "tags": {"a": "1"}},
        tagged(a="2"),
        {"name": "other"},
        lambda client, _, inputs: client("backup").tag_resource(
            ResourceArn=f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:backup-vault:{inputs['name']}", Tags={"a": "x"}
        ),
        "tags",
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Case(
        lambda w: {"backupVaultName": w.vault(), "minRetentionDays": 7, "maxRetentionDays": 90},
        replacing={"maxRetentionDays": 120},
        stranger=lambda client, id_, _: client("backup").put_backup_vault_lock_configuration(
            BackupVaultName=id_, MinRetentionDays=1, MaxRetentionDays=90
        ),
        drifted="minRetentionDays",
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Case(
        lambda w: {"backupVaultName": w.vault(), "policy": json.dumps(VAULT_POLICY, indent=1)},
        lambda _: {"policy": json.dumps(OTHER_VAULT_POLICY)},
        {"backupVaultName": "other"},
        lambda client, id_, _: client("backup").put_backup_vault_access_policy(
            BackupVaultName=id_, Policy=json.dumps({**VAULT_POLICY, "Id": "stranger"})
        ),
        "policy",
    ),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": Case(
        lambda w: {"description": "daily", "executionRoleArn": w.role_arn(), "policyDetails": _dlm_details("03:00")},
        lambda _: {"policyDetails": _dlm_details("04:00")},
        None,
        lambda client, id_, _: client("dlm").update_lifecycle_policy(PolicyId=id_, State="DISABLED", Description="off"),
        "description",
    ),
}
