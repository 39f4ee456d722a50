"""What is in a PostgreSQL database: rows of each table, a checksum that needs no order, the newest timestamp.

On AWS the database is private: whoever runs this outside of its network gets UnreadableError, and the verdict is UNKNOWN.
"""

# ruff: noqa: PLC0415  psycopg belongs to the local cloud; on AWS it is installed where the database can be reached

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from automation.recovery import databases
from automation.recovery.aws import RegionUnreachableError, code_of
from automation.recovery.world import World
from automation.restore.proof import digest
from components.naming import Names

CONNECT_SECONDS, STATEMENT_SECONDS = 5, 600
_TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1
"""
_TIMES = """
    SELECT quote_ident(attname) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype)
"""
# The sum of the rows' hashes: the same in any order, and in constant memory.
_ROWS = (
    "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)::text FROM {table} t"
)


class UnreadableError(Exception):
    """Why the content is not known; holds nothing that is secret."""


@dataclass(frozen=True)
class Content:
    """Of one database."""

    rows: dict[str, int]
    """By table."""
    checksum: str
    latest: datetime | None

    @property
    def records(self) -> int:
        return sum(self.rows.values())


def read(world: World, region: str, identifier: str, store: str) -> Content:
    """Reads everything once, in one snapshot. Raises UnreadableError."""
    try:
        import psycopg
    except ImportError:
        raise UnreadableError("psycopg is not installed (pip install 'psycopg[binary]')") from None
    try:
        address = _address(world, region, identifier)
        secret = _secret(world, region, store)
    except (ClientError, RegionUnreachableError) as failure:
        raise UnreadableError(code_of(failure) or str(failure)) from failure
    try:
        with psycopg.connect(
            **address, user=secret["username"], password=secret["password"], dbname=secret["dbname"],
            connect_timeout=CONNECT_SECONDS, options=f"-c statement_timeout={STATEMENT_SECONDS * 1000}",
        ) as connection:  # fmt: skip
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            return _content(connection)
    except (psycopg.Error, OSError) as failure:
        # The message of a failed connection names host and user, not the password; one line is enough.
        raise UnreadableError(f"{type(failure).__name__}: {str(failure).strip().splitlines()[0]}") from failure


def _content(connection: Any) -> Content:
    rows: dict[str, int] = {}
    sums: list[tuple[str, str]] = []
    times: list[datetime] = []
    for (table,) in connection.execute(_TABLES).fetchall():
        count, total = connection.execute(_ROWS.format(table=table)).fetchone()
        rows[table] = int(count)
        sums.append((table, total))
        for (column,) in connection.execute(_TIMES, (table,)).fetchall():
            [newest] = connection.execute(f"SELECT max({column}) FROM {table}").fetchone()  # noqa: S608  quoted by PostgreSQL
            if newest is not None:
                times.append(newest if newest.tzinfo else newest.replace(tzinfo=UTC))
    return Content(rows, digest(sums), max(times, default=None))


def _address(world: World, region: str, identifier: str) -> dict[str, Any]:
    found = databases.describe(world, region, identifier)
    if found is None:
        raise UnreadableError(f"{identifier} does not exist")
    if found["DBInstanceStatus"] != databases.AVAILABLE or not databases.endpoint_of(found):
        raise UnreadableError(f"{identifier} is {found['DBInstanceStatus']}")
    return {"host": found["Endpoint"]["Address"], "port": found["Endpoint"]["Port"]}


def _secret(world: World, region: str, store: str) -> dict[str, str]:
    """The administrator's; replicated, so that each Region has its own copy."""
    name = Names(settings=world.estate.settings).secret(store)
    answer = world.aws.call("secretsmanager", region, "get_secret_value", SecretId=name)
    return dict(json.loads(answer["SecretString"]))
