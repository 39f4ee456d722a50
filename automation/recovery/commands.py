"""Each verb of a recovery between the command line and the work: what it will do and destroy first, then guards, then the work."""

# ruff: noqa: PLC0415  a verb pays only for what it uses

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from automation import local
from automation.commands import Result, command
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


def preflight(target: Target, as_json: bool) -> None:
    with command("preflight", target, as_json) as result:
        opened = open_cloud(result)
        from automation.recovery.preflight import Preflight

        asked = Preflight(opened.world, opened.session.objects, opened.session.archive, REPOSITORY, opened.variables)
        report(result, asked.findings(), as_json)


def verify(target: Target, as_json: bool) -> None:
    with command("verify", target, as_json) as result:
        world = open_cloud(result).world
        from automation.recovery.verify import serving_checks

        serving, left = serving_sides(world)
        result.display.say(f"{serving.region} serves, {left.region} does not, by switches and configuration")
        report(result, serving_checks(world, serving, left), as_json)


def failover(order: Order, mode: str, outage_since: datetime | None) -> None:
    with command(f"failover --mode {mode}", order.target, order.as_json) as result:
        opened = open_cloud(result)
        world = opened.world
        from automation.recovery.failover import Mode
        from automation.recovery.failover import failover as planned

        moving = planned(world, Mode(mode))
        plan = moving.plan()
        announce(result, plan, world.estate.rto_seconds, order)
        if world.estate.promoted:
            raise SecurecartError(
                f"{world.estate.secondary.region} serves already, as recorded (databaseRole: promoted); nothing was changed.",
                "securecart verify; to go back: securecart failback",
                ExitCode.REFUSED,
            )
        operator = guarded(world)
        about = {"outageSince": outage_since.replace(tzinfo=UTC).isoformat()} if outage_since else {}
        declared = declared_by(order, "failover", operator, mode)
        journal = opened.session.execute(declared, lambda: plan, about=about, abandon=order.abandon)
        finish(result, opened, journal, (moving.source, moving.target))
        result.display.say("next: securecart reconcile, so that Pulumi's configuration and state say what is true")


def fence(order: Order) -> None:
    with command("fence", order.target, order.as_json) as result:
        opened = open_cloud(result)
        from automation.recovery import fence as fencing

        _, left = serving_sides(opened.world)
        steps = fencing.steps(opened.world, left, tolerates_silence=False, timeout_seconds=FENCE_LIMIT_SECONDS)
        plan = Plan(f"fence of {left.region}", steps)
        announce(result, plan, opened.world.estate.rto_seconds, order)
        refuse_while_serving(opened.world, left)
        declared = declared_by(order, "fence", guarded(opened.world), "")
        journal = opened.session.execute(declared, lambda: plan, abandon=order.abandon)
        result.extra["execution"] = journal.execution
        result.display.say(f"{left.region} is fenced")


FENCE_LIMIT_SECONDS = 600


def show_failover_plans(result: Result, as_json: bool) -> None:
    """The steps of both kinds of failover, their owners and limits, and the sum against the RTO; asks no cloud."""
    from automation.recovery.aws import Aws
    from automation.recovery.estate import load_estate
    from automation.recovery.failover import Mode
    from automation.recovery.failover import failover as planned
    from automation.recovery.world import World

    def no_cloud(service: str, region: str, _: object) -> Any:
        raise AssertionError(f"a plan asks no cloud, this one asked {service} in {region}")

    world = World(estate=load_estate(REPOSITORY), aws=Aws(no_cloud))
    result.extra["failover"] = {}
    for mode in Mode:
        try:
            plan = planned(world, mode).plan()
        except SecurecartError as refused:
            result.display.say(f"no failover under this strategy: {refused.message}")
            return
        result.extra["failover"][mode.value] = render.plan_document(plan, world.estate.rto_seconds)
        if not as_json:
            for shown in render.plan_report(plan, world.estate.rto_seconds):
                Console().print(shown)


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


def declared_by(order: Order, name: str, operator: str, mode: str) -> Declared:
    from automation.recovery.session import Declared

    return Declared(
        command=name, mode=mode, reason=order.reason, operator=operator, approver=order.approver or operator
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
    """Writes the evidence beside the journal and shows it; raises SecurecartError (UNPROVEN) unless the verdict is PASS."""
    from automation.recovery.outcome import evidence_of

    target = sides[1]
    evidence = evidence_of(journal.events, opened.world.estate, sides, REPOSITORY)
    key = journal.attach("evidence.json", evidence.body())
    document = evidence.document()
    result.extra["evidence"] = document
    if not result.quiet:
        for shown in render.evidence_report(document):
            Console().print(shown)
    result.display.say(f"evidence: {opened.session.objects.place}{key}")
    if document["verdict"] != Verdict.PASS.value:
        raise SecurecartError(
            f"{target.region} serves; the verdict on RTO and RPO is {document['verdict']} (what was not measured is UNKNOWN).",
            "securecart reconcile goes on all the same",
            ExitCode.UNPROVEN,
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
