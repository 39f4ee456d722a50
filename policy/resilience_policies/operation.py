"""What this process knows of the operation that it serves, beyond the one request in hand.

One pack process serves one operation of one stack: the engine configures it once, sends the resources one by one, then
the stack. A policy of the SDK sees only its own configuration, so what all rules share is kept here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from resilience_policies import waivers
from resilience_policies.rule import Rule
from resilience_policies.waivers import Entry, Subject, Waiver


@dataclass(frozen=True)
class Configured:
    """What the engine settled for one policy name, known to the pack or not."""

    level: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """What this process was started with: all rules that exist, the levels of those that run, and the selection."""

    rules: tuple[Rule, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    selection: str = ""

    @cached_property
    def known(self) -> frozenset[str]:
        """The ids that a waiver may name."""
        return waivers.waivable(self.rules)


class Operation:
    """One operation, from its configuration on."""

    def __init__(self, served: Served, config: Mapping[str, Configured] | None) -> None:
        self.served = served
        # None until the engine has configured the pack.
        self.config = config
        own = (config or {}).get("waivers")
        listed = own.properties.get("waivers") if own is not None else ()
        self.entries: tuple[Entry, ...] = waivers.configured(listed, served.known)
        # Which resources each waiver spared, and where a rule could not (yet) say whether it is kept.
        self._spared: dict[Waiver, dict[str, str]] = {}
        self._open: set[tuple[str, str]] = set()

    def waived(self, rule: str, subject: Subject) -> bool:
        """True when a waiver in force covers this finding; remembers that it was needed."""
        entries = (*self.entries, *waivers.tagged(subject, self.served.known))
        covering = [e.waiver for e in entries if e.waiver is not None and e.waiver.covers(rule, subject)]
        for waiver in covering:
            self._spared.setdefault(waiver, {})[subject.urn] = subject.name
        return bool(covering)

    def spared(self, waiver: Waiver) -> Mapping[str, str]:
        """URN and name of what the waiver spared so far."""
        return self._spared.get(waiver, {})

    def leave_open(self, rule: str, urn: str) -> None:
        """The rule could not judge the resource ("" = it does not say which), so a waiver for it may yet be needed."""
        self._open.add((rule, urn))

    def is_open(self, waiver: Waiver) -> bool:
        """True when it can't be said that the waiver is of no use: its rule does not run, or could not judge all."""
        runs = self._level(waiver.rule) != "disabled"
        return not runs or any(
            rule == waiver.rule and (not urn or waiver.covers(rule, Subject(urn, urn.rsplit("::", 1)[-1])))
            for rule, urn in self._open
        )

    def disabled(self) -> tuple[str, ...]:
        """The rules that the configuration, not their own default, switches off."""
        return tuple(
            rule for rule, own in self.served.levels.items() if own != "disabled" and self._level(rule) == "disabled"
        )

    def _level(self, rule: str) -> str:
        """The level in force; a rule that was left out is as good as disabled."""
        own = self.served.levels.get(rule, "disabled")
        configured = (self.config or {}).get(rule)
        return configured.level if configured is not None and rule in self.served.levels else own


_current = Operation(Served(), None)


def current() -> Operation:
    return _current


def start(served: Served) -> None:
    """Called once, before the engine asks anything."""
    _replace(Operation(served, None))


def begin(config: Mapping[str, Configured]) -> None:
    """Called when the engine configures the pack: what was remembered of an earlier operation is forgotten."""
    _replace(Operation(_current.served, config))


def _replace(operation: Operation) -> None:
    global _current  # noqa: PLW0603  the process is the operation
    _current = operation
