"""The only place that asks for the time. There is no switch for it: a waiver must not live longer on a changed clock."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The day in UTC, so that a waiver ends on the same day for everyone."""
    return datetime.now(UTC).date()
