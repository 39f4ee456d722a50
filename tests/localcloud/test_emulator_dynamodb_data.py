"""Items of global tables travel between the Regions: both ways, after the lag, not while a Region is out."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator import clock, snapshot
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

TABLE = "orders"
LAG_SECONDS = 60.0
Sides = tuple[Any, Any]


def admin(emulator: Emulator, name: str, **asked: Any) -> None:
    url = f"{emulator.endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, json.dumps(asked).encode(), method="POST")  # noqa: S310
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


@pytest.fixture
def sides(emulator: Emulator, client: Client) -> Iterator[Sides]:
    """DynamoDB in both Regions with a global table, whose items arrive a minute later."""
    CARRIER.set_lag(LAG_SECONDS)
    east, west = client("dynamodb"), client("dynamodb", SECONDARY)
    make_table(east, TABLE)
    east.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": SECONDARY}}])
    yield east, west
    emulator.traffic.reset()
    for side in (east, west):
        side.delete_table(TableName=TABLE)
    CARRIER.reset()
    clock.reset()


def make_table(side: Any, name: str, **more: Any) -> None:
    side.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("customer", "number")],
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        **more,
    )


def key(number: str) -> dict[str, Any]:
    return {"customer": {"S": "c1"}, "number": {"S": number}}


def put(side: Any, number: str, state: str) -> None:
    side.put_item(TableName=TABLE, Item={**key(number), "state": {"S": state}})


def states(side: Any, table: str = TABLE) -> dict[str, str]:
    return {item["number"]["S"]: item["state"]["S"] for item in side.scan(TableName=table)["Items"]}


def pass_the_lag() -> None:
    clock.advance(LAG_SECONDS)


def test_a_write_arrives_after_the_lag_and_not_before(sides: Sides) -> None:
    east, west = sides
    put(east, "1", "paid")
    clock.advance(LAG_SECONDS - 5)
    assert (states(east), states(west)) == ({"1": "paid"}, {})
    clock.advance(5)
    assert states(west) == {"1": "paid"}


def test_every_operation_that_writes_is_carried_both_ways(sides: Sides) -> None:
    for here, there in (sides, sides[::-1]):
        for number in ("put", "gone", "batch-gone", "changed", "partiql", "partiql-gone"):
            put(here, number, "new")
        here.delete_item(TableName=TABLE, Key=key("gone"))
        update = {"UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": {"#s": "state"}}
        paid = {"ExpressionAttributeValues": {":s": {"S": "paid"}}}
        here.update_item(TableName=TABLE, Key=key("changed"), **update, **paid)
        here.update_item(TableName=TABLE, Key=key("made-by-update"), **update, **paid)
        here.batch_write_item(
            RequestItems={
                TABLE: [
                    {"PutRequest": {"Item": {**key("batch"), "state": {"S": "new"}}}},
                    {"DeleteRequest": {"Key": key("batch-gone")}},
                ]
            }
        )
        here.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE, "Item": {**key("transaction"), "state": {"S": "new"}}}},
                {"Update": {"TableName": TABLE, "Key": key("put"), **update, **paid}},
            ]
        )
        here.execute_statement(Statement="DELETE FROM orders WHERE customer='c1' AND number='partiql-gone'")
        here.execute_statement(Statement="UPDATE orders SET state='paid' WHERE customer='c1' AND number='partiql'")
        expected = {
            "put": "paid",
            "changed": "paid",
            "made-by-update": "paid",
            "batch": "new",
            "transaction": "new",
            "partiql": "paid",
        }
        assert states(here) == expected
        pass_the_lag()
        assert states(there) == expected
        for number in expected:
            there.delete_item(TableName=TABLE, Key=key(number))
        pass_the_lag()
        assert states(here) == {}


def test_a_replica_begins_with_what_the_table_held_and_shares_no_item_with_it(sides: Sides) -> None:
    east, west = sides
    put(east, "1", "new")
    west.update_table(TableName=TABLE, ReplicaUpdates=[{"Delete": {"RegionName": PRIMARY}}])
    pass_the_lag()
    assert states(west) == {}, "what was on its way from a replica that left is gone"
    put(west, "2", "new")
    west.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": PRIMARY}}])
    assert states(east) == {"2": "new"}
    update = {"UpdateExpression": "SET #s = :s", "ExpressionAttributeNames": {"#s": "state"}}
    east.update_item(TableName=TABLE, Key=key("2"), **update, ExpressionAttributeValues={":s": {"S": "paid"}})
    assert (states(east), states(west)) == ({"2": "paid"}, {"2": "new"})


def test_of_two_writes_of_an_item_the_later_one_stays_in_both_regions(sides: Sides) -> None:
    east, west = sides
    put(east, "1", "earlier")
    put(east, "2", "deleted later")
    clock.advance(1)
    put(west, "1", "later")
    west.put_item(TableName=TABLE, Item={**key("2"), "state": {"S": "x"}})
    west.delete_item(TableName=TABLE, Key=key("2"))
    for _ in range(2):
        pass_the_lag()
        assert (states(east), states(west)) == ({"1": "later"}, {"1": "later"})


def test_what_was_not_carried_before_an_outage_is_missing_until_the_region_is_back(
    emulator: Emulator, sides: Sides
) -> None:
    east, west = sides
    put(east, "carried", "new")
    pass_the_lag()
    put(east, "acknowledged", "new")
    put(east, "contested", "by the primary Region")
    admin(emulator, "outage", region=PRIMARY)
    pass_the_lag()
    assert states(west) == {"carried": "new"}
    put(west, "contested", "by the survivor")
    put(west, "survivor", "new")
    pass_the_lag()
    admin(emulator, "heal", region=PRIMARY)
    pass_the_lag()
    both = {"carried": "new", "acknowledged": "new", "contested": "by the survivor", "survivor": "new"}
    assert (states(east), states(west)) == (both, both)


def test_a_transaction_or_an_update_that_fails_changes_nothing_anywhere(sides: Sides) -> None:
    east, west = sides
    put(east, "1", "new")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        east.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE, "Item": {**key("2"), "state": {"S": "new"}}}},
                {"Delete": {"TableName": TABLE, "Key": key("1")}},
                {
                    "ConditionCheck": {
                        "TableName": TABLE,
                        "Key": key("3"),
                        "ConditionExpression": "attribute_exists(customer)",
                    }
                },
            ]
        )
    with pytest.raises(ClientError, match="ValidationException"):
        east.update_item(
            TableName=TABLE,
            Key=key("4"),
            UpdateExpression="SET total = missing + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    pass_the_lag()
    assert (states(east), states(west)) == ({"1": "new"}, {"1": "new"})


def test_the_stream_of_a_replica_has_the_writes_of_the_other_region(client: Client, sides: Sides) -> None:
    east, west = sides
    put(east, "1", "new")
    east.delete_item(TableName=TABLE, Key=key("1"))
    pass_the_lag()
    arn = west.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    streams = client("dynamodbstreams", SECONDARY)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "REMOVE"]


def test_the_latency_of_the_replication_is_a_metric(client: Client, sides: Sides) -> None:
    east, west = sides

    def latency() -> dict[str, float]:
        now = clock.now()
        (point,) = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName="ReplicationLatency",
            Dimensions=[{"Name": "TableName", "Value": TABLE}, {"Name": "ReceivingRegion", "Value": SECONDARY}],
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(days=1),
            Period=10 * 86400,
            Statistics=["Minimum", "Sum", "SampleCount"],
        )["Datapoints"]
        return {name: point[name] for name in ("Minimum", "Sum", "SampleCount")}

    put(east, "1", "new")
    pass_the_lag()
    before = latency()
    put(east, "2", "new")
    put(east, "3", "new")
    pass_the_lag()
    assert len(states(west)) == 3
    after = latency()
    assert after["Minimum"] == pytest.approx(LAG_SECONDS * 1000, abs=1000)
    assert after["Sum"] - before["Sum"] == pytest.approx(2 * LAG_SECONDS * 1000, abs=1000)
    assert after["SampleCount"] - before["SampleCount"] == 2


def test_a_snapshot_keeps_both_replicas_and_what_is_on_its_way(
    emulator: Emulator, sides: Sides, tmp_path: Path
) -> None:
    east, west = sides
    put(east, "1", "new")
    pass_the_lag()
    assert states(west) == {"1": "new"}
    put(west, "1", "paid")
    snapshot.save(tmp_path / "snapshot", emulator.id)
    emulator.reset()
    snapshot.load(tmp_path / "snapshot")
    CARRIER.set_lag(LAG_SECONDS)
    assert (states(east), states(west)) == ({"1": "new"}, {"1": "paid"})
    pass_the_lag()
    assert states(east) == {"1": "paid"}
    put(east, "2", "new")
    pass_the_lag()
    assert states(west) == {"1": "paid", "2": "new"}, "the tables still know each other"
