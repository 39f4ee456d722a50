"""kill -9 at each step of a failover and of the way back, customers ordering meanwhile; then the same command, until it is done.

A real process with the real command is killed at three moments of every step (tests/drills/doomed.py). What must hold in the end:
every step done, the Region serves, and what customers were told is there, but for what the evidence says is lost.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

import pytest

from automation.local_disasters import INVOICES, ORDERS, PAYMENTS
from automation.recovery.failback import failback
from automation.recovery.failover import Mode, failover
from automation.recovery.steps import Plan
from automation.recovery.world import World
from tests.drills.content import Tell, nothing_lost, rpo_of, told
from tests.drills.customers import until_acknowledged
from tests.drills.live_estate import LiveEstate
from tests.drills.operator import Killed, Operator
from tests.drills.test_failback_steps import is_back
from tests.drills.test_failover_steps import is_fenced, serves

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("killed")]

LAG_SECONDS = 1.0


def everywhere(
    killed: Killed, plan: Plan, tell: Tell, ends: Collection[str] = ("done", "already so")
) -> dict[str, Any]:
    """Killed at each step that the plan has, and each of them done in the end."""
    names = {step.name for step in plan.steps}
    evidence: dict[str, Any] = killed.document["evidence"]
    tell(f"{plan.title}: {killed.text(len(names))}")
    for moment in ("settled", "journalled"):
        assert killed.deaths[moment] == len(names)
    assert killed.deaths["acted"] > 0
    assert killed.runs == killed.deaths.total() + 1
    assert evidence["resumed"] == killed.deaths.total(), "one execution, which every run continued"
    steps = {step["name"]: step["status"] for step in evidence["steps"]}
    assert set(steps) == names
    assert set(steps.values()) <= set(ends), steps
    assert evidence["finished"]
    return evidence


def test_an_ungraceful_failover_loses_no_more_than_it_says(
    live: LiveEstate, live_world: World, operator: Operator, tell: Tell
) -> None:
    live.set_lag(LAG_SECONDS)
    primary, secondary = live.estate.primary.region, live.estate.secondary.region
    plan = failover(live_world, Mode.UNGRACEFUL).plan()
    with live.traffic() as traffic:
        until_acknowledged(traffic, primary)
        time.sleep(3 * LAG_SECONDS)
        live.emulator.take_out(primary)
        killed = operator.killed_everywhere("failover", "--mode", "ungraceful")
        until_acknowledged(traffic, secondary)
    evidence = everywhere(killed, plan, tell, ends=("done", "already so", "unreachable"))
    serves(live.small, live_world)
    counted = live.counted(traffic.journal.path, secondary)
    told(counted, tell)
    # RDS says -1 of a replica that hears nothing, and a table's latency is kept in the Region that is silent.
    assert (
        rpo_of(evidence, "database", "orders")["seconds"] == rpo_of(evidence, "table", PAYMENTS)["seconds"] == "UNKNOWN"
    )
    stated = operator.counted(evidence["execution"], traffic.journal.path)
    for kind, store, name in (
        ("database", ORDERS, "orders"),
        ("table", PAYMENTS, "payments"),
        ("bucket", INVOICES, "invoices"),
    ):
        one, rpo = counted[name], rpo_of(stated, kind, store)
        assert (rpo["lost"], rpo["acknowledged"], rpo["verdict"]) == (one.lost, one.acknowledged, "PASS")
        assert one.lost_seconds is not None
        # Evidence says milliseconds.
        assert round(one.lost_seconds, 3) <= rpo["seconds"] <= rpo["targetSeconds"]
        assert one.damaged == 0
    assert counted["orders"].lost, "orders were on their way when the Region went"


def test_a_graceful_failover_loses_nothing(live: LiveEstate, live_world: World, operator: Operator, tell: Tell) -> None:
    live.set_lag(LAG_SECONDS)
    primary, secondary = live.estate.primary.region, live.estate.secondary.region
    plan = failover(live_world, Mode.GRACEFUL).plan()
    with live.traffic() as traffic:
        until_acknowledged(traffic, primary)
        killed = operator.killed_everywhere("failover", "--mode", "graceful")
        until_acknowledged(traffic, secondary)
    evidence = everywhere(killed, plan, tell)
    serves(live.small, live_world)
    is_fenced(live.small)
    nothing_lost(live, traffic.journal.path, secondary, tell)
    assert rpo_of(evidence, "database", ORDERS)["seconds"] == 0


def test_a_failback_loses_nothing(live: LiveEstate, live_world: World, operator: Operator, tell: Tell) -> None:
    primary, secondary = live.estate.primary.region, live.estate.secondary.region
    live.emulator.take_out(primary)
    operator.done("failover", "--mode", "ungraceful")
    live.emulator.heal(primary)
    live.record(live_world)
    returning = failback(live.world(live_world.aws))
    after = returning.after
    names = {primary: after.primary.databases["orders"], secondary: returning.before.secondary.databases["orders"]}
    with live.traffic(names) as traffic:
        until_acknowledged(traffic, secondary)
        killed = operator.killed_everywhere("failback")
        until_acknowledged(traffic, primary)
    evidence = everywhere(killed, returning.plan(), tell)
    is_back(live.small, live_world, returning)
    live.record(live_world)
    nothing_lost(live, traffic.journal.path, primary, tell)
    assert rpo_of(evidence, "database", ORDERS)["seconds"] == 0
