"""The `aws` commands of the runbooks, run as they are written, on an emulated AWS where the disaster has happened."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drills.small_estate import Client, SmallEstate
from tests.support import runbooks

REGION = "us-east-1"


def run(page: str, client: Client, operation: str, **values: str) -> list[dict[str, Any]]:
    """Every `aws` command of a runbook that makes this call; there must be one."""
    lines = [line for line in runbooks.of(page, "aws") if line.split()[2] == operation]
    assert lines, f"{page} has no {operation}"
    return [runbooks.run_aws(line, client, values) for line in lines]


@pytest.fixture
def invoice(small: SmallEstate, client: Client) -> dict[str, str]:
    """A right version and a wrong one after it, in the bucket of invoices."""
    bucket = small.estate.primary.buckets["invoices"]
    client("s3", REGION).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    right, wrong = (
        client("s3", REGION).put_object(Bucket=bucket, Key="2026/1.pdf", Body=body)["VersionId"]
        for body in (b"right", b"wrong")
    )
    return {"BUCKET": bucket, "KEY": "2026/1.pdf", "VERSION": right, "wrong": wrong}


def body(client: Client, invoice: dict[str, str]) -> bytes:
    return bytes(client("s3", REGION).get_object(Bucket=invoice["BUCKET"], Key=invoice["KEY"])["Body"].read())


def test_a_wrong_object_is_right_again_and_its_wrong_version_stays(client: Client, invoice: dict[str, str]) -> None:
    assert body(client, invoice) == b"wrong"
    (listed, *_) = run("corrupted-data", client, "list-object-versions", **invoice)
    assert invoice["VERSION"] in {one["VersionId"] for one in listed["Versions"]}
    run("corrupted-data", client, "copy-object", **invoice)
    assert body(client, invoice) == b"right"
    kept = client("s3", REGION).get_object(Bucket=invoice["BUCKET"], Key=invoice["KEY"], VersionId=invoice["wrong"])
    assert kept["Body"].read() == b"wrong"


def test_a_deleted_object_is_back(client: Client, invoice: dict[str, str]) -> None:
    client("s3", REGION).delete_object(Bucket=invoice["BUCKET"], Key=invoice["KEY"])
    (listed,) = run("deleted-data", client, "list-object-versions", **invoice)
    assert len(listed["DeleteMarkers"]) == 1
    run("deleted-data", client, "copy-object", **invoice)
    assert body(client, invoice) == b"right"
    assert run("deleted-data", client, "get-object-tagging", **invoice)


def test_the_places_where_a_recovery_point_is_found_answer(small: SmallEstate, client: Client) -> None:
    (snapshots,) = run("deleted-data", client, "describe-db-snapshots")
    (points,) = run("deleted-data", client, "list-recovery-points-by-backup-vault")
    orders = small.estate.primary.databases["orders"]
    assert {one["DBInstanceIdentifier"] for one in snapshots["DBSnapshots"]} == {orders}
    assert points["RecoveryPoints"] == []  # a new vault


def test_a_key_that_is_about_to_be_deleted_is_back(small: SmallEstate, client: Client) -> None:
    kms = client("kms", REGION)
    key = kms.describe_key(KeyId="alias/securecart/data")["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    first = runbooks.of("lost-key", "aws")[0]
    assert runbooks.run_aws(first, client, {})["KeyMetadata"]["KeyState"].startswith("Pending")
    run("lost-key", client, "cancel-key-deletion", KEY_ID=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    run("lost-key", client, "enable-key", KEY_ID=key)
    *_, last = run("lost-key", client, "describe-key", KEY_ID=key)
    assert last["KeyMetadata"]["KeyState"] == "Enabled"


def test_an_attack_is_seen_and_the_trail_goes_on(small: SmallEstate, client: Client) -> None:
    trail = client("cloudtrail", REGION)
    bucket = small.estate.primary.buckets["audit"]
    trail.create_trail(Name="securecart-primary", S3BucketName=bucket)  # the attacker has stopped it
    (before,) = run("ransomware", client, "get-trail-status")
    run("ransomware", client, "start-logging")
    (after,) = run("ransomware", client, "get-trail-status")
    assert (before["IsLogging"], after["IsLogging"]) == (False, True)
    for vault in run("ransomware", client, "describe-backup-vault"):
        assert vault["Locked"] is False  # the small estate's vaults have none: the runbook shows it
    states = [one["KeyMetadata"]["KeyState"] for one in run("ransomware", client, "describe-key")]
    assert states == ["Enabled", "Enabled"]
