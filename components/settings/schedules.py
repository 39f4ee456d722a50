"""Schedules as AWS writes them: six fields in cron(), and how far apart their runs are."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator

from components.settings.base import Cron

# Numbers of days in a day-of-week field; what follows # or / counts something else.
_WEEKDAYS = re.compile(r"(?<![#/\d])\d+")
# Any fixed instant would do: gaps are measured over more than a year, so that February and a yearly rule are in them.
_START = datetime(2024, 12, 31, 23, 59, tzinfo=UTC)
_SPAN = timedelta(days=400)
_RUNS = 14


def _valid(expression: str) -> str:
    fields = _fields(expression)
    if (fields[2] == "?") == (fields[4] == "?"):
        raise ValueError(
            f"{expression} must have ? as exactly one of day of month and day of week, for example"
            " cron(0 5 ? * * *) (Amazon EventBridge user guide, cron expressions)"
        )
    if fields[5] != "*":
        raise ValueError(f"{expression} must end in *: a schedule that ends in some year protects nothing after it")
    try:
        # cron would read 0 and 8 as days, AWS refuses both.
        in_week = all(1 <= int(day) <= 7 for day in _WEEKDAYS.findall(fields[4]))
        runs_once = next(runs(expression)) if in_week else None
    except (CronSimError, StopIteration):
        runs_once = None
    if runs_once is None:
        raise ValueError(
            f"{expression} never runs or has a field out of range: minutes 0-59, hours 0-23, day of month 1-31 or L,"
            " month 1-12, day of week 1-7 with 1 Sunday (Amazon EventBridge user guide, cron expressions)"
        )
    return expression


AwsCron = Annotated[Cron, AfterValidator(_valid)]


def runs(expression: str, after: datetime = _START) -> Iterator[datetime]:
    """When a schedule runs, in UTC, after an instant."""
    minutes, hours, day, month, weekday, _ = _fields(expression)
    # AWS counts days of the week from 1, Sunday; cron from 0.
    shifted = _WEEKDAYS.sub(lambda number: str(int(number[0]) - 1), weekday)
    return CronSim(" ".join((minutes, hours, day, month, shifted)).replace("?", "*"), after)


@cache
def year_of_runs(expression: str) -> tuple[datetime, ...]:
    """The runs of more than a year, and of more years where there are few."""
    seen: list[datetime] = []
    for run in runs(expression):
        seen.append(run)
        if run > _START + _SPAN and len(seen) > _RUNS:
            break
    return tuple(seen)


@cache
def longest_gap_hours(expression: str) -> int:
    """The longest time between two runs, rounded up: the worst age that a backup on this schedule can have."""
    return -int(-max(_gaps(expression)) // timedelta(hours=1))


@cache
def shortest_gap_minutes(expression: str) -> int:
    """The shortest time between two runs."""
    return int(min(_gaps(expression)) / timedelta(minutes=1))


def first_overlap(one: str, one_minutes: int, other: str, other_minutes: int) -> datetime | None:
    """When the windows that begin at the runs of two schedules first overlap, None if they never do."""
    mine, theirs = deque(year_of_runs(one)), deque(year_of_runs(other))
    mine_open, theirs_open = timedelta(minutes=one_minutes), timedelta(minutes=other_minutes)
    while mine and theirs:
        if mine[0] < theirs[0] + theirs_open and theirs[0] < mine[0] + mine_open:
            return max(mine[0], theirs[0])
        (mine if mine[0] < theirs[0] else theirs).popleft()
    return None


def _gaps(expression: str) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(year_of_runs(expression))]


def _fields(expression: str) -> list[str]:
    return expression.removeprefix("cron(").removesuffix(")").split(" ")
