"""Writes at a steady rate to the Region that the customers' name means, and keeps the journal. A library and a command."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from localcloud.traffic.dns import Resolver
from localcloud.traffic.journal import ACKNOWLEDGED, FAILED, STALE, Entry, Journal, Run
from localcloud.traffic.stores import Store, error_of, stores
from localcloud.traffic.targets import Clients, Targets

MakeStores = Callable[[Clients, Targets, str], list[Store]]
# How often a client asks for the name again.
_RESOLVE_SECONDS = 1.0
# The longest that stop() waits for a write that is under way: more than any client here waits for an answer.
_STOP_SECONDS = 15.0


def new_run() -> str:
    """A name for a run: when it began, and something that makes it its own."""
    return f"{time.strftime('%Y%m%dt%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"


class Traffic:
    """One run: `with Traffic(...)`, or start() and stop(). Each store has a thread, so that none waits for another."""

    def __init__(
        self,
        clients: Clients,
        targets: Targets,
        directory: Path,
        *,
        writes_per_second: float = 5.0,
        patience: float = 1.0,
        make_stores: MakeStores = stores,
    ) -> None:
        """`writes_per_second` is for each store; `patience` scales the time in which Route 53 notices a failed check.

        Raises NoAnswerError or botocore's errors when the customers' name leads nowhere.
        """
        run = new_run()
        self._resolver = Resolver(clients, targets.record_name, patience)
        self._region = self._resolver.active_region()
        about = {"writesPerSecond": writes_per_second, "patience": patience, "region": self._region}
        self._stores = make_stores(clients, targets, run)
        self._interval_seconds = 1 / writes_per_second
        self._stop = Event()
        self._threads = [Thread(target=self._resolve, name="traffic-dns", daemon=True)]
        self._threads += [
            Thread(target=self._serve, args=(store,), name=f"traffic-{store.name}", daemon=True)
            for store in self._stores
        ]
        self.journal = Journal(directory / f"{run}.jsonl", Run(run, time.time(), about))

    @property
    def region(self) -> str:
        """Where customers are sent now."""
        return self._region

    def start(self) -> None:
        """Begin to write."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> Path:
        """End after the writes that are under way; returns the journal's path."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)
        self.journal.close()
        return self.journal.path

    def __enter__(self) -> Traffic:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _resolve(self) -> None:
        while not self._stop.wait(_RESOLVE_SECONDS):
            try:
                self._region = self._resolver.active_region()
            except Exception:  # noqa: S112  whoever gets no answer goes on with the last one
                continue

    def _serve(self, store: Store) -> None:
        sequence, due = 0, time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            sequence += 1
            self.journal.record(attempt(store, self._region, sequence))
            # After a write that took long the next one is due at once, and not all that were missed.
            due = max(due + self._interval_seconds, time.monotonic())


def attempt(store: Store, region: str, sequence: int, clock: Callable[[], float] = time.time) -> Entry:
    """Write one record and read it back."""
    began = clock()
    try:
        store.write(region, sequence)
    except Exception as error:
        return Entry(store.name, sequence, FAILED, region, began, clock(), error_of(error))
    ended = clock()
    try:
        found = store.read_back(region, sequence)
    except Exception as error:
        return Entry(store.name, sequence, STALE, region, began, ended, error_of(error))
    return Entry(store.name, sequence, ACKNOWLEDGED if found else STALE, region, began, ended)
