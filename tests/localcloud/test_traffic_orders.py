"""Orders of the traffic in real databases: lost with a Region, damaged by a release, brought back to a moment."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from localcloud.disasters import corruption
from localcloud.emulator.server import Emulator
from localcloud.traffic.journal import ACKNOWLEDGED, read_journal
from localcloud.traffic.orders import Orders, connect
from localcloud.traffic.report import figures
from localcloud.traffic.run import Traffic
from localcloud.traffic.stores import Store
from localcloud.traffic.targets import Clients, Targets, clients_of
from tests.localcloud.database_world import ADMINISTRATOR, DATABASE, PASSWORD, create, replicate, until
from tests.localcloud.provider_world import Client
from tests.localcloud.traffic_world import PRIMARY, RECORD, SECONDARY, front

pytestmark = pytest.mark.usefixtures("databases")
SECRET = "orders"


@pytest.fixture(scope="module")
def targets(client: Client, databases: object) -> Targets:
    """A database with a replica, their secret in both Regions, and the name that leads to them."""
    assert databases
    front(client)
    source = create(client)
    replica = replicate(client, source)
    about = {"username": ADMINISTRATOR, "password": PASSWORD, "dbname": DATABASE}
    client("secretsmanager").create_secret(
        Name=SECRET, SecretString=json.dumps(about), AddReplicaRegions=[{"Region": SECONDARY}]
    )
    names = {PRIMARY: source.name, SECONDARY: replica.name}
    return Targets(record_name=RECORD, databases=names, secret=SECRET, table="none", buckets={})


@pytest.fixture
def clients(emulator: Emulator) -> Clients:
    return clients_of({"AWS_ENDPOINT_URL": emulator.endpoint, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "a"})


def test_orders_damaged_from_a_moment_on_are_right_in_a_restore_to_that_moment(
    client: Client, clients: Clients, targets: Targets
) -> None:
    orders = Orders(clients, targets, "damage")
    for sequence in range(20):
        orders.write(PRIMARY, sequence)
    time.sleep(1.1)  # a restore goes to a whole second
    with connect(clients, PRIMARY, targets.databases[PRIMARY], SECRET) as connection:
        done = corruption.corrupt(connection, share=0.5, seed=1)
        orders.write(PRIMARY, 20)
        orders.write(PRIMARY, 21)
        found = orders.find(PRIMARY, range(22))
        assert 0 < done.rows < 20
        assert len([number for number in found.damaged if number < 20]) == done.rows
        assert len(found.intact) + len(found.damaged) == 22
        again = corruption.corrupt(connection, share=1.0)
        assert again.rows == 22
        orders.write(PRIMARY, 22)
        assert orders.find(PRIMARY, [22]).damaged == {22}, "what comes is damaged, too"
        corruption.stop(connection)
        orders.write(PRIMARY, 23)
        assert orders.find(PRIMARY, [22, 23]).intact == {23}

    client("rds").restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=targets.databases[PRIMARY],
        TargetDBInstanceIdentifier="orders-restored",
        RestoreTime=done.moment.replace(microsecond=0),
    )
    restored = Targets(
        record_name=RECORD, databases={PRIMARY: "orders-restored"}, secret=SECRET, table="none", buckets={}
    )
    found = Orders(clients, restored, "damage").find(PRIMARY, range(24))
    assert not found.damaged
    assert found.intact == set(range(20)), "what was written before, and no more"


def test_a_database_without_orders_is_refused(client: Client, clients: Clients) -> None:
    empty = create(client)
    with (
        connect(clients, PRIMARY, empty.name, SECRET) as connection,
        pytest.raises(corruption.NothingToCorruptError),
    ):
        corruption.corrupt(connection, share=1.0)


def test_orders_lost_with_the_region_equal_the_difference_of_the_two_databases(
    emulator: Emulator, client: Client, clients: Clients, targets: Targets, tmp_path: Path
) -> None:
    made: list[Store] = []

    def orders_only(clients: Clients, targets: Targets, run: str) -> list[Store]:
        made.append(Orders(clients, targets, run))
        return made

    traffic = Traffic(clients, targets, tmp_path, writes_per_second=20, patience=0, make_stores=orders_only)
    path = traffic.journal.path

    def acknowledged(region: str) -> list[int]:
        found = [entry for entry in read_journal(path)[1] if entry.outcome == ACKNOWLEDGED]
        return [entry.sequence for entry in found if entry.region == region]

    with traffic:
        until(lambda: len(acknowledged(PRIMARY)) >= 10, "orders in the primary Region")
        _set_lag(emulator, 30)
        before = len(acknowledged(PRIMARY))
        until(lambda: len(acknowledged(PRIMARY)) >= before + 10, "orders that the replica does not hear of")
        emulator.take_out(PRIMARY)
        client("rds", SECONDARY).promote_read_replica(DBInstanceIdentifier=targets.databases[SECONDARY])
        until(lambda: len(acknowledged(SECONDARY)) >= 3, "orders in the secondary Region")

    [orders] = made
    found = figures(orders, read_journal(path)[1], SECONDARY)
    written_there = acknowledged(PRIMARY)
    arrived = orders.find(SECONDARY, written_there).intact
    assert found.lost == len(written_there) - len(arrived)
    assert found.lost >= 10
    assert found.lost_seconds is not None
    assert found.lost_seconds > 0
    assert found.rto_seconds is not None
    assert found.rto_seconds > 0
    _set_lag(emulator, 1)
    emulator.heal(PRIMARY)
    with connect(clients, PRIMARY, targets.databases[PRIMARY], SECRET) as connection:
        [[left]] = connection.execute("SELECT count(*) FROM traffic_orders WHERE run = %s", [orders.run]).fetchall()
    assert found.lost == left - len(arrived), "the difference of the two databases"
    assert timedelta(seconds=found.lost_seconds) < timedelta(minutes=1)


def _set_lag(emulator: Emulator, seconds: float) -> None:
    from localcloud.emulator.databases import DATABASES  # noqa: PLC0415

    assert emulator
    assert DATABASES.fleet is not None
    DATABASES.fleet.regions.set_lag(seconds)
    time.sleep(0.1)
