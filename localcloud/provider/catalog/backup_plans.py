"""AWS Backup plans, and the selections of what a plan backs up."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.backup import live_tags, set_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some

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
    "targetLogicallyAirGappedBackupVaultArn": "TargetLogicallyAirGappedBackupVaultArn",
}

# What the official provider sends where a rule says nothing; AWS's own windows are longer. The schedule is AWS's own
# (API reference, BackupRuleInput).
_RULE_DEFAULTS = {
    "schedule": "cron(0 5 ? * * *)",
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
    member_defaults: ClassVar = {"rules": _RULE_DEFAULTS}
    not_modelled = frozenset({"rules.scanActions"})
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
        stated = {**_RULE_DEFAULTS, **some(**rule)}
        return {
            **{member: stated[key] for key, member in _RULE.items() if stated.get(key) is not None},
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
            "tagsAll": live_tags(c, found["BackupPlanArn"]),
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
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_plan(BackupPlanId=id_)


# Member of a selection's conditions -> the API's.
_CONDITIONS = {
    "stringEquals": "StringEquals",
    "stringLikes": "StringLike",
    "stringNotEquals": "StringNotEquals",
    "stringNotLikes": "StringNotLike",
}


class Selection(ResourceType):
    token = "aws:backup/selection:Selection"
    replace_on = frozenset({"name", "planId", "iamRoleArn", "resources", "notResources", "selectionTags", "conditions"})
    modelled = replace_on
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
                **some(
                    Resources=p.get("resources"),
                    NotResources=p.get("notResources"),
                    ListOfTags=tags or None,
                    Conditions=self._conditions(p) or None,
                ),
            },
        )
        return str(made["SelectionId"])

    @staticmethod
    def _conditions(p: Props) -> dict[str, Any]:
        return {
            _CONDITIONS[name]: [{"ConditionKey": item["key"], "ConditionValue": item["value"]} for item in items]
            for structure in p.get("conditions") or []
            for name, items in structure.items()
            if items
        }

    @staticmethod
    def _live_conditions(live: dict[str, Any]) -> list[Props]:
        found = {
            name: [{"key": item["ConditionKey"], "value": item["ConditionValue"]} for item in live.get(member) or []]
            for name, member in _CONDITIONS.items()
            if live.get(member)
        }
        return [found] if found else []

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
            "conditions": self._live_conditions(live.get("Conditions") or {}),
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        plan, selection = self._ids(id_, state)
        c.client("backup").delete_backup_selection(BackupPlanId=plan, SelectionId=selection)
