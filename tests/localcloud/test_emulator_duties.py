"""The clock is put forward on request, and what falls due on the way is carried out at its time."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.emulator import clock, duties
from localcloud.emulator.server import Emulator
from localcloud.emulator.traffic import is_out

DAY_SECONDS = 24 * 3600


def advance(emulator: Emulator, **asked: Any) -> Any:
    url = f"{emulator.endpoint}/_securecart/clock"
    request = urllib.request.Request(url, json.dumps(asked).encode(), method="POST")  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


@pytest.fixture(autouse=True)
def no_other_duties(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    emulator.reset()
    monkeypatch.setattr(duties, "_duties", [])
    yield
    emulator.reset()


def test_the_clock_goes_forward_by_what_was_asked(emulator: Emulator) -> None:
    answered = advance(emulator, advance_seconds=DAY_SECONDS)
    assert answered["advancedSeconds"] == pytest.approx(DAY_SECONDS, abs=60)
    ahead = datetime.fromisoformat(answered["now"]) - datetime.now(UTC)
    assert abs(ahead - timedelta(days=1)) < timedelta(minutes=1)


@pytest.mark.parametrize("seconds", [-5, "26h", None, True, 1e12])
def test_what_is_no_way_ahead_is_refused(emulator: Emulator, seconds: object) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        advance(emulator, advance_seconds=seconds)
    assert refused.value.code == 400
    assert "advance_seconds" in json.load(refused.value)["error"]
    assert clock.advanced_seconds() == 0


def test_what_falls_due_on_the_way_is_carried_out_at_its_time_and_in_order(emulator: Emulator) -> None:
    start = clock.now()
    due = {"slow": [start + timedelta(hours=3)], "fast": [start + timedelta(hours=hours) for hours in (1, 2, 4, 30)]}
    done: list[tuple[str, int]] = []

    def carry_out(name: str) -> None:
        while due[name] and due[name][0] <= clock.now():
            due[name].pop(0)
            done.append((name, round((clock.now() - start) / timedelta(hours=1))))

    for name, times in due.items():
        duties.when_due(
            lambda times=times: times[0] if times else None,  # type: ignore[misc]
            lambda name=name: carry_out(name),  # type: ignore[misc]
        )
    emulator.advance_clock(26 * 3600)
    assert done == [("fast", 1), ("fast", 2), ("slow", 3), ("fast", 4)]
    due["slow"].append(clock.now())
    emulator.carry_out_due()
    assert done[4:] == [("slow", 26)]


def test_a_duty_that_fails_is_logged_and_keeps_no_other_from_its_work(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError("the first duty")

    for carry_out in (fail, lambda: done.append("second")):
        duties.when_due(clock.now, carry_out)
    emulator.carry_out_due()
    assert done == ["second"]
    assert "the first duty" in capsys.readouterr().err


def test_copies_between_regions_can_ask_what_is_out(emulator: Emulator) -> None:
    emulator.traffic.take_out("us-west-2")
    assert (is_out("us-west-2"), is_out("us-east-1")) == (True, False)
    emulator.reset()
    assert not is_out("us-west-2")
