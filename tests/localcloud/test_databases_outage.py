"""A Region that is lost takes its databases along; what was not replicated yet is lost, and comes back with the Region."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from localcloud.databases.fleet import Fleet
from localcloud.emulator.server import Emulator
from tests.localcloud.database_world import EAST, WEST, Orders, create, replicate, until
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture(autouse=True)
def whole_cloud(emulator: Emulator, databases: Fleet) -> Iterator[None]:
    yield
    for region in (EAST, WEST):
        emulator.heal(region)
    databases.regions.set_lag(0.0)


def admin(emulator: Emulator, name: str, **asked: Any) -> dict[str, Any]:
    body = json.dumps(asked).encode() if asked else None
    request = urllib.request.Request(f"{emulator.endpoint}/_securecart/{name}", body)  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return dict(json.load(answer))


def test_a_failover_loses_what_was_on_its_way_and_the_old_primary_comes_back_with_it(
    client: Client, emulator: Emulator
) -> None:
    primary = create(client)
    replica = replicate(client, primary)
    primary.write(1)
    until(lambda: replica.numbers() == [1], "order 1 is replicated")
    running = admin(emulator, "health")["databases"]
    admin(emulator, "lag", seconds=5)
    acknowledged = [1, 2, 3]
    with primary.connect() as connection:
        for number in acknowledged[1:]:
            connection.execute("INSERT INTO orders VALUES (%s)", (number,))
        admin(emulator, "outage", region=EAST)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert admin(emulator, "health")["databases"] < running

    assert replica.numbers() == [1], "a replica goes on answering without its source"
    assert replica.described()["StatusInfos"][0]["Status"] == "error"
    replica.rds.promote_read_replica(DBInstanceIdentifier=replica.name, BackupRetentionPeriod=7)
    replica.write(100)
    assert sorted(set(acknowledged) - set(replica.numbers())) == [2, 3], "acknowledged, and lost"

    admin(emulator, "heal", region=EAST)
    assert primary.numbers() == acknowledged
    primary.write(4)
    assert (primary.numbers(), replica.numbers()) == ([1, 2, 3, 4], [1, 100]), "two databases that take writes"
    assert primary.described()["ReadReplicaDBInstanceIdentifiers"] == []


def test_a_replica_whose_region_was_out_catches_up(client: Client, emulator: Emulator) -> None:
    primary = create(client)
    replica = replicate(client, primary)
    emulator.take_out(WEST)
    primary.write(1, 2)
    emulator.heal(WEST)
    until(lambda: replica.numbers() == [1, 2], "the slot kept what the replica missed")


def test_a_replica_streams_on_when_the_region_of_its_source_is_back(client: Client, emulator: Emulator) -> None:
    primary = create(client)
    replica = replicate(client, primary)
    emulator.take_out(EAST)
    emulator.heal(EAST)
    primary.write(1)
    until(lambda: replica.numbers() == [1], "it streams again")
    until(lambda: replica.described()["StatusInfos"][0]["Status"] == "replicating", "and says so")


def test_nothing_is_copied_from_a_region_that_is_out(client: Client, emulator: Emulator) -> None:
    orders = create(client)
    snapshot = orders.rds.create_db_snapshot(DBInstanceIdentifier=orders.name, DBSnapshotIdentifier="unreachable")
    source, arn = orders.arn, snapshot["DBSnapshot"]["DBSnapshotArn"]
    emulator.take_out(EAST)
    west = client("rds", WEST)
    with pytest.raises(ClientError, match="us-east-1 cannot be reached"):
        west.create_db_instance_read_replica(DBInstanceIdentifier="too-late", SourceDBInstanceIdentifier=source)
    with pytest.raises(ClientError, match="us-east-1 cannot be reached"):
        west.copy_db_snapshot(SourceDBSnapshotIdentifier=arn, TargetDBSnapshotIdentifier="too-late")
    for find, name in ((west.describe_db_instances, "DBInstances"), (west.describe_db_snapshots, "DBSnapshots")):
        assert not [item for item in find()[name] if "too-late" in json.dumps(item, default=str)]


def test_an_instance_that_was_stopped_stays_stopped_when_its_region_is_back(client: Client, emulator: Emulator) -> None:
    orders = create(client)
    orders.rds.stop_db_instance(DBInstanceIdentifier=orders.name)
    emulator.take_out(EAST)
    emulator.heal(EAST)
    assert orders.described()["DBInstanceStatus"] == "stopped"
    with pytest.raises(psycopg.OperationalError, match="refused"):
        orders.connect()


def test_the_parameter_that_takes_writes_away_does_so(client: Client) -> None:
    """What a failback fences the old primary with."""
    rds = client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="fence", DBParameterGroupFamily="postgres16", Description="fence"
    )
    orders = create(client, DBParameterGroupName="fence")
    orders.write(1)
    change = {"ParameterName": "default_transaction_read_only", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="fence", Parameters=[change | {"ParameterValue": "1"}])
    until(lambda: _refuses(orders), "it is read only")
    rds.reset_db_parameter_group(DBParameterGroupName="fence", Parameters=[change])
    until(lambda: not _refuses(orders), "it takes writes again")


def _refuses(orders: Orders) -> bool:
    with orders.connect() as connection:
        try:
            connection.execute("DELETE FROM orders WHERE number < 0")
        except psycopg.errors.ReadOnlySqlTransaction:
            return True
    return False


def test_times_of_the_databases_and_of_the_control_plane_are_told_apart(client: Client, emulator: Emulator) -> None:
    orders = create(client)
    told = admin(emulator, "databases")
    (call,) = [call for call in told["calls"] if call["identifier"] == orders.name]
    assert (call["operation"], call["region"]) == ("CreateDBInstance", EAST)
    assert 0 < call["databaseSeconds"] < 60
    assert call["controlPlaneSeconds"] == 0
    (shown,) = [item for item in told["instances"] if item["identifier"] == orders.name]
    endpoint = orders.described()["Endpoint"]
    assert shown["address"] == f"{endpoint['Address']}:{endpoint['Port']}"
    assert told["offBecause"] is None
