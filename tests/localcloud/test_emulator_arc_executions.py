"""Executions of ARC Region switch plans: the plan that dr declares, carried out on databases and servers of the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.drills.small_estate import SmallEstate
from tests.localcloud.provider_world import Client
from tests.support.arc_plan import declared_plan

EAST, WEST = "us-east-1", "us-west-2"
APPROVAL, BOTH, TRAFFIC = "approve the switch", "promote and start servers", "switch traffic of shop.securecart.example"


class Run:
    """One plan, and the calls about its executions."""

    def __init__(self, small: SmallEstate, client: Client) -> None:
        self.small, self.client = small, client
        self.arn = client("arc-region-switch").create_plan(**declared_plan(small.estate))["plan"]["arn"]
        self.id = ""

    def arc(self, region: str = WEST) -> Any:
        return self.client("arc-region-switch", region)

    def start(self, region: str = WEST, action: str = "activate", *, at: str = WEST, **more: Any) -> dict[str, Any]:
        answer = self.arc(at).start_plan_execution(planArn=self.arn, targetRegion=region, action=action, **more)
        self.id = answer["executionId"]
        return dict(answer)

    @property
    def which(self) -> dict[str, str]:
        return {"planArn": self.arn, "executionId": self.id}

    def look(self, region: str = WEST) -> dict[str, Any]:
        return dict(self.arc(region).get_plan_execution(**self.which))

    def steps(self) -> dict[str, str]:
        return {step["name"]: step["status"] for step in self.look()["stepStates"]}

    def approve(self) -> None:
        self.look()
        self.arc().approve_plan_execution_step(**self.which, stepName=APPROVAL, approval="approve", comment="anna")

    def until(self, state: str, looks: int = 8) -> dict[str, Any]:
        for _ in range(looks):
            if (found := self.look())["executionState"] == state:
                return found
        raise AssertionError(f"{found['executionState']} after {looks} looks, not {state}: {found['stepStates']}")

    def events(self, kind: str) -> list[dict[str, Any]]:
        items = self.arc().list_plan_execution_events(**self.which)["items"]
        return [one for one in items if one["type"] == kind]

    def healthy(self) -> set[str]:
        checks = self.arc().list_route53_health_checks_in_region(arn=self.arn)["healthChecks"]
        return {one["region"] for one in checks if one["status"] == "healthy"}

    def replicas(self) -> set[str]:
        side = self.small.estate.secondary
        return {
            store
            for store in side.databases
            if self.small.instance(side, store).get("ReadReplicaSourceDBInstanceIdentifier")
        }


@pytest.fixture
def run(emulator: Emulator, client: Client) -> Iterator[Run]:
    emulator.reset()
    yield Run(SmallEstate(client).build(), client)
    emulator.reset()


def refused(code: str, words: str = "") -> Any:
    return pytest.raises(ClientError, match=f"{code}.*{words}")


def test_the_declared_plan_waits_for_approval_then_promotes_grows_and_turns_the_checks_in_order(run: Run) -> None:
    started = run.start(mode="graceful", comment="a drill")
    assert (started["activateRegion"], started["deactivateRegion"]) == (WEST, EAST)
    assert started["executionId"].startswith(f"{WEST}/")
    run.until("pendingManualApproval")
    assert run.steps()[APPROVAL] == "pendingApproval"
    assert set(run.steps().values()) == {"pendingApproval", "notStarted"}
    assert run.replicas() == {"orders", "payments"}, "nothing happens before somebody approves"
    run.approve()
    ended = run.until("completed")
    assert set(run.steps().values()) == {"completed"}
    estate = run.small.estate
    assert run.replicas() == set()
    group = run.small.group(estate.secondary)
    full = estate.full_capacity
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (full.minimum, full.desired, full.maximum)
    assert run.healthy() == {WEST}
    times = {step["name"]: (step["startTime"], step["endTime"]) for step in ended["stepStates"]}
    assert times[APPROVAL][1] <= times[BOTH][0] <= times["promote orders"][1] <= times[BOTH][1] <= times[TRAFFIC][0]
    assert [one["stepName"] for one in run.events("stepSucceeded")][-1] == TRAFFIC
    assert ended["actualRecoveryTime"].startswith("PT")
    assert (ended["comment"], ended["version"], ended["plan"]["arn"]) == ("a drill", "1", run.arn)


def test_it_works_while_the_other_region_is_out_and_not_while_its_own_is(run: Run, emulator: Emulator) -> None:
    emulator.traffic.take_out(EAST)
    run.start(mode="ungraceful")
    run.approve()
    run.until("completed")
    assert run.replicas() == set()
    assert len(run.small.group(run.small.estate.secondary)["Instances"]) == run.small.estate.full_capacity.desired
    emulator.traffic.heal(EAST)
    assert run.look(EAST)["executionState"] == "completed", "the other Region answers about it, too"
    emulator.traffic.take_out(WEST)
    run.start(EAST, at=EAST)
    assert run.look(EAST)["executionState"] == "pendingManualApproval"


def test_the_size_is_what_the_other_region_had_in_the_last_day_though_it_was_fenced(
    run: Run, emulator: Emulator
) -> None:
    primary = run.small.estate.primary
    asked = {"AutoScalingGroupName": primary.servers, "MinSize": 0}
    autoscaling = run.client("autoscaling", EAST)
    autoscaling.update_auto_scaling_group(**asked, DesiredCapacity=5)
    autoscaling.update_auto_scaling_group(**asked, DesiredCapacity=0)
    run.start()
    run.approve()
    run.until("completed")
    assert run.small.group(run.small.estate.secondary)["DesiredCapacity"] == 5
    emulator.advance_clock(25 * 3600)
    run.start(EAST, at=EAST)
    assert run.look(EAST)["executionState"] == "pendingManualApproval"


def test_a_failing_step_pauses_after_its_neighbours_and_resume_tries_it_again(run: Run) -> None:
    side = run.small.estate.secondary
    rds = run.client("rds", WEST)
    rds.promote_read_replica(DBInstanceIdentifier=side.databases["payments"])
    run.start()
    run.approve()
    run.until("pausedByFailedStep")
    assert run.steps() | {BOTH: ""} == {
        APPROVAL: "completed", BOTH: "", "promote orders": "completed", "promote payments": "failed",
        "start servers servers": "completed", TRAFFIC: "notStarted",
    }  # fmt: skip
    (failed,) = [one for one in run.events("stepFailed") if one["stepName"] == "promote payments"]
    assert "is not a read replica" in failed["error"]
    with refused("IllegalStateException", "is pausedByFailedStep"):
        run.start()
    run.arc().update_plan_execution(**run.which, action="resume")
    run.until("pausedByFailedStep")
    assert len([one for one in run.events("stepFailed") if one["stepName"] == "promote payments"]) == 2
    run.arc().update_plan_execution_step(
        **run.which, stepName="promote payments", actionToTake="skip", comment="done by hand"
    )
    run.until("completedWithExceptions")
    assert run.steps()["promote payments"] == "skipped"
    assert run.healthy() == {WEST}


def test_a_step_whose_time_is_over_fails_and_a_paused_execution_takes_up_where_it_was(
    run: Run, emulator: Emulator
) -> None:
    run.start()
    run.look()
    emulator.advance_clock(5 * 60 + 1)
    assert run.look()["executionState"] == "pausedByFailedStep"
    assert "not done within 5 minutes" in run.events("stepFailed")[0]["error"]
    run.arc().update_plan_execution(**run.which, action="resume")
    run.arc().update_plan_execution(**run.which, action="pause")
    assert run.look()["executionState"] == "pausedByOperator"
    with refused("IllegalStateException", "takes no pause"):
        run.arc().update_plan_execution(**run.which, action="pause")
    run.arc().update_plan_execution(**run.which, action="resume")
    run.approve()
    run.until("completed")


def test_the_clock_carries_an_execution_out_while_nobody_asks(run: Run, emulator: Emulator) -> None:
    run.start(mode="ungraceful")
    emulator.carry_out_due()
    run.approve()
    emulator.advance_clock(30)
    (found,) = run.arc().list_plan_executions(planArn=run.arn, state="completed")["items"]
    assert found["executionId"] == run.id
    assert found["mode"] == "ungraceful"


def test_declined_or_canceled_it_ends_and_what_is_done_stays(run: Run) -> None:
    run.start()
    run.look()
    run.arc().approve_plan_execution_step(**run.which, stepName=APPROVAL, approval="decline")
    assert run.look()["executionState"] == "canceled"
    first = run.id
    run.start()
    run.approve()
    run.arc().cancel_plan_execution(**run.which, comment="enough")
    assert run.look()["executionState"] == "canceled"
    assert run.replicas() == set()
    assert run.healthy() == {EAST}, "the traffic step never came"
    with refused("ResourceNotFoundException", "is canceled"):
        run.arc().cancel_plan_execution(**run.which)
    listed = [one["executionId"] for one in run.arc().list_plan_executions(planArn=run.arn)["items"]]
    assert listed == [run.id, first]


def test_the_other_mode_is_of_what_has_not_ended(run: Run) -> None:
    run.start()
    run.look()
    run.arc().update_plan_execution(**run.which, action="switchToUngraceful")
    found = run.look()
    assert found["mode"] == "ungraceful"
    assert {step["stepMode"] for step in found["stepStates"]} == {"ungraceful"}


def test_after_recovery_the_old_primary_is_renamed_and_replicates_what_took_over(run: Run) -> None:
    recovery = run.start()["executionId"]
    run.approve()
    with refused("IllegalArgumentException", "ended activation"):
        run.start(EAST, "postRecovery", at=EAST, recoveryExecutionId=recovery)
    run.until("completed")
    run.start(EAST, "postRecovery", at=EAST, recoveryExecutionId=recovery)
    for _ in range(5):
        found = run.look(EAST)
    assert found["executionState"] == "completed", found
    estate = run.small.estate
    for store, name in estate.primary.databases.items():
        replica = run.small.instance(estate.primary, store)
        assert replica["ReadReplicaSourceDBInstanceIdentifier"].endswith(estate.secondary.databases[store])
        assert replica["DBSubnetGroup"]["DBSubnetGroupName"] == store
        kept = [
            one for one in run.client("rds", EAST).describe_db_instances()["DBInstances"]
            if one["DBInstanceIdentifier"].startswith(f"{name}-")
        ]  # fmt: skip
        assert [tag["Key"] for one in kept for tag in one["TagList"]].count("renamedByRegionSwitch") == 1


def test_what_aws_refuses_is_refused(run: Run) -> None:
    unknown = run.arn[:-6] + "zzzzzz"
    with refused("ResourceNotFoundException"):
        run.arc().start_plan_execution(planArn=unknown, targetRegion=WEST, action="activate")
    with refused("ResourceNotFoundException", "is not in eu-west-1"):
        run.start(at="eu-west-1")
    with refused("IllegalArgumentException", f"started in {WEST}, not in {EAST}"):
        run.start(at=EAST)
    with refused("IllegalArgumentException", "targetRegion eu-west-1"):
        run.start("eu-west-1")
    with refused("IllegalArgumentException", "activate or postRecovery"):
        run.start(action="deactivate")
    with refused("IllegalArgumentException", "recoveryExecutionId"):
        run.start(EAST, "postRecovery", at=EAST)
    with refused("IllegalArgumentException", "latest version"):
        run.start(latestVersion="false")
    first = run.start(clientToken="once")["executionId"]
    assert run.start(clientToken="once")["executionId"] == first
    with refused("ConflictException"):
        run.start(clientToken="once", mode="ungraceful")
    with refused("IllegalStateException", "is being executed"):
        run.start()
    with refused("IllegalStateException", "is being executed"):
        run.arc().delete_plan(arn=run.arn)
    with refused("ResourceNotFoundException", "nobody knows"):
        run.arc().approve_plan_execution_step(**run.which, stepName="nobody knows", approval="approve")
    with refused("ResourceNotFoundException", "awaits no approval"):
        run.arc().approve_plan_execution_step(**run.which, stepName=TRAFFIC, approval="approve")
    with refused("ResourceNotFoundException"):
        run.arc().get_plan_execution(planArn=run.arn, executionId=f"{WEST}/0000000000000000")


def test_an_evaluation_names_what_is_missing(run: Run) -> None:
    assert run.arc().get_plan_evaluation_status(planArn=run.arn)["evaluationState"] == "passed"
    side = run.small.estate.secondary
    run.client("autoscaling", WEST).delete_auto_scaling_group(AutoScalingGroupName=side.servers, ForceDelete=True)
    found = run.arc().get_plan_evaluation_status(planArn=run.arn)
    assert found["evaluationState"] == "actionRequired"
    assert {(one["stepName"], one["resourceArn"].rpartition("/")[2]) for one in found["warnings"]} == {
        ("start servers servers", side.servers)
    }
