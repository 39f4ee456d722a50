"""Plans that run without AWS: steps on a dictionary, a lock that is always held, a journal in a directory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from automation.recovery.journal import Archive
from automation.recovery.objects import DirectoryObjects
from automation.recovery.run import Running
from automation.recovery.steps import Plan, Settled, Step


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Held:
    """A lock that this process holds."""

    usable: bool = True


@dataclass
class Silent:
    """Keeps what a run says."""

    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def steps(self, running: list[Running], done: int, total: int) -> None:
        pass


@dataclass
class World:
    """Which steps have been carried out, and how often each acted."""

    carried_out: dict[str, int] = field(default_factory=dict)

    def step(
        self, name: str, *depends_on: str, seconds: float = 0.0, limit: float = 30.0,
        before: Callable[[], None] = lambda: None,
    ) -> Step:  # fmt: skip
        """Acts at once and settles after `seconds`."""
        started: list[float] = []

        def act() -> None:
            before()
            started.append(time.monotonic())
            self.carried_out[name] = self.carried_out.get(name, 0) + 1

        def settled() -> Settled:
            done = name in self.carried_out and (not started or time.monotonic() - started[-1] >= seconds)
            return Settled(done, f"{name} is under way", {"name": name})

        return Step(
            name=name, owner="nobody", timeout_seconds=limit, does=f"{name} is done", depends_on=depends_on, act=act,
            settled=settled,
        )  # fmt: skip


def archive(directory: Path) -> Archive:
    return Archive(DirectoryObjects(directory / "store"), now, directory / "copies")


def diamond(world: World, seconds: float = 0.0) -> Plan:
    """a, then b and c beside each other, then d."""
    return Plan(
        "diamond",
        (
            world.step("a", seconds=seconds),
            world.step("b", "a", seconds=seconds),
            world.step("c", "a", seconds=2 * seconds),
            world.step("d", "b", "c", seconds=seconds),
        ),
    )
