"""Orders in the PostgreSQL database of a Region, reached as an application reaches it: endpoint from RDS, user from the secret."""

from __future__ import annotations

import json
from collections.abc import Sequence
from threading import Lock
from typing import Any

import psycopg

from localcloud.traffic.stores import Found, Store, checksum
from localcloud.traffic.targets import Clients, Targets

_CONNECT_SECONDS = 2
_STATEMENT_MILLISECONDS = 3000
TABLE = "traffic_orders"
_CREATE = f"""
    CREATE TABLE IF NOT EXISTS {TABLE} (
        run text, sequence bigint, checksum text, ordered_at timestamptz DEFAULT now(), PRIMARY KEY (run, sequence)
    )
"""
_INSERT = f"INSERT INTO {TABLE} (run, sequence, checksum) VALUES (%s, %s, %s)"  # noqa: S608  the table's name is ours
_SELECT = f"SELECT sequence, checksum FROM {TABLE} WHERE run = %s AND sequence = ANY(%s)"  # noqa: S608

Connection = psycopg.Connection[tuple[Any, ...]]


def connect(clients: Clients, region: str, identifier: str, secret: str) -> Connection:
    """A connection to an instance, with autocommit; raises botocore's errors or psycopg.Error."""
    instance = clients("rds", region).describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    if "Endpoint" not in instance:
        raise psycopg.OperationalError(f"{identifier} has no endpoint: it is {instance['DBInstanceStatus']}")
    known = json.loads(clients("secretsmanager", region).get_secret_value(SecretId=secret)["SecretString"])
    return psycopg.connect(
        host=instance["Endpoint"]["Address"],
        port=instance["Endpoint"]["Port"],
        user=known["username"],
        password=known["password"],
        dbname=instance.get("DBName") or known["dbname"],
        connect_timeout=_CONNECT_SECONDS,
        options=f"-c statement_timeout={_STATEMENT_MILLISECONDS}",
        autocommit=True,
    )


class Orders(Store):
    """Rows of a table of our own; one connection a Region, made anew after an error."""

    name = "orders"

    def __init__(self, clients: Clients, targets: Targets, run: str) -> None:
        super().__init__(clients, targets, run)
        self._connections: dict[str, Connection] = {}
        self._with_table: set[str] = set()
        self._lock = Lock()

    def write(self, region: str, sequence: int) -> None:
        self._execute(region, _INSERT, (self.run, sequence, checksum(self.run, sequence)), writes=True)

    def find(self, region: str, sequences: Sequence[int]) -> Found:
        return self.sort(self._execute(region, _SELECT, (self.run, list(sequences))))

    def _execute(self, region: str, statement: str, values: Sequence[Any], *, writes: bool = False) -> list[Any]:
        with self._lock:
            try:
                connection = self._connected(region)
                if writes and region not in self._with_table:
                    connection.execute(_CREATE)
                    self._with_table.add(region)
                cursor = connection.execute(statement, values)
                return [] if cursor.description is None else cursor.fetchall()
            except Exception:
                self._forget(region)
                raise

    def _connected(self, region: str) -> Connection:
        if region not in self._connections:
            identifier, secret = self.targets.databases[region], self.targets.secret
            self._connections[region] = connect(self.clients, region, identifier, secret)
        return self._connections[region]

    def _forget(self, region: str) -> None:
        self._with_table.discard(region)
        connection = self._connections.pop(region, None)
        if connection is not None:
            connection.close()
