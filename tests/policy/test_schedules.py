from __future__ import annotations

import importlib
from collections.abc import Callable
from itertools import pairwise, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.settings import schedules as program

DAY = 24 * 60


@pytest.fixture(scope="module")
def gap() -> Callable[[str], int | None]:
    """Imported late: conftest puts the pack's directory on the path."""
    found: Callable[[str], int | None] = importlib.import_module("resilience_policies.schedules").longest_gap_minutes
    return found


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("rate(5 minutes)", 5),
        ("rate(1 hour)", 60),
        ("rate(12 hours)", 720),
        ("rate(7 days)", 7 * DAY),
        ("cron(0/15 * * * ? *)", 15),
        ("cron(0 * * * ? *)", 60),
        ("cron(0 2/4 * * ? *)", 240),
        ("cron(0 0/5 * * ? *)", 300),
        ("cron(0 22-2 ? * * *)", 20 * 60),
        ("cron(0 6,18 ? * * *)", 720),
        ("cron(0 5 ? * * *)", DAY),
        ("cron(0 5 * * ? *)", DAY),
        ("cron(0 5 ? * MON-FRI *)", 3 * DAY),
        ("cron(0 5 ? * 2-6 *)", 3 * DAY),
        ("cron(0 5 ? * 1 *)", 7 * DAY),
        ("cron(0 5 ? * L *)", 7 * DAY),
        ("cron(0 5 ? * SAT,SUN *)", 6 * DAY),
        ("cron(0 5 ? * MON#1 *)", 35 * DAY),
        ("cron(0 5 ? * 6L *)", 35 * DAY),
        ("cron(0 5 1 * ? *)", 31 * DAY),
        ("cron(0 5 L * ? *)", 31 * DAY),
        ("cron(0 5 1/2 * ? *)", 2 * DAY),
        ("cron(0 5 1 1,7 ? *)", 184 * DAY),
        ("cron(0 5 1 JAN ? *)", 366 * DAY),
        ("cron(0 5 29 2 ? *)", 1461 * DAY),
    ],
)
def test_the_longest_gap_is_that_of_the_calendar(
    gap: Callable[[str], int | None], expression: str, minutes: int
) -> None:
    assert gap(expression) == minutes


def test_the_weekday_nearest_to_a_day_stays_in_its_month(gap: Callable[[str], int | None]) -> None:
    # 1 March 2025 is a Saturday: its nearest weekday is the 3rd, since 28 February lies in another month.
    days = importlib.import_module("resilience_policies.schedules")._days("1W", "*", "?")
    assert [d.isoformat() for d in days[:3]] == ["2025-01-01", "2025-02-03", "2025-03-03"]
    assert gap("cron(0 5 LW * ? *)") == 33 * DAY


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "daily",
        "cron(0 5)",
        "cron(0 5 ? * * 2026)",
        "cron(60 5 ? * * *)",
        "cron(0 24 ? * * *)",
        "cron(0 5 31 2 ? *)",
        "cron(0 5 ? * 8 *)",
        "cron(x 5 ? * * *)",
        "cron(0/0 5 ? * * *)",
        "rate(0 hours)",
        "rate(1 fortnight)",
        "at(2026-01-01T00:00:00)",
    ],
)
def test_what_never_repeats_or_cannot_be_read_has_no_gap(gap: Callable[[str], int | None], expression: str) -> None:
    assert gap(expression) is None


FIELDS = {
    "minute": st.sampled_from(["0", "0/40", "5,50"]),
    "hour": st.sampled_from(["5", "0/12", "2,14", "8-10", "1-23/9"]),
    "day": st.sampled_from([("?", "*"), ("?", "1"), ("?", "2-6"), ("?", "1,4"), ("1", "?"), ("1,15", "?"), ("*", "?")]),
    "month": st.sampled_from(["*", "1-6", "3", "1/3"]),
}


@settings(max_examples=40, deadline=None)
@given(**FIELDS)
def test_an_independent_reader_of_cron_finds_the_same_gap(
    minute: str, hour: str, day: tuple[str, str], month: str
) -> None:
    of_month, of_week = day
    expression = f"cron({minute} {hour} {of_month} {month} {of_week} *)"
    runs = takewhile(lambda run: run.year < 2033, program.runs(expression))
    expected = max(int((later - earlier).total_seconds()) // 60 for earlier, later in pairwise(runs))
    found = importlib.import_module("resilience_policies.schedules").longest_gap_minutes(expression)
    assert found == expected
