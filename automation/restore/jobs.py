"""Jobs of AWS Backup: started once, however often the command runs, and watched until they end."""

from __future__ import annotations

import hashlib
from typing import Any

from automation.errors import SecurecartError
from automation.recovery.steps import Settled
from automation.recovery.world import World
from automation.restore.wanted import RecoveryPoint

_FAILED = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")


def start_restore(
    world: World, region: str, point: RecoveryPoint, role: str, metadata: dict[str, str], *, salt: str
) -> str:
    """StartRestoreJob; while one of the same point and salt runs, that one."""
    ended = [
        job
        for job in world.aws.pages("backup", region, "list_restore_jobs", "RestoreJobs")
        if job.get("RecoveryPointArn") == point.arn and job["Status"] in (*_FAILED, "COMPLETED")
    ]
    token = token_of(point.arn, salt, str(len(ended)))
    asked = {"RecoveryPointArn": point.arn, "Metadata": metadata, "IamRoleArn": role, "IdempotencyToken": token}
    return str(world.aws.call("backup", region, "start_restore_job", **asked)["RestoreJobId"])


def restore_settled(world: World, region: str, job_id: str) -> Settled:
    """Raises SecurecartError when the job failed."""
    job = world.aws.call("backup", region, "describe_restore_job", RestoreJobId=job_id)
    return _settled(
        "restore", job_id, job["Status"], job, {"restoreJobId": job_id, "resource": job.get("CreatedResourceArn")}
    )


def backup_settled(world: World, region: str, job_id: str) -> Settled:
    """Raises SecurecartError when the job failed."""
    job = world.aws.call("backup", region, "describe_backup_job", BackupJobId=job_id)
    return _settled(
        "backup", job_id, job["State"], job, {"backupJobId": job_id, "recoveryPoint": job.get("RecoveryPointArn")}
    )


def copy_settled(world: World, region: str, job_id: str) -> Settled:
    """Raises SecurecartError when the job failed."""
    job = world.aws.call("backup", region, "describe_copy_job", CopyJobId=job_id)["CopyJob"]
    facts = {"copyJobId": job_id, "recoveryPoint": job.get("DestinationRecoveryPointArn")}
    return _settled("copy", job_id, job["State"], job, facts)


def token_of(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _settled(kind: str, job_id: str, state: str, job: dict[str, Any], facts: dict[str, Any]) -> Settled:
    if state in _FAILED:
        raise SecurecartError(
            f"{kind} job {job_id} is {state}: {job.get('StatusMessage') or 'AWS Backup gives no reason'}"
        )
    done = job.get("PercentDone") or "0%"
    return Settled(state == "COMPLETED", f"{kind} job {job_id} is {state}, {done}", facts)
