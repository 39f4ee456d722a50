"""S3 Batch Replication: what a bucket held before it replicated is brought to the other Region by a job of S3 Control."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.endpoints import clients_of
from localcloud.emulator import clock
from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, SECONDARY
from tests.localcloud.s3_pair import (
    OFF,
    ON,
    ROLE,
    Pair,
    pass_the_lag,
    tag_set,
    versions,
)

pytestmark = pytest.mark.usefixtures("empty_cloud")

ALL: dict[str, Any] = {"EligibleForReplication": True}


class Jobs:
    """S3 Control of one Region, through the client that `securecart` uses."""

    def __init__(self, emulator: Emulator, region: str = PRIMARY) -> None:
        keys = {"AWS_ACCESS_KEY_ID": "securecart-local", "AWS_SECRET_ACCESS_KEY": "securecart-local"}
        self.control = clients_of({"AWS_ENDPOINT_URL": emulator.endpoint, **keys})("s3control", region)

    def create(self, bucket: str, wanted: dict[str, Any] | None = None, **more: Any) -> str:
        generator = {
            "SourceBucket": f"arn:aws:s3:::{bucket}",
            "EnableManifestOutput": False,
            **({"Filter": wanted} if wanted else {}),
        }
        asked = {
            "Operation": {"S3ReplicateObject": {}},
            "ManifestGenerator": {"S3JobManifestGenerator": generator},
            "Report": {"Enabled": False},
            "Priority": 10,
            "RoleArn": ROLE,
            "ConfirmationRequired": False,
            **more,
        }
        return str(self.control.create_job(AccountId=ACCOUNT, **asked)["JobId"])

    def describe(self, job_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self.control.describe_job(AccountId=ACCOUNT, JobId=job_id)["Job"]
        return job

    def progress(self, job_id: str) -> tuple[str, int, int]:
        """(status, tasks that succeeded, tasks that failed)."""
        job = self.describe(job_id)
        summary = job["ProgressSummary"]
        return job["Status"], summary["NumberOfTasksSucceeded"], summary["NumberOfTasksFailed"]


@pytest.fixture
def jobs(emulator: Emulator) -> Jobs:
    return Jobs(emulator)


def test_versions_and_delete_markers_from_before_arrive_and_the_job_says_how_many(pair: Pair, jobs: Jobs) -> None:
    for key in ("invoice", "invoice", "deleted"):
        pair.put(key, Tagging="kind=old")
        clock.advance(1)
    pair.east.delete_object(Bucket=pair.here, Key="deleted")
    pair.replicate()
    pass_the_lag()
    assert versions(pair.west, pair.there) == []
    job = jobs.create(pair.here, ALL)
    assert jobs.progress(job) == ("Active", 0, 0)
    pass_the_lag()
    assert jobs.progress(job) == ("Complete", 4, 0)
    assert versions(pair.west, pair.there) == versions(pair.east, pair.here)
    assert pair.west.get_object_tagging(Bucket=pair.there, Key="invoice")["TagSet"] == tag_set(kind="old")
    assert pair.status_here("invoice") == "COMPLETED"


def test_an_older_version_that_comes_late_is_not_the_current_one(pair: Pair, jobs: Jobs) -> None:
    pair.put("invoice", "old")
    clock.advance(5)
    pair.replicate()
    pair.put("invoice", "new")
    pass_the_lag()
    jobs.create(pair.here, {"ObjectReplicationStatuses": ["NONE"]})
    pass_the_lag()
    assert versions(pair.west, pair.there) == versions(pair.east, pair.here)
    assert pair.west.get_object(Bucket=pair.there, Key="invoice")["Body"].read() == b"new"


def test_a_filter_chooses_by_name_status_and_date(pair: Pair, jobs: Jobs) -> None:
    for key in ("invoices/1.pdf", "invoices/1.txt", "other/1.pdf"):
        pair.put(key)
    clock.advance(5)
    moment = clock.now()
    clock.advance(5)
    pair.put("invoices/late.pdf")
    pair.replicate(pair.rule(Filter={"Prefix": "invoices/"}, DeleteMarkerReplication=OFF))
    named = {"MatchAnyPrefix": ["invoices/", "other/"], "MatchAnySuffix": [".pdf"]}
    jobs.create(pair.here, {**ALL, "KeyNameConstraint": named, "CreatedBefore": moment})
    pass_the_lag()
    assert pair.keys_there() == {"invoices/1.pdf"}
    again = jobs.create(pair.here, {**ALL, "ObjectReplicationStatuses": ["NONE", "FAILED"]})
    pass_the_lag()
    assert jobs.progress(again) == ("Complete", 2, 0)
    assert pair.keys_there() == {"invoices/1.pdf", "invoices/1.txt", "invoices/late.pdf"}


def test_what_failed_is_tried_again_and_the_report_lists_what_fails(pair: Pair, jobs: Jobs) -> None:
    here, there = (pair.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (PRIMARY, SECONDARY))
    encryption = {"EncryptionConfiguration": {"ReplicaKmsKeyID": there}}
    pair.replicate(pair.rule(SourceSelectionCriteria={"SseKmsEncryptedObjects": ON}, to=encryption))
    pair.client("kms", SECONDARY).disable_key(KeyId=there)
    pair.put("secret", ServerSideEncryption="aws:kms", SSEKMSKeyId=here)
    pass_the_lag()
    failed = {"ObjectReplicationStatuses": ["FAILED"]}
    report = {
        "Enabled": True,
        "Bucket": f"arn:aws:s3:::{pair.here}",
        "Prefix": "reports",
        "Format": "Report_CSV_20180820",
        "ReportScope": "FailedTasksOnly",
    }
    first = jobs.create(pair.here, failed, Report=report)
    pass_the_lag()
    assert jobs.progress(first) == ("Complete", 0, 1)
    listed = pair.east.list_objects_v2(Bucket=pair.here, Prefix=f"reports/job-{first}/results/")["Contents"]
    rows = pair.east.get_object(Bucket=pair.here, Key=listed[0]["Key"])["Body"].read().decode()
    assert [row[1:4:2] for row in csv.reader(io.StringIO(rows))] == [["secret", "failed"]]
    pair.client("kms", SECONDARY).enable_key(KeyId=there)
    second = jobs.create(pair.here, failed)
    pass_the_lag()
    assert jobs.progress(second) == ("Complete", 1, 0)
    assert "secret" in pair.keys_there()


def test_a_failback_brings_replicas_to_a_bucket_that_lost_them(emulator: Emulator, pair: Pair) -> None:
    pair.replicate_both_ways()
    version = pair.put("invoice")
    pass_the_lag()
    assert pair.keys_there() == {"invoice"}
    pair.east.delete_object(Bucket=pair.here, Key="invoice", VersionId=version)
    back = Jobs(emulator, SECONDARY)
    job = back.create(pair.there, {"ObjectReplicationStatuses": ["REPLICA"]})
    pass_the_lag()
    assert back.progress(job) == ("Complete", 1, 0)
    assert versions(pair.east, pair.here) == [("invoice", version, True)]


def test_a_job_waits_for_a_region_that_is_out(emulator: Emulator, pair: Pair, jobs: Jobs) -> None:
    pair.put("invoice")
    pair.replicate()
    job = jobs.create(pair.here, ALL)
    emulator.traffic.take_out(SECONDARY)
    pass_the_lag()
    assert jobs.progress(job) == ("Active", 0, 0)
    emulator.traffic.heal(SECONDARY)
    pass_the_lag()
    assert jobs.progress(job) == ("Complete", 1, 0)


def test_a_job_with_a_list_replicates_what_the_list_names(pair: Pair, jobs: Jobs) -> None:
    old = pair.put("in voice", "old")
    pair.put("in voice", "new")
    pair.put("other")
    rows = f"{pair.here},in%20voice,{old}\n"
    etag = pair.east.put_object(Bucket=pair.here, Key="list.csv", Body=rows.encode())["ETag"]
    pair.replicate()
    manifest = {
        "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key", "VersionId"]},
        "Location": {"ObjectArn": f"arn:aws:s3:::{pair.here}/list.csv", "ETag": etag},
    }
    asked = {"Operation": {"S3ReplicateObject": {}}, "Report": {"Enabled": False}, "Priority": 1, "RoleArn": ROLE}
    made = jobs.control.create_job(AccountId=ACCOUNT, Manifest=manifest, ConfirmationRequired=False, **asked)
    pass_the_lag()
    assert jobs.progress(made["JobId"]) == ("Complete", 1, 0)
    assert versions(pair.west, pair.there) == [("in voice", old, True)]


def test_a_job_is_confirmed_cancelled_and_listed(pair: Pair, jobs: Jobs) -> None:
    pair.put("invoice")
    pair.replicate()
    first, second = (jobs.create(pair.here, ALL, ConfirmationRequired=True, Description=text) for text in ("1", "2"))
    pass_the_lag()
    assert (jobs.progress(first), pair.keys_there()) == (("Suspended", 0, 0), set())
    asked = {"AccountId": ACCOUNT, "JobId": first}
    assert jobs.control.update_job_status(**asked, RequestedJobStatus="Ready")["Status"] == "Active"
    jobs.control.update_job_status(**{**asked, "JobId": second}, RequestedJobStatus="Cancelled")
    with pytest.raises(ClientError, match="JobStatusException"):
        jobs.control.update_job_status(**{**asked, "JobId": second}, RequestedJobStatus="Ready")
    pass_the_lag()
    listed = jobs.control.list_jobs(AccountId=ACCOUNT, JobStatuses=["Complete", "Cancelled"])["Jobs"]
    found = [(one["JobId"], one["Status"]) for one in listed if one["JobId"] in {first, second}]
    assert found == [(second, "Cancelled"), (first, "Complete")]
    assert pair.keys_there() == {"invoice"}


def test_what_aws_refuses_or_fails_is_refused_or_fails(emulator: Emulator, pair: Pair, jobs: Jobs) -> None:
    pair.put("invoice")
    nothing = jobs.describe(jobs.create(pair.here, ALL))
    assert nothing["Status"] == "Failed", "the bucket has no replication configuration"
    assert "no keys matching" in nothing["FailureReasons"][0]["FailureReason"]
    with pytest.raises(ClientError, match=f"Region of its bucket {pair.here}, {PRIMARY}"):
        Jobs(emulator, SECONDARY).create(pair.here, ALL)
    with pytest.raises(ClientError, match="does not exist"):
        jobs.create("missing", ALL)
    with pytest.raises(ClientError, match="S3PutObjectTagging is not modelled"):
        jobs.create(pair.here, Operation={"S3PutObjectTagging": {"TagSet": []}})
    with pytest.raises(ClientError, match="NoSuchJob"):
        jobs.describe("missing-job")
