"""Whether AWS Backup can start the jobs of a rule at all: databases refuse them around their maintenance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from components.settings.protection import Kind, Protection
from components.settings.protection_rules import Problem, rules_of
from components.settings.schedules import year_of_runs

# AWS Backup developer guide, backup plan options: a database starts no backup in the hour before its maintenance
# window, nor in it. AWS Backup tries again until the start window is over.
BEFORE_MAINTENANCE = timedelta(hours=1)
WEEK = timedelta(days=7)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def window_problems(
    protection: Protection, maintenance_windows: Mapping[str, str], *, key: str = "backup"
) -> list[Problem]:
    """The rules some of whose jobs cannot start, by the maintenance windows (ddd:hh:mm-ddd:hh:mm) of the databases."""
    found: list[Problem] = []
    for name, rule in rules_of(protection, Kind.DATABASES).items():
        window = timedelta(minutes=rule.start_window_minutes)
        for store, maintenance in maintenance_windows.items():
            starts = (run for run in year_of_runs(rule.schedule) if _blocked(run, window, maintenance))
            if (run := next(starts, None)) is not None:
                message = (
                    f"is {rule.schedule}: the job of {run:%A, %H:%M} cannot start within"
                    f" {rule.start_window_minutes} minutes, since database {store} takes none from an hour before"
                    f" {maintenance} to its end (AWS Backup developer guide, backup plan options); move one of them, or"
                    " raise startWindowMinutes"
                )
                found.append((f"{key}.rules.{name}.schedule", message))
    return found


def _blocked(run: datetime, window: timedelta, maintenance: str) -> bool:
    """Whether every minute in which a job could start is in or just before a weekly maintenance window."""
    opens, closes = (_since_monday(part) for part in maintenance.split("-"))
    blocked = (closes - opens) % WEEK + BEFORE_MAINTENANCE
    start = timedelta(days=run.weekday(), hours=run.hour, minutes=run.minute)
    return (start - (opens - BEFORE_MAINTENANCE)) % WEEK + window <= blocked


def _since_monday(text: str) -> timedelta:
    day, hours, minutes = text.split(":")
    return timedelta(days=WEEKDAYS.index(day), hours=int(hours), minutes=int(minutes))
