"""Every property of a stack's judged resources taken out one by one, and what the rules of the pack say to it.

Nothing is typed here: the mutations follow from the recorded registrations. They are judged in this process, rule by rule, since
the rules are pure functions; the pack process judges a sample (test_mutations.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resilience_policies import data_class
from resilience_policies.estate import Estate, Member
from resilience_policies.reading import Reading
from resilience_policies.registry import RULES
from resilience_policies.rule import PACK_SERVICE, Resource, ResourceRule, Rule, Settings, StackRule, Violation
from tests.policy.pack import Registration

PROTECT = "(option protect)"
JUDGING = tuple(rule for rule in RULES if not rule.listing and rule.service != PACK_SERVICE)
JUDGED_TYPES = frozenset(type_ for rule in JUDGING for type_ in rule.types)
Found = frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class Mutation:
    """`path` of the registration at `index` is taken out."""

    index: int
    path: tuple[str | int, ...]
    type: str
    resource: str

    @property
    def place(self) -> str:
        """The path without positions in lists, as the list of harmless properties spells it."""
        text = "".join("[*]" if isinstance(step, int) else f".{step}" for step in self.path)
        return text.removeprefix(".")

    def __str__(self) -> str:
        return f"{self.resource} {self.place}"


def mutations(stack: Sequence[Registration]) -> Iterator[Mutation]:
    """All mutations of a recorded stack: keys of objects, elements of lists, and the option protect."""
    for index, registration in enumerate(stack):
        if registration.type not in JUDGED_TYPES:
            continue
        for path in _paths(registration.inputs):
            yield Mutation(index, path, registration.type, registration.name)
        if registration.protect:
            yield Mutation(index, (PROTECT,), registration.type, registration.name)


def mutated(stack: Sequence[Registration], mutation: Mutation) -> tuple[Registration, ...]:
    """The stack after the mutation."""
    before = stack[mutation.index]
    after = (
        replace(before, protect=False)
        if mutation.path == (PROTECT,)
        else replace(
            before,
            inputs=_without(before.inputs, mutation.path),
            sources={key: urns for key, urns in before.sources.items() if mutation.path != (key,)},
        )
    )
    return tuple(after if index == mutation.index else registration for index, registration in enumerate(stack))


class Judge:
    """Judges one stack again and again, of which one resource differs each time."""

    def __init__(self, stack: Sequence[Registration], name: str) -> None:
        self._stack = tuple(stack)
        self._name = name
        self._members = tuple(self._member(registration) for registration in stack)
        self._before: dict[tuple[str, int | None], Found] = {}

    def blocks(self, mutation: Mutation) -> frozenset[str]:
        """The rules that say something which they did not say of the stack as it is."""
        after = mutated(self._stack, mutation)[mutation.index]
        member = self._member(after)
        members = tuple(member if i == mutation.index else old for i, old in enumerate(self._members))
        estate = Estate(members)
        blocking = set()
        for rule in JUDGING:
            if mutation.type not in rule.types:
                continue
            index = mutation.index if isinstance(rule, ResourceRule) else None
            found = _findings(rule, estate, after, member)
            if found - self._baseline(rule, index):
                blocking.add(rule.id)
        return frozenset(blocking)

    def _baseline(self, rule: Rule, index: int | None) -> Found:
        key = (rule.id, index)
        if key not in self._before:
            place = index or 0
            self._before[key] = _findings(rule, Estate(self._members), self._stack[place], self._members[place])
        return self._before[key]

    def _urn(self, type_: str, name: str) -> str:
        return f"urn:pulumi:{self._name}::mutations::{type_}::{name}"

    def _member(self, registration: Registration) -> Member:
        by_name = {r.name: self._urn(r.type, r.name) for r in self._stack}
        return Member(
            type=registration.type,
            name=registration.name,
            urn=by_name[registration.name],
            stated=Reading(registration.inputs),
            outputs=Reading({**registration.inputs, **registration.outputs}),
            region=registration.region,
            sources={key: tuple(by_name[name] for name in names) for key, names in registration.sources.items()},
        )


def _findings(rule: Rule, estate: Estate, registration: Registration, member: Member) -> Found:
    if isinstance(rule, ResourceRule):
        settings = Settings(rule.settings, {}, data_class.of(member.stated))
        region = member.region
        resource = Resource(
            member.type,
            member.name,
            member.urn,
            member.stated,
            region,
            registration.protect,
            registration.ignore_changes,
        )
        findings = rule.check(resource, settings)
    else:
        assert isinstance(rule, StackRule)
        findings = rule.check(estate, Settings(rule.settings, {}))
    return frozenset((rule.id, f.urn, f.message) for f in findings if isinstance(f, Violation))


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield (*path, key)
            yield from _paths(item, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield (*path, index)
            yield from _paths(item, (*path, index))


def _without(value: Any, path: tuple[str | int, ...]) -> Any:
    first, *rest = path
    if isinstance(value, Mapping):
        copy = dict(value)
        if rest:
            copy[str(first)] = _without(copy[str(first)], tuple(rest))
        else:
            del copy[str(first)]
        return copy
    items = list(value)
    assert isinstance(first, int)
    if rest:
        items[first] = _without(items[first], tuple(rest))
    else:
        del items[first]
    return items


def is_beneath(place: str, prefix: str) -> bool:
    """True for a place that a prefix names, or that lies in it; a prefix that ends in `$` is that place alone."""
    if prefix.endswith("$"):
        return place == prefix[:-1]
    return place == prefix or place.startswith((f"{prefix}.", f"{prefix}["))
