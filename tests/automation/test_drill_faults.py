"""The drill while 30 % of all calls are throttled or fail: every store and the clone are proved, and nothing is left.

A run may stop with one clear error; then the same command continues, and that is counted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import psycopg
import pytest

from automation.recovery.session import Session
from automation.restore import drill
from automation.restore.cleanup import sweep
from automation.restore.wanted import Kind
from localcloud.emulator.server import Emulator
from tests.automation.restore_commands import ORDER, document, securecart, use
from tests.automation.restore_world import ADMINISTRATOR, PASSWORD, WEST, Stores
from tests.automation.test_restore_trial import ONE_OF_EACH, filled, living, until_replicated
from tests.drills.test_faults import MOST_RUNS, RATE, throttle_and_fail


@pytest.fixture(autouse=True)
def cloud(emulator: Emulator, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use(session, monkeypatch)
    monkeypatch.setattr(drill, "stores_of", lambda _, kind: ONE_OF_EACH[kind])
    yield
    emulator.faults.reset()


@pytest.fixture
def protected(servers: None, stores: Stores) -> Stores:
    """A database with its replica, a table, a bucket and a volume; of each a recovery point in the secondary Region."""
    west = stores.estate.secondary
    for side in stores.estate.sides.values():
        stores.network(side)
    replicated(stores)
    point = document("backup", "now", "database", "orders")["recoveryPoints"]["back up database orders"]
    document("copy", point)
    for arn in filled(stores, west):
        stores.back_up(arn, west)
    return stores


def replicated(stores: Stores) -> None:
    """One order in the primary Region's database, and it is in the replica."""
    primary, replica = stores.instance(stores.database()), stores.estate.secondary.databases["orders"]
    rds = stores.client("rds", WEST)
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=primary["DBInstanceArn"], KmsKeyId=stores.keys[WEST],
        DBSubnetGroupName="private", VpcSecurityGroupIds=[stores.groups[WEST]], DBParameterGroupName="parameters",
    )  # fmt: skip
    rds.modify_db_instance(DBInstanceIdentifier=replica, BackupRetentionPeriod=14, ApplyImmediately=True)
    stores.secret("orders", WEST)
    at = primary["Endpoint"]
    with psycopg.connect(
        host=at["Address"], port=at["Port"], user=ADMINISTRATOR, password=PASSWORD, dbname="orders", autocommit=True
    ) as connection:
        connection.execute("CREATE TABLE orders (number int PRIMARY KEY, at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO orders (number) VALUES (1)")
    until_replicated(stores, replica)


def test_a_drill_proves_every_store_and_leaves_nothing(
    protected: Stores, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    before = living(protected)
    faults = protected.emulator.faults
    throttle_and_fail(protected.emulator)
    began, runs = time.monotonic(), 1
    while (told := securecart("drill", *ORDER, "--json")).exit_code != 0:
        error = json.loads(told.stdout)["error"]
        assert runs < MOST_RUNS, told.output
        assert "run the same command again: it continues" in error["fix"], error
        runs += 1
    seconds, (throttled, failed) = time.monotonic() - began, faults.shown()
    faults.reset()
    made = json.loads(told.stdout)["evidence"]
    seen, hit = throttled["callsSeen"], throttled["callsHit"] + failed["callsHit"]
    assert RATE - 0.1 < hit / seen < RATE + 0.1
    with capsys.disabled():
        print(  # noqa: T201
            f"\ndrill, 30 % of calls failing: {len(made['steps'])} steps in {seconds:.1f} s and {runs} run(s);"
            f" {seen} calls, hit: {throttled['callsHit']} throttle, {failed['callsHit']} errors; {made['verdict']}"
        )
    assert (made["verdict"], {one["verdict"] for one in made["findings"]}) == ("PASS", {"PASS"}), made["findings"]
    assert {one["kind"] for one in made["services"]} == set(map(str, Kind))
    content = {name: one["records"] for name, one in made["content"].items()}
    assert content["database orders"] == content["table order-history"] == content["bucket invoices"] == 1
    assert "content of clone of orders" in {one["check"] for one in made["findings"]}
    assert made["cleanup"]["left"] == []
    assert living(protected) == before
    assert list(sweep(session.world, WEST, made["declared"]["token"])) == []
