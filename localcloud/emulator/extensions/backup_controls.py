"""Controls of AWS Backup Audit Manager, evaluated from what is there: for each resource, plan, vault or recovery point.

AWS evaluates them with AWS Config rules; results are in compliance reports only. Developer guide, "AWS Backup Audit
Manager controls and remediation".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from moto.backup.models import BackupBackend, Plan, Vault

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_air_gapped_vaults import AIR_GAPPED
from localcloud.emulator.extensions.backup_cron import next_run
from localcloud.emulator.extensions.backup_records import place_of, records
from localcloud.emulator.extensions.backup_recovery_points import RecoveryPoint, recovery_points
from localcloud.emulator.extensions.backup_restores import RESTORE_JOBS
from localcloud.emulator.extensions.backup_selected import selected
from localcloud.emulator.extensions.backup_selections import selections_of
from localcloud.emulator.extensions.backup_store import Tags
from localcloud.emulator.extensions.backup_stores import all_resources
from localcloud.emulator.extensions.backup_vault_policies import check_allowed
from localcloud.emulator.extensions.denials import AccessDeniedError

# What backup-recovery-point-manual-deletion-disabled wants a vault's policy to deny to everyone.
_UNDELETABLE = ("DeleteRecoveryPoint", "UpdateRecoveryPointLifecycle", "PutBackupVaultAccessPolicy")
# Runs of a schedule whose gaps are looked at: more than a month of an hourly one.
_RUNS = 800
Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Finding:
    """One thing, held to one control."""

    control: str
    resource_type: str
    resource: str
    compliant: bool


@dataclass(frozen=True)
class Resource:
    """One resource of the Region, with the rules of the plans that reach it."""

    arn: str
    resource_type: str
    tags: Tags
    rules: tuple[dict[str, Any], ...]


# What holds for one resource, given the parameters of the control.
Check = Callable[[BackupBackend, Resource, Parameters], bool]


def findings(backend: BackupBackend, framework: Mapping[str, Any]) -> list[Finding]:
    """Every finding of a framework's controls; a control that is not modelled has none."""
    found: list[Finding] = []
    for control in framework["FrameworkControls"]:
        name = control["ControlName"]
        asked = {
            entry["ParameterName"]: entry["ParameterValue"] for entry in control.get("ControlInputParameters") or ()
        }
        scope = control.get("ControlScope") or {}
        if name in _BY_RESOURCE:
            checks = _BY_RESOURCE[name]
            found += [
                Finding(name, resource.resource_type, resource.arn, checks(backend, resource, asked))
                for resource in _resources(backend, scope)
            ]
        elif name in _BY_OTHERS:
            found += [Finding(name, *finding) for finding in _BY_OTHERS[name](backend, asked, scope.get("Tags") or {})]
    return found


def _resources(backend: BackupBackend, scope: Mapping[str, Any]) -> Iterator[Resource]:
    types, arns, tags = (scope.get(name) for name in ("ComplianceResourceTypes", "ComplianceResourceIds", "Tags"))
    reached = _reached(backend)
    for arn, (resource_type, own) in all_resources(place_of(backend)).items():
        if (not types or resource_type in types) and (not arns or arn in arns) and _has(own, tags or {}):
            yield Resource(arn, resource_type, own, tuple(reached.get(arn, ())))


def _reached(backend: BackupBackend) -> dict[str, list[dict[str, Any]]]:
    rules: dict[str, list[dict[str, Any]]] = {}
    for plan in _living(backend):
        for selection in selections_of(backend, plan.backup_plan_id):
            for arn in selected(backend, selection.document):
                rules.setdefault(arn, []).extend(plan.backup_plan["Rules"])
    return rules


def _is_copied(_: BackupBackend, resource: Resource, asked: Parameters) -> bool:
    regions = [region.strip() for region in asked.get("crossRegionList", "").split(",") if region.strip()]
    copies = {
        action["DestinationBackupVaultArn"].split(":")[3]
        for rule in resource.rules
        for action in rule.get("CopyActions") or ()
    }
    return bool(copies & set(regions)) if regions else bool(copies)


def _is_locked(backend: BackupBackend, resource: Resource, asked: Parameters) -> bool:
    vaults = [backend.vaults[rule["TargetBackupVaultName"]] for rule in resource.rules]
    return any(
        vault.locked
        and (vault.min_retention_days or 0) >= int(asked.get("minRetentionDays", 0))
        and ("maxRetentionDays" not in asked or (vault.max_retention_days or 36500) <= int(asked["maxRetentionDays"]))
        for vault in vaults
    )


def _is_recent(backend: BackupBackend, resource: Resource, asked: Parameters) -> bool:
    return any(_age_allowed(point, asked) for point in _points(backend, resource.arn))


