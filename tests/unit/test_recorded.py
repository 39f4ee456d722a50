"""The stack's own past is read, also while the engine writes it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components import recorded

HALF_WRITTEN = "invoke of pulumi:pulumi:readStackOutputs failed: failed to load checkpoint: EOF"


def answering(*answers: Any) -> Callable[..., Any]:
    waiting = list(answers)

    def invoke(*_: Any) -> Any:
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(value={"outputs": answer})

    return invoke


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded._read.retry, "sleep", lambda _: None)  # type: ignore[attr-defined]
    monkeypatch.setattr(pulumi, "get_organization", lambda: "organization")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dr")


def test_a_state_that_is_just_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Exception(HALF_WRITTEN)
    monkeypatch.setattr(pulumi.runtime, "invoke", answering(busy, busy, {"databaseRole": "promoted"}))
    assert recorded.recorded().database_role == "promoted"


def test_no_other_failure_passes_for_a_stack_without_a_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.runtime, "invoke", answering(Exception("access denied"), {}))
    with pytest.raises(Exception, match="access denied"):
        recorded.recorded()


def test_a_state_that_stays_unreadable_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.runtime, "invoke", answering(*[Exception(HALF_WRITTEN)] * 100))
    with pytest.raises(Exception, match="failed to load checkpoint"):
        recorded.recorded()
