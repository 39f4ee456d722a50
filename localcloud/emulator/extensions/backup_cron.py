"""Schedules as AWS Backup writes them: cron() of six fields in a time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from moto.backup.exceptions import InvalidParameterValueException

_FORM = re.compile(r"cron\((?P<fields>[^()]+)\)")
_FIELDS = 6
# Numbers of days in the day-of-week field; what follows # or / counts something else.
_WEEKDAYS = re.compile(r"(?<![#/\d])\d+")
# A schedule with years is looked at this many runs ahead: more than a year of an hourly one.
_RUNS_AHEAD = 10000


@lru_cache(maxsize=1024)
def next_run(expression: str, time_zone: str, after: datetime) -> datetime | None:
    """The first run after a moment; None when there is none any more."""
    years = _fields(expression)[5]
    for run in islice(_runs(expression, time_zone, after), _RUNS_AHEAD):
        if years == "*" or run.year in _years(years):
            return run.astimezone(after.tzinfo)
    return None


def check_schedule(expression: str, time_zone: str) -> None:
    """Refuse what is no schedule, or one that never runs."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidParameterValueException(f"{time_zone} is no time zone, such as Etc/UTC") from error
    try:
        fields = _fields(expression)
        _years(fields[5])
        next(_runs(expression, time_zone, datetime.now(ZoneInfo(time_zone))))
    except (CronSimError, StopIteration, ValueError) as error:
        raise InvalidParameterValueException(
            f"{expression} is no schedule that the local cloud can follow, such as cron(0 5 ? * * *): {error}"
        ) from error


def _runs(expression: str, time_zone: str, after: datetime) -> Iterator[datetime]:
    minutes, hours, day, month, weekday, _ = _fields(expression)
    # AWS counts days of the week from 1, Sunday; cron from 0.
    shifted = _WEEKDAYS.sub(lambda number: str(int(number[0]) - 1), weekday)
    return CronSim(
        " ".join((minutes, hours, day, month, shifted)).replace("?", "*"), after.astimezone(ZoneInfo(time_zone))
    )


def _fields(expression: str) -> list[str]:
    form = _FORM.fullmatch(expression)
    fields = form["fields"].split() if form else []
    if len(fields) != _FIELDS:
        raise ValueError(f"cron(...) of {_FIELDS} fields is asked for")
    return fields


def _years(field: str) -> set[int]:
    if field == "*":
        return set()
    years: set[int] = set()
    for part in field.split(","):
        first, _, last = part.partition("-")
        years |= set(range(int(first), int(last or first) + 1))
    return years
