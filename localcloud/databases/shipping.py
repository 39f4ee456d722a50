"""Automated backups in another Region: the archive of a database, copied there every second or so."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from localcloud.databases.archive import Archive, ship
from localcloud.databases.errors import DatabaseError
from localcloud.databases.server import Key

if TYPE_CHECKING:
    from localcloud.databases.fleet import Fleet

_INTERVAL_SECONDS = 1.0


@dataclass(eq=False)
class ReplicatedArchive:
    """The copy in another Region, and what it is a copy of."""

    source: Archive
    source_region: str
    copy: Archive
    lock: Lock = field(default_factory=Lock)


class Shipping:
    """Copies archives between Regions that are there."""

    def __init__(self, fleet: Fleet) -> None:
        self.replicated: dict[Key, ReplicatedArchive] = {}
        self._fleet = fleet
        self._ended = Event()
        self._thread = Thread(target=self._run, name="archive-shipping", daemon=True)
        self._thread.start()

    def begin(self, key: Key, source: Archive, source_region: str) -> None:
        """From now on `key` (its Region is the other one) names a copy of `source`."""
        entry = ReplicatedArchive(source, source_region, self._fleet.new_archive(key))
        self.replicated[key] = entry
        self.ship(key)

    def end(self, key: Key) -> None:
        """Drop the copy."""
        entry = self.replicated.pop(key, None)
        if entry is not None:
            with entry.lock:
                shutil.rmtree(entry.copy.folder, ignore_errors=True)

    def ship(self, key: Key) -> None:
        """Copy now what the copy has not; nothing when one of the two Regions is out."""
        entry = self.replicated[key]
        with entry.lock:
            if not {entry.source_region, key.region} & self._fleet.regions.out:
                fleet = self._fleet
                ship(fleet.programs, entry.source, entry.copy, fleet.templates.folder)

    def copies_of(self, source: Archive) -> list[Key]:
        """What names the copies of an archive."""
        return [key for key, entry in list(self.replicated.items()) if entry.source is source]

    def ship_copies_of(self, source: Archive) -> None:
        """Copy now what the copies of an archive have not."""
        for key in self.copies_of(source):
            self.ship(key)

    def close(self) -> None:
        """No more copying by itself."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(_INTERVAL_SECONDS):
            for key in list(self.replicated):
                try:
                    self.ship(key)
                except (OSError, KeyError, DatabaseError):
                    # The archive, or the copy, was deleted meanwhile. What could not be copied is tried again.
                    continue
