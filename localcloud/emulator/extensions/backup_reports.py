"""Report jobs of AWS Backup Audit Manager: daily, or when asked, each puts its report into the plan's bucket."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.backup.models import BackupBackend, ReportPlan
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult
from moto.s3.models import s3_backends

from localcloud.emulator import clock, duties
from localcloud.emulator.extensions.backup_audit import frameworks
from localcloud.emulator.extensions.backup_controls import findings
from localcloud.emulator.extensions.backup_copies import COPY_JOBS
from localcloud.emulator.extensions.backup_cron import next_run
from localcloud.emulator.extensions.backup_jobs import BACKUP_JOBS, FAILURES
from localcloud.emulator.extensions.backup_records import Record, backends, filtered, find_record, page, records, shown
from localcloud.emulator.extensions.backup_restores import RESTORE_JOBS
from localcloud.emulator.extensions.calls import extend, parameters
from localcloud.emulator.extensions.service_events import iso
from localcloud.emulator.traffic import is_out

REPORT_JOBS = "report_jobs"
# Developer guide, "Working with audit reports": delivered between 1 and 5 in the morning, UTC.
_DAILY = "cron(0 2 * * ? *)"
_JOB_REPORTS = {
    "BACKUP_JOB_REPORT": BACKUP_JOBS,
    "COPY_JOB_REPORT": COPY_JOBS,
    "RESTORE_JOB_REPORT": RESTORE_JOBS,
}
# What ListReportJobs calls its filters is unlike other lists'.
_FILTERS = {"ByCreationBefore": "CreationTime", "ByCreationAfter": "CreationTime", "ByStatus": "Status"}
_COLUMNS = {
    "AccountId": "accountId",
    "BackupJobId": "backupJobId",
    "CopyJobId": "copyJobId",
    "RestoreJobId": "restoreJobId",
    "State": "jobStatus",
    "Status": "jobStatus",
    "StatusMessage": "statusMessage",
    "ResourceType": "resourceType",
    "ResourceArn": "resourceArn",
    "SourceResourceArn": "resourceArn",
    "BackupVaultName": "backupVaultName",
    "RecoveryPointArn": "recoveryPointArn",
    "SourceRecoveryPointArn": "sourceRecoveryPointArn",
    "DestinationRecoveryPointArn": "destinationRecoveryPointArn",
    "DestinationBackupVaultArn": "destinationBackupVaultArn",
    "CreatedResourceArn": "createdResourceArn",
    "CreationDate": "creationDate",
    "CompletionDate": "completionDate",
    "BackupSizeInBytes": "backupSizeInBytes",
    "ValidationStatus": "validationStatus",
}
Row = dict[str, Any]


def start_report_job(self: BackupResponse) -> ActionResult:
    """StartReportJob."""
    backend = self.backup_backend
    job = _run(backend, backend.describe_report_plan(parameters(self)["ReportPlanName"]))
    return ActionResult({"ReportJobId": job["ReportJobId"]})


def describe_report_job(self: BackupResponse) -> ActionResult:
    """DescribeReportJob."""
    return ActionResult(
        {"ReportJob": shown(find_record(self.backup_backend, REPORT_JOBS, parameters(self)["ReportJobId"]))}
    )


def list_report_jobs(self: BackupResponse) -> ActionResult:
    """ListReportJobs."""
    asked, backend = parameters(self), self.backup_backend
    name = asked.get("ByReportPlanName")
    arn = backend.describe_report_plan(name).report_plan_arn if name else None
    jobs = [shown(job) for job in records(backend, REPORT_JOBS).values() if arn in (None, job["ReportPlanArn"])]
    return ActionResult(page(filtered(jobs, asked, _FILTERS), asked, "ReportJobs"))


def next_report() -> datetime | None:
    """When the reports of a day are next delivered."""
    runs = (_next(plan) for backend in backends() for plan in backend.report_plans.values())
    return min((run for run in runs if run is not None), default=None)


def deliver_reports() -> None:
    """Run the report plans that are due; a Region that is out misses its day."""
    for backend in backends():
        for plan in backend.report_plans.values():
            run = _next(plan)
            if run is not None and run <= clock.now():
                plan.last_daily = clock.now()
                if not is_out(backend.region_name):
                    _run(backend, plan)


def _run(backend: BackupBackend, plan: ReportPlan) -> Record:
    now, template = clock.now(), plan.report_setting["ReportTemplate"]
    job: Record = {
        "ReportJobId": str(uuid.uuid4()),
        "ReportPlanArn": plan.report_plan_arn,
        "ReportTemplate": template,
        "CreationTime": now,
        "Status": "RUNNING",
    }
    records(backend, REPORT_JOBS)[job["ReportJobId"]] = job
    plan.last_attempted_execution_time = now
    rows = list(_rows(backend, plan, now))
    channel = plan.report_delivery_channel
    start = "/".join(
        filter(None, [channel.get("S3KeyPrefix"), "Backup", backend.account_id, backend.region_name, template.lower()])
    )
    keys = [
        f"{start}/{now:%Y/%m/%d}/{plan.report_plan_name}_{job['ReportJobId']}.{kind.lower()}"
        for kind in channel["Formats"]
    ]
    store = s3_backends[backend.account_id]["aws"]
    try:
        for kind, key in zip(channel["Formats"], keys, strict=True):
            store.put_object(channel["S3BucketName"], key, _written(rows, kind).encode())
    except FAILURES as failure:
        job |= {"Status": "FAILED", "StatusMessage": f"Failed to deliver to {channel['S3BucketName']}: {failure}"}
    else:
        job["Status"] = "COMPLETED"
        job["ReportDestination"] = {"S3BucketName": channel["S3BucketName"], "S3Keys": keys}
        plan.last_successful_execution_time = now
    job["CompletionTime"] = clock.now()
    return job


def _rows(backend: BackupBackend, plan: ReportPlan, now: datetime) -> Iterator[Row]:
    period = {"reportTimePeriod": f"{iso(now - timedelta(days=1))} - {iso(now)}", "region": backend.region_name}
    template = plan.report_setting["ReportTemplate"]
    if template in _JOB_REPORTS:
        for job in records(backend, _JOB_REPORTS[template]).values():
            if job["CreationDate"] > now - timedelta(days=1):
                yield period | {
                    column: _plain(job[name]) for name, column in _COLUMNS.items() if job.get(name) is not None
                }
        return
    asked = set(plan.report_setting.get("FrameworkArns") or ())
    for framework in frameworks(backend).values():
        if framework["FrameworkArn"] in asked:
            found = findings(backend, framework)
            about = period | {"accountId": backend.account_id, "frameworkName": framework["FrameworkName"]}
            if template == "RESOURCE_COMPLIANCE_REPORT":
                for one in found:
                    named = {"controlName": one.control, "resourceType": one.resource_type, "resource": one.resource}
                    yield about | named | {"complianceStatus": _verdict(compliant=one.compliant)}
            else:
                for control in framework["FrameworkControls"]:
                    of_it = [one for one in found if one.control == control["ControlName"]]
                    counts = {"nonCompliantResources": sum(not one.compliant for one in of_it), "resources": len(of_it)}
                    verdict = _verdict(compliant=all(one.compliant for one in of_it)) if of_it else "INSUFFICIENT_DATA"
                    yield about | {"controlName": control["ControlName"], "complianceStatus": verdict} | counts


def _written(rows: list[Row], kind: str) -> str:
    if kind == "JSON":
        return json.dumps({"reportItems": rows})
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _verdict(*, compliant: bool) -> str:
    return "COMPLIANT" if compliant else "NON_COMPLIANT"


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _next(plan: ReportPlan) -> datetime | None:
    last: datetime | None = plan.last_daily
    return next_run(_DAILY, "Etc/UTC", last or plan.creation_time.replace(tzinfo=UTC))


def apply() -> None:
    """Add report jobs to moto's AWS Backup."""
    ReportPlan.last_daily = None
    ReportPlan.last_attempted_execution_time = None
    ReportPlan.last_successful_execution_time = None
    duties.when_due(next_report, deliver_reports)
    extend(BackupResponse, start_report_job, describe_report_job, list_report_jobs)
