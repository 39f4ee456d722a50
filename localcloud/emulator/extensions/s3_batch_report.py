"""The completion report of a batch job: a list of its tasks, and a manifest that leads to the list.

S3 user guide, "Tracking job status and completion reports".
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from moto.s3.models import S3Backend

if TYPE_CHECKING:
    from localcloud.emulator.extensions.s3_batch_jobs import Job

_SCHEMA = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
_SUCCEEDED = "COMPLETED"


def write_report(backend: S3Backend, job: Job) -> None:
    """Write the report where the job wants it; nothing when it wants none or its bucket is gone."""
    asked = job.asked["Report"]
    bucket_name = asked.get("Bucket", "").rpartition(":")[2]
    if not asked.get("Enabled") or bucket_name not in backend.buckets:
        return
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for task in job.tasks:
        key = (task.bucket_name, quote(task.key_name), task.version_id)
        if task.outcome != _SUCCEEDED:
            http_status, _, code = task.outcome.partition(" ")
            writer.writerow((*key, "failed", code, http_status, ""))
        elif asked.get("ReportScope") != "FailedTasksOnly":
            writer.writerow((*key, "succeeded", "", "200", "Successful"))
    content = rows.getvalue().encode()
    folder = "/".join(part for part in (asked.get("Prefix", "").strip("/"), f"job-{job.id}") if part)
    checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
    name = f"{folder}/results/{checksum}.csv"
    result = {"TaskExecutionStatus": "all", "Bucket": bucket_name, "MD5Checksum": checksum, "Key": name}
    manifest = {"Format": asked["Format"], "ReportCreationDate": job.ended_at.isoformat() if job.ended_at else None}
    backend.put_object(bucket_name, name, content)
    backend.put_object(
        bucket_name,
        f"{folder}/manifest.json",
        json.dumps({**manifest, "ReportSchema": _SCHEMA, "Results": [result]}).encode(),
    )
