"""How far apart the runs of an AWS schedule can lie: the age that data may have when only the last run of it is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise, takewhile

from cronsim import CronSim, CronSimError

_CRON = re.compile(r"cron\((?P<minute>\S+) (?P<hour>\S+) (?P<day>\S+) (?P<month>\S+) (?P<weekday>\S+) (?P<year>\S+)\)")
# A fixed start makes the answer the same on every day; a leap year is among the years that follow.
_START = datetime(2027, 1, 1, tzinfo=UTC)
_HORIZON = timedelta(days=5 * 366)
# An hourly schedule repeats within days: its first year holds every gap that a longer look would find.
_RUNS = 366 * 24
_WEEKDAY_NUMBER = re.compile(r"(?<![\w#])[1-7](?!\w)")


class ScheduleError(ValueError):
    """A schedule that AWS would refuse, or that this program does not read."""


@cache
def largest_gap_minutes(schedule: str) -> int:
    """The longest time between two runs of `cron(...)`, in minutes.

    Raises ScheduleError for what is no schedule of AWS: six fields, exactly one of day-of-month and day-of-week `?`
    (Amazon EventBridge user guide, "Cron expressions"; AWS Backup ScheduleExpression takes the same). A fixed year is
    refused: such a plan ends some day, in silence.
    """
    runs = list(islice(_runs(schedule), _RUNS))
    gaps = [later - earlier for earlier, later in pairwise(runs)]
    if not gaps:
        raise ScheduleError(f"{schedule} runs less than twice in five years")
    return max(int(gap.total_seconds()) // 60 for gap in gaps)


def _runs(schedule: str) -> Iterator[datetime]:
    found = _CRON.fullmatch(schedule)
    if not found:
        raise ScheduleError(f"{schedule} is not cron(minutes hours day-of-month month day-of-week year)")
    if (found["day"] == "?") == (found["weekday"] == "?"):
        raise ScheduleError(f"{schedule}: exactly one of day-of-month and day-of-week must be ?")
    if found["year"] != "*":
        raise ScheduleError(f"{schedule}: the year must be *, a plan must not end by itself")
    # AWS counts the days of the week from SUN = 1, cron from SUN = 0.
    weekday = _WEEKDAY_NUMBER.sub(lambda day: str(int(day[0]) - 1), found["weekday"])
    fields = [found["minute"], found["hour"], found["day"], found["month"], weekday]
    text = " ".join("*" if field == "?" else field for field in fields)
    try:
        return takewhile(lambda run: run < _START + _HORIZON, CronSim(text, _START))
    except CronSimError as wrong:
        raise ScheduleError(f"{schedule}: {wrong}") from None
