"""AWS Backup plans: updates, and the refusals of CreateBackupPlan, UpdateBackupPlan and DeleteBackupPlan."""

from __future__ import annotations

from typing import Any

from moto.backup.exceptions import (
    AlreadyExistsException,
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult
from moto.core.utils import unix_time

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_air_gapped_vaults import check_air_gapped_target
from localcloud.emulator.extensions.backup_cron import check_schedule
from localcloud.emulator.extensions.backup_selections import selections_of
from localcloud.emulator.extensions.calls import extend, parameters

# AWS Backup API reference, Lifecycle: "must be stored in cold storage for a minimum of 90 days".
_COLD_STORAGE_MINIMUM_DAYS = 90
# AWS Backup developer guide, "Continuous backups and point-in-time recovery": 35 days at most.
_CONTINUOUS_MAXIMUM_DAYS = 35
# What a rule without a schedule has (moto's Plan completes it alike).
_DEFAULT_SCHEDULE = "cron(0 5 ? * * *)"


def find_plan(backend: BackupBackend, plan_id: str) -> Plan:
    """The plan of that id that is not deleted, or the ResourceNotFoundException that AWS answers with."""
    plan = backend.plans.get(plan_id)
    if plan is None or plan.deletion_date is not None:
        raise ResourceNotFoundException("Failed reading Backup plan with provided version")
    return plan


def create_backup_plan(
    self: BackupBackend, backup_plan: dict[str, Any], backup_plan_tags: dict[str, str] | None, creator_request_id: str
) -> Plan:
    """CreateBackupPlan. moto refuses the name of a deleted plan; AWS refuses the document of a living one."""
    _check_document(self, backup_plan)
    living = [plan for plan in self.plans.values() if plan.deletion_date is None]
    plan = Plan(backup_plan=backup_plan, creator_request_id=creator_request_id, backend=self)
    if any(_without_rule_ids(other.backup_plan) == _without_rule_ids(plan.backup_plan) for other in living):
        raise AlreadyExistsException("Backup plan with the same plan document already exists")
    if backup_plan_tags:
        self.tag_resource(plan.backup_plan_arn, backup_plan_tags)
    self.plans[plan.backup_plan_id] = plan
    _note_rules(plan)
    return plan


def get_backup_plan(self: BackupBackend, backup_plan_id: str, version_id: str | None) -> Plan:
    """GetBackupPlan of the current version; earlier versions are not kept."""
    plan = find_plan(self, backup_plan_id)
    if version_id and version_id != plan.version_id:
        raise ResourceNotFoundException("Failed reading Backup plan with provided version")
    return plan


def delete_backup_plan(self: BackupBackend, backup_plan_id: str) -> tuple[str, str, float, str]:
    """DeleteBackupPlan, refused while the plan has selections."""
    plan = find_plan(self, backup_plan_id)
    if selections_of(self, backup_plan_id):
        raise InvalidRequestException("Related backup plan selections must be deleted prior to backup plan deletion")
    plan.deletion_date = unix_time()
    self.tagger.delete_all_tags_for_resource(plan.backup_plan_arn)
    return plan.backup_plan_id, plan.backup_plan_arn, plan.deletion_date, plan.version_id


def update_backup_plan(self: BackupResponse) -> ActionResult:
    """UpdateBackupPlan: the whole document is replaced, and the plan gets a new version."""
    asked = parameters(self)
    backend = self.backup_backend
    plan = find_plan(backend, asked["BackupPlanId"])
    document = asked["BackupPlan"]
    _check_document(backend, document)
    # A new Plan completes the document with AWS's defaults exactly as CreateBackupPlan did.
    updated = Plan(backup_plan=document, creator_request_id=plan.creator_request_id, backend=backend)
    rule_ids = {rule["RuleName"]: rule["RuleId"] for rule in plan.backup_plan["Rules"]}
    for rule in updated.backup_plan["Rules"]:
        rule["RuleId"] = rule_ids.get(rule["RuleName"], rule["RuleId"])
    plan.backup_plan = updated.backup_plan
    plan.advanced_backup_settings = updated.advanced_backup_settings
    plan.version_id = updated.version_id
    _note_rules(plan)
    return ActionResult(plan.to_dict())


def _note_rules(plan: Plan) -> None:
    """A rule runs from the time on at which it was made; one that was there before goes on."""
    before = getattr(plan, "rule_runs", {})
    rule_ids = [rule["RuleId"] for rule in plan.backup_plan["Rules"]]
    plan.rule_runs = {rule_id: before.get(rule_id, clock.now()) for rule_id in rule_ids}


def _check_document(backend: BackupBackend, document: dict[str, Any]) -> None:
    for rule in document["Rules"]:
        check_schedule(
            rule.get("ScheduleExpression", _DEFAULT_SCHEDULE), rule.get("ScheduleExpressionTimezone", "Etc/UTC")
        )
        vault = rule["TargetBackupVaultName"]
        if vault not in backend.vaults:
            raise InvalidParameterValueException(
                f"Invalid parameter value: backup vault {vault} does not exist in {backend.region_name}"
            )
        if "TargetLogicallyAirGappedBackupVaultArn" in rule:
            check_air_gapped_target(backend, rule["TargetLogicallyAirGappedBackupVaultArn"])
        lifecycles = [rule.get("Lifecycle"), *(copy.get("Lifecycle") for copy in rule.get("CopyActions") or ())]
        for lifecycle in filter(None, lifecycles):
            check_lifecycle(lifecycle)
        delete_after_days = (rule.get("Lifecycle") or {}).get("DeleteAfterDays")
        if rule.get("EnableContinuousBackup") and (delete_after_days or 0) > _CONTINUOUS_MAXIMUM_DAYS:
            raise InvalidParameterValueException(
                f"Rule {rule['RuleName']}: continuous backups are kept {_CONTINUOUS_MAXIMUM_DAYS} days at most, "
                f"not {delete_after_days}"
            )


def check_lifecycle(lifecycle: dict[str, Any]) -> None:
    """Refuse less than 90 days in cold storage."""
    cold_after_days = lifecycle.get("MoveToColdStorageAfterDays")
    delete_after_days = lifecycle.get("DeleteAfterDays")
    if cold_after_days is None or delete_after_days in (None, -1) or cold_after_days == -1:
        return
    if delete_after_days < cold_after_days + _COLD_STORAGE_MINIMUM_DAYS:
        raise InvalidParameterValueException(
            f"DeleteAfterDays ({delete_after_days}) cannot be less than {_COLD_STORAGE_MINIMUM_DAYS} days apart from "
            f"MoveToColdStorageAfterDays ({cold_after_days})"
        )


def _without_rule_ids(document: dict[str, Any]) -> dict[str, Any]:
    rules = [{key: value for key, value in rule.items() if key != "RuleId"} for rule in document["Rules"]]
    return {**document, "Rules": rules}


def apply() -> None:
    """Put these operations into moto's AWS Backup."""
    extend(
        BackupBackend,
        create_backup_plan,
        get_backup_plan,
        delete_backup_plan,
    )
    extend(
        BackupResponse,
        update_backup_plan,
    )
