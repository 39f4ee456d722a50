"""Copy jobs of AWS Backup: a recovery point, with its data, in another vault, here or in the other Region.

A copy from or into a Region that is out waits, RUNNING, and is carried out when the Region answers again.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException
from moto.backup.models import BackupBackend, Vault
from moto.backup.responses import BackupResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from localcloud.emulator import clock, duties
from localcloud.emulator.extensions.backup_events import job_changed
from localcloud.emulator.extensions.backup_jobs import FAILURES, finish_failed
from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_locks import check_retention
from localcloud.emulator.extensions.backup_plans import check_lifecycle
from localcloud.emulator.extensions.backup_records import (
    Record,
    backend_of,
    backends,
    filtered,
    find_record,
    page,
    place_of,
    records,
    shown,
)
from localcloud.emulator.extensions.backup_recovery_points import (
    RecoveryPoint,
    add_point,
    find_point,
    recovery_points,
    remove_point,
)
from localcloud.emulator.extensions.backup_store import Copy, StoreError
from localcloud.emulator.extensions.backup_stores import STORES, resource_name
from localcloud.emulator.extensions.backup_vault_policies import caller_arn, check_allowed
from localcloud.emulator.extensions.backup_vaults import find_vault
from localcloud.emulator.extensions.calls import extend, parameters
from localcloud.emulator.traffic import is_out

COPY_JOBS = "copy_jobs"
_FILTERS = {
    "ByResourceArn": "ResourceArn",
    "ByState": "State",
    "ByResourceType": "ResourceType",
    "ByDestinationVaultArn": "DestinationBackupVaultArn",
    "ByAccountId": "AccountId",
    "ByParentJobId": "ParentJobId",
    "ByMessageCategory": "MessageCategory",
    "BySourceRecoveryPointArn": "SourceRecoveryPointArn",
    "ByCreatedBefore": "CreationDate",
    "ByCreatedAfter": "CreationDate",
    "ByCompleteBefore": "CompletionDate",
    "ByCompleteAfter": "CompletionDate",
}


def start_copy_job(self: BackupResponse) -> ActionResult:
    """StartCopyJob, once for an idempotency token. A continuous backup is copied by a rule only."""
    asked, backend = parameters(self), self.backup_backend
    token, tokens = asked.get("IdempotencyToken"), records(backend, "copy_job_tokens")
    if token is not None and token in tokens:
        return ActionResult(tokens[token])
    source = find_vault(backend, asked["SourceBackupVaultName"])
    point = find_point(backend, asked["RecoveryPointArn"], source.backup_vault_name)
    if point.continuous:
        raise InvalidRequestException(
            "A continuous backup cannot be copied on demand: a copy action of its rule copies it"
        )
    check_lifecycle(asked.get("Lifecycle") or {})
    principal = caller_arn(self)
    check_allowed(source, "StartCopyJob", principal)
    check_allowed(source, "CopyFromBackupVault", principal)
    job = copy_to(
        backend,
        point,
        asked["DestinationBackupVaultArn"],
        asked.get("Lifecycle") or {},
        iam_role_arn=asked["IamRoleArn"],
    )
    answer = {"CopyJobId": job["CopyJobId"], "CreationDate": job["CreationDate"], "IsParent": False}
    if token is not None:
        tokens[token] = answer
    return ActionResult(answer)


def copy_to(
    backend: BackupBackend,
    point: RecoveryPoint,
    vault_arn: str,
    lifecycle: dict[str, Any],
    *,
    iam_role_arn: str,
    created_by_job: str | None = None,
) -> Record:
    """Start a copy job, and carry it out unless a Region is out. Returns its record."""
    _check_vault_arn(vault_arn)
    job: Record = {
        "AccountId": backend.account_id,
        "CopyJobId": str(uuid.uuid4()),
        "SourceBackupVaultArn": point.vault.backup_vault_arn,
        "SourceRecoveryPointArn": point.arn,
        "DestinationBackupVaultArn": vault_arn,
        "DestinationRecoveryPointLifecycle": lifecycle,
        "ResourceArn": point.resource_arn,
        "ResourceType": point.resource_type,
        "ResourceName": resource_name(point.resource_arn),
        "CreationDate": clock.now(),
        "State": "RUNNING",
        "BackupSizeInBytes": point.held.size_bytes,
        "IamRoleArn": iam_role_arn,
        "CreatedBy": point.created_by,
        "CreatedByBackupJobId": created_by_job,
        "IsParent": False,
    }
    records(backend, COPY_JOBS)[job["CopyJobId"]] = job
    _changed(backend, job)
    _carry_out(backend, job)
    return job


def move_to_air_gapped(backend: BackupBackend, point: RecoveryPoint, vault_arn: str, iam_role_arn: str) -> None:
    """Put what a rule just backed up into its logically air-gapped vault; it is then there only."""
    job = copy_to(backend, point, vault_arn, point.lifecycle, iam_role_arn=iam_role_arn)
    if job["State"] == "COMPLETED" and not point.continuous:
        remove_point(backend, point)


def next_waiting() -> datetime | None:
    """A copy that waits for a Region is due as soon as both Regions answer."""
    waiting = any(not _is_cut_off(job) for _, job in _unfinished())
    return clock.now() if waiting else None


def carry_out_waiting() -> None:
    """Carry out the copies that waited for a Region that answers again."""
    for backend, job in _unfinished():
        _carry_out(backend, job)


def describe_copy_job(self: BackupResponse) -> ActionResult:
    """DescribeCopyJob."""
    return ActionResult({"CopyJob": shown(find_record(self.backup_backend, COPY_JOBS, parameters(self)["CopyJobId"]))})


def list_copy_jobs(self: BackupResponse) -> ActionResult:
    """ListCopyJobs, with its filters and pages."""
    asked = parameters(self)
    found = map(shown, records(self.backup_backend, COPY_JOBS).values())
    return ActionResult(page(filtered(found, asked, _FILTERS), asked, "CopyJobs"))


def _carry_out(backend: BackupBackend, job: Record) -> None:
    if _is_cut_off(job):
        return
    try:
        copied = _copy(backend, job)
    except (*FAILURES, ServiceException) as failure:
        finish_failed(job, failure)
    else:
        job |= {
            "State": "COMPLETED",
            "DestinationRecoveryPointArn": copied.arn,
            "DestinationVaultType": copied.vault.vault_type,
            "DestinationEncryptionKeyArn": copied.held.key_arn,
            "MessageCategory": "Success",
        }
    job["CompletionDate"] = clock.now()
    _changed(backend, job)


def _copy(backend: BackupBackend, job: Record) -> RecoveryPoint:
    point = recovery_points(backend).get(job["SourceRecoveryPointArn"])
    if point is None:
        raise StoreError(f"The recovery point {job['SourceRecoveryPointArn']} is gone")
    there = backend_of(backend.account_id, _region(job["DestinationBackupVaultArn"]))
    vault = _destination(there, job["DestinationBackupVaultArn"])
    lifecycle = job["DestinationRecoveryPointLifecycle"]
    check_retention(vault, lifecycle)
    check_allowed(vault, "CopyIntoBackupVault", job["IamRoleArn"])
    check_key(place_of(backend), point.held.key_arn, "the recovery point")
    check_key(place_of(there), vault.encryption_key_arn, "the destination vault")
    if there.region_name == backend.region_name and point.resource_type in ("EBS", "RDS") and vault is point.vault:
        raise StoreError("A recovery point cannot be copied into the vault that it is in")
    held = STORES[point.resource_type].copy(
        Copy(
            held=point.held,
            source=place_of(backend),
            resource_arn=point.resource_arn,
            destination=place_of(there),
            job_id=job["CopyJobId"],
            vault_key_arn=vault.encryption_key_arn,
            continuous=point.continuous,
        )
    )
    copied = RecoveryPoint(
        vault=vault,
        held=held,
        resource_arn=point.resource_arn,
        resource_type=point.resource_type,
        iam_role_arn=job["IamRoleArn"],
        lifecycle=lifecycle,
        creation_date=clock.now(),
        created_by=point.created_by,
        source_vault_arn=point.vault.backup_vault_arn,
        resource_tags=point.resource_tags,
    )
    add_point(there, copied, backend.tagger.get_tag_dict_for_resource(point.arn))
    return copied


def _destination(there: BackupBackend, vault_arn: str) -> Vault:
    vault = there.vaults.get(vault_arn.rpartition(":")[2])
    if vault is None or vault.backup_vault_arn != vault_arn:
        raise StoreError(f"Backup vault {vault_arn} does not exist")
    return vault


def _check_vault_arn(arn: str) -> None:
    parts = arn.split(":")
    if len(parts) != 7 or parts[2] != "backup" or parts[5] != "backup-vault":
        raise InvalidParameterValueException(f"{arn} is no ARN of a backup vault")


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _is_cut_off(job: Record) -> bool:
    return is_out(_region(job["SourceBackupVaultArn"])) or is_out(_region(job["DestinationBackupVaultArn"]))


def _unfinished() -> list[tuple[BackupBackend, Record]]:
    return [
        (backend, job)
        for backend in backends()
        for job in records(backend, COPY_JOBS).values()
        if job["State"] == "RUNNING"
    ]


def _changed(backend: BackupBackend, job: Record) -> None:
    job_changed(place_of(backend), "COPY", job, job["SourceBackupVaultArn"])


def apply() -> None:
    """Add copy jobs to moto's AWS Backup."""
    duties.when_due(next_waiting, carry_out_waiting)
    extend(BackupResponse, start_copy_job, describe_copy_job, list_copy_jobs)
