"""Runs of a plan: order, parallel steps, limits, failures, and a process killed in every place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import RegionUnreachableError
from automation.recovery.evidence import steps_of
from automation.recovery.journal import Journal, Kind
from automation.recovery.run import run
from automation.recovery.steps import Plan, Settled, Step, chain
from tests.automation.recovery_world import Held, Silent, World, archive, diamond

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    begun = archive(tmp_path).begin("test")
    begun.append(Kind.STARTED, facts={"command": "test", "mode": ""})
    return begun


def of_kind(journal: Journal, kind: Kind) -> list[str]:
    return [event.step for event in journal.events if event.kind is kind]


def test_every_step_runs_once_after_all_that_it_waits_for(journal: Journal) -> None:
    world = World()
    run(diamond(world), journal, Held(), Silent())
    assert world.carried_out == {"a": 1, "b": 1, "c": 1, "d": 1}
    done = of_kind(journal, Kind.STEP_DONE)
    assert done[0] == "a"
    assert done[-1] == "d"


def test_a_run_takes_at_most_a_tenth_more_than_its_critical_path(journal: Journal) -> None:
    """Steps that settle after 0.6, 0.6 beside 1.2, and 0.6 s: 2.4 s at best; in sequence they would take 3.0."""
    plan = diamond(World(), seconds=0.6)
    started = time.monotonic()
    run(plan, journal, Held(), Silent())
    took = time.monotonic() - started
    measured = {step["name"]: float(step["facts"]["seconds"]) for step in steps_of(journal.events)}
    path, critical = plan.critical_path(measured)
    assert path == ["a", "c", "d"]
    assert took <= 1.1 * critical
    assert took < sum(measured.values())


def test_what_has_settled_already_is_not_done_again(journal: Journal) -> None:
    world = World(carried_out={"b": 1})
    run(diamond(world), journal, Held(), Silent())
    assert world.carried_out["b"] == 1
    assert steps_of(journal.events)[1]["status"] in ("already so", "done")
    (b,) = [step for step in steps_of(journal.events) if step["name"] == "b"]
    assert b["status"] == "already so"


def test_a_step_beyond_its_limit_fails_with_its_owner_and_stops_what_depends_on_it(journal: Journal) -> None:
    world = World()
    plan = Plan("late", (world.step("slow", seconds=60, limit=0.3), world.step("after", "slow"), world.step("beside")))
    with pytest.raises(SecurecartError, match="slow") as failure:
        run(plan, journal, Held(), Silent())
    assert "not settled within 0.3 s: slow is under way" in failure.value.message
    assert "nobody" in failure.value.message
    assert "not started: after" in failure.value.message
    assert "run the same command again" in failure.value.fix
    assert world.carried_out == {"slow": 1, "beside": 1}
    assert of_kind(journal, Kind.STEP_FAILED) == ["slow"]


def test_a_failed_run_continues_where_it_stopped(journal: Journal) -> None:
    world, broken = World(), [True]

    def breaks() -> None:
        if broken.pop() if broken else False:
            raise ClientError({"Error": {"Code": "InvalidDBInstanceState", "Message": "no"}}, "PromoteReadReplica")

    plan = Plan("p", (world.step("a"), world.step("b", "a", before=breaks), world.step("c", "b")))
    with pytest.raises(SecurecartError, match="InvalidDBInstanceState"):
        run(plan, journal, Held(), Silent())
    run(plan, journal, Held(), Silent())
    assert world.carried_out == {"a": 1, "b": 1, "c": 1}
    (b,) = [step for step in steps_of(journal.events) if step["name"] == "b"]
    assert b["attempts"] == 2


@pytest.mark.parametrize("tolerates", [True, False])
def test_a_region_that_does_not_answer_is_a_warning_only_where_the_step_says_so(
    journal: Journal, tolerates: bool
) -> None:
    def silent() -> Settled:
        raise RegionUnreachableError("rds", "us-east-1", "describe_db_instances", TimeoutError())

    world = World()
    fence = Step(
        name="fence", owner="dba", timeout_seconds=5, does="", act=lambda: None, settled=silent,
        tolerates_silence=tolerates, silence_means="split brain is possible",
    )  # fmt: skip
    plan = Plan("p", chain([fence], [world.step("promote")]))
    if tolerates:
        run(plan, journal, Held(), Silent())
        assert world.carried_out == {"promote": 1}
        (warned,) = [event for event in journal.events if event.kind is Kind.WARNED]
        assert warned.facts["warning"] == "split brain is possible"
    else:
        with pytest.raises(SecurecartError, match="rds in us-east-1 does not answer"):
            run(plan, journal, Held(), Silent())
        assert world.carried_out == {}, "nothing is promoted while the old Region may take writes"


def test_nothing_is_started_without_the_lock(journal: Journal) -> None:
    world = World()
    with pytest.raises(SecurecartError, match="lock was lost") as failure:
        run(diamond(world), journal, Held(usable=False), Silent())
    assert failure.value.exit_code is ExitCode.LOCKED
    assert world.carried_out == {}


def test_a_plan_refuses_unknown_names_twins_and_circles() -> None:
    world = World()
    for steps, said in (
        ((world.step("a", "b"),), "unknown dependencies: \\['b'\\]"),
        ((world.step("a"), world.step("a")), "named twice: \\['a'\\]"),
        ((world.step("a", "b"), world.step("b", "a")), "wait for each other"),
    ):
        with pytest.raises(ValueError, match=said):
            Plan("p", steps)


def test_customers_wait_from_the_first_step_that_interrupts_them() -> None:
    world = World()
    steps = [
        world.step("prepare", limit=600),
        world.step("fence", "prepare", limit=60),
        world.step("send", "fence", limit=300),
    ]
    interrupting = Step(**{**steps[1].__dict__, "interrupts": True})
    plan = Plan("p", (steps[0], interrupting, steps[2]))
    assert plan.interruption_seconds() == 360
    assert plan.critical_path() == (["prepare", "fence", "send"], 960)


KILLED = """
import os, sys
from pathlib import Path
from automation.recovery.journal import Kind
from automation.recovery.run import run
from automation.recovery.steps import Plan, Settled, Step
from tests.automation.recovery_world import Held, Silent, archive

