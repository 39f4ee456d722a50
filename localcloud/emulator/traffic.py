"""Which Regions are out, and how often each operation was called: switches of the running process, not data of the cloud.

Neither is in the snapshot: a restarted or emptied cloud has every Region and has been asked nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from localcloud.emulator.requests import Asked

# Of this process, like all of the emulated AWS, so that what copies between Regions can ask.
_out: set[str] = set()


def is_out(region: str) -> bool:
    """Whether the Region answers nothing now."""
    return region in _out


class Traffic:
    """Sees every request before it is answered."""

    def __init__(self) -> None:
        self._calls: Counter[Asked] = Counter()
        self._since = time.time()
        _out.clear()

    @property
    def regions_out(self) -> list[str]:
        """The Regions that answer nothing now."""
        return sorted(_out)

    def admit(self, asked: Asked) -> bool:
        """Count the call; False when its Region is out. A call that gets no answer was made all the same."""
        self._calls[asked] += 1
        return asked.region not in _out

    def take_out(self, region: str) -> None:
        """From now on the Region answers nothing. What it holds stays as it is."""
        _out.add(region)

    def heal(self, region: str) -> None:
        """The Region answers again."""
        _out.discard(region)

    def recorded(self) -> dict[str, Any]:
        """Every (service, operation, region) that was called, and how often, since the start or the last reset."""
        calls = [
            {"service": asked.service, "operation": asked.operation, "region": asked.region, "count": count}
            for asked, count in self._calls.items()
        ]
        calls.sort(key=lambda call: (call["service"], call["operation"], call["region"]))
        return {"since": self._since, "calls": calls}

    def forget_calls(self) -> None:
        """Start counting anew."""
        self._calls.clear()
        self._since = time.time()

    def reset(self) -> None:
        """As after a start: every Region answers, and nothing was called."""
        _out.clear()
        self.forget_calls()
