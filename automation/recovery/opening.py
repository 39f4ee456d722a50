"""What every verb of a recovery does around its work: opens the cloud, says what it will do, guards, reports, keeps evidence."""

# ruff: noqa: PLC0415  a verb pays only for what it uses

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from automation import local
from automation.commands import Result
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.project import REPOSITORY
from automation.recovery import render
from automation.recovery.checks import Finding, Verdict, passed
from automation.recovery.steps import Plan
from automation.targets import Target, guard_aws

if TYPE_CHECKING:
    from automation.recovery.estate import Side
    from automation.recovery.journal import Journal
    from automation.recovery.session import Declared, Session
    from automation.recovery.world import World


@dataclass(frozen=True, kw_only=True)
class Order:
    """What every command that changes something was told."""

    target: Target
    as_json: bool
    reason: str
    approve: bool
    approver: str = ""
    abandon: str = ""

    @classmethod
    def of(cls, *, target: str, approver: str | None, **said: Any) -> Order:
        """From the options of the command line."""
        return cls(target=Target(target), approver=approver or "", **said)


@dataclass(frozen=True)
class Opened:
    """The cloud of a command."""

    world: World
    session: Session
    variables: dict[str, str]


def open_cloud(result: Result) -> Opened:
    """The world and the session of the target; needs no engine and none of Pulumi's state."""
    from automation.recovery.session import open_session, open_world

    variables: dict[str, str] = {}
    if result.target is Target.LOCAL:
        variables = local.start(result.display.say)
        copies = local.root() / "recovery"
    else:
        root = Path(os.environ.get("SECURECART_LOCAL_ROOT") or REPOSITORY / ".securecart").absolute()
        guard_aws(os.environ, root, needs_backend=False)
        copies = root / "recovery-aws"
    world = open_world(REPOSITORY, variables)
    return Opened(world, open_session(world, copies, render.StepDisplay(result.display)), variables)


def guarded(world: World) -> str:
    """Account and Region, asked just before anything changes; who asks."""
    from automation.recovery.session import operator_name
    from automation.recovery.world import guard_caller

    return f"{operator_name()} as {guard_caller(world)}"


def declared_by(order: Order, name: str, operator: str, mode: str, engine: str = "securecart") -> Declared:
    from automation.recovery.session import Declared

    return Declared(
        command=name,
        mode=mode,
        reason=order.reason,
        operator=operator,
        approver=order.approver or operator,
        engine=engine,
    )


def announce(result: Result, plan: Plan, rto_seconds: float, order: Order) -> None:
    """Says what will be done and what is destroyed; raises SecurecartError (BAD_INPUT) when nobody approved."""
    result.extra["plan"] = render.plan_document(plan, rto_seconds)
    if not order.as_json:
        for shown in render.plan_report(plan, rto_seconds):
            Console().print(shown)
    for line in [f"{plan.title} destroys:", *(render.destroys(plan) or ["  nothing"])]:
        result.display.say(line)
    if not order.approve:
        raise SecurecartError(
            "nothing was changed: this needs --approve.",
            f"securecart {result.command} --reason ... --approve",
            ExitCode.BAD_INPUT,
        )


def report(result: Result, findings: list[Finding], as_json: bool) -> None:
    """Shows findings; raises SecurecartError (UNPROVEN) unless all that decide pass."""
    verdict = passed(findings)
    result.extra |= {"verdict": verdict.value, "findings": [one.document() for one in findings]}
    if not as_json:
        Console().print(render.findings_table(findings))
    if verdict is not Verdict.PASS:
        wrong = [one for one in findings if not one.advises and one.verdict is not Verdict.PASS]
        raise SecurecartError(
            f"{result.command}: {verdict.value}\n"
            + "\n".join(f"  {one.verdict.value} {one.check}: {one.said}" for one in wrong),
            "; ".join(dict.fromkeys(one.fix for one in wrong if one.fix)),
            ExitCode.UNPROVEN,
        )


def finish(result: Result, opened: Opened, journal: Journal, sides: tuple[Side, Side]) -> None:
    """Writes the evidence beside the journal and shows it; raises SecurecartError (UNPROVEN) when an objective was missed."""
    from automation.recovery.evidence import NAME
    from automation.recovery.outcome import evidence_of

    target = sides[1]
    evidence = evidence_of(journal.events, opened.world.estate, sides, REPOSITORY)
    key = journal.attach(NAME, evidence.body())
    document = evidence.document()
    result.extra["evidence"] = document
    if not result.quiet:
        for shown in render.evidence_report(document):
            Console().print(shown)
    result.display.say(f"evidence: {opened.session.objects.place}{key}")
    if document["verdict"] == Verdict.FAIL.value:
        raise SecurecartError(
            f"{target.region} serves, and an objective was missed.",
            "securecart reconcile goes on all the same",
            ExitCode.UNPROVEN,
        )
    if document["verdict"] == Verdict.UNKNOWN.value:
        result.display.say(
            "the verdict is UNKNOWN: not every figure could be measured; this is no proof of the objectives"
        )


def serving_sides(world: World) -> tuple[Side, Side]:
    """(the Region that serves, the other): by the switches where one of them is out, else as configured."""
    from automation.recovery import switches

    estate = world.estate
    out = [side for side in estate.sides.values() if _read(partial(switches.position, world, side)) == switches.OUT]
    if len(out) == 1:
        left = out[0]
        return (estate.primary if left is estate.secondary else estate.secondary), left
    return estate.active, estate.passive


def refuse_while_serving(world: World, left: Side) -> None:
    """Raises SecurecartError (REFUSED) when the Region to fence is the one that customers are sent to."""
    from automation.recovery import switches

    if switches.position(world, left) != switches.OUT:
        raise SecurecartError(
            f"{left.region} is not out of service: fencing it would stop the shop; nothing was changed.",
            "securecart failover moves the work first",
            ExitCode.REFUSED,
        )


def _read(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception:  # a switch that cannot be read says nothing; the configuration does
        return None
