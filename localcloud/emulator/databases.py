"""The databases behind the emulated RDS: which fleet of servers is in use, and how its errors and times are told.

Without one, instances are described and hold no data: databases switched off, another engine, most of the tests.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from localcloud.databases import record
from localcloud.databases.archive import Archive
from localcloud.databases.errors import DatabaseError
from localcloud.databases.fleet import Fleet
from localcloud.databases.server import Key, Server
from localcloud.emulator import clock, control_plane

_CALLS_KEPT = 1000


@dataclass(frozen=True)
class Call:
    """What one call of RDS took. AWS's own time, if it is imitated at all, is apart from the databases'."""

    operation: str
    region: str
    identifier: str
    database_seconds: float
    control_plane_seconds: float


class Databases:
    """The fleet in use, if there is one. What it holds is part of the snapshot (`state`, `restore`, `reset`)."""

    def __init__(self) -> None:
        self.fleet: Fleet | None = None
        self.off_because = "none were asked for"
        self.calls: deque[Call] = deque(maxlen=_CALLS_KEPT)
        # Of a fleet that is switched off now: kept for the day when it is on again.
        self._record: dict[str, Any] | None = None

    def use(self, fleet: Fleet | None, off_because: str = "none were asked for") -> None:
        """From now on instances are servers of `fleet`; with None they hold no data."""
        self.fleet = fleet
        self.off_because = "" if fleet else off_because
        self.calls.clear()

    def server_of(self, database: DBInstance) -> Server | None:
        """The server behind an instance."""
        return None if self.fleet is None else self.fleet.servers.get(key_of(database))

    def stop(self, database: DBInstance) -> None:
        """End the server behind an instance, until the instance is started."""
        server = self.server_of(database)
        if self.fleet is not None and server is not None:
            self.fleet.stop(server)

    def archive_of(self, database: DBInstance) -> Archive | None:
        """The archive of a living instance, in its own Region."""
        server = self.server_of(database)
        return server.archive if server is not None else None

    def archive_of_backup(self, account_id: str, region: str, backup_id: str) -> Archive | None:
        """The archive that is kept of an instance of the other Region."""
        kept = self.fleet.shipping.replicated.get(Key(account_id, region, backup_id)) if self.fleet else None
        return kept.copy if kept is not None else None

    def running(self) -> int:
        """How many servers run."""
        return sum(server.alive for server in self.fleet.servers.values()) if self.fleet else 0

    def state(self) -> dict[str, Any] | None:
        """What a snapshot keeps of the databases; the data themselves stay where they are."""
        return self._record if self.fleet is None else record.describe(self.fleet)

    def restore(self, kept: dict[str, Any] | None) -> None:
        """Take over what `state` gave, servers started. Raises DatabaseError when they do not start."""
        self._record = kept
        if self.fleet is not None and kept is not None:
            record.take_over(self.fleet, kept)

    def reset(self) -> None:
        """No instance, no data."""
        self._record = None
        self.calls.clear()
        if self.fleet is not None:
            self.fleet.reset()

    def shown(self) -> dict[str, Any]:
        """What the admin endpoint tells of them."""
        servers = [] if self.fleet is None else list(self.fleet.servers.values())
        return {
            "offBecause": self.off_because or None,
            "postgresql": None if self.fleet is None else self.fleet.programs.version,
            "instances": [
                {
                    "region": server.key.region,
                    "identifier": server.key.identifier,
                    "address": f"127.0.0.1:{server.port}",
                    "running": server.alive,
                    "replicaOf": server.source.key.identifier if server.source else None,
                }
                for server in servers
            ],
            "calls": [
                {
                    "operation": call.operation,
                    "region": call.region,
                    "identifier": call.identifier,
                    "databaseSeconds": round(call.database_seconds, 3),
                    "controlPlaneSeconds": call.control_plane_seconds,
                }
                for call in self.calls
            ],
        }

    @contextmanager
    def call(self, operation: str, key: Key) -> Iterator[None]:
        """Time what a call does to the databases, and tell their errors as RDS's."""
        began = time.perf_counter()
        with self.errors_of_rds():
            yield
        seconds = time.perf_counter() - began
        delay = control_plane.delay_seconds("rds", operation)
        self.calls.append(Call(operation, key.region, key.identifier, seconds, delay))

    @contextmanager
    def errors_of_rds(self) -> Iterator[None]:
        """Tell errors of the databases as RDS's."""
        try:
            yield
        except DatabaseError as error:
            raise RDSClientError("InvalidDBInstanceState", str(error)) from error


# moto's data is global to the process, and so are the databases behind it.
DATABASES = Databases()


def key_of(database: DBInstance) -> Key:
    """What names the instance among the servers."""
    return Key(database.account_id, database.region, database.db_instance_identifier)


def key_in(backend: RDSBackend, identifier: str) -> Key:
    """What names an instance or a snapshot of that backend's Region."""
    return Key(backend.account_id, backend.region_name, identifier.lower())


def has_data(engine: str | None, cluster_identifier: str | None) -> bool:
    """Whether instances of the kind are real: PostgreSQL is, other engines and clusters are described only."""
    return engine == "postgres" and not cluster_identifier


def restore_window(archive: Archive | None) -> dict[str, Any]:
    """The RestoreWindow of automated backups; nothing while there is no base backup."""
    if archive is None or not archive.bases:
        return {}
    earliest = archive.bases[0].taken
    latest = max(archive.latest() or earliest, earliest)
    return {
        "RestoreWindow": {
            "EarliestTime": clock.from_machine(earliest).replace(tzinfo=None),
            "LatestTime": clock.from_machine(latest).replace(tzinfo=None),
        }
    }
