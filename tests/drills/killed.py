"""A run that dies right after each step that it newly finishes, until nothing is left to die at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from automation.recovery.journal import Event, Journal, Kind


class KilledError(BaseException):
    """Stands for SIGKILL: nothing may catch it and go on."""


def die_after_every_step(start: Callable[[], object], steps: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Starts the command anew after each death; the steps in the order in which they were finished.

    A step that finished beside the one that killed the run may be finished again: its word did not reach the journal.
    """
    append = Journal.append
    finished: list[str] = []

    def dying(self: Journal, kind: Kind, step: str = "", *rest: Any, **more: Any) -> Event:
        event = append(self, kind, step, *rest, **more)
        if kind is Kind.STEP_DONE:
            finished.append(step)
            raise KilledError(step)
        return event

    runs = 0
    with patch.context() as patched:
        patched.setattr(Journal, "append", dying)
        while len(set(finished)) < steps:
            runs += 1
            assert runs <= 2 * steps, "every run finishes at least one step"
            with pytest.raises(KilledError):
                start()
    return finished
