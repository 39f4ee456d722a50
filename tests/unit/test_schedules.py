"""The longest gap between two runs of an AWS schedule, by hand-counted examples."""

from __future__ import annotations

import pytest

from components.strategy.schedules import ScheduleError, largest_gap_minutes

HOUR, DAY = 60, 24 * 60


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        ("cron(0 * * * ? *)", HOUR),
        ("cron(0 0/6 * * ? *)", 6 * HOUR),
        ("cron(0 5 ? * * *)", DAY),
        ("cron(0 5,9 ? * * *)", 20 * HOUR),
        ("cron(0 5 ? * MON-FRI *)", 3 * DAY),
        ("cron(0 9 ? * SUN *)", 7 * DAY),
        ("cron(0 9 ? * 1 *)", 7 * DAY),  # SUN = 1 at AWS, 0 in cron
        ("cron(0 9 ? * 2-6 *)", 3 * DAY),
        ("cron(0 9 ? * 2#1 *)", 35 * DAY),  # the first Monday of a month
        ("cron(0 5 1 * ? *)", 31 * DAY),
        ("cron(0 5 L * ? *)", 31 * DAY),
        ("cron(0 5 1 1 ? *)", 366 * DAY),
    ],
)
def test_the_longest_gap_counts(schedule: str, minutes: int) -> None:
    assert largest_gap_minutes(schedule) == minutes


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("rate(1 day)", "is not cron("),
        ("cron(0 5 * * *)", "is not cron("),
        ("cron(0 5 * * * *)", "exactly one of day-of-month and day-of-week"),
        ("cron(0 5 ? * ? *)", "exactly one of day-of-month and day-of-week"),
        ("cron(0 5 ? * * 2027)", "the year must be *"),
        ("cron(60 5 ? * * *)", "minute"),
        ("cron(0 5 30 2 ? *)", "30"),
    ],
)
def test_what_aws_refuses_or_what_ends_some_day_is_refused(schedule: str, words: str) -> None:
    with pytest.raises(ScheduleError, match="(?i)" + words.replace("(", r"\(").replace("*", r"\*")):
        largest_gap_minutes(schedule)
