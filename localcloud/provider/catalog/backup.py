"""AWS Backup: vaults with lock and policy, plans, selections, and the account's settings of a Region."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some


def _set_tags(c: Context, arn: str, old: Props, new: Props) -> None:
    backup = c.client("backup")
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    if gone := [key for key in before if key not in after]:
        backup.untag_resource(ResourceArn=arn, TagKeyList=gone)
    if after:
        backup.tag_resource(ResourceArn=arn, Tags=after)


def _tags(c: Context, arn: str) -> dict[str, str]:
    return dict(c.client("backup").list_tags(ResourceArn=arn).get("Tags") or {})


class Vault(ResourceType):
    token = "aws:backup/vault:Vault"
    replace_on = frozenset({"name", "kmsKeyArn"})
    modelled = frozenset({"name", "kmsKeyArn"})
    kept = frozenset({"kmsKeyArn"})
    state_only = frozenset({"forceDestroy"})
    computed = ("arn", "recoveryPoints")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").create_backup_vault(
            BackupVaultName=p["name"], BackupVaultTags=c.all_tags(p), **some(EncryptionKeyArn=p.get("kmsKeyArn"))
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        vault = c.client("backup").describe_backup_vault(BackupVaultName=id_)
        return {
            "arn": vault["BackupVaultArn"],
            "name": vault["BackupVaultName"],
            "kmsKeyArn": vault.get("EncryptionKeyArn"),
            "recoveryPoints": vault.get("NumberOfRecoveryPoints", 0),
            "tagsAll": _tags(c, vault["BackupVaultArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        _set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        backup = c.client("backup")
        if state.get("forceDestroy"):
            for page in backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=id_):
                for point in page["RecoveryPoints"]:
                    backup.delete_recovery_point(BackupVaultName=id_, RecoveryPointArn=point["RecoveryPointArn"])
        backup.delete_backup_vault(BackupVaultName=id_)


class VaultLockConfiguration(ResourceType):
    token = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
    exclusive = True
    replace_on = frozenset({"backupVaultName", "minRetentionDays", "maxRetentionDays", "changeableForDays"})
    modelled = frozenset({"backupVaultName", "minRetentionDays", "maxRetentionDays"})
    state_only = frozenset({"changeableForDays"})
    computed = ("backupVaultArn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").put_backup_vault_lock_configuration(
            BackupVaultName=p["backupVaultName"],
            **some(
                MinRetentionDays=p.get("minRetentionDays"),
                MaxRetentionDays=p.get("maxRetentionDays"),
                ChangeableForDays=p.get("changeableForDays"),
            ),
        )
        return str(p["backupVaultName"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        vault = c.client("backup").describe_backup_vault(BackupVaultName=id_)
        if not vault.get("Locked"):
            return None
        return {
            "backupVaultName": id_,
            "backupVaultArn": vault["BackupVaultArn"],
            "minRetentionDays": vault.get("MinRetentionDays"),
            "maxRetentionDays": vault.get("MaxRetentionDays"),
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_vault_lock_configuration(BackupVaultName=id_)


class VaultPolicy(ResourceType):
    token = "aws:backup/vaultPolicy:VaultPolicy"
    replace_on = frozenset({"backupVaultName"})
    modelled = frozenset({"backupVaultName", "policy"})
    documents = frozenset({"policy"})
    computed = ("backupVaultArn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").put_backup_vault_access_policy(BackupVaultName=p["backupVaultName"], Policy=p["policy"])
        return str(p["backupVaultName"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("backup").get_backup_vault_access_policy(BackupVaultName=id_)
        return {"backupVaultName": id_, "backupVaultArn": found["BackupVaultArn"], "policy": found["Policy"]}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_vault_access_policy(BackupVaultName=id_)


# Input property -> member, where the names do not follow from each other.
_LIFECYCLE = {
    "deleteAfter": "DeleteAfterDays",
    "coldStorageAfter": "MoveToColdStorageAfterDays",
    "optInToArchiveForSupportedResources": "OptInToArchiveForSupportedResources",
}
_RULE = {
    "ruleName": "RuleName",
    "targetVaultName": "TargetBackupVaultName",
    "schedule": "ScheduleExpression",
    "scheduleExpressionTimezone": "ScheduleExpressionTimezone",
    "startWindow": "StartWindowMinutes",
    "completionWindow": "CompletionWindowMinutes",
    "enableContinuousBackup": "EnableContinuousBackup",
    "recoveryPointTags": "RecoveryPointTags",
}


_RULE_DEFAULTS = {
    "scheduleExpressionTimezone": "Etc/UTC",
    "startWindow": 60,
    "completionWindow": 180,
    "enableContinuousBackup": False,
}


class Plan(ResourceType):
    token = "aws:backup/plan:Plan"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "rules"})
    unordered = frozenset({"rules"})
    not_modelled = frozenset({"rules.scanActions", "rules.targetLogicallyAirGappedBackupVaultArn"})
    computed = ("arn", "version")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("backup").create_backup_plan(BackupPlan=self._plan(p), BackupPlanTags=c.all_tags(p))
        return str(made["BackupPlanId"])

    def _plan(self, p: Props) -> dict[str, Any]:
        return {"BackupPlanName": p["name"], "Rules": [self._rule(rule) for rule in p["rules"]]}

    def _rule(self, rule: Props) -> dict[str, Any]:
        copies = [
            {
                "DestinationBackupVaultArn": copy["destinationVaultArn"],
                **some(Lifecycle=self._lifecycle(copy.get("lifecycle"))),
            }
            for copy in rule.get("copyActions") or []
        ]
        return {
            **{member: rule[key] for key, member in _RULE.items() if rule.get(key) is not None},
            **some(Lifecycle=self._lifecycle(rule.get("lifecycle")), CopyActions=copies or None),
        }

    @staticmethod
    def _lifecycle(value: Props | None) -> dict[str, Any] | None:
        return {_LIFECYCLE[key]: item for key, item in value.items() if item is not None} if value else None

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("backup").get_backup_plan(BackupPlanId=id_)
        if found.get("DeletionDate"):
            return None
        given = {rule["ruleName"]: rule for rule in state.get("rules") or []}
        return {
            "arn": found["BackupPlanArn"],
            "version": found["VersionId"],
            "name": found["BackupPlan"]["BackupPlanName"],
            "rules": [self._live_rule(rule, given.get(rule["RuleName"])) for rule in found["BackupPlan"]["Rules"]],
            "tagsAll": _tags(c, found["BackupPlanArn"]),
        }

    def _live_rule(self, rule: dict[str, Any], given: Props | None) -> Props:
        def live_lifecycle(value: dict[str, Any] | None) -> Props | None:
            return (
                {key: value[member] for key, member in _LIFECYCLE.items() if value.get(member) is not None}
                if value
                else None
            )

        copies = [
            {
                "destinationVaultArn": copy["DestinationBackupVaultArn"],
                **some(lifecycle=live_lifecycle(copy.get("Lifecycle"))),
            }
            for copy in rule.get("CopyActions") or []
        ]
        mentioned = given or {}
        # Windows and the like that the program left out come back with AWS's defaults.
        values = {
            key: rule.get(member)
            for key, member in _RULE.items()
            if key in mentioned or rule.get(member) not in (None, {}, _RULE_DEFAULTS.get(key))
        }
        return some(**values, lifecycle=live_lifecycle(rule.get("Lifecycle")), copyActions=copies or None)

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & {"rules", "name"}:
            c.client("backup").update_backup_plan(BackupPlanId=id_, BackupPlan=self._plan(new))
        _set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_plan(BackupPlanId=id_)


class Selection(ResourceType):
    token = "aws:backup/selection:Selection"
    replace_on = frozenset({"name", "planId", "iamRoleArn", "resources", "notResources", "selectionTags", "conditions"})
    modelled = frozenset({"name", "planId", "iamRoleArn", "resources", "notResources", "selectionTags"})
    unordered = frozenset({"resources", "notResources", "selectionTags"})
    name_property = "name"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        tags = [
            {"ConditionType": tag["type"], "ConditionKey": tag["key"], "ConditionValue": tag["value"]}
            for tag in p.get("selectionTags") or []
        ]
        made = c.client("backup").create_backup_selection(
            BackupPlanId=p["planId"],
            BackupSelection={
                "SelectionName": p["name"],
                "IamRoleArn": p["iamRoleArn"],
                **some(Resources=p.get("resources"), NotResources=p.get("notResources"), ListOfTags=tags or None),
            },
        )
        return str(made["SelectionId"])

    @staticmethod
    def _ids(id_: str, state: Props) -> tuple[str, str]:
        """(plan, selection): an import names both as `plan|selection`, as for the official provider."""
        plan, _, selection = id_.rpartition("|")
        if not plan and "planId" not in state:
            raise ValueError(f"a selection is imported as <plan id>|<selection id>, not as {id_}")
        return plan or state["planId"], selection

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        plan, selection = self._ids(id_, state)
        found = c.client("backup").get_backup_selection(BackupPlanId=plan, SelectionId=selection)
        live = found["BackupSelection"]
        return {
            "name": live["SelectionName"],
            "planId": plan,
            "iamRoleArn": live["IamRoleArn"],
            "resources": sorted(live.get("Resources") or []),
            "notResources": sorted(live.get("NotResources") or []),
            "selectionTags": [
                {"type": tag["ConditionType"], "key": tag["ConditionKey"], "value": tag["ConditionValue"]}
                for tag in live.get("ListOfTags") or []
            ],
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        plan, selection = self._ids(id_, state)
        c.client("backup").delete_backup_selection(BackupPlanId=plan, SelectionId=selection)


class RegionSettings(ResourceType):
    """Settings of the account in a Region: deleting the resource forgets it and leaves them, as the official provider does."""

    token = "aws:backup/regionSettings:RegionSettings"
    modelled = frozenset({"resourceTypeOptInPreference", "resourceTypeManagementPreference"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").update_region_settings(
            ResourceTypeOptInPreference=p["resourceTypeOptInPreference"],
            **some(ResourceTypeManagementPreference=p.get("resourceTypeManagementPreference")),
        )
        return c.region

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("backup").describe_region_settings()
        return {
            "resourceTypeOptInPreference": live["ResourceTypeOptInPreference"],
            "resourceTypeManagementPreference": live.get("ResourceTypeManagementPreference"),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        return None
