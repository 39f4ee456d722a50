"""An attacker with the API deletes what nothing protects, and reports what did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from localcloud.disasters.deletion import Attempt, delete_objects, delete_recovery_points, delete_table
from localcloud.emulator import clock
from tests.localcloud.provider_world import Client

REGION = "us-east-1"

pytestmark = pytest.mark.usefixtures("empty_cloud")


def told(attempts: Iterator[Attempt]) -> list[tuple[bool, str]]:
    return [(attempt.done, attempt.refusal.split(":")[0]) for attempt in attempts]


def test_deletion_protection_holds_a_table_until_it_is_taken_away(client: Client) -> None:
    client("dynamodb").create_table(
        TableName="payments",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    assert told(delete_table(client, REGION, "payments")) == [(False, "ValidationException")]
    assert told(delete_table(client, REGION, "payments", disarm=True)) == [(True, ""), (True, "")]
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_versions_and_markers_go_and_those_under_a_lock_stay(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="invoices", ObjectLockEnabledForBucket=True)
    until = clock.now() + timedelta(days=30)
    modes: dict[str, str | None] = {"free": None, "governed": "GOVERNANCE", "compliant": "COMPLIANCE"}
    for key, mode in modes.items():
        lock = {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": until} if mode else {}
        s3.put_object(Bucket="invoices", Key=key, Body=b"1", **lock)
    s3.delete_object(Bucket="invoices", Key="free")  # leaves a marker

    attempts = list(delete_objects(client, REGION, "invoices"))
    refused = {attempt.did.split("/")[-1].split()[0] for attempt in attempts if not attempt.done}
    assert refused == {"governed", "compliant"}
    assert len(attempts) == 4
    left = s3.list_object_versions(Bucket="invoices")
    assert sorted(version["Key"] for version in left["Versions"]) == ["compliant", "governed"]
    assert "DeleteMarkers" not in left

    again = list(delete_objects(client, REGION, "invoices", disarm=True))
    assert [attempt.did.split("/")[-1].split()[0] for attempt in again if not attempt.done] == ["compliant"]


def test_what_a_vault_refuses_is_told(client: Client) -> None:
    client("backup").create_backup_vault(BackupVaultName="orders")
    assert told(delete_recovery_points(client, REGION, "orders")) == []
    disarmed = list(delete_recovery_points(client, REGION, "orders", disarm=True))
    assert [attempt.did for attempt in disarmed] == [
        "take the lock from vault orders",
        "take the access policy from vault orders",
    ]
