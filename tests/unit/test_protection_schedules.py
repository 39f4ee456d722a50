"""AWS's cron: what AWS takes, what it refuses, and how far apart the runs are (Amazon EventBridge, cron expressions)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from components.settings.schedules import AwsCron, first_overlap, longest_gap_hours, runs, shortest_gap_minutes

SCHEDULE: TypeAdapter[str] = TypeAdapter(AwsCron)


@pytest.mark.parametrize(
    ("expression", "hours", "minutes"),
    [
        ("cron(0 5 ? * * *)", 24, 1440),
        ("cron(0 0/4 * * ? *)", 4, 240),
        ("cron(15 * ? * * *)", 1, 60),
        ("cron(0/15 5 * * ? *)", 24, 15),
        ("cron(0 5 ? * MON-FRI *)", 72, 1440),
        ("cron(0 5 ? * 2-6 *)", 72, 1440),
        ("cron(0 5 1 * ? *)", 31 * 24, 28 * 1440),
        ("cron(0 5 L * ? *)", 31 * 24, 28 * 1440),
        ("cron(0 5 ? * 6#3 *)", 35 * 24, 28 * 1440),
        ("cron(0 5 1 1 ? *)", 366 * 24, 365 * 1440),
    ],
)
def test_gaps_are_the_longest_and_the_shortest_of_more_than_a_year(expression: str, hours: int, minutes: int) -> None:
    assert SCHEDULE.validate_python(expression) == expression
    assert longest_gap_hours(expression) == hours
    assert shortest_gap_minutes(expression) == minutes


@pytest.mark.parametrize(
    ("other", "minutes", "overlap"),
    [
        ("cron(0 5 ? * 1 *)", 60, datetime(2025, 1, 5, 5, tzinfo=UTC)),
        ("cron(0 4 ? * 1 *)", 60, None),
        ("cron(0 4 ? * 1 *)", 61, datetime(2025, 1, 5, 5, tzinfo=UTC)),
        ("cron(59 5 1 1 ? *)", 60, datetime(2025, 1, 1, 5, 59, tzinfo=UTC)),
        ("cron(0 6 1 1 ? *)", 60, None),
    ],
)
def test_windows_that_only_touch_do_not_overlap(other: str, minutes: int, overlap: datetime | None) -> None:
    assert first_overlap("cron(0 5 ? * * *)", 60, other, minutes) == overlap
    assert first_overlap(other, minutes, "cron(0 5 ? * * *)", 60) == overlap


@pytest.mark.parametrize("weekday", ["1", "SUN"])
def test_day_1_of_the_week_is_sunday(weekday: str) -> None:
    first = next(runs(f"cron(0 5 ? * {weekday} *)", datetime(2025, 6, 3, tzinfo=UTC)))
    assert first == datetime(2025, 6, 8, 5, tzinfo=UTC)
    assert first.strftime("%A") == "Sunday"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("rate(1 day)", "pattern"),
        ("cron(0 5 * * ?)", "pattern"),
        ("cron(0 5 * * * *)", "exactly one of day of month and day of week"),
        ("cron(0 5 ? * ? *)", "exactly one of day of month and day of week"),
        ("cron(0 24 ? * * *)", "hours 0-23"),
        ("cron(0 5 ? * 0 *)", "1 Sunday"),
        ("cron(0 5 ? * 8 *)", "1 Sunday"),
        ("cron(0 5 31 2 ? *)", "never runs"),
        ("cron(0 5 ? * * 2030)", "must end in"),
    ],
)
def test_what_aws_would_refuse_or_never_run_is_refused(expression: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SCHEDULE.validate_python(expression)
