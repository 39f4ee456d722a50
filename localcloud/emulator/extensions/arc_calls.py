"""ARC Region switch: the operations on executions of a plan, and the evaluation of a plan.

An execution is started, watched and steered in the Region that carries it out, which is the one that is activated; the other one
answers about it, too, while it is there. Refused: a plan of another Region, an action or Region without a workflow, a second
execution, another request with a used token, steps that do not wait. Our reading where the API reference is silent: the words of
errors; that `resume` tries failed steps again; that a step whose time is over pauses the execution. Not here: triggers, reports,
child plans, Lambda and other blocks (their steps fail), older versions of a plan, who may approve (IAM is not enforced), alarms
that lengthen the actual recovery time. An evaluation looks for the resources at the moment of the question.

API reference: StartPlanExecution, GetPlanExecution, ListPlanExecutions, ListPlanExecutionEvents, ApprovePlanExecutionStep,
UpdatePlanExecution, UpdatePlanExecutionStep, CancelPlanExecution, GetPlanEvaluationStatus.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator import clock
from localcloud.emulator.extensions.arc_blocks import missing_resources
from localcloud.emulator.extensions.arc_executions import (
    ACTIVE,
    AWAITING,
    CANCELED,
    IN_PROGRESS,
    PAUSED,
    PAUSED_BY_OPERATOR,
    WORKING,
    Execution,
    StepRun,
    execution_of,
)
from localcloud.emulator.extensions.arc_region_switch import ArcRegionSwitchResponse, Plan
from localcloud.emulator.extensions.arc_runs import advance, resume
from localcloud.emulator.extensions.calls import Refusal, extend, parameters

_ACTIONS = {"activePassive": ("activate", "postRecovery"), "activeActive": ("activate", "deactivate")}
_MODES = {"switchToGraceful": ("graceful", "Graceful"), "switchToUngraceful": ("ungraceful", "Ungraceful")}


def start_plan_execution(self: ArcRegionSwitchResponse) -> ActionResult:
    """StartPlanExecution, once for a client token."""
    asked, plan = parameters(self), self.find_here()
    token = asked.pop("clientToken", None)
    known = next((one for one in plan.executions.values() if token and one.token == token), None)
    if known is not None and known.asked != asked:
        raise Refusal("ConflictException", "The client token was already used with different request parameters.")
    execution = known or _start(self, plan, asked)
    execution.token = execution.token or token or ""
    return ActionResult(
        {
            "executionId": execution.id,
            "plan": plan.arn,
            "planVersion": execution.plan["version"],
            "activateRegion": execution.activating,
            "deactivateRegion": execution.deactivating,
        }
    )


def _start(response: ArcRegionSwitchResponse, plan: Plan, asked: dict[str, Any]) -> Execution:
    approach, action, region = plan.content["recoveryApproach"], asked["action"], asked["targetRegion"]
    if action not in _ACTIONS[approach]:
        allowed = " or ".join(_ACTIONS[approach])
        raise Refusal("IllegalArgumentException", f"action {action} is not one of an {approach} plan: {allowed}")
    if region not in plan.content["regions"]:
        raise Refusal("IllegalArgumentException", f"targetRegion {region} is none of {plan.content['regions']}")
    if asked.get("latestVersion", "true").lower() != "true":
        raise Refusal("IllegalArgumentException", "only the latest version of a plan is kept")
    workflow = next(
        (
            one
            for one in plan.content["workflows"]
            if one["workflowTargetAction"] == action and one.get("workflowTargetRegion", region) == region
        ),
        None,
    )
    if workflow is None:
        raise Refusal("IllegalArgumentException", f"Plan {plan.arn} has no workflow to {action} {region}")
    made = execution_of(plan.describe(), workflow, asked, response.region)
    _check_place(plan, made)
    if (busy := plan.active_execution) is not None:
        raise Refusal("IllegalStateException", f"Plan {plan.arn} is being executed: {busy.id} is {busy.state}")
    plan.executions[made.id] = made
    return made


def _check_place(plan: Plan, execution: Execution) -> None:
    """Where it may be started, and after what."""
    home = execution.asked["targetRegion"] if execution.action == "postRecovery" else execution.activating
    if execution.home != home:
        raise Refusal("IllegalArgumentException", f"{execution.action} is started in {home}, not in {execution.home}")
    if execution.action != "postRecovery":
        return
    before = plan.executions.get(execution.asked.get("recoveryExecutionId") or "")
    if before is None:
        raise Refusal("IllegalArgumentException", "postRecovery needs the recoveryExecutionId of an execution")
    if before.state in ACTIVE or before.activating != execution.activating:
        wanted = f"an ended activation of {execution.activating}"
        raise Refusal("IllegalArgumentException", f"recoveryExecutionId {before.id} is not {wanted}")


def get_plan_execution(self: ArcRegionSwitchResponse) -> ActionResult:
    """GetPlanExecution, all steps on one page."""
    plan, execution = _find(self)
    advance(plan, execution)
    return ActionResult(execution.described())


def list_plan_executions(self: ArcRegionSwitchResponse) -> ActionResult:
    """ListPlanExecutions, newest first, all on one page."""
    asked, plan = parameters(self), self.find_here()
    for execution in plan.executions.values():
        advance(plan, execution)
    wanted = asked.get("state")
    found = [one.shown() for one in plan.executions.values() if wanted in (None, one.state)]
    return ActionResult({"items": found[::-1]})


def list_plan_execution_events(self: ArcRegionSwitchResponse) -> ActionResult:
    """ListPlanExecutionEvents, all on one page; of one step when it is named."""
    plan, execution = _find(self)
    advance(plan, execution)
    wanted = parameters(self).get("name")
    return ActionResult({"items": [one for one in execution.events if wanted in (None, one.get("stepName"))]})


def approve_plan_execution_step(self: ArcRegionSwitchResponse) -> ActionResult:
    """ApprovePlanExecutionStep: approved, the execution goes on; declined, it is canceled."""
    asked = parameters(self)
    plan, execution = _find(self)
    advance(plan, execution)
    step = _step(execution, asked["stepName"])
    if step.status != "pendingApproval":
        raise Refusal("ResourceNotFoundException", f"Step {step.name} is {step.status}, it awaits no approval")
    if asked["approval"] == "decline":
        execution.end(CANCELED, "executionCanceled")
        return EmptyResult()
    step.status, step.ended, execution.state = "completed", clock.now(), IN_PROGRESS
    execution.note("stepSucceeded", step)
    advance(plan, execution)
    return EmptyResult()


def update_plan_execution(self: ArcRegionSwitchResponse) -> ActionResult:
    """UpdatePlanExecution: pause, resume, another mode for what has not started."""
    action = parameters(self)["action"]
    plan, execution = _find(self)
    if execution.state not in (PAUSED if action == "resume" else ACTIVE if action in _MODES else WORKING):
        raise Refusal("IllegalStateException", f"Execution {execution.id} is {execution.state}: it takes no {action}")
    if action == "resume":
        resume(plan, execution)
    elif action == "pause":
        execution.state = PAUSED_BY_OPERATOR
        execution.note("executionPaused")
    else:
        mode, word = _MODES[action]
        execution.mode = mode
        for step in execution.every_step():
            step.mode = step.mode if step.over else mode
        execution.note(f"executionBehaviorChangedTo{word}")
    return EmptyResult()


def update_plan_execution_step(self: ArcRegionSwitchResponse) -> ActionResult:
    """UpdatePlanExecutionStep: skip a step that has not ended, or let it be ungraceful; a paused execution then goes on."""
    asked = parameters(self)
    plan, execution = _find(self)
    step = _step(execution, asked["stepName"])
    if execution.state not in ACTIVE or step.over:
        raise Refusal("ResourceNotFoundException", f"Step {step.name} of {execution.id} is {step.status}")
    if asked["actionToTake"] == "skip":
        for one in step.all():
            one.status, one.ended = ("skipped", clock.now()) if not one.over else (one.status, one.ended)
        execution.note("stepSkipped", step)
        execution.state = IN_PROGRESS if execution.state == AWAITING else execution.state
    else:
        step.mode = "ungraceful"
        execution.note("stepExecutionBehaviorChangedToUngraceful", step)
    if execution.state in PAUSED:
        resume(plan, execution)
    return EmptyResult()


def cancel_plan_execution(self: ArcRegionSwitchResponse) -> ActionResult:
    """CancelPlanExecution; what is done stays done."""
    _, execution = _find(self)
    if execution.state not in ACTIVE:
        raise Refusal("ResourceNotFoundException", f"Execution {execution.id} is {execution.state}")
    execution.end(CANCELED, "executionCanceled")
    return EmptyResult()


def get_plan_evaluation_status(self: ArcRegionSwitchResponse) -> ActionResult:
    """GetPlanEvaluationStatus: whether what the blocks act on is there."""
    plan = self.find_here()
    now, version = clock.now(), str(plan.version)
    warnings = [
        {
            "workflow": {"action": workflow["workflowTargetAction"]},
            "version": version,
            "stepName": step.name,
            "resourceArn": arn,
            "warningStatus": "active",
            "warningUpdatedTime": now,
            "warningMessage": f"{arn} was not found",
        }
        for workflow in plan.content["workflows"]
        for step in execution_of(plan.describe(), workflow, {}, self.region).every_step()
        for arn in missing_resources(step.kind, step.config)
    ]
    found = {
        "planArn": plan.arn,
        "lastEvaluationTime": now,
        "lastEvaluatedVersion": version,
        "region": self.region,
        "evaluationState": "actionRequired" if warnings else "passed",
        "warnings": warnings,
    }
    return ActionResult(found)


def _find(response: ArcRegionSwitchResponse) -> tuple[Plan, Execution]:
    plan, wanted = response.find_here(), parameters(response)["executionId"]
    if wanted not in plan.executions:
        raise Refusal("ResourceNotFoundException", f"Execution {wanted} of plan {plan.arn} not found")
    return plan, plan.executions[wanted]


def _step(execution: Execution, name: str) -> StepRun:
    step = execution.find_step(name)
    if step is None:
        raise Refusal("ResourceNotFoundException", f"Step {name} of execution {execution.id} not found")
    return step


def apply() -> None:
    """Put this into our ARC Region switch."""
    extend(
        ArcRegionSwitchResponse,
        start_plan_execution,
        get_plan_execution,
        list_plan_executions,
        list_plan_execution_events,
        approve_plan_execution_step,
        update_plan_execution,
        update_plan_execution_step,
        cancel_plan_execution,
        get_plan_evaluation_status,
    )
