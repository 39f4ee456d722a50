"""Executes a plan: every step as soon as all that it waits for is done, each in its own thread, each with its limit.

What happens is in the journal before and after each step. A run that is killed is continued by running the plan again with the
same journal: steps that the journal calls done are not repeated, any other is asked first whether it has settled.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import RegionUnreachableError, Scope, code_of, scope
from automation.recovery.journal import Event, Journal, Kind
from automation.recovery.steps import Facts, Plan, Step

FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.2, 5.0
_TICK_SECONDS = 0.25
_MOST_THREADS = 32


@dataclass
class Running:
    """A step at work, for the progress line."""

    step: Step
    started: float
    said: str = "starting"


class Observer(Protocol):
    """What a run reports to while it works."""

    def say(self, line: str) -> None: ...
    def steps(self, running: list[Running], done: int, total: int) -> None: ...


class Usable(Protocol):
    """The lock, as far as a run cares."""

    @property
    def usable(self) -> bool: ...


@dataclass
class _State:
    done: set[str]
    running: dict[str, Running] = field(default_factory=dict)
    failures: dict[str, SecurecartError] = field(default_factory=dict)
    interrupted: threading.Event = field(default_factory=threading.Event)


def run(plan: Plan, journal: Journal, lock: Usable, observer: Observer) -> None:
    """Raises SecurecartError that names each failed step, its cause, its owner, and that running again continues.

    A failure keeps what depends on it from starting; what runs beside it is waited for.
    """
    total = len(plan.steps)
    state = _State(done=finished_steps(journal.events) & {step.name for step in plan.steps})
    waiting = {step.name: step for step in plan.ordered() if step.name not in state.done}
    futures: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max_workers=min(_MOST_THREADS, max(total, 1)), thread_name_prefix="step") as pool:
        try:
            while True:
                for name in _ready(waiting, state, lock):
                    step = waiting.pop(name)
                    state.running[name] = Running(step, time.monotonic())
                    futures[pool.submit(_execute, step, state, journal)] = name
                if not futures:
                    break
                finished, _ = wait(futures, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    _collect(future, futures.pop(future), state, observer)
                observer.steps(list(state.running.values()), len(state.done), total)
        except BaseException:
            state.interrupted.set()  # the threads stop at their next poll, not at their limit
            raise
    _raise_unfinished(plan, state, lock)


def _collect(future: Future[None], name: str, state: _State, observer: Observer) -> None:
    step = state.running.pop(name).step
    try:
        future.result()
    except SecurecartError as failure:
        state.failures[name] = failure
        observer.say(f"FAILED {name}: {failure.message}")
    else:
        state.done.add(name)
        observer.say(f"done {name}: {step.does}")


def finished_steps(events: tuple[Event, ...]) -> set[str]:
    return {event.step for event in events if event.kind is Kind.STEP_DONE}


def _ready(waiting: Mapping[str, Step], state: _State, lock: Usable) -> list[str]:
    if not lock.usable:
        return []
    return [name for name, step in waiting.items() if set(step.depends_on) <= state.done]


def _execute(step: Step, state: _State, journal: Journal) -> None:
    journal.append(
        Kind.STEP_STARTED, step.name, {"timeoutSeconds": step.timeout_seconds, "interrupts": step.interrupts}
    )
    started = time.monotonic()

    def close(kind: Kind, facts: Facts) -> None:
        took = {"seconds": round(time.monotonic() - started, 3)}
        journal.append(kind, step.name, facts | took, [call.document() for call in calls.evidence()])

    with scope(step.timeout_seconds) as calls:
        try:
            facts = _carry_out(step, state, calls)
        except Exception as failure:
            if not (isinstance(failure, RegionUnreachableError) and step.tolerates_silence):
                told = _told(failure)
                close(Kind.STEP_FAILED, {"error": told.message, "code": code_of(failure)})
                raise told from failure
            warning = step.silence_means or str(failure)
            journal.append(Kind.WARNED, step.name, {"warning": warning})
            facts = {"outcome": "unreachable", "region": failure.region, "warning": warning}
    close(Kind.STEP_DONE, facts)


def _carry_out(step: Step, state: _State, calls: Scope) -> Facts:
    """Asks, acts, and asks until the step has settled. Raises SecurecartError when its time is over."""
    running = state.running[step.name]
    settled = step.settled()
    if settled.done:
        return {"outcome": "already so", **settled.facts}
    acted = step.act() or {}
    pause = FIRST_POLL_SECONDS
    while True:
        settled = step.settled()
        if settled.done:
            return {"outcome": "done", **acted, **settled.facts}
        running.said = settled.said or "waiting"
        left = calls.deadline - time.monotonic()
        if left <= 0:
            raise SecurecartError(f"not settled within {step.timeout_seconds:g} s: {running.said}")
        if state.interrupted.wait(min(pause, max(left, 0.01))):
            raise SecurecartError("interrupted")
        pause = min(pause * 1.5, LONGEST_POLL_SECONDS)


def _told(failure: Exception) -> SecurecartError:
    """A failure in the words that the operator reads."""
    if isinstance(failure, SecurecartError):
        return failure
    if isinstance(failure, RegionUnreachableError):
        return SecurecartError(str(failure))
    if isinstance(failure, ClientError):
        return SecurecartError(f"AWS refused: {failure}")
    return SecurecartError(f"{type(failure).__name__}: {failure}")


def _raise_unfinished(plan: Plan, state: _State, lock: Usable) -> None:
    missing = [step.name for step in plan.ordered() if step.name not in state.done]
    if not missing:
        return
    if not lock.usable and not state.failures:
        raise SecurecartError(
            f"the lock was lost after {len(state.done)} of {len(plan.steps)} steps; nothing more was started.",
            "see who holds it, then run the same command again: it continues",
            ExitCode.LOCKED,
        )
    owners = {step.name: step.owner for step in plan.steps}
    lines = [f"  {name} ({owners[name]}): {failure.message}" for name, failure in state.failures.items()]
    kept = [name for name in missing if name not in state.failures]
    rest = f"\n  not started: {', '.join(kept)}" if kept else ""
    fixes = [failure.fix for failure in state.failures.values() if failure.fix]
    raise SecurecartError(
        f"{plan.title} stopped: {len(state.done)} of {len(plan.steps)} steps are done.\n" + "\n".join(lines) + rest,
        "; ".join([*dict.fromkeys(fixes), "then run the same command again: it continues there"]),
    )
