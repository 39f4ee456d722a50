"""The history: every execution, trends that show what was not measured, and answers to auditors that only executions give."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from automation.cli import main
from automation.evidence import commands, history
from automation.evidence import report as pages
from automation.evidence.controls import CONTROLS, answers
from automation.recovery.checks import Verdict
from automation.recovery.opening import Opened
from automation.recovery.session import Session
from automation.recovery.world import World
from tests.automation.evidence_world import EvidenceWorld
from tests.automation.recovery_world import Silent
from tests.automation.test_evidence import SECRETS, Page


@pytest.fixture
def world(tmp_path: Path) -> EvidenceWorld:
    return EvidenceWorld(tmp_path)


@pytest.fixture
def securecart(world: EvidenceWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`securecart report ...` on the journal of `world`."""
    asked = World(estate=None, aws=None, now=lambda: world.clock)  # type: ignore[arg-type]  a report asks neither
    session = Session(world=asked, objects=world.objects, copies=tmp_path / "copies", observer=Silent())
    monkeypatch.setattr(commands, "open_cloud", lambda _result: Opened(asked, session, {}))

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["report", *arguments, "--out", str(tmp_path / "out")])

    return run


def test_a_trend_goes_from_drill_to_drill_and_keeps_its_gaps(world: EvidenceWorld) -> None:
    for rto in (200.0, None, 120.5):
        world.failover(rto=rto, command="drill", kind="drill")
    found, _ = history.read(world.archive, world.objects)
    trends = {(trend.service, trend.name): trend for trend in found.trends}
    orders = trends["database orders", "rto"]
    assert [point.figure.seconds for point in orders.points] == [200.0, "UNKNOWN", 120.5]
    assert orders.change_seconds == pytest.approx(-79.5)
    assert trends["table order-history", "rpo"].change_seconds is None
    dots = pages.chart(orders).dots
    assert dots[1].y is None
    assert "UNKNOWN" in dots[1].label
    assert dots[0].y is not None
    assert dots[2].y is not None
    assert dots[0].y < dots[2].y  # up is slower


def test_what_was_never_executed_is_unknown_to_every_auditor(world: EvidenceWorld) -> None:
    world.reconcile()  # measures no service
    found, _ = history.read(world.archive, world.objects)
    assert {answer.verdict for answer in answers(found.executions, world.clock)} == {Verdict.UNKNOWN}


def test_the_newest_execution_answers_until_it_is_too_old(world: EvidenceWorld) -> None:
    world.failover(rto=301.0, command="drill")
    newest = world.failover(command="drill")
    found, _ = history.read(world.archive, world.objects)
    assert {(a.execution, a.verdict) for a in answers(found.executions, world.clock)} == {(newest, Verdict.UNKNOWN)}
    failing = answers(found.executions[:1], world.clock)
    assert {a.verdict for a in failing} == {Verdict.FAIL}
    stale = answers(found.executions[:1], world.clock + timedelta(days=100))
    assert {a.control.id for a in stale if a.verdict is Verdict.UNKNOWN} == {
        "32(1)(c)",
        "32(1)(d)",
        "CP-9(1)",
        "CP-10(4)",
    }


def test_a_control_is_named_once_and_a_restore_alone_proves_no_failover(world: EvidenceWorld) -> None:
    assert len({(one.framework, one.id) for one in CONTROLS}) == len(CONTROLS)
    world.failover(command="restore")
    found, _ = history.read(world.archive, world.objects)
    answered = {a.control.id for a in answers(found.executions, world.clock) if a.execution}
    assert answered == {"32(1)(c)", "32(1)(d)", "CP-9(1)", "CP-10(4)"}


def test_the_command_writes_the_history_and_every_bundle(world: EvidenceWorld, securecart: Any, tmp_path: Path) -> None:
    executions = [world.failover(), world.failover(command="failback")]
    told = securecart("--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.output)["history"]
    assert [one["execution"] for one in document["executions"]] == executions
    assert document["schema"] == history.SCHEMA
    page = Page((tmp_path / "out" / "index.html").read_text())
    assert set(page.references) == {f"{name}/index.html" for name in executions}
    assert all((tmp_path / "out" / reference).is_file() for reference in page.references)
    assert "script" not in page.tags
    assert not [secret for secret in SECRETS if secret in told.output]


def test_the_command_writes_one_bundle(world: EvidenceWorld, securecart: Any, tmp_path: Path) -> None:
    execution = world.failover()
    told = securecart(execution)
    assert told.exit_code == 0, told.output
    assert "UNKNOWN" in told.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {execution}


def test_an_execution_that_nobody_knows_is_bad_input(securecart: Any) -> None:
    assert securecart("nothing").exit_code == 2


def test_evidence_that_cannot_be_read_is_said_and_the_rest_is_written(
    world: EvidenceWorld, securecart: Any, tmp_path: Path
) -> None:
    bad, good = world.failover(), world.failover()
    world.objects.put(f"{bad}/evidence.json", b"{half a docu")
    told = securecart()
    assert told.exit_code == 6
    assert bad in told.stderr
    assert (tmp_path / "out" / good / "index.html").is_file()
