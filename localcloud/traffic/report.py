"""RPO and RTO by counting: what was acknowledged and is gone, and for how long nothing was acknowledged.

A figure that was not measured is None, with the reason beside it. Zero means that it was counted, and was zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.traffic.journal import FAILED, STALE, Entry
from localcloud.traffic.stores import Store, error_of


@dataclass(frozen=True)
class Outage:
    """A row of failed writes. Seconds of Unix time; `ended` is when the next one was acknowledged, None if none was."""

    began: float
    ended: float | None
    failed: int
    errors: tuple[str, ...]

    @property
    def seconds(self) -> float | None:
        """From the first failed to the first acknowledged write."""
        return None if self.ended is None else self.ended - self.began


@dataclass(frozen=True, kw_only=True)
class StoreFigures:
    """What became of one store's writes."""

    store: str
    acknowledged: int
    failed: int
    stale: int
    """Acknowledged, and not read back at once."""
    lost: int | None
    """Acknowledged and gone: the RPO by count."""
    lost_seconds: float | None
    """From the acknowledgement of the first lost write to the first failed one: the RPO by time."""
    damaged: int | None
    """There, with content that is not what was written."""
    rto_seconds: float | None
    """The longest time from a first failed to a first acknowledged write."""
    outages: tuple[Outage, ...] = ()
    unknown: dict[str, str] = field(default_factory=dict)
    """Why a figure is None."""

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "store": self.store,
            "acknowledged": self.acknowledged,
            "failed": self.failed,
            "stale": self.stale,
            "lost": self.lost,
            "lostSeconds": self.lost_seconds,
            "damaged": self.damaged,
            "rtoSeconds": self.rto_seconds,
            "outages": [
                {"began": one.began, "ended": one.ended, "failed": one.failed, "errors": list(one.errors)}
                for one in self.outages
            ],
            "unknown": self.unknown,
        }


def figures(store: Store, entries: Iterable[Entry], region: str) -> StoreFigures:
    """Count for one store; `region` is where its data has to be now."""
    mine = sorted((entry for entry in entries if entry.store == store.name), key=lambda entry: entry.sequence)
    acknowledged = [entry for entry in mine if entry.outcome != FAILED]
    unknown: dict[str, str] = {}
    outages = outages_of(mine)
    longest = _longest(outages)
    lost, damaged = _missing(store, region, acknowledged, unknown)
    return StoreFigures(
        store=store.name,
        acknowledged=len(acknowledged),
        failed=len(mine) - len(acknowledged),
        stale=sum(entry.outcome == STALE for entry in mine),
        lost=None if lost is None else len(lost),
        lost_seconds=_lost_seconds(lost, longest, unknown),
        damaged=damaged,
        rto_seconds=_rto_seconds(longest, unknown),
        outages=tuple(outages),
        unknown=unknown,
    )


def outages_of(entries: Sequence[Entry]) -> list[Outage]:
    """The rows of failed writes among one store's, which are in order."""
    found: list[Outage] = []
    row: list[Entry] = []
    for entry in entries:
        if entry.outcome == FAILED:
            row.append(entry)
        elif row:
            found.append(_outage(row, entry.ended))
            row = []
    return [*found, _outage(row, None)] if row else found


def _outage(row: Sequence[Entry], ended: float | None) -> Outage:
    return Outage(row[0].began, ended, len(row), tuple(sorted({entry.error for entry in row})))


def _longest(outages: Sequence[Outage]) -> Outage | None:
    """One that did not end is longer than any."""
    return max(outages, key=lambda one: float("inf") if one.seconds is None else one.seconds, default=None)


def _missing(
    store: Store, region: str, acknowledged: Sequence[Entry], unknown: dict[str, str]
) -> tuple[list[Entry] | None, int | None]:
    if not acknowledged:
        unknown["lost"] = unknown["damaged"] = "no write was acknowledged"
        return None, None
    try:
        found = store.find(region, [entry.sequence for entry in acknowledged])
    except Exception as error:
        unknown["lost"] = unknown["damaged"] = f"{store.name} cannot be read in {region}: {error_of(error)}"
        return None, None
    there = found.intact | found.damaged
    return [entry for entry in acknowledged if entry.sequence not in there], len(found.damaged)


def _lost_seconds(lost: Sequence[Entry] | None, longest: Outage | None, unknown: dict[str, str]) -> float | None:
    if lost is None:
        unknown["lostSeconds"] = unknown["lost"]
        return None
    if not lost:
        return 0.0
    if longest is None:
        unknown["lostSeconds"] = "no write failed, so the moment of the failure is not known"
        return None
    if lost[0].ended > longest.began:
        unknown["lostSeconds"] = (
            "what is missing was acknowledged after the failure: it is in the other Region, or was deleted"
        )
        return None
    return longest.began - lost[0].ended


def _rto_seconds(longest: Outage | None, unknown: dict[str, str]) -> float | None:
    if longest is None:
        unknown["rtoSeconds"] = "no write failed while the traffic ran"
        return None
    if longest.seconds is None:
        unknown["rtoSeconds"] = "no write was acknowledged after the failure until the traffic ended"
    return longest.seconds


def lines(found: StoreFigures) -> list[str]:
    """The figures as text; what was not measured is UNKNOWN."""
    shown = [
        f"{found.store}: {found.acknowledged} acknowledged, {found.failed} failed, {found.stale} not read back at once",
        f"  RPO: {_count(found.lost)} lost, {_seconds(found.lost_seconds)}; {_count(found.damaged)} damaged",
        f"  RTO: {_seconds(found.rto_seconds)} from the first failed to the first acknowledged write",
    ]
    return shown + [f"  {figure} is UNKNOWN: {reason}" for figure, reason in found.unknown.items()]


def _count(value: int | None) -> str:
    return "UNKNOWN" if value is None else str(value)


def _seconds(value: float | None) -> str:
    return "UNKNOWN" if value is None else f"{value:.1f} s"
