"""The fast way answers as the SDK's own way does, byte for byte, whatever the program."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from resilience_policies import estate, fast
from tests.policy.in_process import configure, fronts
from tests.policy.pack import UNKNOWN, Registration, running, secret
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
    thresholds = gc.get_threshold()
    yield fronts()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def answers(front: Any, config: dict[str, dict[str, Any]], program: list[Tree]) -> list[bytes]:
    configure(front, config)
    estate.forget()
    singles, stack = requests(program)
    found = [front.Analyze(single, None) for single in singles] + [front.AnalyzeStack(stack, None)]
    return [answer.SerializeToString(deterministic=True) for answer in found]


@FUZZ
@given(program=programs())
def test_both_ways_answer_alike(both: tuple[Any, Any], program: list[Tree]) -> None:
    plain, quick = both
    for config in ({}, CONFIG):
        assert answers(quick, config, program) == answers(plain, config, program)


def test_the_fast_way_is_the_one_that_answers(both: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fallback hides a failure by design, so here the SDK's own way is taken out."""
    plain, quick = both
    sdk = type(plain._servicer)

    def never(*_: Any) -> None:
        raise AssertionError("the plain way was taken")

    program = [Tree("aws:rds/instance:Instance", {"multiAz": secret(False)}, {}, {}, "us-east-1", False, [])]
    for call in ("Analyze", "AnalyzeStack", "Remediate"):
        monkeypatch.setattr(sdk, call, never)
    assert any(b"rds-backup-retention" in answer for answer in answers(quick, {}, program))
    assert quick.Remediate(requests(program)[0][0], None).ByteSize() == 0


def test_a_failure_of_the_fast_way_is_answered_the_plain_way(
    both: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, quick = both
    program = [Tree("aws:rds/instance:Instance", {}, {}, {}, "us-east-1", False, [])]
    expected = answers(plain, {}, program)

    def broken(*_: Any) -> None:
        raise AttributeError("a field that a later SDK has not")

    monkeypatch.setattr(fast, "_options", broken)
    assert answers(quick, {}, program) == expected


def test_the_plain_way_can_be_asked_for() -> None:
    program = [
        Registration("aws:rds/instance:Instance", "db", {"multiAz": UNKNOWN, "password": secret("hunter2")}),
        Registration("aws:s3/bucket:Bucket", "data", {}),
    ]
    with running() as quick, running(**{fast.PLAIN: "1"}) as plain:
        quick.configure({})
        plain.configure({})
        assert quick.judge(*program) == plain.judge(*program) != []
