"""A planned move with the real engine, customers at work: the serving Region is asked to stop first, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.drills.customers import until_acknowledged
from tests.drills.deployed import WHY, Drill
from tests.engine.estate import PRIMARY, SECONDARY

pytestmark = [pytest.mark.engine, pytest.mark.drill, pytest.mark.xdist_group("drill")]


def test_a_graceful_failover_loses_nothing_that_was_acknowledged(drill: Drill) -> None:
    names = {
        region: next(name for name in drill.instances(region) if name.startswith(f"securecart-orders-{side}-g"))
        for region, side in ((PRIMARY, "primary"), (SECONDARY, "secondary"))
    }
    with drill.traffic(names) as traffic:
        until_acknowledged(traffic, PRIMARY)
        evidence = drill.done("failover", "--mode", "graceful", *WHY)["evidence"]
        until_acknowledged(traffic, SECONDARY)
    assert evidence["finished"]
    databases = [one for one in evidence["services"] if one["kind"] == "database"]
    assert {one["rpo"]["seconds"] for one in databases} == {0}, "each replica had all before it was promoted"
    for one in drill.counted(evidence["execution"], traffic.journal.path).values():
        assert one["acknowledged"] > 0
        assert one["lost"] == 0
    assert drill.done("verify", "--json")["verdict"] == "PASS"


def test_reconciled_a_preview_changes_nothing(drill: Drill) -> None:
    drill.done("reconcile", *WHY)
    assert drill.setting("Pulumi.yaml", "activeRegion") == "secondary"
    again = drill.securecart("preview", "--stack", "dr", "--expect-no-changes")
    assert again.code == 0, again.text[-4000:]
