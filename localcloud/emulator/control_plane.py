"""AWS's own time, which no local figure contains: a stated delay before a call does anything, none unless asked for.

A Multi-AZ instance takes AWS many minutes to make, here a fraction of a second. Who wants the minutes in a rehearsal states
them; they are reported apart from the time of the databases.
"""

from __future__ import annotations

import os
import re
from functools import cache

VARIABLE = "SECURECART_LOCAL_CONTROL_PLANE"
_ENTRY = re.compile(r"\s*(?P<service>[\w-]+)\.(?P<operation>\w+)=(?P<seconds>\d+(\.\d+)?)\s*")


@cache
def delays() -> dict[tuple[str, str], float]:
    """Seconds by (service, operation), from `rds.PromoteReadReplica=300,rds.RestoreDBInstanceToPointInTime=900`.

    Raises ValueError for what is not of that form.
    """
    found: dict[tuple[str, str], float] = {}
    for text in filter(None, os.environ.get(VARIABLE, "").split(",")):
        entry = _ENTRY.fullmatch(text)
        if entry is None:
            raise ValueError(f"{VARIABLE}: {text!r} is not SERVICE.OPERATION=SECONDS, as in rds.PromoteReadReplica=300")
        found[entry["service"], entry["operation"]] = float(entry["seconds"])
    return found


def delay_seconds(service: str, operation: str) -> float:
    """How long the call waits before it does anything."""
    return delays().get((service, operation), 0.0)
