"""The failover whose middle ARC Region switch carries out, by the plan that dr's program declares."""

from __future__ import annotations

from typing import Any

import pytest

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import Aws
from automation.recovery.checks import Finding, Verdict
from automation.recovery.engines import refuse_failback_by_arc
from automation.recovery.evidence import steps_of
from automation.recovery.failback import failback
from automation.recovery.failover import Mode, failover, failover_by_arc
from automation.recovery.journal import Kind
from automation.recovery.outcome import evidence_of
from automation.recovery.preflight import Preflight
from automation.recovery.session import Session
from automation.recovery.world import World
from localcloud.emulator.server import Emulator
from tests.drills.arc_moves import BOTH, TRAFFIC, executions, fail_over, healthy
from tests.drills.killed import KilledError, die_after_every_step
from tests.drills.small_estate import REPO, SmallEstate
from tests.drills.test_failover_steps import is_fenced, serves
from tests.support.arc_plan import declared_plan

pytestmark = pytest.mark.drill


def test_the_plan_says_which_engine_does_which_step(small: SmallEstate, world: World, arn: str) -> None:
    plan = failover_by_arc(world, Mode.GRACEFUL).plan()
    by = {step.name: step.document()["engine"] for step in plan.ordered()}
    assert {name for name, engine in by.items() if engine == "arc"} == {
        "start ARC Region switch to us-west-2", "approve the switch", BOTH, TRAFFIC, "collect the result of ARC",
    }  # fmt: skip
    ours = {step.name for step in failover(world, Mode.GRACEFUL).plan().steps}
    replaced = {"promote orders", "promote payments", "start servers of us-west-2"}
    assert {name for name, engine in by.items() if engine == "securecart"} == ours - replaced
    (promoting,) = [step for step in plan.steps if step.name == BOTH]
    assert all(name in promoting.destroys for name in small.estate.secondary.databases.values())


def test_ungraceful_without_the_primary_region_arc_lets_the_other_one_serve(
    small: SmallEstate, world: World, session: Session, emulator: Emulator, arn: str
) -> None:
    emulator.traffic.take_out(small.estate.primary.region)
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    emulator.traffic.heal(small.estate.primary.region)
    serves(small, world)
    assert healthy(small, arn) == {small.estate.secondary.region}
    (execution,) = executions(small, arn)
    assert (execution["executionState"], execution["mode"]) == ("completed", "ungraceful")
    assert execution["comment"] == f"{journal.execution}: a drill (by anna, approved by ben)"
    warned = [event for event in journal.events if event.kind is Kind.WARNED]
    assert len(warned) == 4, "the fence stays ours, and says that it could not reach the old Region"


def test_the_evidence_holds_what_arc_did_and_when(small: SmallEstate, world: World, session: Session, arn: str) -> None:
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    sides = (small.estate.primary, small.estate.secondary)
    document = evidence_of(journal.events, small.estate, sides, REPO).document()
    assert document["declared"]["engine"] == "arc"
    steps = {step["name"]: step for step in document["steps"]}
    inside = {one["name"]: one for one in steps[BOTH]["facts"]["arcSteps"]}
    assert set(inside) == {BOTH, "promote orders", "promote payments", "start servers servers"}
    assert all(one["status"] == "completed" and one["startedAt"] <= one["endedAt"] for one in inside.values())
    calls = [call for step in steps.values() for call in step["calls"]]
    to_arc = [call for call in calls if call["service"] == "arc-region-switch"]
    assert {"start_plan_execution", "approve_plan_execution_step"} <= {call["operation"] for call in to_arc}
    assert all(call["requestId"] and call["region"] == small.estate.secondary.region for call in to_arc)
    assert "promote_read_replica" not in {call["operation"] for call in calls}
    result = steps["collect the result of ARC"]["facts"]
    (execution,) = executions(small, arn)
    assert (result["arcExecution"], result["arcState"]) == (execution["executionId"], "completed")
    assert [one["type"] for one in result["arcEvents"]][-1] == "executionSucceeded"
    database = next(one for one in document["services"] if one["kind"] == "database")
    assert database["rto"]["basis"] == "from the command to the verification"
    assert database["rto"]["verdict"] == "PASS"


