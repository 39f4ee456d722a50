"""Restore jobs of AWS Backup: they give back the data of a recovery point. moto has neither."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from moto.backup.exceptions import InvalidParameterValueException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_events import job_changed
from localcloud.emulator.extensions.backup_jobs import FAILURES, finish_failed
from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_records import (
    Record,
    filtered,
    find_record,
    moment,
    page,
    place_of,
    records,
    shown,
)
from localcloud.emulator.extensions.backup_recovery_points import RecoveryPoint, find_point
from localcloud.emulator.extensions.backup_store import Metadata, Restore
from localcloud.emulator.extensions.backup_stores import STORES
from localcloud.emulator.extensions.calls import extend, parameters

RESTORE_JOBS = "restore_jobs"
# Ours alone: what the restore was told, and when a restore test ends.
_HIDDEN = ("Metadata", "ValidUntil")
_FILTERS = {
    "ByAccountId": "AccountId",
    "ByResourceType": "ResourceType",
    "ByStatus": "Status",
    "ByParentJobId": "ParentJobId",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByCompleteBefore": "CompletionDate",
    "ByCompleteAfter": "CompletionDate",
    "ByRecoveryPointCreationDateBefore": "RecoveryPointCreationDate",
    "ByRecoveryPointCreationDateAfter": "RecoveryPointCreationDate",
}


def start_restore_job(self: BackupResponse) -> ActionResult:
    """StartRestoreJob, once for an idempotency token; metadata that lacks what its resource type needs is refused."""
    asked, backend = parameters(self), self.backup_backend
    token, tokens = asked.get("IdempotencyToken"), records(backend, "restore_job_tokens")
    if token is not None and token in tokens:
        return ActionResult(tokens[token])
    point = find_point(backend, asked["RecoveryPointArn"])
    if asked.get("ResourceType") not in (None, point.resource_type):
        raise InvalidParameterValueException(f"ResourceType {asked['ResourceType']} is not {point.resource_type}")
    job = run_restore_job(
        backend,
        point,
        asked["Metadata"],
        asked.get("IamRoleArn") or point.iam_role_arn,
        copy_tags=bool(asked.get("CopySourceTagsToRestoredResource")),
    )
    answer = {"RestoreJobId": job["RestoreJobId"]}
    if token is not None:
        tokens[token] = answer
    return ActionResult(answer)


def run_restore_job(
    backend: BackupBackend,
    point: RecoveryPoint,
    metadata: dict[str, str],
    iam_role_arn: str,
    *,
    copy_tags: bool = False,
    tested_by: str | None = None,
) -> Record:
    """Carry out a restore job; it is recorded whether it succeeds or fails. Returns the record."""
    store, now = STORES[point.resource_type], clock.now()
    given = Metadata(metadata)
    asked = Restore(point.held, place_of(backend), given, point.continuous, _restore_time(point, given))
    store.check_restore(asked)
    job: Record = {
        "AccountId": backend.account_id,
        "RestoreJobId": str(uuid.uuid4()),
        "RecoveryPointArn": point.arn,
        "RecoveryPointCreationDate": point.creation_date,
        "SourceResourceArn": point.resource_arn,
        "BackupVaultArn": point.vault.backup_vault_arn,
        "ResourceType": point.resource_type,
        "CreationDate": now,
        "Status": "RUNNING",
        "PercentDone": "0.00%",
        "BackupSizeInBytes": point.held.size_bytes,
        "IamRoleArn": iam_role_arn,
        "CreatedBy": {"RestoreTestingPlanArn": tested_by} if tested_by else None,
        "IsParent": False,
        "Metadata": metadata,
    }
    records(backend, RESTORE_JOBS)[job["RestoreJobId"]] = job
    restore_changed(backend, job)
    try:
        check_key(place_of(backend), point.held.key_arn, "the recovery point")
        created = store.restore(asked)
        if copy_tags and point.resource_tags:
            store.tag_restored(place_of(backend), created, point.resource_tags)
    except FAILURES as failure:
        finish_failed(job, failure)
        job["Status"] = job.pop("State")
        del job["MessageCategory"]
    else:
        point.last_restore_time = clock.now()
        job |= {"Status": "COMPLETED", "PercentDone": "100.00%", "CreatedResourceArn": created}
    job["CompletionDate"] = clock.now()
    restore_changed(backend, job)
    return job


def describe_restore_job(self: BackupResponse) -> ActionResult:
    """DescribeRestoreJob."""
    return ActionResult(
        shown(find_record(self.backup_backend, RESTORE_JOBS, parameters(self)["RestoreJobId"]), _HIDDEN)
    )


def list_restore_jobs(self: BackupResponse) -> ActionResult:
    """ListRestoreJobs, with its filters and pages."""
    asked = parameters(self)
    plan = asked.get("ByRestoreTestingPlanArn")
    found = [
        shown(job, _HIDDEN)
        for job in records(self.backup_backend, RESTORE_JOBS).values()
        if plan is None or (job["CreatedBy"] or {}).get("RestoreTestingPlanArn") == plan
    ]
    return ActionResult(page(filtered(found, asked, _FILTERS), asked, "RestoreJobs"))


def list_restore_jobs_by_protected_resource(self: BackupResponse) -> ActionResult:
    """ListRestoreJobsByProtectedResource."""
    asked = parameters(self)
    jobs = records(self.backup_backend, RESTORE_JOBS).values()
    found = [shown(job, _HIDDEN) for job in jobs if job["SourceResourceArn"] == asked["ResourceArn"]]
    return ActionResult(page(filtered(found, asked, _FILTERS), asked, "RestoreJobs"))


def get_restore_job_metadata(self: BackupResponse) -> ActionResult:
    """GetRestoreJobMetadata: what the restore was told."""
    job = find_record(self.backup_backend, RESTORE_JOBS, parameters(self)["RestoreJobId"])
    content: dict[str, Any] = {"RestoreJobId": job["RestoreJobId"], "Metadata": job["Metadata"]}
    return ActionResult(content)


def restore_changed(backend: BackupBackend, job: Record) -> None:
    """Tell the world of a restore job's state."""
    job_changed(place_of(backend), "RESTORE", shown(job, _HIDDEN), job["BackupVaultArn"])


def _restore_time(point: RecoveryPoint, metadata: Metadata) -> datetime | None:
    asked = metadata.get("RestoreTime")
    if asked is None or metadata.is_true("UseLatestRestorableTime"):
        return None
    if not point.continuous:
        raise InvalidParameterValueException("RestoreTime is for continuous backups; this recovery point is a snapshot")
    try:
        time = moment(asked)
    except ValueError as error:
        raise InvalidParameterValueException(f"RestoreTime {asked} is no time, such as 2026-11-28T10:00:00Z") from error
    if time > clock.now() + timedelta(seconds=1):
        raise InvalidParameterValueException(f"RestoreTime {asked} is in the future")
    return time


def apply() -> None:
    """Add restore jobs to moto's AWS Backup."""
    extend(
        BackupResponse,
        start_restore_job,
        describe_restore_job,
        list_restore_jobs,
        list_restore_jobs_by_protected_resource,
        get_restore_job_metadata,
    )
