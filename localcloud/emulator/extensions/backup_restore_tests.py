"""Carries out restore testing plans: on schedule it restores a recovery point of each resource, waits, and clears up.

A test is a restore job that the plan made. It is VALIDATING until somebody says what the data are worth, or until the
window ends (TIMED_OUT); then what was restored is deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator import clock, duties
from localcloud.emulator.extensions.backup_cron import next_run
from localcloud.emulator.extensions.backup_jobs import FAILURES
from localcloud.emulator.extensions.backup_records import Record, backends, find_record, place_of, records
from localcloud.emulator.extensions.backup_recovery_points import RecoveryPoint, find_point, recovery_points
from localcloud.emulator.extensions.backup_restore_testing import RestoreTestingPlan, restore_testing_plans
from localcloud.emulator.extensions.backup_restores import RESTORE_JOBS, restore_changed, run_restore_job
from localcloud.emulator.extensions.backup_selected import meets
from localcloud.emulator.extensions.backup_stores import STORES
from localcloud.emulator.extensions.calls import extend, parameters
from localcloud.emulator.traffic import is_out

_LATEST = "LATEST_WITHIN_WINDOW"
_VERDICTS = ("FAILED", "SUCCESSFUL", "TIMED_OUT")


def next_test() -> datetime | None:
    """When a plan next runs, or the window of a test ends."""
    return min((moment for backend in backends() for moment in _moments(backend)), default=None)


def carry_out_tests() -> None:
    """Run the plans that are due, and end the tests whose window is over. A Region that is out misses its runs."""
    now = clock.now()
    for backend in backends():
        out = is_out(backend.region_name)
        for plan in restore_testing_plans(backend).values():
            run = _next(plan)
            if run is not None and run <= now:
                plan.last_run = now
                if not out:
                    plan.last_execution_time = now
                    _run(backend, plan)
        for job in list(records(backend, RESTORE_JOBS).values()):
            if not out and job.get("ValidUntil") is not None and job["ValidUntil"] <= now:
                job["ValidationStatus"] = "TIMED_OUT"
                job["ValidationStatusMessage"] = "No validation result was put within the validation window"
                _clear_up(backend, job)


def put_restore_validation_result(self: BackupResponse) -> ActionResult:
    """PutRestoreValidationResult, once: it ends the test, and what was restored is deleted."""
    asked, backend = parameters(self), self.backup_backend
    job = find_record(backend, RESTORE_JOBS, asked["RestoreJobId"])
    if job["CreatedBy"] is None:
        raise InvalidRequestException(f"Restore job {job['RestoreJobId']} was not made by a restore testing plan")
    if job.get("ValidationStatus") != "VALIDATING":
        raise InvalidRequestException(
            f"Restore job {job['RestoreJobId']} takes no validation result: it is "
            f"{job.get('ValidationStatus') or 'without a validation window'}"
        )
    if asked["ValidationStatus"] not in _VERDICTS:
        raise InvalidParameterValueException(f"ValidationStatus {asked['ValidationStatus']} is no result")
    job["ValidationStatus"] = asked["ValidationStatus"]
    job["ValidationStatusMessage"] = asked.get("ValidationStatusMessage")
    _clear_up(backend, job)
    return EmptyResult()


def get_restore_testing_inferred_metadata(self: BackupResponse) -> ActionResult:
    """GetRestoreTestingInferredMetadata: what a test would be told if the plan said nothing."""
    asked, backend = parameters(self), self.backup_backend
    point = find_point(backend, asked["RecoveryPointArn"], asked["BackupVaultName"])
    inferred = STORES[point.resource_type].inferred_metadata(place_of(backend), point.held)
    return ActionResult({"InferredMetadata": inferred})


def _run(backend: BackupBackend, plan: RestoreTestingPlan) -> None:
    for selection in plan.selections.values():
        for point in _chosen(backend, plan.document["RecoveryPointSelection"], selection):
            inferred = STORES[point.resource_type].inferred_metadata(place_of(backend), point.held)
            overrides = selection["RestoreMetadataOverrides"]
            # Names of metadata have no case.
            taken = {name.lower() for name in overrides}
            metadata = {name: value for name, value in inferred.items() if name.lower() not in taken} | overrides
            job = run_restore_job(backend, point, metadata, selection["IamRoleArn"], tested_by=plan.arn)
            if job["Status"] == "COMPLETED":
                _await(backend, job, selection.get("ValidationWindowHours") or 0)


def _await(backend: BackupBackend, job: Record, window_hours: int) -> None:
    if window_hours:
        job["ValidationStatus"] = "VALIDATING"
        job["ValidUntil"] = clock.now() + timedelta(hours=window_hours)
        restore_changed(backend, job)
    else:
        _clear_up(backend, job)


def _clear_up(backend: BackupBackend, job: Record) -> None:
    job["ValidUntil"] = None
    try:
        STORES[job["ResourceType"]].delete_restored(place_of(backend), job["CreatedResourceArn"])
    except (*FAILURES, KeyError) as failure:  # somebody was faster, or protected it
        job["DeletionStatus"], job["DeletionStatusMessage"] = "FAILED", str(failure)
    else:
        job["DeletionStatus"] = "SUCCESSFUL"
    restore_changed(backend, job)


def _chosen(backend: BackupBackend, wanted: dict[str, Any], selection: dict[str, Any]) -> list[RecoveryPoint]:
    """One recovery point of each resource that the selection reaches, the latest or any."""
    by_resource: dict[str, list[RecoveryPoint]] = {}
    for point in _eligible(recovery_points(backend).values(), wanted, selection):
        by_resource.setdefault(point.resource_arn, []).append(point)
    latest = wanted["Algorithm"] == _LATEST
    return [points[-1] if latest else secrets.choice(points) for points in by_resource.values()]


def _eligible(
    points: Iterable[RecoveryPoint], wanted: dict[str, Any], selection: dict[str, Any]
) -> Iterator[RecoveryPoint]:
    since = clock.now() - timedelta(days=wanted["SelectionWindowDays"])
    for point in points:
        kind = "CONTINUOUS" if point.continuous else "SNAPSHOT"
        vault_arn = point.vault.backup_vault_arn
        if (
            point.resource_type == selection["ProtectedResourceType"]
            and kind in wanted["RecoveryPointTypes"]
            and (point.renewed or point.creation_date) >= since
            and _matches(vault_arn, wanted["IncludeVaults"])
            and not _matches(vault_arn, wanted["ExcludeVaults"])
            and _matches(point.resource_arn, selection["ProtectedResourceArns"])
            and meets(selection.get("ProtectedResourceConditions") or {}, point.resource_tags)
        ):
            yield point


def _matches(arn: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(arn, pattern) for pattern in patterns)


def _moments(backend: BackupBackend) -> Iterator[datetime]:
    for plan in restore_testing_plans(backend).values():
        run = _next(plan)
        if run is not None:
            yield run
    if not is_out(backend.region_name):
        ends = (job.get("ValidUntil") for job in records(backend, RESTORE_JOBS).values())
        yield from (end for end in ends if end is not None)


def _next(plan: RestoreTestingPlan) -> datetime | None:
    return next_run(plan.document["ScheduleExpression"], plan.document["ScheduleExpressionTimezone"], plan.last_run)


def apply() -> None:
    """Let restore testing plans run on the clock."""
    duties.when_due(next_test, carry_out_tests)
    extend(BackupResponse, put_restore_validation_result, get_restore_testing_inferred_metadata)
