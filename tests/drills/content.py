"""Whether what customers were told is there: counted from their own journal, against what the evidence says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.traffic.report import StoreFigures
from tests.drills.live_estate import LiveEstate

Tell = Callable[[str], None]


def told(counted: dict[str, StoreFigures], tell: Tell) -> None:
    for name, one in counted.items():
        seconds = "UNKNOWN" if one.lost_seconds is None else f"{one.lost_seconds:.2f} s"
        tell(f"  {name}: {one.lost} of {one.acknowledged} acknowledged writes lost ({seconds}), {one.damaged} damaged")


def rpo_of(evidence: dict[str, Any], kind: str, store: str) -> dict[str, Any]:
    (found,) = [one for one in evidence["services"] if (one["kind"], one["store"]) == (kind, store)]
    return dict(found["rpo"])


def nothing_lost(live: LiveEstate, journal: Path, region: str, tell: Tell) -> None:
    """By content: each write that was acknowledged is there, in the Region that serves, as it was written."""
    live.settle()
    counted = live.counted(journal, region)
    told(counted, tell)
    for one in counted.values():
        assert one.acknowledged > 0
        assert (one.lost, one.damaged) == (0, 0)
