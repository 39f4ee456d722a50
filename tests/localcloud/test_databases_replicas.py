"""A read replica streams what its source commits, and a promoted one is a database of its own."""

from __future__ import annotations

import time
from datetime import timedelta

import psycopg
import pytest
from botocore.exceptions import ClientError

from localcloud.databases.fleet import Fleet
from localcloud.emulator import clock
from tests.localcloud.database_world import EAST, WEST, Orders, create, replicate, until
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture(scope="module")
def pair(client: Client, databases: Fleet) -> tuple[Orders, Orders]:
    """A database in us-east-1 and its replica in us-west-2, which nobody promotes."""
    source = create(client)
    source.write(1)
    return source, replicate(client, source)


def lag(client: Client, replica: Orders, statistic: str) -> float:
    """Of the present minute, or the one before."""
    found = client("cloudwatch", replica.region).get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName="ReplicaLag",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": replica.name}],
        StartTime=clock.now() - timedelta(minutes=5),
        EndTime=clock.now() + timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )
    return float(max(found["Datapoints"], key=lambda point: point["Timestamp"])[statistic])


def test_a_replica_has_what_was_there_and_what_comes(pair: tuple[Orders, Orders]) -> None:
    source, replica = pair
    assert 1 in replica.numbers()
    source.write(2)
    until(lambda: 2 in replica.numbers(), "the replica hears of order 2")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        replica.write(3)
    assert replica.described()["StatusInfos"][0]["Status"] == "replicating"


def test_what_is_committed_in_one_region_takes_the_way_to_the_other(
    pair: tuple[Orders, Orders], databases: Fleet
) -> None:
    source, replica = pair
    databases.regions.set_lag(1.5)
    try:
        source.write(10)
        time.sleep(0.5)
        assert 10 not in replica.numbers(), "on plain loopback it would be there"
        until(lambda: 10 in replica.numbers(), "order 10 arrives after the lag")
    finally:
        databases.regions.set_lag(0.0)


def test_the_lag_is_a_metric_of_the_replicas_region(
    client: Client, pair: tuple[Orders, Orders], databases: Fleet
) -> None:
    source, replica = pair
    until(lambda: source.numbers() == replica.numbers(), "the replica has caught up")
    until(lambda: lag(client, replica, "Minimum") == 0.0, "a replica that has everything is 0 s behind")
    (relay,) = databases.regions.relays()
    relay.cut()
    try:
        source.write(20)
        time.sleep(1.0)
        assert lag(client, replica, "Maximum") >= 1.0
        assert 20 not in replica.numbers()
    finally:
        relay.heal()
    until(lambda: 20 in replica.numbers(), "a healed link delivers")


def test_a_promoted_replica_takes_writes_and_leaves_its_source_alone(client: Client) -> None:
    source = create(client)
    source.write(1)
    replica = replicate(client, source)
    replica.rds.promote_read_replica(DBInstanceIdentifier=replica.name, BackupRetentionPeriod=7)
    replica.write(2)
    source.write(3)
    assert (replica.numbers(), source.numbers()) == ([1, 2], [1, 3])
    assert "ReadReplicaSourceDBInstanceIdentifier" not in replica.described()
    with source.connect() as connection:
        assert connection.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,), "keeps log for ever"
    with pytest.raises(ClientError, match="is not a replica"):
        replica.rds.promote_read_replica(DBInstanceIdentifier=replica.name)


def test_the_way_back_is_a_new_replica_of_the_promoted_one(client: Client) -> None:
    source = create(client)
    source.write(1)
    promoted = replicate(client, source)
    promoted.rds.promote_read_replica(DBInstanceIdentifier=promoted.name, BackupRetentionPeriod=7)
    promoted.write(2)
    source.rds.delete_db_instance(DBInstanceIdentifier=source.name, SkipFinalSnapshot=True)
    back = replicate(client, promoted, EAST)
    assert back.numbers() == [1, 2]
    promoted.write(3)
    until(lambda: back.numbers() == [1, 2, 3], "it streams the other way now")


def test_a_replica_in_the_same_region_streams_without_a_wire_between(client: Client, databases: Fleet) -> None:
    source = create(client)
    before = len(databases.regions.relays())
    replica = replicate(client, source, EAST)
    source.write(1)
    until(lambda: replica.numbers() == [1], "the replica hears of order 1")
    assert len(databases.regions.relays()) == before


def test_a_deleted_replica_leaves_no_slot_at_its_source(client: Client) -> None:
    source = create(client)
    replica = replicate(client, source)
    replica.rds.delete_db_instance(DBInstanceIdentifier=replica.name, SkipFinalSnapshot=True)
    with source.connect() as connection:
        assert connection.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,)
    assert source.described()["ReadReplicaDBInstanceIdentifiers"] == []


def test_promoting_what_is_not_there_is_an_error_of_rds(client: Client) -> None:
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        client("rds", WEST).promote_read_replica(DBInstanceIdentifier="never-made")
