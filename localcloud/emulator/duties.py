"""What the cloud does by itself when its time has come: scheduled backups, deletions at the end of a retention.

A module registers its duty once; while the clock is put forward, each duty is carried out at the time at which it is due.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from localcloud.emulator import clock


@dataclass(frozen=True)
class Duty:
    """Something to do, again and again."""

    next_due: Callable[[], datetime | None]
    """When there is something to do next (UTC), perhaps in the past; None when there is nothing. Asked often: cheap."""
    carry_out: Callable[[], None]
    """Do all that is due by now; afterwards next_due() is later than now."""


_duties: list[Duty] = []


def when_due(next_due: Callable[[], datetime | None], carry_out: Callable[[], None]) -> None:
    """Register a duty, once in a process."""
    _duties.append(Duty(next_due, carry_out))


def advance(seconds: float, arrive: Callable[[], None]) -> None:
    """Put the clock forward by `seconds`, and carry out on the way what falls due, each at its time and in order.

    `arrive` lets what travels between the Regions arrive before anything is done with it.
    """
    target = clock.now() + timedelta(seconds=seconds)
    while pending := [(due, duty) for duty in _duties if (due := duty.next_due()) is not None and due <= target]:
        due, duty = min(pending, key=lambda entry: entry[0])
        _go_to(due)
        arrive()
        duty.carry_out()
    _go_to(target)


def carry_out_due() -> None:
    """Carry out what is due by now: what a running cloud does all the time.

    A duty that fails is written to the cloud's log and keeps neither the others nor the cloud from going on.
    """
    for duty in _duties:
        try:
            due = duty.next_due()
            if due is not None and due <= clock.now():
                duty.carry_out()
        except Exception:
            traceback.print_exc()


def _go_to(moment: datetime) -> None:
    clock.advance(max(0.0, (moment - clock.now()).total_seconds()))
