"""S3 Batch Replication: jobs of S3 Control that replicate what a bucket held before it replicated, and what failed.

S3 user guide, "Replicating existing objects with Batch Replication"; S3 Control API reference: CreateJob, DescribeJob,
ListJobs, UpdateJobStatus, UpdateJobPriority, JobReport. What a job puts on its way travels as any replication does.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.s3.models import S3Backend, s3_backends
from moto.s3control.models import S3ControlBackend
from moto.s3control.responses import S3ControlResponse
from moto.s3control.urls import url_paths

from localcloud.emulator.extensions.calls import Refusal, extend
from localcloud.emulator.extensions.s3_batch_manifest import bucket_of, generated, listed
from localcloud.emulator.extensions.s3_batch_report import write_report
from localcloud.emulator.extensions.s3_replicas import find_version
from localcloud.emulator.extensions.s3_replication import COMPLETED, PENDING, outcomes_of, replicate

ACTIVE, COMPLETE, FAILED, SUSPENDED, CANCELLED = "Active", "Complete", "Failed", "Suspended", "Cancelled"
_ASKED = ("Description", "Manifest", "ManifestGenerator", "Operation", "Priority", "Report", "RoleArn")
_NOTHING_FOUND = "Manifest generation found no keys matching the filter criteria"


@dataclass
class Task:
    """One version that a job replicates."""

    bucket_name: str
    key_name: str
    version_id: str
    outcome: str = PENDING


@dataclass
class Job:
    """A job in one Region, with what CreateJob asked for."""

    region: str
    account_id: str
    asked: dict[str, Any]
    status: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: datetime = field(default_factory=utcnow)
    ended_at: datetime | None = None
    failure: str | None = None
    reason: str | None = None
    tasks: list[Task] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:{self.region}:{self.account_id}:job/{self.id}"

    def progress(self) -> dict[str, Any]:
        """The ProgressSummary."""
        succeeded = sum(task.outcome == COMPLETED for task in self.tasks)
        failed = sum(task.outcome not in {COMPLETED, PENDING} for task in self.tasks)
        return {
            "TotalNumberOfTasks": len(self.tasks),
            "NumberOfTasksSucceeded": succeeded,
            "NumberOfTasksFailed": failed,
        }

    def summary(self) -> dict[str, Any]:
        """The job in a list."""
        return {
            "JobId": self.id,
            "Description": self.asked.get("Description"),
            "Operation": next(iter(self.asked["Operation"])),
            "Priority": self.asked["Priority"],
            "Status": self.status,
            "CreationTime": self.created_at,
            "TerminationDate": self.ended_at,
            "ProgressSummary": self.progress(),
        }

    def description(self) -> dict[str, Any]:
        """The job by itself."""
        failures = [{"FailureReason": self.failure}] if self.failure else []
        return {
            **self.summary(),
            **{name: self.asked[name] for name in _ASKED if name in self.asked},
            "JobArn": self.arn,
            "ConfirmationRequired": self.asked.get("ConfirmationRequired", True),
            "FailureReasons": failures,
            "StatusUpdateReason": self.reason,
        }


def create_job(self: S3ControlResponse) -> ActionResult:
    """CreateJob; one that needs no confirmation begins at once."""
    asked = {name: value for name, value in self.params.items() if name != "AccountId"}
    if set(asked["Operation"]) != {"S3ReplicateObject"}:
        operations = ", ".join(asked["Operation"])
        raise Refusal("InvalidRequest", f"{operations} is not modelled by the local cloud, only S3ReplicateObject is")
    if ("Manifest" in asked) == ("ManifestGenerator" in asked):
        raise Refusal("InvalidRequest", "A job needs either a Manifest or a ManifestGenerator")
    jobs = _jobs(self)
    token = asked["ClientRequestToken"]
    job = next((job for job in jobs.values() if job.asked["ClientRequestToken"] == token), None)
    if job is None:
        _refuse_elsewhere(self, asked)
        job = Job(self.region, self.current_account, asked, SUSPENDED)
        if not asked.get("ConfirmationRequired", True):
            _begin(_s3(self), job)
        jobs[job.id] = job
    return ActionResult({"JobId": job.id})


def describe_job(self: S3ControlResponse) -> ActionResult:
    """DescribeJob."""
    return ActionResult({"Job": _find(self).description()})


def list_jobs(self: S3ControlResponse) -> ActionResult:
    """ListJobs of the Region, the latest first."""
    wanted = self.params.get("JobStatuses")
    jobs = [_brought_up_to_date(_s3(self), job) for job in _jobs(self).values()]
    chosen = [job.summary() for job in reversed(jobs) if not wanted or job.status in wanted]
    return ActionResult({"Jobs": chosen})


def update_job_status(self: S3ControlResponse) -> ActionResult:
    """UpdateJobStatus: confirm a job that waits for it, or cancel one that has not ended."""
    job, wanted = _find(self), self.params["RequestedJobStatus"]
    allowed = {"Ready": {SUSPENDED}, CANCELLED: {SUSPENDED, ACTIVE}}
    if job.status not in allowed[wanted]:
        raise Refusal("JobStatusException", f"The job is {job.status} and cannot be made {wanted}")
    job.reason = self.params.get("StatusUpdateReason")
    if wanted == CANCELLED:
        job.status, job.ended_at = CANCELLED, utcnow()
    else:
        _begin(_s3(self), job)
    return ActionResult({"JobId": job.id, "Status": job.status, "StatusUpdateReason": job.reason})


def update_job_priority(self: S3ControlResponse) -> ActionResult:
    """UpdateJobPriority, which changes nothing else here: all tasks run at once."""
    job = _find(self)
    job.asked["Priority"] = self.params["Priority"]
    return ActionResult({"JobId": job.id, "Priority": job.asked["Priority"]})


def _begin(backend: S3Backend, job: Job) -> None:
    """Find the versions and put them on their way."""
    generator = job.asked.get("ManifestGenerator", {}).get("S3JobManifestGenerator")
    found = list(generated(backend, generator) if generator else listed(backend, job.asked["Manifest"]))
    for bucket, version in found:
        replicate(backend, bucket, version, on_demand=True)
        job.tasks.append(Task(bucket.name, version.name, version.version_id))
    if found:
        job.status = ACTIVE
    else:
        job.status, job.failure, job.ended_at = FAILED, _NOTHING_FOUND, utcnow()


def _brought_up_to_date(backend: S3Backend, job: Job) -> Job:
    """See what has arrived meanwhile; a job whose last task is done writes its report and ends."""
    if job.status != ACTIVE:
        return job
    for task in job.tasks:
        if task.outcome == PENDING:
            task.outcome = _outcome(backend, task)
    if all(task.outcome != PENDING for task in job.tasks):
        job.status, job.ended_at = COMPLETE, utcnow()
        write_report(backend, job)
    return job


def _outcome(backend: S3Backend, task: Task) -> str:
    bucket = backend.buckets.get(task.bucket_name)
    version = find_version(bucket, task.key_name, task.version_id) if bucket else None
    if version is None:
        return "404 NoSuchVersion"
    outcomes = set(outcomes_of(backend, version).values())
    if outcomes == {COMPLETED}:
        return COMPLETED
    return PENDING if PENDING in outcomes else "400 ReplicationFailed"


def _refuse_elsewhere(response: S3ControlResponse, asked: dict[str, Any]) -> None:
    generator = asked.get("ManifestGenerator", {}).get("S3JobManifestGenerator")
    if generator:
        bucket = bucket_of(_s3(response), generator["SourceBucket"])
        if bucket.region_name != response.region:
            message = f"The job must be in the Region of its bucket {bucket.name}, {bucket.region_name}"
            raise Refusal("InvalidRequest", message)


def _find(response: S3ControlResponse) -> Job:
    job = _jobs(response).get(response.params["JobId"])
    if job is None:
        raise Refusal("NoSuchJob", f"The job {response.params['JobId']} does not exist in {response.region}")
    return _brought_up_to_date(_s3(response), job)


def _jobs(response: S3ControlResponse) -> dict[str, Job]:
    backend = response.backend
    if backend.jobs is None:
        backend.jobs = {}
    jobs: dict[str, Job] = backend.jobs.setdefault(response.region, {})
    return jobs


def _s3(response: S3ControlResponse) -> S3Backend:
    return s3_backends[response.current_account][response.partition]


def apply() -> None:
    """Put this into moto's S3 Control."""
    S3ControlBackend.jobs = None
    extend(S3ControlResponse, create_job, describe_job, list_jobs, update_job_status, update_job_priority)
    for path in ("jobs", "jobs/<job_id>", "jobs/<job_id>/status", "jobs/<job_id>/priority"):
        url_paths[f"/v20180820/{path}"] = S3ControlResponse.dispatch
