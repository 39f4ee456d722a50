"""Backup jobs of AWS Backup: they make recovery points that hold the data. moto has neither.

A job is carried out when it starts, so it is COMPLETED or FAILED by the time that anybody looks.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from moto.backup.exceptions import InvalidRequestException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from werkzeug.exceptions import HTTPException

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_events import job_changed
from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_locks import check_retention
from localcloud.emulator.extensions.backup_plans import check_lifecycle
from localcloud.emulator.extensions.backup_records import (
    Record,
    filtered,
    find_record,
    page,
    place_of,
    records,
    shown,
)
from localcloud.emulator.extensions.backup_recovery_points import RecoveryPoint, add_point, recovery_points
from localcloud.emulator.extensions.backup_region_settings import settings_of
from localcloud.emulator.extensions.backup_store import BackUp, Store, StoreError
from localcloud.emulator.extensions.backup_stores import STORES, resource_name, resource_type_of
from localcloud.emulator.extensions.backup_vaults import find_vault
from localcloud.emulator.extensions.calls import extend, parameters

BACKUP_JOBS = "backup_jobs"
# What a service answers with when it cannot do what a job asks it.
FAILURES = (StoreError, ServiceException, HTTPException)
_FILTERS = {
    "ByResourceArn": "ResourceArn",
    "ByState": "State",
    "ByBackupVaultName": "BackupVaultName",
    "ByResourceType": "ResourceType",
    "ByAccountId": "AccountId",
    "ByParentJobId": "ParentJobId",
    "ByMessageCategory": "MessageCategory",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByCompleteBefore": "CompletionDate",
    "ByCompleteAfter": "CompletionDate",
}


@dataclass(frozen=True)
class Order:
    """What a backup job is to do, on demand or for the rule of a plan."""

    vault_name: str
    resource_arn: str
    iam_role_arn: str
    lifecycle: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    continuous: bool = False
    created_by: dict[str, str] | None = None
    start_window_minutes: int = 480
    completion_window_minutes: int = 10080
    options: dict[str, str] | None = None


def start_backup_job(self: BackupResponse) -> ActionResult:
    """StartBackupJob, once for an idempotency token. Refused: a missing vault, a resource type that is not modelled."""
    asked, backend = parameters(self), self.backup_backend
    token, tokens = asked.get("IdempotencyToken"), records(backend, "backup_job_tokens")
    if token is None or token not in tokens:
        find_vault(backend, asked["BackupVaultName"])
        check_lifecycle(asked.get("Lifecycle") or {})
        order = Order(
            vault_name=asked["BackupVaultName"],
            resource_arn=asked["ResourceArn"],
            iam_role_arn=asked["IamRoleArn"],
            lifecycle=asked.get("Lifecycle") or {},
            tags=asked.get("RecoveryPointTags") or {},
            options=asked.get("BackupOptions"),
            start_window_minutes=asked.get("StartWindowMinutes") or 480,
            completion_window_minutes=asked.get("CompleteWindowMinutes") or 10080,
        )
        job = run_backup_job(backend, order)
        if token is not None:
            tokens[token] = {"BackupJobId": job["BackupJobId"]}
    else:
        job = find_record(backend, BACKUP_JOBS, tokens[token]["BackupJobId"])
    members = ("BackupJobId", "RecoveryPointArn", "CreationDate", "IsParent")
    return ActionResult({name: job[name] for name in members if job.get(name) is not None})


def run_backup_job(backend: BackupBackend, order: Order) -> Record:
    """Carry out a backup job; it is recorded whether it succeeds or fails. Returns the record."""
    vault, now = find_vault(backend, order.vault_name), clock.now()
    store = STORES[resource_type_of(order.resource_arn)]
    job: Record = {
        "AccountId": backend.account_id,
        "BackupJobId": str(uuid.uuid4()),
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "VaultType": vault.vault_type,
        "RecoveryPointLifecycle": order.lifecycle,
        "ResourceArn": order.resource_arn,
        "ResourceType": store.resource_type,
        "ResourceName": resource_name(order.resource_arn),
        "CreationDate": now,
        "InitiationDate": now,
        "StartBy": now + timedelta(minutes=order.start_window_minutes),
        "ExpectedCompletionDate": now + timedelta(minutes=order.completion_window_minutes),
        "State": "RUNNING",
        "PercentDone": "0.0",
        "IamRoleArn": order.iam_role_arn,
        "CreatedBy": order.created_by,
        "BackupOptions": order.options,
        "IsParent": False,
    }
    records(backend, BACKUP_JOBS)[job["BackupJobId"]] = job
    _changed(backend, job)
    try:
        point = _back_up(backend, vault, store, order, job["BackupJobId"])
    except FAILURES as failure:
        finish_failed(job, failure)
    else:
        job |= {
            "State": "COMPLETED",
            "PercentDone": "100.0",
            "RecoveryPointArn": point.arn,
            "BackupSizeInBytes": point.held.size_bytes,
            "BytesTransferred": point.held.size_bytes,
            "EncryptionKeyArn": point.held.key_arn,
            "IsEncrypted": point.held.key_arn is not None,
            "MessageCategory": "Success",
        }
    job["CompletionDate"] = clock.now()
    _changed(backend, job)
    return job


def finish_failed(job: Record, failure: Exception) -> None:
    """Let a job have failed, and say why."""
    text = getattr(failure, "message", None) or getattr(failure, "description", None) or str(failure)
    job |= {"State": "FAILED", "StatusMessage": str(text), "MessageCategory": "Failure"}


def describe_backup_job(self: BackupResponse) -> ActionResult:
    """DescribeBackupJob."""
    return ActionResult(shown(find_record(self.backup_backend, BACKUP_JOBS, parameters(self)["BackupJobId"])))


def list_backup_jobs(self: BackupResponse) -> ActionResult:
    """ListBackupJobs, with its filters and pages."""
    asked = parameters(self)
    found = map(shown, records(self.backup_backend, BACKUP_JOBS).values())
    return ActionResult(page(filtered(found, asked, _FILTERS), asked, "BackupJobs"))


def stop_backup_job(self: BackupResponse) -> ActionResult:
    """StopBackupJob: too late, always: a job is done as soon as it starts."""
    job = find_record(self.backup_backend, BACKUP_JOBS, parameters(self)["BackupJobId"])
    raise InvalidRequestException(f"Backup job {job['BackupJobId']} cannot be stopped: it is {job['State']}")


def _back_up(backend: BackupBackend, vault: Vault, store: Store, order: Order, job_id: str) -> RecoveryPoint:
    place, resource_type = place_of(backend), store.resource_type
    check_retention(vault, order.lifecycle)
    fully_managed = resource_type == "S3" or settings_of(backend)["ResourceTypeManagementPreference"].get(
        resource_type, False
    )
    if fully_managed:
        check_key(place, vault.encryption_key_arn, "the backup vault")
    existing = _continuous_point(backend, order.resource_arn) if order.continuous else None
    if existing is not None and existing.vault is vault:
        existing.renewed, existing.lifecycle = clock.now(), order.lifecycle
        return existing
    # A resource has one continuous backup; a rule of another vault makes snapshots (developer guide, PITR).
    continuous = order.continuous and store.continuous and existing is None
    held = store.back_up(
        BackUp(
            place=place,
            resource_arn=order.resource_arn,
            job_id=job_id,
            vault_key_arn=vault.encryption_key_arn,
            fully_managed=fully_managed,
            continuous=continuous,
            retention_days=order.lifecycle.get("DeleteAfterDays"),
            tags=order.tags,
        )
    )
    point = RecoveryPoint(
        vault=vault,
        held=held,
        resource_arn=order.resource_arn,
        resource_type=resource_type,
        iam_role_arn=order.iam_role_arn,
        lifecycle=order.lifecycle,
        creation_date=clock.now(),
        created_by=order.created_by,
        continuous=continuous,
        resource_tags=store.resources(place).get(order.resource_arn, {}),
    )
    add_point(backend, point, {**point.resource_tags, **order.tags})
    return point


def _continuous_point(backend: BackupBackend, resource_arn: str) -> RecoveryPoint | None:
    points = recovery_points(backend).values()
    return next((point for point in points if point.continuous and point.resource_arn == resource_arn), None)


def _changed(backend: BackupBackend, job: Record) -> None:
    job_changed(place_of(backend), "BACKUP", job, job["BackupVaultArn"])


def apply() -> None:
    """Add backup jobs to moto's AWS Backup."""
    extend(BackupResponse, start_backup_job, describe_backup_job, list_backup_jobs, stop_backup_job)
