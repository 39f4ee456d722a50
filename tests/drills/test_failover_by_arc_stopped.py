"""A failover by ARC that is paused, canceled, taken over or not approved: what the same command then does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import Aws, ClientOf
from automation.recovery.engines import by_engine
from automation.recovery.failover import Mode, failover_by_arc
from automation.recovery.session import Session
from automation.recovery.steps import Engine
from automation.recovery.world import World
from localcloud.emulator.server import Emulator
from tests.drills.arc_moves import declared, executions, fail_over
from tests.drills.small_estate import SmallEstate
from tests.drills.test_failover_steps import serves

pytestmark = pytest.mark.drill


def limit_servers(small: SmallEstate, maximum: int) -> None:
    """ARC's capacity step fails below the size that the other Region had."""
    secondary = small.estate.secondary
    autoscaling = small.client("autoscaling", secondary.region)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=secondary.servers, MaxSize=maximum)


def test_a_failing_block_pauses_and_the_same_command_resumes_once_it_is_mended(
    small: SmallEstate, world: World, session: Session, arn: str
) -> None:
    limit_servers(small, 2)
    with pytest.raises(SecurecartError, match="needs 3 instances, its maximum size is 2") as paused:
        fail_over(world, session, Mode.UNGRACEFUL)
    assert "is pausedByFailedStep" in paused.value.message
    assert "the same command resumes" in paused.value.fix
    assert "update-plan-execution-step --region us-west-2" in paused.value.fix
    promoted = small.instance(small.estate.secondary, "orders")
    assert not promoted.get("ReadReplicaSourceDBInstanceIdentifier"), "its neighbours went on"
    with pytest.raises(SecurecartError, match="is pausedByFailedStep: two engines") as mixed:
        fail_over(world, session, Mode.UNGRACEFUL, Engine.SECURECART)
    assert mixed.value.exit_code is ExitCode.REFUSED
    limit_servers(small, 9)
    fail_over(world, session, Mode.UNGRACEFUL)
    serves(small, world)
    assert [one["executionState"] for one in executions(small, arn)] == ["completed"]


def test_canceled_it_is_not_started_again_by_itself_and_our_own_engine_may_finish(
    small: SmallEstate, world: World, session: Session, arn: str
) -> None:
    limit_servers(small, 2)
    with pytest.raises(SecurecartError):
        fail_over(world, session, Mode.UNGRACEFUL)
    (paused,) = executions(small, arn)
    west = small.client("arc-region-switch", small.estate.secondary.region)
    west.cancel_plan_execution(planArn=arn, executionId=paused["executionId"])
    first = session.archive.unfinished()
    assert first is not None
    journal = fail_over(world, session, Mode.UNGRACEFUL, Engine.SECURECART)
    assert journal.execution == first.execution
    serves(small, world)
    assert [one["executionState"] for one in executions(small, arn)] == ["canceled"]