root, deadly, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def die(name, when):
    if name == deadly and when == moment:
        os.kill(os.getpid(), 9)

def step(name, *depends_on):
    mark = root / name
    def act():
        die(name, "before")
        with mark.open("a") as file:
            file.write("x")
        die(name, "after")
    return Step(name=name, owner="o", timeout_seconds=20, does=name, depends_on=depends_on, act=act,
                settled=lambda: Settled(mark.exists()))

plan = Plan("p", (step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")))
found = archive(root).unfinished()
if found is None:
    found = archive(root).begin("test")
    found.append(Kind.STARTED, facts={"command": "test", "mode": ""})
else:
    found.append(Kind.RESUMED)
append = found.append
def dying(kind, step="", *rest, **more):
    event = append(kind, step, *rest, **more)
    if kind is Kind.STEP_DONE:
        die(step, "journalled")
    return event
found.append = dying
run(plan, found, Held(), Silent())
append(Kind.FINISHED, facts={"outcome": "finished"})
"""


@pytest.mark.parametrize("moment", ["before", "after", "journalled"])
@pytest.mark.parametrize("deadly", ["a", "b", "c", "d"])
def test_killed_at_any_moment_the_same_run_finishes_and_repeats_nothing(
    tmp_path: Path, deadly: str, moment: str
) -> None:
    def start(victim: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-c", KILLED, str(tmp_path), victim, moment]
        return subprocess.run(command, cwd=REPO, env={**os.environ, "PYTHONPATH": str(REPO)}, timeout=60, check=False)

    assert start(deadly).returncode == -signal.SIGKILL
    assert start("nobody").returncode == 0
    marks = {name: (tmp_path / name).read_text() for name in "abcd"}
    assert marks == dict.fromkeys("abcd", "x"), "each step acted exactly once"
    assert archive(tmp_path).unfinished() is None
    (execution,) = archive(tmp_path).executions()
    events = archive(tmp_path).open(execution).events
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert sum(event.kind is Kind.RESUMED for event in events) == 1
