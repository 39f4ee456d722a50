"""The weekly clock of Amazon RDS: a backup window every day, a maintenance window once a week."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from components.settings import limits

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = len(DAYS) * DAY_MINUTES

_MOMENT = rf"({'|'.join(DAYS)}):([01]\d|2[0-3]):[0-5]\d"
MaintenanceWindow = Annotated[str, StringConstraints(pattern=rf"^{_MOMENT}-{_MOMENT}$")]


def window_problem(backup: str, maintenance: str) -> str | None:
    """What Amazon RDS has against the two windows; None when it takes them. Either may run past midnight."""
    starts, ends = (_minutes(clock) for clock in backup.split("-"))
    backup_length = (ends - starts) % DAY_MINUTES
    opens, closes = (_week_minutes(moment) for moment in maintenance.split("-"))
    maintenance_length = (closes - opens) % WEEK_MINUTES
    least = limits.RDS_WINDOW_MINIMUM_MINUTES
    for key, window, length in (
        ("backupWindow", backup, backup_length),
        ("maintenanceWindow", maintenance, maintenance_length),
    ):
        if length < least:
            return f"{key} {window} lasts {length} minutes, {least} at least (CreateDBInstance)"
    # Yesterday's backup can still run at the start of the week, hence one day more than a week has.
    nights = (day * DAY_MINUTES + starts for day in range(-1, len(DAYS) * 2))
    if any(night < opens + maintenance_length and opens < night + backup_length for night in nights):
        return (
            f"backupWindow {backup} overlaps maintenanceWindow {maintenance};"
            " RDS refuses that (CreateDBInstance PreferredBackupWindow)"
        )
    return None


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _week_minutes(moment: str) -> int:
    day, clock = moment.split(":", 1)
    return DAYS.index(day) * DAY_MINUTES + _minutes(clock)
