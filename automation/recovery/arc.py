"""The part of a failover that ARC Region switch carries out: the plan that dr declares, started, approved and watched from here.

What the plan does not do stays ours, around it: lag, fence, the wait for lag 0, the switches of the customers' name, verification.
AWS: ARC Region switch StartPlanExecution, GetPlanExecution, ApprovePlanExecutionStep, UpdatePlanExecution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.recovery import databases
from automation.recovery.arc_executions import ENDED_BADLY, ENDED_WELL, PAUSED, Execution, Executions
from automation.recovery.arc_plan import Stage, SwitchPlan
from automation.recovery.aws import code_of
from automation.recovery.estate import Side
from automation.recovery.steps import Engine, Facts, Settled, Step
from automation.recovery.world import World

STEP_OVER = frozenset({"completed", "skipped"})
START_SECONDS, COLLECT_SECONDS = 30, 120
OWNER = "on call"
WITHOUT_ARC = "the same command with --engine securecart goes on without ARC"
_TIMES = {"startTime": "startedAt", "endTime": "endedAt"}


@dataclass
class RegionSwitch:
    """One use of the declared plan. `belongs_to` must have been called before a step is carried out."""

    world: World
    target: Side
    mode: str
    plan: SwitchPlan
    _who: str = ""
    # This run has seen the execution at work: a pause or an end since then is somebody's word, not a thing to mend.
    _engaged: bool = False
    _refusal: str = ""

    def __post_init__(self) -> None:
        self.executions = Executions(self.world, self.target.region, self.plan.arn)

    def belongs_to(self, journal: str, who: str) -> None:
        """Names the journal whose execution this is, and who answers for it."""
        self.executions, self._who = replace(self.executions, journal=journal), who

    def groups(self) -> tuple[list[list[Step]], list[Step]]:
        """Steps one after the other until customers can be sent, then those that send them."""
        sends = [stage for stage in self.plan.stages if stage.sends_customers]
        work = [self._watch(stage) for stage in self.plan.stages if not stage.sends_customers]
        return [[self._start()], *([step] for step in work)], [self._watch(stage) for stage in sends]

    def collect(self) -> Step:
        """The result as ARC tells it."""

        def settled() -> Settled:
            found = self.executions.newest()
            if found is None or not self._under_way(found) or found["executionState"] not in ENDED_WELL:
                return Settled(False, f"ARC: {found['executionState'] if found else 'no execution'}")
            events = [_event(one) for one in self.executions.events(found)]
            return Settled(True, "", _facts(found) | {"arcEvents": events})

        return _step(
            name="collect the result of ARC", timeout_seconds=COLLECT_SECONDS, act=lambda: None, settled=settled,
            does="ARC calls its execution completed; its events are in the evidence",
        )  # fmt: skip

    def _start(self) -> Step:
        def settled() -> Settled:
            found = self.executions.newest()
            started = found is not None and self._under_way(found)
            return Settled(started, "not started", _facts(found) if found else {})

        return _step(
            name=f"start ARC Region switch to {self.target.region}", timeout_seconds=START_SECONDS,
            act=self._proceed, settled=settled,
            does=f"an execution of plan {self.plan.name}, version {self.plan.version}, activates {self.target.region}, {self.mode}",
        )  # fmt: skip

    def _watch(self, stage: Stage) -> Step:
        def settled() -> Settled:
            found = self.executions.newest()
            if found is None or not self._under_way(found):
                return Settled(False, "not started")
            states = {one["name"]: one for one in found["stepStates"]}
            self._approve(found, states)
            mine = [_state(states[name]) for name in (stage.name, *stage.inside) if name in states]
            if not mine or mine[0]["status"] not in STEP_OVER:
                told = ", ".join(f"{one['name']} {one['status']}" for one in mine) or found["executionState"]
                return Settled(False, f"{told}; {self._refusal}" if self._refusal else told)
            replicas = self._still_replicas(stage)
            return Settled(not replicas, f"still replicas: {', '.join(replicas)}", _facts(found) | {"arcSteps": mine})

        gone = f"the replication into {' and '.join(stage.promotes)}: they can never be replicas again"
        return _step(
            name=stage.name, timeout_seconds=stage.timeout_minutes * 60, act=self._proceed, settled=settled,
            does=stage.does, destroys=gone if stage.promotes else "",
        )  # fmt: skip

    def _still_replicas(self, stage: Stage) -> list[str]:
        """A step that was skipped proves nothing: RDS is asked."""
        asked = {name: databases.describe(self.world, self.target.region, name) for name in stage.promotes}
        return [
            name
            for name, found in asked.items()
            if found is None or databases.source_of(found) or found["DBInstanceStatus"] != databases.AVAILABLE
        ]

    def _proceed(self) -> Facts:
        """Once a run: starts an execution, or resumes ours; one that ended without success is followed by another."""
        mine = self.executions.mine()
        if mine and self._engaged:
            return {"arcExecution": mine[0]["executionId"]}
        newest = mine[0] if mine and mine[0]["executionState"] not in ENDED_BADLY else None
        if newest is None:
            newest = self.executions.start(self.mode, self._who)
        else:
            which = {"executionId": newest["executionId"], "comment": self.executions.comment(self._who)}
            if newest["mode"] != self.mode:
                # A graceful failover goes on as an ungraceful one, never the other way (session.py).
                self.executions.call("update_plan_execution", action="switchToUngraceful", **which)
            if newest["executionState"] in PAUSED:
                self.executions.call("update_plan_execution", action="resume", **which)
        self._engaged = True
        return {"arcExecution": newest["executionId"]}

    def _approve(self, found: Execution, states: Mapping[str, Any]) -> None:
        """Approves what waits, under the identity of whoever runs the command; without the right it waits for another person."""
        waiting = [name for name, one in states.items() if one["status"] == "pendingApproval"]
        if self._refusal or not waiting:
            self._refusal = self._refusal if waiting else ""
            return
        asked = {"executionId": found["executionId"], "stepName": waiting[0], "approval": "approve"}
        try:
            self.executions.call("approve_plan_execution_step", comment=self.executions.comment(self._who), **asked)
        except ClientError as refusal:
            if code_of(refusal) != "AccessDeniedException":
                raise
            command = self.executions.command("approve-plan-execution-step", found)
            said = f"{command} --step-name '{waiting[0]}' --approval approve"
            self._refusal = f"these credentials may not approve, whoever may runs: {said}"

    def _under_way(self, found: Execution) -> bool:
        """Whether it works or has succeeded. Raises SecurecartError when it stopped since this run saw it at work."""
        state = found["executionState"]
        if state in PAUSED | ENDED_BADLY:
            if self._engaged:
                raise self._stopped(found)
            return False
        if found["mode"] != self.mode and state not in ENDED_WELL:
            return False
        self._engaged = True
        return True

    def _stopped(self, found: Execution) -> SecurecartError:
        failed = [one["name"] for one in found["stepStates"] if one["status"] == "failed"]
        reasons = {one["stepName"]: one.get("error", "") for one in self.executions.events(found, "stepFailed")}
        why = "; ".join(f"{name}: {reasons[name]}" for name in failed if name in reasons)
        said = f"ARC's execution {found['executionId']} is {found['executionState']}{f' ({why})' if why else ''}."
        if found["executionState"] in ENDED_BADLY:
            return SecurecartError(said, f"the same command starts another execution; {WITHOUT_ARC}")
        skip = self.executions.command("update-plan-execution-step", found)
        cancel = self.executions.command("cancel-plan-execution", found)
        return SecurecartError(
            said,
            "mend that: the same command resumes the execution; what is done by hand is skipped"
            f" ({skip} --step-name NAME --action-to-take skip --comment TEXT); once it is canceled ({cancel}) {WITHOUT_ARC}",
        )


def _step(**said: Any) -> Step:
    return Step(owner=OWNER, engine=Engine.ARC, **said)


def _facts(found: Execution) -> Facts:
    kept = {
        "arcExecution": found["executionId"],
        "arcState": found["executionState"],
        "planVersion": found.get("version"),
        "actualRecoveryTime": found.get("actualRecoveryTime"),
    }
    return {"engine": Engine.ARC.value} | {key: value for key, value in kept.items() if value is not None}


def _state(step: Mapping[str, Any]) -> dict[str, Any]:
    times = {said: step[name].isoformat() for name, said in _TIMES.items() if step.get(name)}
    return {"name": step["name"], "status": step["status"], **times}


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    at = event["timestamp"].isoformat() if event.get("timestamp") else None
    kept = {"at": at, "type": event.get("type"), "step": event.get("stepName"), "error": event.get("error")}
    return {key: value for key, value in kept.items() if value}
