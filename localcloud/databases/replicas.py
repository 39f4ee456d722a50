"""Read replicas: streaming from their source, and the promotion that makes one a database of its own."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from localcloud.databases import base_backups
from localcloud.databases import server as process
from localcloud.databases.errors import DatabaseError
from localcloud.databases.relay import Relay
from localcloud.databases.server import SUPERUSER, Key, Server

if TYPE_CHECKING:
    from localcloud.databases.fleet import Fleet

_POLL_SECONDS = 0.002
_SLOT_POLLS, _SLOT_POLL_SECONDS = 50, 0.02
_PROMOTION_TIMEOUT_SECONDS = 60.0
_STREAMING_TIMEOUT_SECONDS = 20.0
# What RDS's ReplicaLag says when replication is not active (RDS user guide, "Monitoring read replication").
NOT_REPLICATING = -1.0
_STREAMING = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'"
_LAG = """
    SELECT (SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'),
           CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND %s THEN 0
                ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END
"""


def replicate(fleet: Fleet, key: Key, source: Server) -> Server:
    """A replica of `source`, which streams through a relay when it is in another Region. Returns it running."""
    fleet.regions.require(source.key.region)
    replica = fleet.prepare(key)
    follow(replica, source)
    try:
        with process.said_as_database_error():
            source.ask("SELECT pg_create_physical_replication_slot(%s, true)", replica.slot)
        base_backups.copy_data(fleet.programs, source, replica.data, slot=replica.slot, port=upstream_port(replica))
        fleet.programs.write(replica.data / "standby.signal", "")
        fleet.configure(replica)
        process.start(fleet.programs, replica)
        _wait_until_streaming(replica)
    except DatabaseError:
        fleet.discard(replica)
        raise
    if replica.relay is not None:
        # From here on; RDS makes a replica from a copied snapshot, not over a conversation of many round trips.
        fleet.regions.slow_down(replica.relay)
    return fleet.register(replica)


def follow(replica: Server, source: Server) -> None:
    """Note what `replica` streams from, and lay the wire when that is in another Region."""
    replica.source = source
    if source.key.region != replica.key.region:
        replica.relay = Relay(source.port)


def upstream_port(replica: Server) -> int:
    """The port that the replica reaches its source at."""
    if replica.relay is not None:
        return replica.relay.port
    return replica.source.port if replica.source is not None else replica.port


def upstream_settings(replica: Server) -> dict[str, str]:
    """The settings of streaming.

    No restore_command: the archive of a Region that is gone is gone with it, and reading it would fake the RPO.
    """
    source = replica.source
    if source is None:
        return {}
    return {
        "primary_conninfo": (
            f"host=127.0.0.1 port={upstream_port(replica)} user={SUPERUSER} password={source.password} "
            f"application_name={replica.slot} sslmode=disable"
        ),
        "primary_slot_name": replica.slot,
    }


def promote(fleet: Fleet, replica: Server, *, backups: bool) -> None:
    """Make it a database of its own; returns when it takes writes. `backups`: its first base backup runs behind."""
    with process.said_as_database_error(), replica.connect() as connection:
        connection.execute("SELECT pg_promote(false)")  # pg_promote(true) looks every 100 ms
        deadline = time.monotonic() + _PROMOTION_TIMEOUT_SECONDS
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
            if time.monotonic() > deadline:
                raise DatabaseError(f"the replica {replica.key.identifier} was not promoted in time")
            time.sleep(_POLL_SECONDS)
    release(replica)
    fleet.configure(replica)
    with process.said_as_database_error():
        replica.ask("SELECT pg_reload_conf()")
    if backups:
        base_backups.take_behind(fleet.programs, replica)


def release(replica: Server) -> None:
    """End the wire, and the slot at the source, which would keep its transaction log for ever."""
    source, replica.source = replica.source, None
    if replica.relay is not None:
        replica.relay.close()
        replica.relay = None
    if source is None or not source.alive:
        return
    mine = "FROM pg_replication_slots WHERE slot_name = %s"
    with suppress(psycopg.Error):
        for _ in range(_SLOT_POLLS):  # in use until the source notices that its replica has left
            if not source.ask(f"SELECT count(*) {mine} AND active", replica.slot):
                break
            time.sleep(_SLOT_POLL_SECONDS)
        source.ask(f"SELECT count(pg_drop_replication_slot(slot_name)) {mine}", replica.slot)


def is_streaming(replica: Server) -> bool:
    """Whether it is connected to its source. A silent link, too, keeps it connected."""
    if replica.source is None or not replica.source.alive or not replica.alive:
        return False
    try:
        return bool(replica.ask(_STREAMING))
    except psycopg.Error:
        return False


def _wait_until_streaming(replica: Server) -> None:
    deadline = time.monotonic() + _STREAMING_TIMEOUT_SECONDS
    while not is_streaming(replica):
        if time.monotonic() > deadline:
            raise DatabaseError(f"the replica {replica.key.identifier} did not reach its source")
        time.sleep(_POLL_SECONDS)


def lag_seconds(replica: Server) -> float:
    """How far it is behind: 0 with all that its source has, NOT_REPLICATING when it hears nothing of the source."""
    source = replica.source
    if source is None or not replica.alive or not source.alive:
        return NOT_REPLICATING
    try:
        with replica.connect() as connection:
            # An idle source sends nothing new: its replica would seem to fall behind by a second each second.
            row = connection.execute(_LAG, (_has_all(source, replica),)).fetchone()
    except psycopg.Error:
        return NOT_REPLICATING
    if row is None or not row[0]:
        return NOT_REPLICATING
    return float(row[1] or 0.0)


def _has_all(source: Server, replica: Server) -> bool:
    received = replica.ask("SELECT pg_last_wal_receive_lsn()")
    return bool(source.ask("SELECT pg_current_wal_flush_lsn() <= %s::pg_lsn", received))
