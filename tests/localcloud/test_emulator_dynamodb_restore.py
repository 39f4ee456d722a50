"""Tables brought back: to the asked second by point-in-time recovery, and from on-demand backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator import clock, snapshot
from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

DAY_SECONDS = 86400
RECOVERY_DAYS = 7


@pytest.fixture
def dynamodb(client: Client) -> Iterator[Any]:
    dynamodb = client("dynamodb")
    yield dynamodb
    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)
    for backup in dynamodb.list_backups(BackupType="ALL")["BackupSummaries"]:
        dynamodb.delete_backup(BackupArn=backup["BackupArn"])
    clock.reset()


def make_table(dynamodb: Any, name: str = "orders", *, recovery: bool = True) -> None:
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "state")],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    if recovery:
        switch_recovery(dynamodb, name, on=True)


def switch_recovery(dynamodb: Any, name: str = "orders", *, on: bool) -> None:
    days = {"RecoveryPeriodInDays": RECOVERY_DAYS} if on else {}
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on, **days}
    )


def put(dynamodb: Any, number: str, state: str, table: str = "orders") -> None:
    dynamodb.put_item(TableName=table, Item={"id": {"S": number}, "state": {"S": state}})


def states(dynamodb: Any, table: str = "orders") -> dict[str, str]:
    return {item["id"]["S"]: item["state"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}


def moment() -> datetime:
    """A second between what was before and what comes after."""
    clock.advance(2)
    now = clock.now()
    clock.advance(2)
    return now


def restore(dynamodb: Any, at: datetime | None = None, source: str = "orders", target: str = "restored") -> Any:
    when = {"UseLatestRestorableTime": True} if at is None else {"RestoreDateTime": at}
    return dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, **when)


def test_a_table_comes_back_as_it_was_at_any_asked_second(dynamodb: Any) -> None:
    make_table(dynamodb)
    expected: dict[datetime, dict[str, str]] = {moment(): {}}
    put(dynamodb, "1", "new")
    put(dynamodb, "2", "new")
    expected[moment()] = {"1": "new", "2": "new"}
    dynamodb.update_item(
        TableName="orders",
        Key={"id": {"S": "1"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "paid"}},
    )
    dynamodb.delete_item(TableName="orders", Key={"id": {"S": "2"}})
    expected[moment()] = {"1": "paid"}
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "orders", "Item": {"id": {"S": "2"}, "state": {"S": "corrupt"}}}},
            {"Put": {"TableName": "orders", "Item": {"id": {"S": "3"}, "state": {"S": "corrupt"}}}},
        ]
    )
    for number, (at, items) in enumerate(expected.items()):
        restore(dynamodb, at, target=f"restored-{number}")
        assert states(dynamodb, f"restored-{number}") == items, at
    assert states(dynamodb) == {"1": "paid", "2": "corrupt", "3": "corrupt"}, "the table itself is as it was"
    restore(dynamodb)
    assert states(dynamodb, "restored") == states(dynamodb)


def test_a_restored_table_has_the_indexes_and_the_billing_of_its_source_and_its_own_items(dynamodb: Any) -> None:
    make_table(dynamodb)
    put(dynamodb, "1", "new")
    described = restore(dynamodb)["TableDescription"]
    assert described["RestoreSummary"]["SourceTableArn"].endswith("table/orders")
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    put(dynamodb, "1", "paid", "restored")
    assert states(dynamodb) == {"1": "new"}
    found = dynamodb.query(
        TableName="restored",
        IndexName="by-state",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "paid"}},
    )
    assert found["Count"] == 1
    recovery = dynamodb.describe_continuous_backups(TableName="restored")["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


def test_a_table_without_recovery_or_a_taken_name_is_refused(dynamodb: Any) -> None:
    make_table(dynamodb, "plain", recovery=False)
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailable"):
        restore(dynamodb, source="plain")
    make_table(dynamodb)
    with pytest.raises(ClientError, match="TableAlreadyExists"):
        restore(dynamodb, target="plain")
    with pytest.raises(ClientError, match="SourceTableNotFound"):
        restore(dynamodb, source="missing")


def recovery_range(dynamodb: Any) -> tuple[datetime, datetime]:
    described = dynamodb.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    recovery = described["PointInTimeRecoveryDescription"]
    return recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]


def test_a_moment_outside_of_the_restorable_range_is_refused(dynamodb: Any) -> None:
    put_before = moment()
    make_table(dynamodb)
    for wrong in (put_before, clock.now() + timedelta(hours=1)):
        with pytest.raises(ClientError, match="InvalidRestoreTime"):
            restore(dynamodb, wrong)


def test_the_restorable_range_moves_with_the_recovery_period_and_begins_anew_when_switched_on(dynamodb: Any) -> None:
    make_table(dynamodb)
    put(dynamodb, "1", "old")
    old = moment()
    clock.advance(RECOVERY_DAYS * DAY_SECONDS)
    put(dynamodb, "1", "new")
    earliest, latest = recovery_range(dynamodb)
    assert timedelta(days=RECOVERY_DAYS) - timedelta(minutes=5) < latest - earliest <= timedelta(days=RECOVERY_DAYS)
    with pytest.raises(ClientError, match="InvalidRestoreTime"):
        restore(dynamodb, old)
    switch_recovery(dynamodb, on=False)
    switch_recovery(dynamodb, on=True)
    assert recovery_range(dynamodb)[0] >= latest - timedelta(seconds=1)


def test_an_on_demand_backup_holds_the_items_as_they_were(dynamodb: Any) -> None:
    make_table(dynamodb, recovery=False)
    put(dynamodb, "1", "new")
    made = dynamodb.create_backup(TableName="orders", BackupName="before")["BackupDetails"]
    arn, size = made["BackupArn"], made["BackupSizeBytes"]
    assert size == len("id" + "1" + "state" + "new")
    put(dynamodb, "1", "corrupt")
    put(dynamodb, "2", "corrupt")
    assert [one["BackupSizeBytes"] for one in dynamodb.list_backups()["BackupSummaries"]] == [size]
    dynamodb.delete_table(TableName="orders")
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)
    assert states(dynamodb, "restored") == {"1": "new"}
    put(dynamodb, "1", "paid", "restored")
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert states(dynamodb, "again") == {"1": "new"}, "a restored table shares nothing with its backup"


def test_a_deleted_table_with_recovery_leaves_a_backup_of_its_last_items(dynamodb: Any) -> None:
    make_table(dynamodb)
    make_table(dynamodb, "plain", recovery=False)
    put(dynamodb, "1", "new")
    for name in ("orders", "plain"):
        dynamodb.delete_table(TableName=name)
    assert dynamodb.list_backups()["BackupSummaries"] == []
    (kept,) = dynamodb.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert (kept["TableName"], kept["BackupName"]) == ("orders", "orders$DeletedTableBackup")
    dynamodb.restore_table_from_backup(TargetTableName="orders", BackupArn=kept["BackupArn"])
    assert states(dynamodb) == {"1": "new"}


def test_a_snapshot_keeps_the_past_of_a_table(dynamodb: Any, emulator: Emulator, tmp_path: Path) -> None:
    make_table(dynamodb)
    put(dynamodb, "1", "new")
    before = moment()
    put(dynamodb, "1", "corrupt")
    snapshot.save(tmp_path / "snapshot", emulator.id)
    emulator.reset()
    snapshot.load(tmp_path / "snapshot")
    restore(dynamodb, before)
    assert (states(dynamodb), states(dynamodb, "restored")) == ({"1": "corrupt"}, {"1": "new"})
