"""Arbitrary property trees with unknowns, secrets and assets through the real guard: an answer, always, and only an answer.

SECURECART_FUZZ=10000 runs that many cases of each test.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from tests.policy.in_process import configure, fronts, only_fast
from tests.policy.pack import Pack
from tests.policy.trees import CASES, FUZZ, UNKNOWNS, Tree, programs, requests

# A rule that takes this long over six resources does not end.
_TOO_LONG_SECONDS = 20.0


@pytest.fixture(scope="module")
def front() -> Iterator[Any]:
    with fronts() as (_, quick):
        configure(quick, {})
        yield quick


def check(answers: list[Any]) -> None:
    """No defect, no marker of the engine in a text, and what is not known said once a rule and resource."""
    for answer in answers:
        for diagnostic in answer.diagnostics:
            assert "internal error" not in diagnostic.message, diagnostic.message
            assert not any(marker in diagnostic.message for marker in UNKNOWNS), diagnostic.message
        told = Counter(d.policyName for d in answer.diagnostics if "undetermined: " in d.message)
        assert not [rule for rule, count in told.items() if count > 1]


@FUZZ
@given(program=programs())
def test_no_tree_makes_a_rule_fail_or_hang(front: Any, program: list[Tree]) -> None:
    singles, stack = requests(program)
    started = time.monotonic()
    with only_fast(front):
        check([*(front.Analyze(single, None) for single in singles), front.AnalyzeStack(stack, None)])
    assert time.monotonic() - started < _TOO_LONG_SECONDS


@settings(FUZZ, max_examples=max(CASES // 10, 20))
@given(program=programs())
def test_no_tree_breaks_the_process(pack: Pack, program: list[Tree]) -> None:
    singles, stack = requests(program)
    answers = [pack.analyzer.Analyze(single, timeout=_TOO_LONG_SECONDS) for single in singles]
    check([*answers, pack.analyzer.AnalyzeStack(stack, timeout=_TOO_LONG_SECONDS)])
