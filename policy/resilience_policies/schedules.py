"""How far apart the runs of a schedule are: cron() and rate() as Amazon EventBridge and AWS Backup write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

_DAY_MINUTES = 24 * 60
_UNITS = {"minute": 1, "hour": 60, "day": _DAY_MINUTES}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# Eight years hold two leap days, so that a schedule for 29 February has a gap too.
_FIRST, _LAST = date(2025, 1, 1), date(2032, 12, 31)
_WEEK = 7
_SATURDAY = 7
_CRON_FIELDS = 6


@cache
def longest_gap_minutes(expression: str) -> int | None:
    """The longest time between two runs; None when the expression is not understood, or runs at most once."""
    if match := re.fullmatch(r"\s*rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)\s*", expression):
        return int(match[1]) * _UNITS[match[2]] or None
    match = re.fullmatch(r"\s*cron\((.*)\)\s*", expression)
    fields = match[1].split() if match else []
    # A schedule that ends in some year protects nothing after it: it has no longest gap.
    if len(fields) != _CRON_FIELDS or fields[5] != "*":
        return None
    try:
        times = [hour * 60 + minute for hour in _numbers(fields[1], 0, 23) for minute in _numbers(fields[0], 0, 59)]
        days = _days(fields[2], fields[3], fields[4])
    except ValueError:
        return None
    if not times or len(days) < 2:
        return None
    inside = [later - earlier for earlier, later in pairwise(times)]
    over_night = _DAY_MINUTES - times[-1] + times[0]
    between = max((later - earlier).days - 1 for earlier, later in pairwise(days)) * _DAY_MINUTES + over_night
    return max([*inside, between])


def _days(of_month: str, months: str, of_week: str) -> list[date]:
    in_months = set(_numbers(months, 1, 12, _MONTHS))
    every = (_FIRST + timedelta(days=number) for number in range((_LAST - _FIRST).days + 1))
    return [
        day
        for day in every
        if day.month in in_months and _is_day_of_month(of_month, day) and _is_day_of_week(of_week, day)
    ]


def _is_day_of_month(field: str, day: date) -> bool:
    if field in ("*", "?"):
        return True
    last = _last_of_month(day)
    for part in field.split(","):
        if part == "L":
            fits = day == last
        elif part == "LW":
            fits = day == _nearest_weekday(last)
        elif match := re.fullmatch(r"(\d{1,2})W", part):
            fits = int(match[1]) <= last.day and day == _nearest_weekday(day.replace(day=int(match[1])))
        else:
            fits = day.day in _numbers(part, 1, 31)
        if fits:
            return True
    return False


def _is_day_of_week(field: str, day: date) -> bool:
    if field in ("*", "?"):
        return True
    number = _weekday(day)
    for part in field.split(","):
        if match := re.fullmatch(r"(\w+)#([1-5])", part):
            fits = number == _number(match[1], _WEEKDAYS) and (day.day - 1) // _WEEK + 1 == int(match[2])
        elif part == "L":
            fits = number == _SATURDAY
        elif match := re.fullmatch(r"(\d|[A-Z]{3})L", part):
            fits = number == _number(match[1], _WEEKDAYS) and day.day > _last_of_month(day).day - _WEEK
        else:
            fits = number in _numbers(part, 1, 7, _WEEKDAYS)
        if fits:
            return True
    return False


def _numbers(field: str, first: int, last: int, names: tuple[str, ...] = ()) -> list[int]:
    """The numbers of a field, sorted: `*`, `a`, `a-b`, each with `/step`, in a list. Raises ValueError for others."""
    return sorted({number for part in field.split(",") for number in _part(part, first, last, names)})


def _part(part: str, first: int, last: int, names: tuple[str, ...]) -> Iterable[int]:
    span, _, step = part.partition("/")
    low, _, high = span.partition("-")
    if span in ("*", "?"):
        start, end = first, last
    else:
        start = _number(low, names)
        end = _number(high, names) if high else (last if step else start)
    if not first <= start <= last or not first <= end <= last:
        raise ValueError(part)
    wrapped = [*range(start, end + 1)] if start <= end else [*range(start, last + 1), *range(first, end + 1)]
    return wrapped[:: int(step)] if step else wrapped


def _number(text: str, names: tuple[str, ...]) -> int:
    return names.index(text.upper()) + 1 if text.upper() in names else int(text)


def _weekday(day: date) -> int:
    """AWS counts from 1, Sunday."""
    return day.isoweekday() % _WEEK + 1


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _nearest_weekday(day: date) -> date:
    """The weekday nearest to a day, within its month."""
    shift = {6: -1, 7: 1}.get(day.isoweekday(), 0)
    moved = day + timedelta(days=shift)
    return moved if moved.month == day.month else day - timedelta(days=2 * shift)