def test_graceful_arc_begins_after_the_fence_and_lag_zero_and_nothing_is_lost(
    small: SmallEstate, world: World, session: Session, arn: str
) -> None:
    journal = fail_over(world, session, Mode.GRACEFUL)
    serves(small, world)
    is_fenced(small)
    steps = {step["name"]: step for step in steps_of(journal.events)}
    drained = max(steps[f"wait until {store} has everything"]["endedAt"] for store in small.estate.secondary.databases)
    assert drained <= steps["start ARC Region switch to us-west-2"]["startedAt"]
    sides = (small.estate.primary, small.estate.secondary)
    document = evidence_of(journal.events, small.estate, sides, REPO).document()
    assert document["verdict"] == "PASS"
    assert {one["rpo"]["seconds"] for one in document["services"] if one["kind"] == "database"} == {0}
    assert [one["executionState"] for one in executions(small, arn)] == ["completed"]


def test_killed_after_every_step_the_same_command_finds_the_one_execution(
    small: SmallEstate, world: World, session: Session, arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [step.name for step in failover_by_arc(world, Mode.UNGRACEFUL).plan().steps]
    die_after_every_step(lambda: fail_over(world, session, Mode.UNGRACEFUL), len(names), monkeypatch)
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    assert journal.events[-1].kind is Kind.FINISHED
    serves(small, world)
    assert len(executions(small, arn)) == 1


def test_killed_right_after_the_start_before_the_journal_knows_no_second_one_is_started(
    small: SmallEstate, world: World, session: Session, arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Aws.call

    def dying(self: Aws, service: str, region: str, operation: str, **asked: Any) -> dict[str, Any]:
        answer = call(self, service, region, operation, **asked)
        if operation == "start_plan_execution":
            raise KilledError(operation)
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Aws, "call", dying)
        with pytest.raises(KilledError):
            fail_over(world, session, Mode.UNGRACEFUL)
    assert len(executions(small, arn)) == 1
    fail_over(world, session, Mode.UNGRACEFUL)
    assert len(executions(small, arn)) == 1
    serves(small, world)


def test_a_failback_by_arc_is_refused_and_says_why(world: World) -> None:
    with pytest.raises(SecurecartError, match="makes securecart-orders-primary-g2") as refused:
        refuse_failback_by_arc(failback(world))
    assert refused.value.exit_code is ExitCode.REFUSED


def test_preflight_advises_on_the_declared_plan(small: SmallEstate, world: World, session: Session, arn: str) -> None:
    def asked() -> Finding:
        found = Preflight(world, session.objects, session.archive, REPO, {}).findings()
        return next(one for one in found if one.check == "ARC can execute the declared plan")

    assert asked().verdict is Verdict.PASS
    small.client("autoscaling", "us-west-2").delete_auto_scaling_group(
        AutoScalingGroupName=small.estate.secondary.servers, ForceDelete=True
    )
    assert asked().verdict is Verdict.FAIL
    assert "was not found" in asked().said
    small.client("arc-region-switch").delete_plan(arn=arn)
    assert asked().verdict is Verdict.FAIL
    assert asked().advises, "our own engine needs no plan"


@pytest.mark.parametrize("case", ["none", "another generation's"])
def test_without_a_plan_that_promotes_these_databases_it_is_refused(
    small: SmallEstate, world: World, case: str
) -> None:
    if case != "none":
        small.client("arc-region-switch").create_plan(**declared_plan(small.estate.raised()))
    words = (
        "ARC has no plan" if case == "none" else "securecart-orders-secondary-g2.* where securecart-orders-secondary-g1"
    )
    with pytest.raises(SecurecartError, match=words) as refused:
        failover_by_arc(world, Mode.UNGRACEFUL)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "securecart up --stack dr" in refused.value.fix
