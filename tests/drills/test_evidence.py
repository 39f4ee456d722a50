"""Status and evidence of a real failover on the emulated AWS: what is told equals what AWS shows."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from automation import status
from automation.evidence import bundle, history, model
from automation.evidence import report as pages
from automation.recovery.checks import Verdict
from automation.recovery.failover import Mode
from automation.recovery.outcome import evidence_of
from automation.recovery.session import Session
from automation.recovery.world import World
from automation.standing import Standing, Standings
from automation.status import UNKNOWN, Store
from localcloud.emulator.server import Emulator
from tests.drills.small_estate import REPO, Client, SmallEstate
from tests.drills.test_failover_steps import everything_is_close, fail_over

pytestmark = pytest.mark.drill


def test_the_bundle_of_a_failover_holds_what_it_did(
    small: SmallEstate, world: World, session: Session, emulator: Emulator, tmp_path: Path
) -> None:
    everything_is_close(small, seconds=3)
    emulator.traffic.take_out(small.estate.primary.region)
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    emulator.traffic.heal(small.estate.primary.region)
    evidence = evidence_of(journal.events, small.estate, (small.estate.primary, small.estate.secondary), REPO)
    journal.attach("evidence.json", evidence.body())

    found = bundle.read(session.archive, session.objects, journal.execution)
    orders = next(one for one in found.document.services if one.name == "database orders")
    assert (orders.rpo.measured, orders.rpo.verdict) == (3.0, Verdict.PASS)
    promoted = [one for step in found.document.steps for one in step.calls if one.operation == "promote_read_replica"]
    assert len(promoted) == len(small.estate.secondary.databases)
    assert all(one.request_id in found.page() for one in promoted)
    assert {step.status for step in found.document.steps} >= {"done", "unreachable"}
    jsonschema.validate(json.loads(json.dumps(found.raw)), json.loads(model.FILE.read_text()))

    told, bundles = history.read(session.archive, session.objects)
    page = pages.write(tmp_path / "out", told, bundles, world.now(), session.archive.place)
    assert [one.document.execution for one in told.executions] == [journal.execution]
    assert (page.parent / journal.execution / "index.html").read_text() == found.page()


def standing(small: SmallEstate, world: World, client: Client, kind: str, name: str) -> Standing:
    side = small.estate.active
    ids = {"database": side.databases, "table": small.estate.tables, "bucket": side.buckets}
    store = Store("prod", kind, name, ids[kind][name], side.region)
    return Standings(world, client).of(status.read(store, client))


def test_status_tells_what_aws_shows_and_what_nobody_can_say(
    small: SmallEstate, world: World, client: Client, emulator: Emulator
) -> None:
    small.lag(small.estate.secondary, "orders", 3)
    orders = standing(small, world, client, "database", "orders")
    assert isinstance(orders.age_seconds, float)
    assert orders.lag_seconds == 3
    assert orders.locked is False
    assert orders.verdict is Verdict.FAIL  # a vault without a lock
    assert standing(small, world, client, "database", "payments").lag_seconds == UNKNOWN  # nobody measured
    emulator.traffic.take_out(small.estate.primary.region)
    silent = standing(small, world, client, "database", "orders")
    emulator.traffic.heal(small.estate.primary.region)
    assert (silent.age_seconds, silent.locked, silent.verdict) == (UNKNOWN, UNKNOWN, Verdict.UNKNOWN)
