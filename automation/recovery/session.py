"""One execution of a mutating command: lock, journal, run, evidence. The same command continues what was left unfinished."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.endpoints import clients_of
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import Aws
from automation.recovery.estate import JOURNAL_PREFIX, load_estate
from automation.recovery.journal import Archive, Journal, Kind
from automation.recovery.lock import Lock
from automation.recovery.objects import BucketObjects, Objects
from automation.recovery.run import Observer, run
from automation.recovery.steps import Plan
from automation.recovery.world import World, utc_now


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a person said when the command began; on record before anything is done."""

    command: str
    mode: str = ""
    reason: str
    operator: str
    approver: str
    kind: str = "live"
    """`live`, or `drill`: what a drill proves is never mixed with what was real."""
    engine: str = "securecart"
    """Who carries the steps out that ARC Region switch could: `securecart` or `arc`."""

    def facts(self) -> dict[str, Any]:
        return dict(self.__dict__)


@dataclass(frozen=True, kw_only=True)
class Session:
    """What executions need."""

    world: World
    objects: Objects
    copies: Path
    """Where local copies of journals are kept."""
    observer: Observer

    @property
    def archive(self) -> Archive:
        return Archive(self.objects, self.world.now, self.copies)

    def execute(
        self,
        declared: Declared,
        plan: Callable[[], Plan],
        *,
        about: Mapping[str, Any] | None = None,
        abandon: str = "",
        begun: Callable[[Journal], None] = lambda _: None,
    ) -> Journal:
        """Runs the plan to its end under the lock; the finished journal. `about` is recorded when the execution starts, `begun` is
        told the journal before the plan is made.

        Raises SecurecartError: LOCKED while another operator is at work, REFUSED while another command is unfinished.
        """
        lock = Lock(self.objects, self.world.now, who=declared.operator)
        lock.acquire(declared.command)
        try:
            journal = self._continued(declared, dict(about or {}), abandon)
            try:
                begun(journal)
                made = plan()
                run(made, journal, lock, self.observer)
            except BaseException as failure:
                self._stopped(journal, failure)
                raise
            journal.append(
                Kind.FINISHED, facts={"outcome": "finished", "steps": [s.document() for s in made.ordered()]}
            )
            return journal
        finally:
            lock.release()

    def _continued(self, declared: Declared, about: dict[str, Any], abandon: str) -> Journal:
        open_one = self.archive.unfinished()
        if open_one and open_one.execution == abandon:
            open_one.append(
                Kind.FINISHED, facts={"outcome": "abandoned", "by": declared.operator, "why": declared.reason}
            )
            self.observer.say(f"execution {abandon} was abandoned; what it did stays done")
            open_one = None
        if open_one is None:
            journal = self.archive.begin(declared.command)
            journal.append(Kind.STARTED, facts=declared.facts() | about)
            self.observer.say(f"execution {journal.execution}, journal {journal.place}")
            return journal
        before = open_one.events[0].facts
        if before["command"] != declared.command or not _may_continue(str(before["mode"]), declared.mode):
            raise SecurecartError(
                f"execution {open_one.execution} ({before['command']} {before['mode']}) is not finished; nothing was changed.",
                f"finish it with the same command, or give it up: --abandon {open_one.execution}",
                ExitCode.REFUSED,
            )
        open_one.append(Kind.RESUMED, facts=declared.facts())
        self.observer.say(f"continuing execution {open_one.execution}")
        return open_one

    def _stopped(self, journal: Journal, failure: BaseException) -> None:
        try:
            journal.append(Kind.STOPPED, facts={"error": str(failure) or type(failure).__name__})
        except Exception as lost:  # the failure itself is what the operator must see
            self.observer.say(f"the journal could not be closed: {lost}")


def _may_continue(before: str, now: str) -> bool:
    """A graceful failover whose primary dies half-way goes on as an ungraceful one; never the other way."""
    return before == now or (before, now) == ("graceful", "ungraceful")


def open_world(directory: Path, variables: Mapping[str, str]) -> World:
    """The estate of a project directory and the door to its cloud."""
    return World(estate=load_estate(directory), aws=Aws(clients_of(variables)), now=utc_now)


def open_session(world: World, copies: Path, observer: Observer) -> Session:
    """Journal and lock in the secondary Region's audit bucket, copies in `copies`."""
    estate = world.estate
    objects = BucketObjects(world.aws, estate.secondary.region, estate.journal_bucket, JOURNAL_PREFIX)
    return Session(world=world, objects=objects, copies=copies, observer=observer)


def operator_name() -> str:
    """The person at the keyboard, as the machine knows them."""
    import getpass  # noqa: PLC0415
    import socket  # noqa: PLC0415

    return f"{os.environ.get('SECURECART_OPERATOR') or getpass.getuser()}@{socket.gethostname()}"
