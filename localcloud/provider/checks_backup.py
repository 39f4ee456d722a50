"""What AWS Backup refuses in restore testing, audits and air-gapped vaults; rows of `rules.RULES`.

A row is (type, property, source, check). A value that is not known yet is the UNKNOWN text, of no size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from localcloud.provider.checks import within
from localcloud.provider.codec import UNKNOWN, Props

Row = tuple[str, str, str, Callable[[Props], str | None]]

_TESTING_NAME = re.compile(r"[0-9A-Za-z_]{1,50}")
_SELECTION_NAME = re.compile(r"[a-zA-Z0-9\-_.]{1,50}")
_MAXIMUM_ARNS = 500
_MAXIMUM_WILDCARD_ARNS = 30
_TESTED_TYPES = ("Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3")
_REPORT_TEMPLATES = (
    "RESOURCE_COMPLIANCE_REPORT", "CONTROL_COMPLIANCE_REPORT", "BACKUP_JOB_REPORT", "COPY_JOB_REPORT",
    "RESTORE_JOB_REPORT", "SCAN_JOB_REPORT",
)  # fmt: skip
_COMPLIANCE_TEMPLATES = _REPORT_TEMPLATES[:2]


def _known(value: Any) -> bool:
    return value is not None and value != UNKNOWN


def _texts(value: Any) -> list[str]:
    return [item for item in value if item != UNKNOWN] if isinstance(value, list) else []


def named(pattern: re.Pattern[str]) -> Callable[[Props], str | None]:
    def check(p: Props) -> str | None:
        name = p.get("name")
        return None if not _known(name) or pattern.fullmatch(str(name)) else f"{name} does not match {pattern.pattern}"

    return check


def one_of(key: str, allowed: tuple[str, ...]) -> Callable[[Props], str | None]:
    def check(p: Props) -> str | None:
        value = p.get(key)
        return None if not _known(value) or value in allowed else f"{value} is none of {', '.join(allowed)}"

    return check


def air_gapped_order(p: Props) -> str | None:
    low, high = p.get("minRetentionDays"), p.get("maxRetentionDays")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        return f"minRetentionDays {low} exceeds maxRetentionDays {high}"
    return None


def selection_window(p: Props) -> str | None:
    points = p.get("recoveryPointSelection")
    days = points.get("selectionWindowDays") if isinstance(points, dict) else None
    if isinstance(days, (int, float)) and not 1 <= days <= 365:
        return f"selectionWindowDays {days} is not between 1 and 365"
    return None


def tested_resources(p: Props) -> str | None:
    """ARNs or conditions: the API lets conditions go with the wildcard only, the official provider wants exactly one."""
    arns, conditions = p.get("protectedResourceArns"), p.get("protectedResourceConditions")
    if (arns is None) == (conditions is None):
        return "exactly one of protectedResourceArns and protectedResourceConditions must be set"
    return None


def tested_arns(p: Props) -> str | None:
    arns = p.get("protectedResourceArns")
    count = len(arns) if isinstance(arns, list) else 0
    return f"{count} ARNs are more than {_MAXIMUM_WILDCARD_ARNS}" if count > _MAXIMUM_WILDCARD_ARNS else None


def selected_arns(key: str) -> Callable[[Props], str | None]:
    def check(p: Props) -> str | None:
        arns = _texts(p.get(key))
        wild = [arn for arn in arns if "*" in arn]
        if len(arns) > _MAXIMUM_ARNS:
            return f"{len(arns)} ARNs are more than {_MAXIMUM_ARNS}"
        if len(wild) > _MAXIMUM_WILDCARD_ARNS:
            return f"{len(wild)} ARNs with a wildcard are more than {_MAXIMUM_WILDCARD_ARNS}"
        return None

    return check


def selection_tags(p: Props) -> str | None:
    tags = p.get("selectionTags")
    kinds = [tag.get("type") for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
    other = [kind for kind in kinds if _known(kind) and kind != "STRINGEQUALS"]
    return f"{other[0]} is not STRINGEQUALS, the only type of selectionTags" if other else None


def one_tag_a_scope(p: Props) -> str | None:
    controls = p.get("controls")
    for control in controls if isinstance(controls, list) else []:
        scope = control.get("scope") if isinstance(control, dict) else None
        tags = scope.get("tags") if isinstance(scope, dict) else None
        if isinstance(tags, dict) and len(tags) > 1:
            return f"the scope of {control.get('name')} has {len(tags)} tags; AWS allows one"
    return None


def report_setting(p: Props) -> str | None:
    setting = p.get("reportSetting")
    template = setting.get("reportTemplate") if isinstance(setting, dict) else None
    if not _known(template) or not isinstance(setting, dict):
        return None
    if template not in _REPORT_TEMPLATES:
        return f"reportTemplate {template} is none of {', '.join(_REPORT_TEMPLATES)}"
    if setting.get("frameworkArns") and template not in _COMPLIANCE_TEMPLATES:
        return f"frameworkArns do not go with {template}, only with {', '.join(_COMPLIANCE_TEMPLATES)}"
    return None


_AIR_GAPPED = "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"
_TESTING_PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
_TESTING_SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
_SELECTION = "aws:backup/selection:Selection"
_AIR_GAPPED_SOURCE = "AWS Backup CreateLogicallyAirGappedBackupVault"
_PLAN_SOURCE = "AWS Backup RestoreTestingPlanForCreate"
_SELECTION_SOURCE = "AWS Backup RestoreTestingSelectionForCreate"

ROWS: tuple[Row, ...] = (
    (_AIR_GAPPED, "minRetentionDays", _AIR_GAPPED_SOURCE, within("minRetentionDays", 7, 36500)),
    (_AIR_GAPPED, "maxRetentionDays", _AIR_GAPPED_SOURCE, within("maxRetentionDays", 7, 36500)),
    (_AIR_GAPPED, "minRetentionDays", _AIR_GAPPED_SOURCE, air_gapped_order),
    (_TESTING_PLAN, "name", _PLAN_SOURCE, named(_TESTING_NAME)),
    (_TESTING_PLAN, "startWindowHours", _PLAN_SOURCE, within("startWindowHours", 0, 168)),
    (_TESTING_PLAN, "recoveryPointSelection", "AWS Backup RestoreTestingRecoveryPointSelection", selection_window),
    (_TESTING_SELECTION, "name", _SELECTION_SOURCE, named(_TESTING_NAME)),
    (_TESTING_SELECTION, "validationWindowHours", _SELECTION_SOURCE, within("validationWindowHours", 1, 168)),
    (_TESTING_SELECTION, "protectedResourceType", _SELECTION_SOURCE, one_of("protectedResourceType", _TESTED_TYPES)),
    (_TESTING_SELECTION, "protectedResourceArns", _SELECTION_SOURCE, tested_resources),
    (_TESTING_SELECTION, "protectedResourceArns", _SELECTION_SOURCE, tested_arns),
    (_SELECTION, "name", "AWS Backup BackupSelection", named(_SELECTION_NAME)),
    (_SELECTION, "resources", "AWS Backup BackupSelection", selected_arns("resources")),
    (_SELECTION, "notResources", "AWS Backup BackupSelection", selected_arns("notResources")),
    (_SELECTION, "selectionTags", "AWS Backup Condition", selection_tags),
    ("aws:backup/framework:Framework", "controls", "AWS Backup ControlScope", one_tag_a_scope),
    ("aws:backup/reportPlan:ReportPlan", "reportSetting", "AWS Backup ReportSetting", report_setting),
)
