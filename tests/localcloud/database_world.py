"""Instances that hold data, for the tests of the databases: made by boto3, written and read by psycopg."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg

from tests.localcloud.provider_world import Client

EAST, WEST = "us-east-1", "us-west-2"
ADMINISTRATOR, PASSWORD, DATABASE = "securecart", "not-a-secret", "orders"
# Far above what anything here takes; the machine may be busy.
_PATIENCE_SECONDS = 20.0
_names = itertools.count(1)


class Orders:
    """One instance of RDS with a table `orders`, wherever it is and whatever it is called."""

    def __init__(self, client: Client, name: str, region: str = EAST, password: str = PASSWORD) -> None:
        self.rds, self.name, self.region, self.password = client("rds", region), name, region, password

    def described(self) -> dict[str, Any]:
        """DescribeDBInstances."""
        found: dict[str, Any] = self.rds.describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"][0]
        return found

    @property
    def arn(self) -> str:
        return str(self.described()["DBInstanceArn"])

    def connect(self) -> psycopg.Connection[Any]:
        """As a client of SecureCart connects: by the endpoint, with the administrator's password."""
        endpoint = self.described()["Endpoint"]
        return psycopg.connect(
            host=endpoint["Address"],
            port=endpoint["Port"],
            user=ADMINISTRATOR,
            password=self.password,
            dbname=DATABASE,
            autocommit=True,
            connect_timeout=5,
        )

    def write(self, *numbers: int) -> list[datetime]:
        """Insert orders; returns when each was committed, by the server's clock."""
        with self.connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS orders (number int PRIMARY KEY)")
            committed = []
            for number in numbers:
                connection.execute("INSERT INTO orders VALUES (%s)", (number,))
                committed.append(connection.execute("SELECT clock_timestamp()").fetchone()[0])  # type: ignore[index]
            return committed

    def numbers(self) -> list[int]:
        """The orders that are there; none before the table is."""
        with self.connect() as connection:
            if connection.execute("SELECT to_regclass('orders')").fetchone() == (None,):
                return []
            return [row[0] for row in connection.execute("SELECT number FROM orders ORDER BY number")]


def create(client: Client, **more: Any) -> Orders:
    """A new instance in us-east-1."""
    name = f"orders-{next(_names)}"
    client("rds").create_db_instance(
        **{
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.m6g.large",
            "Engine": "postgres",
            "AllocatedStorage": 20,
            "MasterUsername": ADMINISTRATOR,
            "MasterUserPassword": PASSWORD,
            "DBName": DATABASE,
            "Port": 5432,
            "BackupRetentionPeriod": 7,
            **more,
        }
    )
    return Orders(client, name)


def replicate(client: Client, source: Orders, region: str = WEST) -> Orders:
    """A replica of it, in the other Region unless said otherwise."""
    name = f"{source.name}-replica-{next(_names)}"
    client("rds", region).create_db_instance_read_replica(
        DBInstanceIdentifier=name,
        SourceDBInstanceIdentifier=source.name if region == source.region else source.arn,
    )
    return Orders(client, name, region)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for what comes by itself."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited too long: {what}"
        time.sleep(0.01)
