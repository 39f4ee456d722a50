"""30 % of all calls throttled or failing, those of customers too: a planned move, and the way back, end right and lose nothing.

A command may stop with one clear error; then the same command continues, and that is counted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest

from automation.recovery.failback import failback
from automation.recovery.world import World
from localcloud.emulator.faults import ALL, ERRORS, THROTTLE, Fault
from localcloud.emulator.server import Emulator
from tests.drills.content import Tell, nothing_lost
from tests.drills.customers import until_acknowledged
from tests.drills.live_estate import LiveEstate
from tests.drills.operator import WHY, Operator
from tests.drills.test_failback_steps import is_back
from tests.drills.test_failover_steps import is_fenced, serves

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("faults")]

RATE = 0.3
MOST_RUNS = 5


def throttle_and_fail(emulator: Emulator) -> None:
    for number, kind in enumerate((THROTTLE, ERRORS)):
        # The second is asked of what the first let through as well: of all calls, 30 % meet one of them.
        emulator.faults.switch_on(Fault(kind, ALL, None, rate=1 - (1 - RATE) ** 0.5, seed=7 + number))


@dataclass(frozen=True)
class Troubled:
    """A command that met faults, and what it cost."""

    document: dict[str, Any]
    runs: int
    seconds: float
    faults: list[dict[str, Any]]

    def text(self) -> str:
        steps = self.document["evidence"]["steps"]
        calls = [call for step in steps for call in step["calls"]]
        done = sum(step["status"] in ("done", "already so") for step in steps)
        again = sum(call["attempts"] - 1 for call in calls)
        seen = self.faults[0]["callsSeen"]
        hit = ", ".join(f"{fault['callsHit']} {fault['kind']}" for fault in self.faults)
        return (
            f"{done} of {len(steps)} steps in {self.seconds:.1f} s and {self.runs} run(s); {seen} calls of all, hit: {hit};"
            f" of {len(calls)} calls in the evidence {again} tries were repeated"
        )


def through(operator: Operator, *arguments: str) -> Troubled:
    """The command, run anew when it stopped: each stop is one clear error that says so."""
    throttle_and_fail(operator.live.emulator)
    began = time.monotonic()
    runs = 0
    while True:
        runs += 1
        finished = operator.run(*arguments, *WHY)
        document = finished.json()
        if finished.code == 0:
            break
        error = document["error"]
        assert runs < MOST_RUNS, error
        assert "run the same command again: it continues" in error["fix"], error
    faults = operator.live.emulator.faults.shown()
    operator.live.emulator.faults.reset()
    shares = sum(fault["callsHit"] for fault in faults) / faults[0]["callsSeen"]
    assert RATE - 0.1 < shares < RATE + 0.1
    assert document["evidence"]["finished"]
    return Troubled(document, runs, time.monotonic() - began, faults)


def test_a_graceful_failover_ends_right(live: LiveEstate, live_world: World, operator: Operator, tell: Tell) -> None:
    primary, secondary = live.estate.primary.region, live.estate.secondary.region
    with live.traffic() as traffic:
        until_acknowledged(traffic, primary)
        done = through(operator, "failover", "--mode", "graceful")
        until_acknowledged(traffic, secondary)
    tell(f"graceful failover, 30 % of calls failing: {done.text()}")
    serves(live.small, live_world)
    is_fenced(live.small)
    nothing_lost(live, traffic.journal.path, secondary, tell)


def test_a_failback_ends_right(live: LiveEstate, live_world: World, operator: Operator, tell: Tell) -> None:
    primary, secondary = live.estate.primary.region, live.estate.secondary.region
    operator.done("failover", "--mode", "graceful")
    live.record(live_world)
    returning = failback(live.world(live_world.aws))
    names = {
        primary: returning.after.primary.databases["orders"],
        secondary: returning.before.secondary.databases["orders"],
    }
    with live.traffic(names) as traffic:
        until_acknowledged(traffic, secondary)
        done = through(operator, "failback")
        until_acknowledged(traffic, primary)
    tell(f"failback, 30 % of calls failing: {done.text()}")
    is_back(live.small, live_world, returning)
    live.record(live_world)
    nothing_lost(live, traffic.journal.path, primary, tell)
