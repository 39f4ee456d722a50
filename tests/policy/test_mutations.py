"""Whatever protects the data of our own two stacks, the pack notices when it is gone: survivors = 0."""

from __future__ import annotations

import inspect
from collections import defaultdict
from functools import cache

import pulumi_aws
import pytest
from pulumi import _types

from tests.policy.harmless import ANY, HARMLESS, HOLDING_NO_DATA, Harmless
from tests.policy.mutations import Judge, Mutation, is_beneath, mutated, mutations
from tests.policy.our_stacks import registrations
from tests.policy.pack import running

STACKS = ("prod", "dr")


@cache
def judged(stack: str) -> tuple[tuple[Mutation, frozenset[str]], ...]:
    """Every mutation of a stack and the rules that block it."""
    recorded = registrations(stack)
    judge = Judge(recorded, stack)
    return tuple((mutation, judge.blocks(mutation)) for mutation in mutations(recorded))


@cache
def required(type_: str) -> frozenset[str]:
    """The inputs without which the provider refuses the resource."""
    _, module, class_name = type_.split(":")
    service = getattr(pulumi_aws, module.split("/")[0])
    # Where another type has taken the name (a replica inside a table), the SDK calls the arguments InitArgs.
    arguments = getattr(service, f"{class_name}InitArgs", None) or getattr(service, f"{class_name}Args")
    parameters = inspect.signature(arguments.__init__).parameters.values()
    needed = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty}
    names = _types.input_type_py_to_pulumi_names(arguments)
    return frozenset(names[name] for name in needed)


def reasons(mutation: Mutation) -> list[Harmless]:
    return [
        entry
        for entry in HARMLESS
        if entry.type in (ANY, mutation.type) and any(is_beneath(mutation.place, place) for place in entry.places)
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_no_protective_property_can_be_taken_out_unnoticed(stack: str) -> None:
    survivors = [
        str(mutation)
        for mutation, rules in judged(stack)
        if not rules
        and mutation.type not in HOLDING_NO_DATA
        and mutation.place not in required(mutation.type)
        and not reasons(mutation)
    ]
    assert survivors == []
    assert len(judged(stack)) > 500


def test_nothing_is_called_harmless_that_the_pack_blocks_or_that_is_not_there() -> None:
    blocked: dict[Harmless, set[bool]] = defaultdict(set)
    for stack in STACKS:
        for mutation, rules in judged(stack):
            for entry in reasons(mutation):
                blocked[entry].add(bool(rules))
    for entry in HARMLESS:
        # ANY covers many types: some of them may well ask for what others do not.
        expected = {True, False} if entry.partly else {False}
        assert blocked[entry] == expected, (entry, blocked[entry])
        for place in entry.places:
            assert any(
                entry.type in (ANY, m.type) and is_beneath(m.place, place) for stack in STACKS for m, _ in judged(stack)
            ), (entry.type, place)


def test_types_without_data_are_judged_for_the_sake_of_others() -> None:
    seen = {mutation.type for stack in STACKS for mutation, _ in judged(stack)}
    assert seen >= HOLDING_NO_DATA


@pytest.mark.parametrize("stack", STACKS)
def test_the_pack_process_blocks_what_the_rules_block(stack: str) -> None:
    """One mutation for each rule that blocks any, through the real pack under the profile strict."""
    recorded = registrations(stack)
    sample: dict[str, Mutation] = {}
    for mutation, rules in judged(stack):
        for rule in rules:
            sample.setdefault(rule, mutation)
    with running(AWS_DATA_RESILIENCE_PROFILE="strict") as pack:
        pack.configure({})
        before = {(d.rule, d.resource, d.message) for d in pack.judge(*recorded, stack=stack)}
        for rule, mutation in sample.items():
            after = pack.judge(*mutated(recorded, mutation), stack=stack)
            new = [d for d in after if d.mandatory and (d.rule, d.resource, d.message) not in before]
            assert rule in {d.rule for d in new}, (rule, str(mutation))
