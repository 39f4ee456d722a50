"""AWS Backup Audit Manager: frameworks, and what moto's report plans lack (update, tags, refusals).

backup_controls evaluates frameworks, backup_reports delivers reports.
"""

from __future__ import annotations

import re
from typing import Any

from moto.backup.exceptions import AlreadyExistsException, InvalidParameterValueException, ResourceNotFoundException
from moto.backup.models import BackupBackend, ReportPlan
from moto.backup.responses import BackupResponse
from moto.config.models import config_backends
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from localcloud.emulator.extensions.calls import Refusal, extend, parameters

# API reference, CreateFramework and CreateReportPlan.
_NAME = re.compile(r"[a-zA-Z][_a-zA-Z0-9]{0,255}")
# AWS General Reference, "AWS Backup endpoints and quotas": framework controls per account and Region.
_MAXIMUM_CONTROLS = 50
_UPDATABLE_FRAMEWORK = ("FrameworkDescription", "FrameworkControls")
_UPDATABLE_REPORT = {
    "ReportPlanDescription": "report_plan_description",
    "ReportDeliveryChannel": "report_delivery_channel",
    "ReportSetting": "report_setting",
}


def frameworks(backend: BackupBackend) -> dict[str, dict[str, Any]]:
    """Every framework of the Region by its name, as DescribeFramework answers."""
    found: dict[str, dict[str, Any]] = backend.__dict__.setdefault("securecart_frameworks", {})
    return found


def create_framework(self: BackupResponse) -> ActionResult:
    """CreateFramework, deployed at once."""
    asked, existing = parameters(self), frameworks(self.backup_backend)
    name = asked["FrameworkName"]
    _check_name(name)
    if name in existing:
        raise AlreadyExistsException(f"Framework {name} already exists")
    arn = f"arn:{self.partition}:backup:{self.region}:{self.current_account}:framework:{name}"
    framework = {
        "FrameworkName": name,
        "FrameworkArn": arn,
        "FrameworkDescription": asked.get("FrameworkDescription", ""),
        "FrameworkControls": asked["FrameworkControls"],
        "CreationTime": utcnow(),
        "DeploymentStatus": "COMPLETED",
    }
    _check_controls({**existing, name: framework})
    existing[name] = framework
    self.backup_backend.tag_resource(arn, asked.get("FrameworkTags") or {})
    return ActionResult({"FrameworkName": name, "FrameworkArn": arn})


def describe_framework(self: BackupResponse) -> ActionResult:
    """DescribeFramework: it is active while AWS Config records in the Region."""
    recorders = config_backends[self.current_account][self.region].recorders.values()
    active = any(recorder.status.recording for recorder in recorders)
    return ActionResult({**_find(self), "FrameworkStatus": "ACTIVE" if active else "INACTIVE"})


def list_frameworks(self: BackupResponse) -> ActionResult:
    """ListFrameworks, all on one page."""
    found = frameworks(self.backup_backend).values()
    return ActionResult(
        {"Frameworks": [{**item, "NumberOfControls": len(item["FrameworkControls"])} for item in found]}
    )


def update_framework(self: BackupResponse) -> ActionResult:
    """UpdateFramework."""
    framework, asked = _find(self), parameters(self)
    updated = {**framework, **{name: asked[name] for name in _UPDATABLE_FRAMEWORK if name in asked}}
    existing = frameworks(self.backup_backend)
    _check_controls({**existing, framework["FrameworkName"]: updated})
    existing[framework["FrameworkName"]] = updated
    return ActionResult({name: updated[name] for name in ("FrameworkName", "FrameworkArn", "CreationTime")})


def delete_framework(self: BackupResponse) -> ActionResult:
    """DeleteFramework."""
    framework = _find(self)
    self.backup_backend.tagger.delete_all_tags_for_resource(framework["FrameworkArn"])
    del frameworks(self.backup_backend)[framework["FrameworkName"]]
    return EmptyResult()


def create_report_plan(self: BackupResponse) -> ActionResult:
    """CreateReportPlan, with its tags; the frameworks of a report must exist."""
    asked, backend = parameters(self), self.backup_backend
    name = asked["ReportPlanName"]
    _check_name(name)
    if name in backend.report_plans:
        raise AlreadyExistsException(f"Report plan {name} already exists")
    _check_frameworks(backend, asked["ReportSetting"])
    plan: ReportPlan = backend.create_report_plan(
        name, asked.get("ReportPlanDescription"), _formatted(asked["ReportDeliveryChannel"]), asked["ReportSetting"]
    )
    backend.tag_resource(plan.report_plan_arn, asked.get("ReportPlanTags") or {})
    return ActionResult(plan)


def update_report_plan(self: BackupResponse) -> ActionResult:
    """UpdateReportPlan."""
    asked = parameters(self)
    plan = self.backup_backend.describe_report_plan(asked["ReportPlanName"])
    if "ReportSetting" in asked:
        _check_frameworks(self.backup_backend, asked["ReportSetting"])
    if "ReportDeliveryChannel" in asked:
        asked["ReportDeliveryChannel"] = _formatted(asked["ReportDeliveryChannel"])
    for member, attribute in _UPDATABLE_REPORT.items():
        if member in asked:
            setattr(plan, attribute, asked[member])
    return ActionResult(plan)


def delete_report_plan(self: BackupResponse) -> ActionResult:
    """DeleteReportPlan."""
    plan = self.backup_backend.describe_report_plan(parameters(self)["ReportPlanName"])
    self.backup_backend.tagger.delete_all_tags_for_resource(plan.report_plan_arn)
    del self.backup_backend.report_plans[plan.report_plan_name]
    return EmptyResult()


def _formatted(channel: dict[str, Any]) -> dict[str, Any]:
    """ReportDeliveryChannel: "If not specified, the default format is CSV."."""
    return {"Formats": ["CSV"], **channel}


def _check_frameworks(backend: BackupBackend, setting: dict[str, Any]) -> None:
    known = {item["FrameworkArn"] for item in frameworks(backend).values()}
    here = f":{backend.region_name}:{backend.account_id}:"
    for arn in setting.get("FrameworkArns") or ():
        if here in arn and arn not in known:
            raise InvalidParameterValueException(f"Framework {arn} does not exist")


def _check_controls(all_frameworks: dict[str, dict[str, Any]]) -> None:
    controls = [control for item in all_frameworks.values() for control in item["FrameworkControls"]]
    if len(controls) > _MAXIMUM_CONTROLS:
        raise Refusal("LimitExceededException", f"{len(controls)} controls are more than {_MAXIMUM_CONTROLS}")
    for control in controls:
        if len((control.get("ControlScope") or {}).get("Tags") or {}) > 1:
            raise InvalidParameterValueException(f"The scope of {control['ControlName']} has more than one tag")


def _find(response: BackupResponse) -> dict[str, Any]:
    name = parameters(response)["FrameworkName"]
    found = frameworks(response.backup_backend)
    if name not in found:
        raise ResourceNotFoundException(f"Framework {name} not found")
    return found[name]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidParameterValueException(
            f"{name} must start with a letter and have letters, digits and underscores"
        )


def apply() -> None:
    """Add the operations to moto's AWS Backup."""
    extend(
        BackupResponse,
        create_framework,
        describe_framework,
        list_frameworks,
        update_framework,
        delete_framework,
        create_report_plan,
        update_report_plan,
        delete_report_plan,
    )
