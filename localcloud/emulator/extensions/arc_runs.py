"""Carries the executions of ARC Region switch plans out: a step at a time, its state looked at by whoever asks and by the clock.

A step that has ended starts the next one. A failed step pauses the execution until an operator resumes it (which tries the failed
steps again), skips the step, or cancels; so does a step whose time is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from localcloud.emulator import clock
from localcloud.emulator.duties import when_due
from localcloud.emulator.extensions.arc_blocks import FAILURES, Block, Job, block_of
from localcloud.emulator.extensions.arc_executions import (
    APPROVAL,
    AWAITING,
    COMPLETED,
    COMPLETED_WITH_EXCEPTIONS,
    IN_PROGRESS,
    PARALLEL,
    PAUSED_BY_STEP,
    PENDING,
    WORKING,
    Execution,
    StepRun,
)
from localcloud.emulator.extensions.arc_region_switch import Plan, arc_region_switch_backends
from localcloud.emulator.traffic import is_out

# How often a running step is looked at when nobody asks.
_LOOK_SECONDS = 1


def next_due() -> datetime | None:
    """When an execution is looked at next."""
    return min((_next_look(execution) for _, execution in _working()), default=None)


def run_due() -> None:
    """Look at every execution that is under way."""
    for plan, execution in list(_working()):
        if _next_look(execution) <= clock.now():
            advance(plan, execution)


def advance(plan: Plan, execution: Execution) -> None:
    """Do what can be done now: end what has ended, start what comes next. Nothing while its Region is out."""
    if execution.state not in WORKING or is_out(execution.home):
        return
    execution.updated = clock.now()
    if execution.state == PENDING:
        execution.state = IN_PROGRESS
        execution.note("executionStarted")
    step = _current(execution)
    if step is not None and step.started is not None:
        _look(plan, execution, step)
        step = _current(execution)
    if step is None:
        skipped = any(one.status == "skipped" for one in execution.every_step())
        execution.end(COMPLETED_WITH_EXCEPTIONS if skipped else COMPLETED, "executionSucceeded")
    elif step.started is None and execution.state in WORKING:
        _start(plan, execution, step)


def resume(plan: Plan, execution: Execution) -> None:
    """Go on after a pause: what failed is started anew, what was done stays done."""
    step = _current(execution)
    for one in step.all() if step is not None else ():
        if one.status == "failed":
            one.started, one.error, one.status = None, "", "notStarted"
    waits = step is not None and step.status == "pendingApproval"
    execution.state = AWAITING if waits else IN_PROGRESS
    advance(plan, execution)


def _working() -> Iterator[tuple[Plan, Execution]]:
    for partitions in list(arc_region_switch_backends.values()):
        for backend in dict.values(partitions):
            for plan in backend.plans.values():
                for execution in plan.executions.values():
                    if execution.state in WORKING and not is_out(execution.home):
                        yield plan, execution


def _next_look(execution: Execution) -> datetime:
    step = _current(execution)
    if execution.state == AWAITING and step is not None and step.late is not None:
        return step.late
    return execution.updated + timedelta(seconds=_LOOK_SECONDS)


def _current(execution: Execution) -> StepRun | None:
    return next((step for step in execution.steps if not step.over), None)


def _start(plan: Plan, execution: Execution, step: StepRun) -> None:
    step.started, step.status = clock.now(), "running"
    execution.note("stepStarted", step)
    if step.kind == APPROVAL:
        step.status, execution.state = "pendingApproval", AWAITING
        execution.note("stepPendingApproval", step)
        execution.note("executionPendingApproval")
        return
    for child in step.children:
        if not child.over:
            _start(plan, execution, child)
    if step.kind == PARALLEL:
        _pause_if_failed(execution, step)
        return
    try:
        block, job = _work(plan, execution, step)
        block.start(job)
    except FAILURES as failure:
        _fail(execution, step, said(failure))


def _look(plan: Plan, execution: Execution, step: StepRun) -> None:
    if step.kind == PARALLEL:
        for child in step.children:
            if child.status == "running":
                _look(plan, execution, child)
        if all(child.over for child in step.children):
            _complete(execution, step)
        else:
            _pause_if_failed(execution, step)
        return
    if step.status == "running":
        try:
            block, job = _work(plan, execution, step)
            if block.done(job):
                _complete(execution, step, block.resources(job))
                return
        except FAILURES as failure:
            _fail(execution, step, said(failure))
            return
    if step.late is not None and step.late <= clock.now():
        _fail(execution, step, f"not done within {step.config['timeoutMinutes']} minutes")


def _work(plan: Plan, execution: Execution, step: StepRun) -> tuple[Block, Job]:
    def turn(zone: str, record: str) -> None:
        plan.turn(zone, record, execution.asked["targetRegion"], on=execution.action == "activate")

    ungraceful = step.mode == "ungraceful"
    regions = (execution.activating, execution.deactivating)
    return block_of(step.kind), Job(step.config, plan.owner, *regions, ungraceful, turn)


def _complete(execution: Execution, step: StepRun, resources: tuple[str, ...] = ()) -> None:
    step.status, step.ended = "completed", clock.now()
    execution.note("stepSucceeded", step, resources=resources)


def _fail(execution: Execution, step: StepRun, why: str) -> None:
    step.status, step.error = "failed", why
    execution.note("stepFailed", step, why)
    if step in execution.steps:
        _pause(execution, step)


def _pause_if_failed(execution: Execution, step: StepRun) -> None:
    """What runs beside a failed step comes to its end first."""
    failed = [child for child in step.children if child.status == "failed"]
    if failed and all(child.over or child.status == "failed" for child in step.children):
        step.status, step.error = "failed", "; ".join(f"{child.name}: {child.error}" for child in failed)
        _pause(execution, step)


def _pause(execution: Execution, step: StepRun) -> None:
    execution.state = PAUSED_BY_STEP
    execution.note("stepPausedByError", step, step.error)
    execution.note("executionPaused")


def said(failure: Exception) -> str:
    """What a failure tells."""
    return str(getattr(failure, "message", None) or getattr(failure, "description", None) or failure)


def apply() -> None:
    """Let the local cloud's clock carry executions out."""
    when_due(next_due, run_due)
