"""Snapshots, and what is made from them or from an archive: a server as it was."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.databases import base_backups
from localcloud.databases import server as process
from localcloud.databases.archive import Archive
from localcloud.databases.errors import DatabaseError
from localcloud.databases.server import Key, Server
from localcloud.databases.settings import quoted_path

if TYPE_CHECKING:
    from localcloud.databases.fleet import Fleet

_FLUSH_TIMEOUT_SECONDS = 10.0
_FLUSH_POLL_SECONDS = 0.005
# An empty transaction. Recovery up to a time needs a commit after that time, or it says that it never got there.
_MARKER = "SELECT pg_logical_emit_message(true, 'securecart', 'marker')::text"
_NOT_REACHED = "before configured recovery target"


@dataclass(frozen=True)
class Snapshot:
    """A copy of a data folder."""

    folder: Path


@dataclass(frozen=True)
class Moment:
    """A snapshot that is a moment of an archive: the one that RDS takes when an instance is made."""

    archive: Archive
    moment: datetime


def take_snapshot(fleet: Fleet, source: Server, key: Key) -> None:
    """Keep the source's data as they are now, under `key`."""
    folder = fleet.new_folder("snapshots", key)
    if source.alive:
        base_backups.copy_data(fleet.programs, source, folder)
    else:  # a disk whose server is off is consistent, at worst as after a power cut
        fleet.programs.copy(source.data, folder)
    fleet.snapshots[key] = Snapshot(folder)


def copy_snapshot(fleet: Fleet, source: Key, target: Key) -> None:
    """Copy a snapshot, as a rule into another Region."""
    fleet.regions.require(source.region)
    found = fleet.snapshots[source]
    folder = fleet.new_folder("snapshots", target)
    if isinstance(found, Snapshot):
        fleet.programs.copy(found.folder, folder)
    else:
        made = recover(fleet, target, found.archive, found.moment, fleet.owner_of(found.archive))
        process.stop(made)
        made.data.rename(folder)
        fleet.discard(made)
    fleet.snapshots[target] = Snapshot(folder)


def delete_snapshot(fleet: Fleet, key: Key) -> None:
    """Forget a snapshot; one without data is none of ours."""
    found = fleet.snapshots.pop(key, None)
    if isinstance(found, Snapshot):
        shutil.rmtree(found.folder, ignore_errors=True)


def restore(fleet: Fleet, key: Key, snapshot: Snapshot | Moment) -> Server:
    """A new server with the data of the snapshot, running and registered."""
    if isinstance(snapshot, Moment):
        server = recover(fleet, key, snapshot.archive, snapshot.moment, fleet.owner_of(snapshot.archive))
    else:
        server = fleet.prepare(key)
        fleet.programs.copy(snapshot.folder, server.data)
        (server.data / "standby.signal").unlink(missing_ok=True)  # of a replica
        fleet.configure(server)
        _start_or_discard(fleet, server)
    return _own_archive(fleet, server)


def restore_to(fleet: Fleet, key: Key, archive: Archive, moment: datetime | None, source: Server | None) -> Server:
    """A new server as the archive's database was at `moment` (None: as late as possible), running and registered."""
    return _own_archive(fleet, recover(fleet, key, archive, moment, source))


def recover(fleet: Fleet, key: Key, archive: Archive, moment: datetime | None, source: Server | None) -> Server:
    """As `restore_to`, but not registered yet. A live `source` first archives up to now."""
    if source is not None:
        base_backups.wait_for(source)
        flush(source)
    base = archive.base_before(moment)
    server = fleet.prepare(key)
    fleet.programs.copy(base.folder, server.data)
    (server.data / "standby.signal").unlink(missing_ok=True)
    fleet.programs.write(server.data / "recovery.signal", "")
    settings = {
        "restore_command": f"cp {quoted_path(archive.log)}/%f %p",
        "recovery_target_timeline": "latest",
        "recovery_target_action": "promote",
        "hot_standby": "off",  # "ready" then means: promoted
    }
    target = {"recovery_target_time": moment.astimezone(UTC).isoformat()} if moment else {}
    fleet.configure(server, **settings, **target)
    try:
        process.start(fleet.programs, server)
    except DatabaseError as error:
        if _NOT_REACHED not in str(error):
            fleet.discard(server)
            raise
        # Nothing was committed after the target, so everything that is archived belongs to it.
        fleet.configure(server, **settings)
        _start_or_discard(fleet, server)
    fleet.configure(server)
    server.ask("SELECT pg_reload_conf()")
    return server


def flush(server: Server) -> None:
    """Archive everything up to now. A server that is down, or still a replica, cannot."""
    if not server.alive or server.source is not None:
        return
    with process.said_as_database_error():
        server.ask(_MARKER)
        segment = server.ask("SELECT pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + _FLUSH_TIMEOUT_SECONDS
    while not (server.archive.log / segment).exists() and time.monotonic() < deadline:
        time.sleep(_FLUSH_POLL_SECONDS)


def _start_or_discard(fleet: Fleet, server: Server) -> None:
    try:
        process.start(fleet.programs, server)
    except DatabaseError:
        fleet.discard(server)
        raise


def _own_archive(fleet: Fleet, server: Server) -> Server:
    base_backups.take_behind(fleet.programs, server)
    return fleet.register(server)