def test_canceled_by_somebody_while_it_is_watched_it_ends_with_one_clear_error(
    small: SmallEstate, world: World, session: Session, arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Aws.call

    def canceled(self: Aws, service: str, region: str, operation: str, **asked: Any) -> dict[str, Any]:
        if operation == "approve_plan_execution_step":
            return call(self, service, region, "cancel_plan_execution", planArn=arn, executionId=asked["executionId"])
        return call(self, service, region, operation, **asked)

    with monkeypatch.context() as patched:
        patched.setattr(Aws, "call", canceled)
        with pytest.raises(SecurecartError, match="is canceled") as ended:
            fail_over(world, session, Mode.UNGRACEFUL)
    assert ended.value.message.count("ARC's execution") == 1
    assert "starts another execution" in ended.value.fix
    fail_over(world, session, Mode.UNGRACEFUL)
    serves(small, world)
    assert [one["executionState"] for one in executions(small, arn)] == ["completed", "canceled"]


def test_somebody_elses_execution_of_the_plan_keeps_ours_from_starting(
    small: SmallEstate, world: World, session: Session, arn: str
) -> None:
    west = small.client("arc-region-switch", small.estate.secondary.region)
    asked = {"planArn": arn, "targetRegion": small.estate.secondary.region, "action": "activate"}
    other = west.start_plan_execution(**asked, comment="by hand")["executionId"]
    with pytest.raises(SecurecartError, match=f"{other} is .*by hand") as refused:
        fail_over(world, session, Mode.UNGRACEFUL)
    assert f"cancel-plan-execution --region us-west-2 --plan-arn {arn} --execution-id {other}" in refused.value.fix
    assert len(executions(small, arn)) == 1
    assert small.instance(small.estate.secondary, "orders")["ReadReplicaSourceDBInstanceIdentifier"]


def test_a_graceful_one_whose_primary_dies_goes_on_as_ungraceful_in_the_same_execution(
    small: SmallEstate, world: World, session: Session, arn: str, emulator: Emulator
) -> None:
    limit_servers(small, 2)
    with pytest.raises(SecurecartError, match="pausedByFailedStep"):
        fail_over(world, session, Mode.GRACEFUL)
    emulator.traffic.take_out(small.estate.primary.region)
    limit_servers(small, 9)
    fail_over(world, session, Mode.UNGRACEFUL)
    emulator.traffic.heal(small.estate.primary.region)
    serves(small, world)
    assert [(one["executionState"], one["mode"]) for one in executions(small, arn)] == [("completed", "ungraceful")]


def test_what_our_own_engine_began_arc_does_not_finish(
    small: SmallEstate, world: World, session: Session, arn: str
) -> None:
    def unplanned() -> Any:
        raise SecurecartError("unplanned")

    with pytest.raises(SecurecartError, match="unplanned"):
        session.execute(declared(Mode.UNGRACEFUL, Engine.SECURECART), unplanned)
    with pytest.raises(SecurecartError, match="is carried out by --engine securecart") as refused:
        fail_over(world, session, Mode.UNGRACEFUL)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert executions(small, arn) == []


def without_the_right_to_approve(client_of: ClientOf) -> ClientOf:
    """Clients of a role that ARC's approval step does not name."""

    class Restricted:
        def __init__(self, client: Any) -> None:
            self._client = client

        def approve_plan_execution_step(self, **_: Any) -> None:
            error = {"Code": "AccessDeniedException", "Message": "no"}
            said: Any = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(said, "ApprovePlanExecutionStep")

        def __getattr__(self, name: str) -> Callable[..., Any]:
            found: Callable[..., Any] = getattr(self._client, name)
            return found

    def make(service: str, region: str, config: Config) -> Any:
        client = client_of(service, region, config)
        return Restricted(client) if service == "arc-region-switch" else client

    return make


def test_who_may_not_approve_waits_and_says_what_the_approver_must_run(
    small: SmallEstate, session: Session, client_of: ClientOf, arn: str
) -> None:
    world = World(estate=small.estate, aws=Aws(without_the_right_to_approve(client_of)))
    moving = failover_by_arc(world, Mode.UNGRACEFUL)
    plan = moving.plan()
    hurried = replace(
        plan, steps=tuple(replace(s, timeout_seconds=1) if s.name == "approve the switch" else s for s in plan.steps)
    )
    with pytest.raises(SecurecartError, match="may not approve") as waited:
        by_engine(session, moving, hurried, declared(Mode.UNGRACEFUL), about={})
    assert f"approve-plan-execution-step --region us-west-2 --plan-arn {arn}" in waited.value.message
    (execution,) = executions(small, arn)
    small.client("arc-region-switch", "us-west-2").approve_plan_execution_step(
        planArn=arn, executionId=execution["executionId"], stepName="approve the switch", approval="approve"
    )
    again = failover_by_arc(world, Mode.UNGRACEFUL)
    by_engine(session, again, again.plan(), declared(Mode.UNGRACEFUL), about={})
    serves(small, world)
