"""What was done, event by event, outside of the primary Region: the memory of a command that may be killed at any moment.

An event is one object `<execution>/events/000001.json`, created once: two processes can never write the same line, so the journal
refuses a second operator even if the lock was misjudged. A local copy, a line an event, is written first and survives the network.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.objects import ChangedError, Objects
from automation.redaction import redacted

SCHEMA = "securecart.recovery.event/1"
READERS = 8


class Kind(StrEnum):
    """What an event says."""

    STARTED = "execution-started"
    RESUMED = "execution-resumed"
    NOTED = "noted"
    WARNED = "warned"
    STEP_STARTED = "step-started"
    STEP_DONE = "step-done"
    STEP_FAILED = "step-failed"
    STOPPED = "execution-stopped"
    FINISHED = "execution-finished"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line. `facts` is what a reader needs to know and can be JSON."""

    sequence: int
    execution: str
    at: datetime
    kind: Kind
    step: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[Mapping[str, Any], ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def body(self) -> bytes:
        said = {
            "schema": SCHEMA,
            "sequence": self.sequence,
            "execution": self.execution,
            "at": self.at.isoformat(),
            "kind": self.kind.value,
            "step": self.step,
            "facts": dict(self.facts),
            "calls": list(self.calls),
            "id": self.id,
        }
        return json.dumps(redacted(said), sort_keys=True, default=str).encode()

    @classmethod
    def read(cls, body: bytes) -> Event:
        said = json.loads(body)
        if said.get("schema") != SCHEMA:
            raise SecurecartError(
                f"a journal of {said.get('schema')}, this program reads {SCHEMA}.", "use the version that wrote it"
            )
        return cls(
            sequence=int(said["sequence"]),
            execution=said["execution"],
            at=datetime.fromisoformat(said["at"]),
            kind=Kind(said["kind"]),
            step=said["step"],
            facts=said["facts"],
            calls=tuple(said["calls"]),
            id=said["id"],
        )


class Journal:
    """The events of one execution. `append` returns once the event is on this disk and in the store. Safe in threads."""

    def __init__(
        self, objects: Objects, execution: str, now: Callable[[], datetime], copy: Path, events: Iterable[Event] = ()
    ) -> None:
        self._objects, self._now, self._copy = objects, now, copy
        self.execution = execution
        self._events = list(events)
        self._writing = threading.Lock()

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    @property
    def place(self) -> str:
        return f"{self._objects.place}{self.execution}/"

    def append(
        self,
        kind: Kind,
        step: str = "",
        facts: Mapping[str, Any] | None = None,
        calls: Iterable[Mapping[str, Any]] = (),
    ) -> Event:
        """Raises SecurecartError (LOCKED) when another process continues the same execution."""
        with self._writing:
            event = Event(
                sequence=len(self._events) + 1,
                execution=self.execution,
                at=self._now(),
                kind=kind,
                step=step,
                facts=facts or {},
                calls=tuple(calls),
            )
            self._keep(event)
            try:
                self._objects.create(_key(event), event.body())
            except ChangedError as other:
                raise SecurecartError(
                    f"another process continues execution {self.execution}; this one stops here.",
                    f"watch it: {self.place}",
                    ExitCode.LOCKED,
                ) from other
            self._events.append(event)
            return event

    def attach(self, name: str, body: bytes) -> str:
        """Keeps a file beside the events; its key."""
        key = f"{self.execution}/{name}"
        self._objects.put(key, body)
        path = self._copy.parent / self.execution / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(body)
        return key

    def _keep(self, event: Event) -> None:
        self._copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._copy.open("ab") as file:
            file.write(event.body() + b"\n")
            file.flush()
            os.fsync(file.fileno())


class Archive:
    """All executions: finds the one to continue, begins new ones."""

    def __init__(self, objects: Objects, now: Callable[[], datetime], copies: Path) -> None:
        self._objects, self._now, self._copies = objects, now, copies

    @property
    def place(self) -> str:
        return self._objects.place

    def executions(self) -> list[str]:
        """Identifiers, oldest first."""
        return sorted({key.split("/")[0] for key in self._objects.keys("") if "/events/" in key})

    def open(self, execution: str) -> Journal:
        keys = self._objects.keys(f"{execution}/events/")
        # An event is an object: one by one, a failback's hundred take seconds at the worst moment.
        with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="journal") as readers:
            reading = [readers.submit(copy_context().run, self._objects.read, key) for key in keys]
            bodies = [found for one in reading if (found := one.result()) is not None]
        return self._journal(execution, [Event.read(body) for body, _ in bodies])

    def begin(self, command: str) -> Journal:
        """A new execution; its identifier sorts by time and says what it is."""
        execution = f"{self._now():%Y%m%dT%H%M%SZ}-{command}-{uuid.uuid4().hex[:6]}"
        return self._journal(execution, [])

    def unfinished(self) -> Journal | None:
        """The newest execution, if it was neither finished nor given up."""
        for execution in reversed(self.executions()):
            journal = self.open(execution)
            return journal if journal.events and journal.events[-1].kind is not Kind.FINISHED else None
        return None

    def newest(self, command: str) -> Journal | None:
        """The last finished execution of a command."""
        for execution in reversed(self.executions()):
            if f"-{command}-" in execution:
                journal = self.open(execution)
                if journal.events and journal.events[-1].kind is Kind.FINISHED:
                    return journal
        return None

    def _journal(self, execution: str, events: list[Event]) -> Journal:
        return Journal(self._objects, execution, self._now, self._copies / f"{execution}.jsonl", events)


def _key(event: Event) -> str:
    return f"{event.execution}/events/{event.sequence:06d}.json"
