"""Databases come back with their rows: at a moment, from a snapshot, from a recovery point. Behind each is a PostgreSQL server."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.recovery.aws import Aws
from automation.recovery.checks import Verdict
from automation.recovery.evidence import step_facts
from automation.recovery.session import Session
from automation.restore.selection import restorer, wanted
from components.naming import Names
from tests.automation.restore_world import ACCOUNT, ADMINISTRATOR, EAST, PASSWORD, WEST, Stores, asked, bring_back


@pytest.fixture
def orders(servers: None, stores: Stores) -> str:
    """The orders database with its network; its identifier."""
    if EAST not in stores.groups:
        stores.network(stores.estate.primary)
    return stores.database()


def connect(stores: Stores, name: str, region: str = EAST) -> psycopg.Connection[Any]:
    endpoint = stores.instance(name, region)["Endpoint"]
    return psycopg.connect(
        host=endpoint["Address"], port=endpoint["Port"], user=ADMINISTRATOR, password=PASSWORD, dbname="orders",
        autocommit=True,
    )  # fmt: skip


def write(stores: Stores, name: str, *numbers: int) -> datetime:
    """Orders, and a moment just after the last of them."""
    with connect(stores, name) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS orders (number int PRIMARY KEY, at timestamptz DEFAULT now())")
        for number in numbers:
            connection.execute("INSERT INTO orders (number) VALUES (%s)", (number,))
    time.sleep(0.05)
    after = datetime.now(UTC)
    time.sleep(0.05)
    return after


def numbers(stores: Stores, name: str, region: str = EAST) -> list[int]:
    with connect(stores, name, region) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM orders ORDER BY number")]


def test_a_database_comes_back_to_a_moment_with_its_rows_and_protection(
    stores: Stores, session: Session, orders: str
) -> None:
    at = write(stores, orders, 1, 2)
    write(stores, orders, 3)
    (one,) = wanted(session.world, asked("database", "orders", at))
    journal, (found,) = bring_back(session, [one])
    assert numbers(stores, one.name) == [1, 2]
    assert numbers(stores, orders) == [1, 2, 3]
    assert found.verdict is Verdict.PASS, found.said
    read = step_facts(journal.events, "verify database orders")
    assert (read["records"], read["tables"], read["live"], read["sameAsLive"]) == (
        2,
        {"orders": 2},
        {"orders": 3},
        False,
    )
    assert datetime.fromisoformat(read["latestRecord"]) <= at
    made, old = stores.instance(one.name), stores.instance(orders)
    for same in ("KmsKeyId", "MultiAZ", "DeletionProtection", "BackupRetentionPeriod", "VpcSecurityGroups"):
        assert made[same] == old[same], same
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "private"
    assert made["DBParameterGroups"][0]["DBParameterGroupName"] == "parameters"
    tags = {tag["Key"]: tag["Value"] for tag in made["TagList"]}
    assert tags.items() >= {"restored-from": orders, "store": "orders"}.items()


def test_a_database_comes_back_from_a_snapshot_after_it_was_deleted(
    stores: Stores, session: Session, orders: str
) -> None:
    write(stores, orders, 1)
    rds = stores.client("rds")
    arn = rds.create_db_snapshot(DBInstanceIdentifier=orders, DBSnapshotIdentifier="by-hand")["DBSnapshot"][
        "DBSnapshotArn"
    ]
    write(stores, orders, 2)
    (one,) = wanted(session.world, asked("database", "orders", arn=arn))
    _, (found,) = bring_back(session, [one])
    assert numbers(stores, one.name) == [1]
    assert found.verdict is Verdict.PASS, found.said


def test_a_database_comes_back_from_a_recovery_point_of_aws_backup(
    stores: Stores, session: Session, orders: str
) -> None:
    write(stores, orders, 1)
    arn = stores.back_up(f"arn:aws:rds:{EAST}:{ACCOUNT}:db:{orders}")
    write(stores, orders, 2)
    (one,) = wanted(session.world, asked("database", "orders", arn=arn))
    _, (found,) = bring_back(session, [one])
    assert numbers(stores, one.name) == [1]
    assert found.verdict is Verdict.PASS, found.said
    made = stores.instance(one.name)
    assert made["DeletionProtection"]
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "private"


def test_a_recovery_point_of_another_store_is_refused(stores: Stores, session: Session, orders: str) -> None:
    arn = stores.back_up(f"arn:aws:rds:{EAST}:{ACCOUNT}:db:{orders}")
    with pytest.raises(SecurecartError, match=f"is of {orders}, not of database payments"):
        wanted(session.world, asked("database", "payments", arn=arn))
    with pytest.raises(SecurecartError, match="is of a database, not of a table"):
        wanted(session.world, asked("table", "order-history", arn=arn))


def test_a_moment_before_the_first_backup_is_refused_with_the_window(
    stores: Stores, session: Session, orders: str
) -> None:
    (one,) = wanted(session.world, asked("database", "orders", datetime(2020, 1, 1, tzinfo=UTC)))
    with pytest.raises(SecurecartError, match=r"before the earliest moment of database orders; allowed: 20\S+ to 20"):
        restorer(session.world, one).check()


def test_a_database_that_cannot_be_read_is_unknown_and_never_a_pass(
    stores: Stores, session: Session, orders: str
) -> None:
    at = write(stores, orders, 1)
    secret = {"username": ADMINISTRATOR, "password": "another-password", "dbname": "orders"}
    name = Names(settings=stores.estate.settings).secret("orders")
    stores.client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(secret))
    (one,) = wanted(session.world, asked("database", "orders", at))
    journal, (found,) = bring_back(session, [one])
    assert found.verdict is Verdict.UNKNOWN
    assert "cannot be read from here: OperationalError" in found.said
    assert not [event for event in journal.events if "another-password" in event.body().decode()]


def test_a_database_comes_back_into_a_region_that_only_has_the_groups_for_one(
    stores: Stores, session: Session, orders: str
) -> None:
    write(stores, orders, 1)
    arn = stores.back_up(f"arn:aws:rds:{EAST}:{ACCOUNT}:db:{orders}")
    rds = stores.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=orders, DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier=orders, SkipFinalSnapshot=True)
    (one,) = wanted(session.world, asked("database", "orders", arn=arn))
    _, (found,) = bring_back(session, [one])
    assert numbers(stores, one.name) == [1]
    assert found.verdict is Verdict.PASS, found.said
    made = stores.instance(one.name)
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "private"
    assert [group["VpcSecurityGroupId"] for group in made["VpcSecurityGroups"]] == [stores.groups[EAST]]
    assert made["DBInstanceClass"] == stores.estate.settings.databases["orders"].instance_class
    assert made["DeletionProtection"]


def test_a_moment_of_the_last_minutes_is_waited_for(
    stores: Stores, session: Session, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = write(stores, orders, 1)
    called, refusals = Aws.call, [1, 2]

    def not_yet(aws: Aws, service: str, region: str, operation: str, **asked: Any) -> dict[str, Any]:
        if operation == "restore_db_instance_to_point_in_time" and refusals:
            refusals.pop()
            error = {"Error": {"Code": "InvalidParameterValue", "Message": "later than the latest restorable time"}}
            raise ClientError(error, "RestoreDBInstanceToPointInTime")
        return called(aws, service, region, operation, **asked)

    monkeypatch.setattr(Aws, "call", not_yet)
    (one,) = wanted(session.world, asked("database", "orders", at))
    journal, _ = bring_back(session, [one])
    assert numbers(stores, one.name) == [1]
    assert step_facts(journal.events, "restore database orders")["waitedFor"]


def test_a_lost_region_comes_back_in_the_other_one_from_replicated_backups(
    stores: Stores, session: Session, orders: str
) -> None:
    west = stores.client("rds", WEST)
    arn = stores.instance(orders)["DBInstanceArn"]
    west.start_db_instance_automated_backups_replication(SourceDBInstanceArn=arn, KmsKeyId=stores.keys[WEST])
    if WEST not in stores.groups:
        stores.network(stores.estate.secondary)
    stores.secret("orders", WEST)
    at = write(stores, orders, 1)
    write(stores, orders, 2)
    (one,) = wanted(session.world, replace(asked("database", "orders", at), region=WEST))
    _, (found,) = bring_back(session, [one])
    assert found.verdict is Verdict.PASS, found.said
    assert numbers(stores, one.name, WEST) == [1]
    west.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
