"""The one clock of the local cloud: the machine's, put forward by as much as was asked.

Whatever needs the time asks `now()`, moto included, so that schedules, retentions and points in time agree with one another.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_advanced = timedelta(0)


def now() -> datetime:
    """The time in the local cloud, in UTC."""
    return datetime.now(UTC) + _advanced


def advance(seconds: float) -> None:
    """Put the clock forward by `seconds`. It never goes back: what has happened would then lie in the future."""
    global _advanced  # noqa: PLW0603  a process has one clock
    if seconds < 0:
        raise ValueError(f"the clock only goes forward: {seconds} s is below 0")
    _advanced += timedelta(seconds=seconds)


def advanced_seconds() -> float:
    """By how much the clock is ahead of the machine's."""
    return _advanced.total_seconds()


def state() -> float:
    """What a snapshot keeps: the clock must not go back over a restart."""
    return advanced_seconds()


def restore(advanced_seconds: float) -> None:
    """Take over what `state` gave."""
    global _advanced  # noqa: PLW0603
    _advanced = timedelta(seconds=advanced_seconds)


def reset() -> None:
    """As the machine's clock again, with the emptied cloud."""
    restore(0.0)
