"""The reader, fed with trees that nobody would type, behind the SDK's own proxies."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_policy.proxy import unknown_checking_proxy

from tests.policy.pack import UNKNOWN as SENTINEL

reading = importlib.import_module("resilience_policies.reading")

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.booleans() | st.floats() | st.text("a17é", max_size=3) | st.just(SENTINEL)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=15
)
PATHS = st.lists(KEYS | st.integers(-2, 3), min_size=1, max_size=4)


def read(tree: dict[str, Any]) -> Any:
    return reading.Reading(unknown_checking_proxy(tree))


@settings(deadline=None, max_examples=300)  # a slow machine is no defect
@given(st.dictionaries(KEYS, TREES, max_size=3), PATHS)
def test_no_accessor_raises_or_shows_the_sentinel_whatever_the_tree(
    tree: dict[str, Any], path: list[str | int]
) -> None:
    properties = read(tree)
    for accessor in (properties.raw, properties.flag, properties.number, properties.text, properties.has):
        assert accessor(*path) != SENTINEL
    for block in properties.blocks(*path).known:
        assert isinstance(block, reading.Reading)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"a": {"b": 7.0}}, 7),
        ({"a": {"b": 7.5}}, 7.5),
        ({"a": {"b": "14"}}, 14),
        ({"a": {"b": True}}, None),
        ({"a": {"b": None}}, None),
        ({"a": {}}, None),
        ({"a": [1]}, None),
        ({"a": SENTINEL}, reading.UNKNOWN),
        ({"a": {"b": SENTINEL}}, reading.UNKNOWN),
    ],
)
def test_a_number_is_whole_where_it_can_be_and_unknown_where_anything_above_it_is(
    tree: dict[str, Any], expected: object
) -> None:
    found = read(tree).number("a", "b")
    assert found == expected
    assert type(found) is type(expected)


def test_an_unknown_element_does_not_hide_the_known_ones() -> None:
    blocks = read({"rules": [{"x": 1}, SENTINEL, {"x": SENTINEL}]}).blocks("rules")
    assert blocks.has_unknown
    assert [block.number("x") for block in blocks.known] == [1, reading.UNKNOWN]


def test_presence_is_answered_without_reading_the_value() -> None:
    properties = read({"a": SENTINEL, "b": ""})
    assert "a" in properties
    assert "c" not in properties
    assert properties.has("a")
    assert not properties.has("b")
