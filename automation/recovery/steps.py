"""A step of a recovery and the order of steps: plain data, read by `plan`, executed by run.py.

A step acts, then is asked whether it has settled, until it says so or its time is over. Asked first, it tells a second run of
the same command that nothing is left to do: that is what makes every step repeatable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any

Facts = dict[str, Any]


class Engine(StrEnum):
    """Who carries a step out."""

    SECURECART = "securecart"
    ARC = "arc"
    """AWS's ARC Region switch, by the plan that dr declares."""


@dataclass(frozen=True)
class Settled:
    """Whether a step has done its work, what a person reads meanwhile, and what is kept as evidence once it has."""

    done: bool
    said: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `act` and `settled` get what the plan was built with; both may be called any number of times."""

    name: str
    owner: str
    """Who is called when it fails."""
    timeout_seconds: float
    does: str
    destroys: str = ""
    """What is gone afterwards, in words; empty: nothing."""
    depends_on: tuple[str, ...] = ()
    act: Callable[[], Facts | None]
    settled: Callable[[], Settled]
    tolerates_silence: bool = False
    """True: a Region that does not answer is a warning, not a failure."""
    silence_means: str = ""
    """The warning."""
    interrupts: bool = False
    """True: from here on customers wait."""
    restores: bool = False
    """True: from here on customers are served again."""
    engine: Engine = Engine.SECURECART

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "owner": self.owner,
            "engine": self.engine.value,
            "timeoutSeconds": self.timeout_seconds,
            "does": self.does,
            "destroys": self.destroys,
            "dependsOn": list(self.depends_on),
            "interrupts": self.interrupts,
        }


@dataclass(frozen=True)
class Plan:
    """Steps and their order. Raises ValueError for two of a name, an unknown dependency, or a circle."""

    title: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = sorted({d for step in self.steps for d in step.depends_on if d not in names})
        if twice or unknown:
            raise ValueError(
                f"plan {self.title}: named twice: {twice or 'none'}; unknown dependencies: {unknown or 'none'}"
            )
        try:
            self.ordered()
        except CycleError as circle:
            raise ValueError(f"plan {self.title}: steps wait for each other: {circle.args[1]}") from circle

    def ordered(self) -> list[Step]:
        """Every step after all that it depends on."""
        by_name = {step.name: step for step in self.steps}
        sorter = TopologicalSorter({step.name: step.depends_on for step in self.steps})
        return [by_name[name] for name in sorter.static_order()]

    def interruption_seconds(self) -> float:
        """How long customers may wait: the longest chain of limits from the first step that interrupts them."""
        waits: dict[str, float] = {}
        by_name = {step.name: step for step in self.steps}
        for step in self.ordered():
            before = [waits[name] for name in step.depends_on if name in waits and not by_name[name].restores]
            if before or step.interrupts:
                waits[step.name] = max(before, default=0.0) + step.timeout_seconds
        return max(waits.values(), default=0.0)

    def critical_path(self, seconds: Mapping[str, float] | None = None) -> tuple[list[str], float]:
        """The chain of steps that takes longest, and how long: by the timeouts, or by what was measured."""
        took = seconds if seconds is not None else {step.name: step.timeout_seconds for step in self.steps}
        ends: dict[str, tuple[float, list[str]]] = {}
        for step in self.ordered():
            longest = max((ends[name] for name in step.depends_on), key=lambda end: end[0], default=(0.0, []))
            ends[step.name] = (longest[0] + took.get(step.name, 0.0), [*longest[1], step.name])
        total, chain = max(ends.values(), key=lambda end: end[0], default=(0.0, []))
        return chain, total


def chain(*groups: Sequence[Step]) -> tuple[Step, ...]:
    """Groups one after the other: every step of a group waits for all of the group before it that has any."""
    made: list[Step] = []
    before: tuple[str, ...] = ()
    for group in groups:
        if not group:
            continue
        made += [_after(step, before) for step in group]
        inner = {name for step in group for name in step.depends_on}
        before = tuple(step.name for step in group if step.name not in inner)
    return tuple(made)


def _after(step: Step, names: tuple[str, ...]) -> Step:
    return replace(step, depends_on=tuple(dict.fromkeys((*step.depends_on, *names))))
