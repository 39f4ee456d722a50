"""Carries what is written in one Region to the other, after a lag; to and from a Region that is out, nothing.

Each kind of data (items of DynamoDB, objects of S3) sends parcels through the one carrier and says what an arrival does.
Nobody sees the cloud but by a request, so parcels are delivered at the start of each: no thread is needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.emulator import clock

# AWS: "usually within a second" (DynamoDB developer guide, "Global tables"); S3 says minutes, most objects take seconds.
DEFAULT_LAG_SECONDS = 1.0
_EVER = datetime.min.replace(tzinfo=UTC)

# Takes (content of the parcel, when it arrived).
Arrival = Callable[[Any, datetime], None]
Direction = tuple[str, str]


@dataclass(frozen=True)
class Parcel:
    """Something on its way. `content` is plain data of its kind, which names what it is for and holds no table or bucket."""

    kind: str
    written_at: datetime
    content: Any


class Carrier:
    """The parcels on their way, by direction (source Region, destination Region), in the order in which they were sent."""

    def __init__(self) -> None:
        self._arrivals: dict[str, Arrival] = {}
        self._on_the_way: dict[Direction, deque[Parcel]] = {}
        # Nothing arrives before: set when a Region is healed or the lag changes.
        self._not_before: dict[Direction, datetime] = {}
        self._lag = timedelta(seconds=DEFAULT_LAG_SECONDS)

    @property
    def lag_seconds(self) -> float:
        """How long after its writing a parcel arrives."""
        return self._lag.total_seconds()

    def set_lag(self, seconds: float) -> None:
        """Change the lag, also for what is on its way."""
        self._lag = timedelta(seconds=seconds)
        for direction in self._on_the_way:
            self._not_before[direction] = clock.now()

    def on_arrival(self, kind: str, arrival: Arrival) -> None:
        """Say what happens with parcels of a kind, once in a process."""
        self._arrivals[kind] = arrival

    def send(self, kind: str, source: str, destination: str, content: Any) -> None:
        """Put something that was written now in Region `source` on its way to Region `destination`."""
        self._on_the_way.setdefault((source, destination), deque()).append(Parcel(kind, clock.now(), content))

    def waiting(self, kind: str) -> list[tuple[Direction, Parcel]]:
        """What of a kind is on its way."""
        return [
            (direction, parcel)
            for direction, parcels in self._on_the_way.items()
            for parcel in parcels
            if parcel.kind == kind
        ]

    def deliver(self, regions_out: Collection[str]) -> None:
        """Hand over what is due now, but nothing to or from a Region that is out."""
        for direction, parcels in list(self._on_the_way.items()):
            if not parcels:
                continue
            if not set(direction).isdisjoint(regions_out):
                self._not_before[direction] = clock.now()
                continue
            while parcels and parcels[0].written_at + self._lag <= clock.now():
                parcel = parcels.popleft()
                due = max(parcel.written_at + self._lag, self._not_before.get(direction, _EVER))
                self._arrivals[parcel.kind](parcel.content, due)

    def state(self) -> dict[Direction, deque[Parcel]]:
        """What a snapshot keeps: what was on its way still arrives. The lag is a switch of the process and is not data."""
        return self._on_the_way

    def restore(self, on_the_way: dict[Direction, deque[Parcel]]) -> None:
        """Take over what `state` gave."""
        self._on_the_way = on_the_way

    def reset(self) -> None:
        """Nothing on its way, and the lag as after a start."""
        self._on_the_way = {}
        self._not_before = {}
        self._lag = timedelta(seconds=DEFAULT_LAG_SECONDS)


# moto's data is global to the process, and so is what travels between its Regions.
CARRIER = Carrier()
