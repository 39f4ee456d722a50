"""Customers of a drill: what they write to, and waiting until they were served."""

from __future__ import annotations

import time

from localcloud.traffic.journal import ACKNOWLEDGED, read_journal
from localcloud.traffic.run import Traffic

STORES = frozenset({"orders", "payments", "invoices"})
PATIENCE_SECONDS = 120.0


def until_acknowledged(traffic: Traffic, region: str) -> None:
    """Waits until every store took a write in the Region; fails when that takes longer than PATIENCE_SECONDS."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        entries = read_journal(traffic.journal.path)[1]
        if {e.store for e in entries if e.region == region and e.outcome == ACKNOWLEDGED} == STORES:
            return
        assert time.monotonic() < deadline, f"not every store took a write in {region} within {PATIENCE_SECONDS:g} s"
        time.sleep(0.2)
