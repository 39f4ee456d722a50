"""Each verb of a recovery between the command line and the work: what it will do and destroy first, then guards, then the work."""

# ruff: noqa: PLC0415  a verb pays only for what it uses

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from automation import local
from automation.commands import Result, command
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.project import REPOSITORY
from automation.recovery import render
from automation.recovery.opening import (
    Order,
    announce,
    declared_by,
    finish,
    guarded,
    open_cloud,
    refuse_while_serving,
    report,
    serving_sides,
)
from automation.recovery.steps import Plan
from automation.targets import Target

__all__ = ["Order"]
FENCE_LIMIT_SECONDS = 600


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


def failover(order: Order, mode: str, outage_since: datetime | None, engine: str) -> None:
    with command(f"failover --mode {mode} --engine {engine}", order.target, order.as_json) as result:
        opened = open_cloud(result)
        world = opened.world
        from automation.recovery.engines import by_engine
        from automation.recovery.failover import Mode, failover_by_arc
        from automation.recovery.failover import failover as planned
        from automation.recovery.steps import Engine

        moving = (failover_by_arc if engine == Engine.ARC else planned)(world, Mode(mode))
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
        declared = declared_by(order, "failover", operator, mode, engine)
        journal = by_engine(opened.session, moving, plan, declared, about=about, abandon=order.abandon)
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


def failback(order: Order, engine: str) -> None:
    with command("failback", order.target, order.as_json) as result:
        opened = open_cloud(result)
        world = opened.world
        from automation.recovery.engines import refuse_failback_by_arc
        from automation.recovery.failback import failback as planned
        from automation.recovery.steps import Engine

        returning = planned(world)
        if engine == Engine.ARC:
            refuse_failback_by_arc(returning)
        plan = returning.plan()
        announce(result, plan, world.estate.rto_seconds, order)
        if not world.estate.promoted:
            raise SecurecartError(
                f"{world.estate.primary.region} serves, as recorded (databaseRole: replica); nothing was changed.",
                "after a failover: securecart reconcile first",
                ExitCode.REFUSED,
            )
        if not world.aws.answers(world.estate.primary.region):
            raise SecurecartError(
                f"{world.estate.primary.region} does not answer; nothing was changed.",
                "wait until it does",
                ExitCode.REFUSED,
            )
        declared = declared_by(order, "failback", guarded(world), "")
        about = {"generations": {name: store.generation + 1 for name, store in world.estate.settings.databases.items()}}
        journal = opened.session.execute(declared, lambda: plan, about=about, abandon=order.abandon)
        result.display.say("next: securecart reconcile, so that Pulumi's configuration and state say what is true")
        finish(result, opened, journal, (returning.move.source, returning.move.target))


def reconcile(order: Order) -> None:
    with command("reconcile", order.target, order.as_json) as result:
        opened = open_cloud(result)
        from automation.recovery import reconcile as work
        from automation.recovery.session import open_world
        from automation.stacks import Workspace

        found = work.truth(opened.world)
        for line in work.announcement(found):
            result.display.say(line)
        if not order.approve:
            raise SecurecartError(
                "nothing was changed: this needs --approve.",
                "securecart reconcile --reason ... --approve",
                ExitCode.BAD_INPUT,
            )
        operator = guarded(opened.world)

        def workspace() -> Workspace:
            """After the settings are written: the local target runs a copy of them."""
            if order.target is Target.LOCAL:
                return local.workspace(result.display.say, None)
            return Workspace(directory=REPOSITORY)

        reconciling = work.Reconciling(
            opened.world, found, REPOSITORY, workspace, result.display, result.runs,
            reload=lambda: open_world(REPOSITORY, opened.variables),
        )  # fmt: skip
        declared = declared_by(order, "reconcile", operator, "")
        journal = opened.session.execute(declared, reconciling.plan, abandon=order.abandon)
        for stack, proof in reconciling.proofs.items():
            key = journal.attach(f"preview-{stack}.json", proof)
            result.display.say(f"the preview of {stack} that changes nothing: {opened.session.objects.place}{key}")
        result.extra |= {"execution": journal.execution, "settings": reconciling.written}
        if reconciling.written:
            result.display.say(
                "commit the changed settings, so that every pipeline knows:\n  " + "\n  ".join(reconciling.written)
            )


def counted(target: Target, execution: str, file: Path, as_json: bool) -> None:
    with command("counted", target, as_json) as result:
        from automation.recovery import counted as counts
        from automation.recovery.evidence import NAME as EVIDENCE
        from automation.recovery.evidence import Attachment

        body = file.read_bytes()
        found = counts.read(str(file), body)
        opened = open_cloud(result)
        kept = opened.session.objects.read(f"{execution}/{EVIDENCE}")
        if kept is None:
            known = [one for one in opened.session.archive.executions() if "-fail" in one]
            raise SecurecartError(
                f"{execution} has no evidence in {opened.session.objects.place}.",
                f"name one of: {', '.join(known) or 'none yet'}",
                ExitCode.BAD_INPUT,
            )
        document = counts.with_counts(json.loads(kept[0]), found, Attachment(name=counts.NAME, body=body))
        journal = opened.session.archive.open(execution)
        journal.attach(counts.NAME, body)
        key = journal.attach(EVIDENCE, json.dumps(document, indent=2, sort_keys=True).encode())
        result.extra["evidence"] = document
        if not as_json:
            for shown in render.evidence_report(document):
                Console().print(shown)
        result.display.say(f"evidence: {opened.session.objects.place}{key}")


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
