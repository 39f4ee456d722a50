"""Bad rows among the orders from a moment on, as a faulty release writes them: through the database, as its user.

A trigger damages the rows that come, and an update a share of those that are there. Both are in the database, so a
restore to a point before the moment brings neither along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from localcloud.traffic.orders import TABLE

BAD = "corrupt"
_TRIGGER = "securecart_corrupt"
_MILLIONTHS = 1_000_000

Connection = psycopg.Connection[Any]


class NothingToCorruptError(Exception):
    """The database holds no orders of the traffic."""


@dataclass(frozen=True)
class Corruption:
    """`moment` is the last at which every row was right, by the database's clock."""

    moment: datetime
    rows: int
    """Damaged at once; more come."""


def corrupt(connection: Connection, share: float, seed: int = 0) -> Corruption:
    """Damage `share` (0 to 1) of the orders that are there and that come. The same seed damages the same orders.

    Raises NothingToCorruptError when the table is missing, psycopg.Error when the database refuses.
    """
    table = sql.Identifier(TABLE)
    if _one(connection, "SELECT to_regclass(%s)", TABLE) is None:
        raise NothingToCorruptError(f"the database has no table {TABLE}")
    # By the order's number, so that a drill can be repeated.
    struck = sql.SQL("mod(abs(hashint8extended({0}, {1}) % {2}), {2}) < {3}")
    parts = sql.Literal(seed), sql.Literal(_MILLIONTHS), sql.Literal(round(share * _MILLIONTHS))
    function = sql.SQL(
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN IF {struck} THEN NEW.checksum := {bad}; END IF; RETURN NEW; END $$"
    ).format(name=sql.Identifier(_TRIGGER), struck=struck.format(sql.SQL("NEW.sequence"), *parts), bad=sql.Literal(BAD))
    moment = _one(connection, "SELECT clock_timestamp()")
    with connection.transaction():
        connection.execute(function)
        connection.execute(
            sql.SQL("CREATE OR REPLACE TRIGGER {0} BEFORE INSERT ON {1} FOR EACH ROW EXECUTE FUNCTION {0}()").format(
                sql.Identifier(_TRIGGER), table
            )
        )
        damage = sql.SQL("UPDATE {} SET checksum = {} WHERE {}").format(
            table, sql.Literal(BAD), struck.format(sql.SQL("sequence"), *parts)
        )
        rows = connection.execute(damage).rowcount
    return Corruption(moment, rows)


def stop(connection: Connection) -> None:
    """What comes from now on is right; what was damaged stays damaged."""
    connection.execute(sql.SQL("DROP FUNCTION IF EXISTS {}() CASCADE").format(sql.Identifier(_TRIGGER)))


def _one(connection: Connection, statement: str, *values: Any) -> Any:
    row = connection.execute(statement, values).fetchone()
    return row[0] if row else None
