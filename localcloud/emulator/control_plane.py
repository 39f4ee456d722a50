"""AWS's own time, which no local figure contains: a stated delay before a call does anything, none unless asked for.

A Multi-AZ instance takes AWS many minutes to make, here a fraction of a second. Who wants the minutes in a rehearsal states
them; they are reported apart from the time of the databases.
"""

from __future__ import annotations

import os
from functools import cache

VARIABLE = "SECURECART_LOCAL_CONTROL_PLANE"


@cache
def delays() -> dict[tuple[str, str], float]:
    """Seconds by (service, operation), from `rds.PromoteReadReplica=300,rds.RestoreDBInstanceToPointInTime=900`.

    Raises ValueError for what is not of that form.
    """
    delays: dict[tuple[str, str], float] = {}
    for entry in filter(None, os.environ.get(VARIABLE, "").split(",")):
        name, _, seconds = entry.partition("=")
        service, _, operation = name.strip().partition(".")
        try:
            delays[service, operation] = float(seconds)
        except ValueError:
            raise ValueError(
                f"{VARIABLE}: {entry!r} is not SERVICE.OPERATION=SECONDS, such as rds.PromoteReadReplica=300"
            ) from None
    return delays


def delay_seconds(service: str, operation: str) -> float:
    """How long the call waits before it does anything."""
    return delays().get((service, operation), 0.0)
