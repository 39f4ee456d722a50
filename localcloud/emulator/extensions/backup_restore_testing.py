"""AWS Backup restore testing: plans and their selections. moto has neither; backup_restore_tests carries them out."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.backup.exceptions import (
    AlreadyExistsException,
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_cron import check_schedule
from localcloud.emulator.extensions.calls import extend, parameters

# API reference, RestoreTestingPlanForCreate and RestoreTestingSelectionForCreate.
_NAME = re.compile(r"[0-9A-Za-z_]{1,50}")
_PLAN_DEFAULTS = {"ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 24}
_RECOVERY_POINT_DEFAULTS = {"ExcludeVaults": [], "SelectionWindowDays": 30}
_START_WINDOW_HOURS = range(169)
_SELECTION_WINDOW_DAYS = range(1, 366)
_VALIDATION_WINDOW_HOURS = range(169)


@dataclass
class RestoreTestingPlan:
    """One plan with its selections, each the document as it was given with what AWS fills in."""

    arn: str
    document: dict[str, Any]
    selections: dict[str, dict[str, Any]] = field(default_factory=dict)
    creation_time: datetime = field(default_factory=utcnow)
    update_time: datetime = field(default_factory=utcnow)
    last_run: datetime = field(default_factory=clock.now)
    """The next run is after it."""
    last_execution_time: datetime | None = None

    def identity(self) -> dict[str, Any]:
        """The members that the answers to all calls have in common."""
        return {
            "RestoreTestingPlanArn": self.arn,
            "RestoreTestingPlanName": self.document["RestoreTestingPlanName"],
            "CreationTime": self.creation_time,
        }

    def describe(self) -> dict[str, Any]:
        """RestoreTestingPlanForGet."""
        times = {"LastUpdateTime": self.update_time, "LastExecutionTime": self.last_execution_time}
        known = {name: time for name, time in times.items() if time is not None}
        return {**self.document, **self.identity(), **known}


def restore_testing_plans(backend: BackupBackend) -> dict[str, RestoreTestingPlan]:
    """Every plan of the Region by its name."""
    plans: dict[str, RestoreTestingPlan] = backend.__dict__.setdefault("securecart_restore_testing_plans", {})
    return plans


def restore_testing_selections(backend: BackupBackend) -> list[str]:
    """Every selection of the Region, as `plan/selection`."""
    return [
        f"{name}/{selection}" for name, plan in restore_testing_plans(backend).items() for selection in plan.selections
    ]


def create_restore_testing_plan(self: BackupResponse) -> ActionResult:
    """CreateRestoreTestingPlan."""
    asked = parameters(self)
    document = asked["RestoreTestingPlan"]
    name = document["RestoreTestingPlanName"]
    _check_name(name)
    plans = restore_testing_plans(self.backup_backend)
    if name in plans:
        raise AlreadyExistsException(f"Restore testing plan {name} already exists")
    arn = f"arn:{self.partition}:backup:{self.region}:{self.current_account}:restore-testing-plan:{name}-{uuid.uuid4()}"
    plan = RestoreTestingPlan(arn, _completed(document))
    plans[name] = plan
    self.backup_backend.tag_resource(arn, asked.get("Tags") or {})
    return ActionResult(plan.identity())


def get_restore_testing_plan(self: BackupResponse) -> ActionResult:
    """GetRestoreTestingPlan."""
    return ActionResult({"RestoreTestingPlan": _find(self).describe()})


def list_restore_testing_plans(self: BackupResponse) -> ActionResult:
    """ListRestoreTestingPlans, all on one page."""
    plans = restore_testing_plans(self.backup_backend).values()
    return ActionResult({"RestoreTestingPlans": [plan.describe() for plan in plans]})


def update_restore_testing_plan(self: BackupResponse) -> ActionResult:
    """UpdateRestoreTestingPlan: takes over what it names."""
    plan = _find(self)
    plan.document = _completed({**plan.document, **parameters(self)["RestoreTestingPlan"]})
    plan.update_time = utcnow()
    return ActionResult({**plan.identity(), "UpdateTime": plan.update_time})


def delete_restore_testing_plan(self: BackupResponse) -> ActionResult:
    """DeleteRestoreTestingPlan, refused while the plan has selections."""
    plan = _find(self)
    if plan.selections:
        raise InvalidRequestException("Restore testing selections must be deleted before their restore testing plan")
    self.backup_backend.tagger.delete_all_tags_for_resource(plan.arn)
    del restore_testing_plans(self.backup_backend)[plan.document["RestoreTestingPlanName"]]
    return EmptyResult()


def create_restore_testing_selection(self: BackupResponse) -> ActionResult:
    """CreateRestoreTestingSelection; names are unique within their plan."""
    plan, asked = _find(self), parameters(self)["RestoreTestingSelection"]
    name = asked["RestoreTestingSelectionName"]
    _check_name(name)
    if name in plan.selections:
        raise AlreadyExistsException(f"Restore testing selection {name} already exists in the plan")
    plan.selections[name] = _checked_selection({**asked, "CreationTime": utcnow()})
    return ActionResult(_selection_identity(plan, name))


def get_restore_testing_selection(self: BackupResponse) -> ActionResult:
    """GetRestoreTestingSelection."""
    plan, name = _find_selection(self)
    content = {**plan.selections[name], "RestoreTestingPlanName": plan.document["RestoreTestingPlanName"]}
    return ActionResult({"RestoreTestingSelection": content})


def list_restore_testing_selections(self: BackupResponse) -> ActionResult:
    """ListRestoreTestingSelections, all on one page."""
    plan = _find(self)
    names = {"RestoreTestingPlanName": plan.document["RestoreTestingPlanName"]}
    return ActionResult({"RestoreTestingSelections": [{**item, **names} for item in plan.selections.values()]})


def update_restore_testing_selection(self: BackupResponse) -> ActionResult:
    """UpdateRestoreTestingSelection: takes over what it names."""
    plan, name = _find_selection(self)
    plan.selections[name] = _checked_selection({**plan.selections[name], **parameters(self)["RestoreTestingSelection"]})
    return ActionResult({**_selection_identity(plan, name), "UpdateTime": utcnow()})


def delete_restore_testing_selection(self: BackupResponse) -> ActionResult:
    """DeleteRestoreTestingSelection."""
    plan, name = _find_selection(self)
    del plan.selections[name]
    return EmptyResult()


def _find(response: BackupResponse) -> RestoreTestingPlan:
    name = parameters(response)["RestoreTestingPlanName"]
    plan = restore_testing_plans(response.backup_backend).get(name)
    if plan is None:
        raise ResourceNotFoundException(f"Restore testing plan {name} not found")
    return plan


def _find_selection(response: BackupResponse) -> tuple[RestoreTestingPlan, str]:
    plan, name = _find(response), str(parameters(response)["RestoreTestingSelectionName"])
    if name not in plan.selections:
        raise ResourceNotFoundException(f"Restore testing selection {name} not found")
    return plan, name


def _selection_identity(plan: RestoreTestingPlan, name: str) -> dict[str, Any]:
    created = plan.selections[name]["CreationTime"]
    return {**plan.identity(), "RestoreTestingSelectionName": name, "CreationTime": created}


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    points = {**_RECOVERY_POINT_DEFAULTS, **document["RecoveryPointSelection"]}
    whole = {**_PLAN_DEFAULTS, **document, "RecoveryPointSelection": points}
    check_schedule(whole["ScheduleExpression"], whole["ScheduleExpressionTimezone"])
    _within("StartWindowHours", whole["StartWindowHours"], _START_WINDOW_HOURS)
    _within("SelectionWindowDays", points["SelectionWindowDays"], _SELECTION_WINDOW_DAYS)
    for required in ("Algorithm", "IncludeVaults", "RecoveryPointTypes"):
        if not points.get(required):
            raise InvalidParameterValueException(f"RecoveryPointSelection needs {required}")
    return whole


def _checked_selection(document: dict[str, Any]) -> dict[str, Any]:
    if "ValidationWindowHours" in document:
        _within("ValidationWindowHours", document["ValidationWindowHours"], _VALIDATION_WINDOW_HOURS)
    arns, conditions = document.get("ProtectedResourceArns"), document.get("ProtectedResourceConditions") or {}
    if not arns and not any(conditions.values()):
        raise InvalidParameterValueException("A selection needs ProtectedResourceArns or ProtectedResourceConditions")
    if any(conditions.values()) and arns not in (None, [], ["*"]):
        raise InvalidParameterValueException("ProtectedResourceConditions go with the wildcard, not with ARNs")
    return {"ProtectedResourceArns": ["*"], "RestoreMetadataOverrides": {}, **document}


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidParameterValueException(f"{name} must have 1 to 50 letters, digits and underscores")


def _within(name: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise InvalidParameterValueException(f"{name} {value} is not between {allowed[0]} and {allowed[-1]}")


def apply() -> None:
    """Add the operations to moto's AWS Backup."""
    extend(
        BackupResponse,
        create_restore_testing_plan,
        get_restore_testing_plan,
        list_restore_testing_plans,
        update_restore_testing_plan,
        delete_restore_testing_plan,
        create_restore_testing_selection,
        get_restore_testing_selection,
        list_restore_testing_selections,
        update_restore_testing_selection,
        delete_restore_testing_selection,
    )
