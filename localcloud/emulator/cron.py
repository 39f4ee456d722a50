"""When a schedule in AWS's form runs: cron() with six fields, in UTC.

EventBridge user guide, "Cron expressions": minutes, hours, day of month, month, day of week (1 is Sunday), year.
"""

from __future__ import annotations

import re
from datetime import datetime

from cronsim import CronSim, CronSimError

# Numbers of days in a day-of-week field; what follows # or / counts something else.
_WEEKDAYS = re.compile(r"(?<![#/\d])\d+")
_FIELDS = 6


def next_run(expression: str, after: datetime) -> datetime | None:
    """The first run after `after` (UTC); None when the expression is not AWS's, or never runs again."""
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    if len(fields) != _FIELDS:
        return None
    minutes, hours, day, month, weekday, year = fields
    # AWS counts days of the week from 1, Sunday; cron from 0.
    shifted = _WEEKDAYS.sub(lambda number: str(int(number[0]) - 1), weekday)
    try:
        runs = CronSim(" ".join((minutes, hours, day, month, shifted)).replace("?", "*"), after)
        return next((run for run in runs if year in ("*", str(run.year))), None)
    except CronSimError:
        return None
