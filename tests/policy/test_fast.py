"""The fast way answers as the SDK's own way does, byte for byte, whatever the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from resilience_policies import estate, fast
from tests.policy.in_process import configure, fronts, only_fast
from tests.policy.our_stacks import registrations
from tests.policy.pack import UNKNOWN, Registration, messages, running, secret
from tests.policy.trees import FUZZ, Tree, programs, requests

CONFIG: dict[str, dict[str, Any]] = {
    "rds-backup-retention": {"minDays": 14, "byDataClass": {"payments": {"minDays": 35}}},
    "rds-multi-az": {"enforcementLevel": "advisory"},
    "kms-rotation": {"enforcementLevel": "disabled"},
    "ebs-encrypted": {"enforcementLevel": "remediate"},
    "waivers": {
        "waivers": [
            {"rule": "s3-versioning", "resource": "r*", "reason": "a", "owner": "b", "expires": "2999-01-01"},
            {"rule": "rds-storage-encrypted", "resource": "r1", "reason": "a", "owner": "b", "expires": "2000-01-01"},
        ]
    },
}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Any, Any]]:
    with fronts() as made:
        yield made


def answers(front: Any, config: dict[str, dict[str, Any]], sent: tuple[list[Any], Any]) -> list[bytes]:
    configure(front, config)
    estate.forget()
    singles, stack = sent
    found = [front.Analyze(single, None) for single in singles] + [front.AnalyzeStack(stack, None)]
    return [answer.SerializeToString(deterministic=True) for answer in found]


@FUZZ
@given(program=programs())
def test_both_ways_answer_alike(both: tuple[Any, Any], program: list[Tree]) -> None:
    plain, quick = both
    sent = requests(program)
    for config in ({}, CONFIG):
        assert answers(quick, config, sent) == answers(plain, config, sent)


CHANGES: dict[str, Callable[[Any], Any]] = {"as it is": lambda v: v, "secret": secret, "unknown": lambda _: UNKNOWN}


@pytest.mark.parametrize(
    ("stack", "first_preview", "change"),
    [("prod", False, "as it is"), ("dr", True, "as it is"), ("prod", True, "secret"), ("dr", False, "unknown")],
)
def test_both_ways_answer_alike_on_our_own_stacks(
    both: tuple[Any, Any], stack: str, first_preview: bool, change: str
) -> None:
    """Every property of every resource also as a secret, and as not known yet."""
    plain, quick = both
    registered = registrations(stack, first_preview=first_preview)
    changed = [replace(r, inputs={key: CHANGES[change](value) for key, value in r.inputs.items()}) for r in registered]
    sent = messages(changed, stack, "p")
    assert answers(quick, CONFIG, sent) == answers(plain, CONFIG, sent)


def test_the_fast_way_is_the_one_that_answers(both: tuple[Any, Any]) -> None:
    _, quick = both
    sent = requests([Tree("aws:rds/instance:Instance", {"multiAz": secret(False)}, {}, {}, "us-east-1", False, [])])
    with only_fast(quick):
        assert any(b"rds-backup-retention" in answer for answer in answers(quick, {}, sent))
        assert quick.Remediate(sent[0][0], None).ByteSize() == 0


def test_a_failure_of_the_fast_way_is_answered_the_plain_way(
    both: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, quick = both
    sent = requests([Tree("aws:rds/instance:Instance", {}, {}, {}, "us-east-1", False, [])])
    expected = answers(plain, {}, sent)

    def broken(*_: Any) -> None:
        raise AttributeError("a field that a later SDK has not")

    monkeypatch.setattr(fast, "_options", broken)
    assert answers(quick, {}, sent) == expected


def test_the_plain_way_can_be_asked_for() -> None:
    program = [
        Registration("aws:rds/instance:Instance", "db", {"multiAz": UNKNOWN, "password": secret("hunter2")}),
        Registration("aws:s3/bucket:Bucket", "data", {}),
    ]
    with running() as quick, running(**{fast.PLAIN: "1"}) as plain:
        quick.configure({})
        plain.configure({})
        assert quick.judge(*program) == plain.judge(*program) != []
