"""Carries out backup plans: at the time of each rule a job for everything that the plan selects, then its copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.backup.models import BackupBackend, Plan

from localcloud.emulator import clock, duties
from localcloud.emulator.extensions.backup_copies import copy_to, move_to_air_gapped
from localcloud.emulator.extensions.backup_cron import next_run
from localcloud.emulator.extensions.backup_jobs import Order, run_backup_job
from localcloud.emulator.extensions.backup_records import backends
from localcloud.emulator.extensions.backup_recovery_points import find_point
from localcloud.emulator.extensions.backup_selected import selected
from localcloud.emulator.extensions.backup_selections import selections_of
from localcloud.emulator.traffic import is_out

_FOR_EVER_DAYS = 10**6


@dataclass(frozen=True)
class Task:
    """One rule's backup of one resource."""

    plan: Plan
    rule: dict[str, Any]
    resource_arn: str
    iam_role_arn: str

    @property
    def retention_days(self) -> int:
        """How long it keeps its backup."""
        days = (self.rule.get("Lifecycle") or {}).get("DeleteAfterDays")
        return _FOR_EVER_DAYS if days in (None, -1) else int(days or 0)


def next_backup() -> datetime | None:
    """When a rule of any plan next runs."""
    runs = (
        _next(plan, rule) for backend in backends() for plan in _living(backend) for rule in plan.backup_plan["Rules"]
    )
    return min((run for run in runs if run is not None), default=None)


def carry_out_backups() -> None:
    """Run the rules that are due. In a Region that is out a run is missed, not made up for."""
    for backend in backends():
        due = [
            (plan, rule)
            for plan in _living(backend)
            for rule in plan.backup_plan["Rules"]
            if (run := _next(plan, rule)) is not None and run <= clock.now()
        ]
        for plan, rule in due:
            plan.rule_runs[rule["RuleId"]] = clock.now()
        if not is_out(backend.region_name):
            for task in _without_overlaps(task for plan, rule in due for task in _tasks(backend, plan, rule)):
                _carry_out(backend, task)


def _carry_out(backend: BackupBackend, task: Task) -> None:
    plan, rule = task.plan, task.rule
    plan.last_execution_date = clock.now().timestamp()
    job = run_backup_job(
        backend,
        Order(
            vault_name=rule["TargetBackupVaultName"],
            resource_arn=task.resource_arn,
            iam_role_arn=task.iam_role_arn,
            lifecycle=rule.get("Lifecycle") or {},
            tags=rule.get("RecoveryPointTags") or {},
            continuous=bool(rule.get("EnableContinuousBackup")),
            created_by=_creator(plan, rule),
            start_window_minutes=rule["StartWindowMinutes"],
            completion_window_minutes=rule["CompletionWindowMinutes"],
        ),
    )
    if job["State"] != "COMPLETED":
        return
    point = find_point(backend, job["RecoveryPointArn"])
    for action in rule.get("CopyActions") or ():
        copy_to(
            backend,
            point,
            action["DestinationBackupVaultArn"],
            action.get("Lifecycle") or {},
            iam_role_arn=task.iam_role_arn,
            created_by_job=job["BackupJobId"],
        )
    if "TargetLogicallyAirGappedBackupVaultArn" in rule:
        move_to_air_gapped(backend, point, rule["TargetLogicallyAirGappedBackupVaultArn"], task.iam_role_arn)


def _tasks(backend: BackupBackend, plan: Plan, rule: dict[str, Any]) -> Iterator[Task]:
    for selection in selections_of(backend, plan.backup_plan_id):
        for arn in selected(backend, selection.document):
            yield Task(plan, rule, arn, selection.document["IamRoleArn"])


def _without_overlaps(tasks: Iterator[Task]) -> list[Task]:
    """Of rules that run at once for a resource, the one that keeps longest (developer guide, backup plan options)."""
    kept: dict[tuple[str, bool], Task] = {}
    for task in tasks:
        at = (task.resource_arn, bool(task.rule.get("EnableContinuousBackup")))
        if at not in kept or task.retention_days > kept[at].retention_days:
            kept[at] = task
    return list(kept.values())


def _creator(plan: Plan, rule: dict[str, Any]) -> dict[str, str]:
    return {
        "BackupPlanId": plan.backup_plan_id,
        "BackupPlanArn": plan.backup_plan_arn,
        "BackupPlanName": plan.backup_plan["BackupPlanName"],
        "BackupPlanVersion": plan.version_id,
        "BackupRuleId": rule["RuleId"],
        "BackupRuleName": rule["RuleName"],
        "BackupRuleCron": rule["ScheduleExpression"],
        "BackupRuleTimezone": rule["ScheduleExpressionTimezone"],
    }


def _next(plan: Plan, rule: dict[str, Any]) -> datetime | None:
    last: datetime = plan.rule_runs[rule["RuleId"]]
    return next_run(rule["ScheduleExpression"], rule["ScheduleExpressionTimezone"], last)


def _living(backend: BackupBackend) -> list[Plan]:
    return [plan for plan in backend.plans.values() if plan.deletion_date is None]


def apply() -> None:
    """Let plans run on the clock."""
    duties.when_due(next_backup, carry_out_backups)
