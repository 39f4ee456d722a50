"""Which requirement of an auditor the executions answer, and with what verdict. Only what was executed counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automation.evidence.history import Execution
from automation.recovery.checks import Verdict

_MOVES = ("failover", "failback", "drill")
_RESTORES = ("restore", "test-restores", "drill")
_ALL = (*_MOVES, "restore", "test-restores", "reconcile", "fence", "backup", "copy")
_YEAR = timedelta(days=366)
_QUARTER = timedelta(days=92)


@dataclass(frozen=True, kw_only=True)
class Control:
    """A requirement and the executions that answer it: the newest one of `commands` decides, if it is not older than `within`."""

    framework: str
    id: str
    asks: str
    commands: tuple[str, ...]
    within: timedelta


PCI, GDPR, NIST = "PCI DSS 4.0", "GDPR", "NIST SP 800-53 r5"
# Requirements in our words. PCI DSS 12.10.2 says a year; where a framework leaves the period to us, it is ours.
CONTROLS = (
    Control(framework=PCI, id="12.10.1", asks="a plan of recovery and of backups, ready to be used", commands=_MOVES, within=_YEAR),
    Control(framework=PCI, id="12.10.2", asks="the plan is tested at least every twelve months", commands=_MOVES, within=_YEAR),
    Control(framework=GDPR, id="32(1)(b)", asks="systems stay available and resilient", commands=_MOVES, within=_YEAR),
    Control(framework=GDPR, id="32(1)(c)", asks="access to data is restored in time", commands=_RESTORES, within=_QUARTER),
    Control(framework=GDPR, id="32(1)(d)", asks="the measures are tested regularly", commands=_ALL, within=_QUARTER),
    Control(framework=NIST, id="CP-4", asks="the contingency plan is tested", commands=_MOVES, within=_YEAR),
    Control(framework=NIST, id="CP-7", asks="an alternate site takes over within the RTO", commands=_MOVES, within=_YEAR),
    Control(framework=NIST, id="CP-9(1)", asks="backups prove reliable when tested", commands=_RESTORES, within=_QUARTER),
    Control(framework=NIST, id="CP-10", asks="the system is recovered to a known state in time", commands=_MOVES, within=_YEAR),
    Control(framework=NIST, id="CP-10(4)", asks="components are restored in the time defined", commands=_RESTORES, within=_QUARTER),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an auditor is told."""

    control: Control
    verdict: Verdict
    execution: str
    said: str

    def document(self) -> dict[str, Any]:
        return {
            "framework": self.control.framework,
            "control": self.control.id,
            "asks": self.control.asks,
            "verdict": self.verdict.value,
            "execution": self.execution,
            "said": self.said,
        }


def answers(executions: Sequence[Execution], now: datetime) -> list[Answer]:
    """One answer a control; UNKNOWN where nothing was executed, or not lately enough."""
    return [_answer(control, executions, now) for control in CONTROLS]


def _answer(control: Control, executions: Sequence[Execution], now: datetime) -> Answer:
    fitting = [
        one
        for one in executions
        if one.command in control.commands and (one.document.services or one.document.findings)
    ]
    if not fitting:
        return Answer(
            control=control, verdict=Verdict.UNKNOWN, execution="", said="nothing was executed that measures it"
        )
    newest = max(fitting, key=lambda one: one.document.started_at)
    age = now - newest.document.started_at
    if age > control.within:
        said = f"{age.days} days old, asked for every {control.within.days}"
        return Answer(control=control, verdict=Verdict.UNKNOWN, execution=newest.document.execution, said=said)
    said = f"{newest.command} of {newest.document.started_at:%Y-%m-%d}"
    return Answer(control=control, verdict=newest.document.verdict, execution=newest.document.execution, said=said)