def _is_air_gapped(backend: BackupBackend, resource: Resource, asked: Parameters) -> bool:
    points = _points(backend, resource.arn)
    return any(point.vault.vault_type == AIR_GAPPED and _age_allowed(point, asked) for point in points)


def _restores_in_time(backend: BackupBackend, resource: Resource, asked: Parameters) -> bool:
    done = [
        job["CompletionDate"] - job["CreationDate"]
        for job in records(backend, RESTORE_JOBS).values()
        if job["SourceResourceArn"] == resource.arn and job["Status"] == "COMPLETED"
    ]
    return bool(done) and done[-1] <= timedelta(minutes=int(asked["maxRestoreTime"]))


def _plans(backend: BackupBackend, asked: Parameters, tags: Tags) -> Iterator[tuple[str, str, bool]]:
    for plan in _living(backend):
        if _has(backend.tagger.get_tag_dict_for_resource(plan.backup_plan_arn), tags):
            compliant = any(_is_frequent(rule, asked) for rule in plan.backup_plan["Rules"])
            yield "Backup plan", plan.backup_plan_arn, compliant


def _is_frequent(rule: Mapping[str, Any], asked: Parameters) -> bool:
    allowed = timedelta(**{asked.get("requiredFrequencyUnit", "days"): int(asked.get("requiredFrequencyValue", 1))})
    kept_days = (rule.get("Lifecycle") or {}).get("DeleteAfterDays")
    long_enough = kept_days in (None, -1) or kept_days >= int(asked.get("requiredRetentionDays", 1))
    return long_enough and all(later - earlier <= allowed for earlier, later in pairwise(_next_runs(rule)))


def _next_runs(rule: Mapping[str, Any]) -> Iterator[datetime]:
    run: datetime | None = clock.now()
    for _ in range(_RUNS):
        run = next_run(rule["ScheduleExpression"], rule["ScheduleExpressionTimezone"], run) if run else None
        if run is None:
            return
        yield run


def _retentions(backend: BackupBackend, asked: Parameters, tags: Tags) -> Iterator[tuple[str, str, bool]]:
    required = int(asked.get("requiredRetentionDays", 1))
    for point in _tagged_points(backend, tags):
        days = point.lifecycle.get("DeleteAfterDays")
        yield "Recovery point", point.arn, days in (None, -1) or days >= required


def _encryptions(backend: BackupBackend, _: Parameters, tags: Tags) -> Iterator[tuple[str, str, bool]]:
    for point in _tagged_points(backend, tags):
        yield "Recovery point", point.arn, point.held.key_arn is not None


def _deletions(backend: BackupBackend, _: Parameters, tags: Tags) -> Iterator[tuple[str, str, bool]]:
    for vault in backend.vaults.values():
        if _has(backend.tagger.get_tag_dict_for_resource(vault.backup_vault_arn), tags):
            # Somebody whom no condition spares: the roles of principalArnList are no such.
            nobody = f"arn:aws:iam::{backend.account_id}:role/nobody"
            yield "Backup vault", vault.backup_vault_arn, all(_is_denied(vault, act, nobody) for act in _UNDELETABLE)


def _is_denied(vault: Vault, action: str, principal_arn: str) -> bool:
    try:
        check_allowed(vault, action, principal_arn)
    except AccessDeniedError:
        return True
    return False


def _age_allowed(point: RecoveryPoint, asked: Parameters) -> bool:
    unit, value = asked.get("recoveryPointAgeUnit", "days"), int(asked.get("recoveryPointAgeValue", 1))
    return clock.now() - (point.renewed or point.creation_date) <= timedelta(**{unit: value})


def _points(backend: BackupBackend, resource_arn: str) -> list[RecoveryPoint]:
    return [point for point in recovery_points(backend).values() if point.resource_arn == resource_arn]


def _tagged_points(backend: BackupBackend, tags: Tags) -> Iterable[RecoveryPoint]:
    points = recovery_points(backend).values()
    return [point for point in points if _has(backend.tagger.get_tag_dict_for_resource(point.arn), tags)]


def _has(own: Tags, wanted: Tags) -> bool:
    return all(name in own and value in ("", None, own[name]) for name, value in wanted.items())


def _living(backend: BackupBackend) -> list[Plan]:
    return [plan for plan in backend.plans.values() if plan.deletion_date is None]


_BY_RESOURCE: dict[str, Check] = {
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN": lambda _, resource, __: bool(resource.rules),
    "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION": _is_copied,
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK": _is_locked,
    "BACKUP_LAST_RECOVERY_POINT_CREATED": _is_recent,
    "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET": _restores_in_time,
    "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT": _is_air_gapped,
}
_BY_OTHERS: dict[str, Callable[[BackupBackend, Parameters, Tags], Iterable[tuple[str, str, bool]]]] = {
    "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK": _plans,
    "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK": _retentions,
    "BACKUP_RECOVERY_POINT_ENCRYPTED": _encryptions,
    "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED": _deletions,
}
