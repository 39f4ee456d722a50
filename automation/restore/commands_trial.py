"""`securecart backup now`, `copy`, `drill` and `test-restores`: announced, approved, guarded, run, and kept as evidence."""

# ruff: noqa: PLC0415  a verb pays only for what it uses

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automation.commands import Result, command
from automation.recovery.checks import Finding, Verdict
from automation.recovery.opening import Opened, Order, announce, declared_by, guarded, open_cloud
from automation.restore.commands import keep, on_its_clock, prove

if TYPE_CHECKING:
    from automation.recovery.journal import Journal
    from automation.recovery.steps import Plan


def backup_now(order: Order, what: str, store: str | None, region: str | None, keep_days: int | None) -> None:
    words = " ".join(part for part in (what, store or "", f"--region {region}" if region else "") if part)
    with command(f"backup now {words}", order.target, order.as_json) as result:
        opened = on_its_clock(result, open_cloud(result))
        from automation.restore.backups import backup_plan, retention_days
        from automation.restore.selection import chosen, side_named

        world = opened.world
        side = side_named(world, region)
        token = _begun(opened, order, "backup").get("token") or _token()
        days = retention_days(world, keep_days)
        plan = backup_plan(world, side, chosen(world.estate, what, store), days, token)
        _run(result, opened, order, "backup", plan, {"token": token}, mode=words)


def copy(order: Order, arn: str, keep_days: int | None) -> None:
    with command(f"copy {arn}", order.target, order.as_json) as result:
        opened = on_its_clock(result, open_cloud(result))
        from automation.restore.backups import copy_plan, point_to_copy, retention_days

        token = _begun(opened, order, "copy").get("token") or _token()
        days = retention_days(opened.world, keep_days)
        plan = copy_plan(opened.world, point_to_copy(opened.world, arn), days, token)
        _run(result, opened, order, "copy", plan, {"token": token}, mode=arn)


def drill(order: Order) -> None:
    with command("drill", order.target, order.as_json) as result:
        _trial(result, order, "drill", with_clones=True)


def test_restores(order: Order) -> None:
    with command("test-restores", order.target, order.as_json) as result:
        _trial(result, order, "test-restores", with_clones=False)


def _trial(result: Result, order: Order, name: str, *, with_clones: bool) -> None:
    opened = on_its_clock(result, open_cloud(result))
    from automation.recovery.evidence import step_facts
    from automation.restore.drill import Chosen, choose, clones, targets, tried
    from automation.restore.proof import finding
    from automation.restore.trial import Trial

    world, side = opened.world, opened.world.estate.passive
    begun = _begun(opened, order, name)
    token = begun.get("token") or _token()
    points = Chosen.read(begun["points"]) if "points" in begun else choose(world, side)
    wanted = points.wanted(world, side, token)
    cloned = clones(world, side, token) if with_clones else []
    trial = Trial(
        world=world, side=side, token=token, tried=tried(world, wanted), more=tuple(one.steps for one in cloned)
    )
    plan = trial.plan(f"{name} in {side.region}")
    for one in points.missing(side):
        result.display.say(f"FAIL {one.check}: {one.said}")
    journal = _execute(result, opened, order, name, plan, {"token": token, "points": points.facts()}, kind="drill")
    swept = dict(step_facts(journal.events, "clean up"))
    more: list[Finding] = [
        *points.missing(side),
        *(finding(one.label, dict(step_facts(journal.events, f"verify {one.label}"))) for one in cloned),
    ]
    cleanup = {"region": side.region, **{key: swept.get(key) for key in ("left", "sweptFor", "deleted")}}
    prove(
        result, opened, journal, wanted, (world.estate.active, side),
        targets=targets(world, wanted), cleanup=cleanup, more=more,
    )  # fmt: skip


def _run(  # noqa: PLR0917
    result: Result, opened: Opened, order: Order, name: str, plan: Plan, about: dict[str, Any], *, mode: str
) -> None:
    from automation.recovery.evidence import step_facts

    journal = _execute(result, opened, order, name, plan, about, mode=mode)
    made = {step.name: step_facts(journal.events, step.name).get("recoveryPoint") for step in plan.steps}
    result.extra["recoveryPoints"] = made
    jobs = [Finding(check=name, verdict=Verdict.PASS, said=str(point)) for name, point in made.items()]
    active, passive = opened.world.estate.active, opened.world.estate.passive
    keep(result, opened, journal, [], (active, passive), more=jobs)
    for label, point in made.items():
        result.display.say(f"{label}: {point}")


def _execute(  # noqa: PLR0917
    result: Result, opened: Opened, order: Order, name: str, plan: Plan, about: dict[str, Any],
    *, mode: str = "", kind: str = "live",
) -> Journal:  # fmt: skip
    announce(result, plan, opened.world.estate.rto_seconds, order)
    declared = replace(declared_by(order, name, guarded(opened.world), mode), kind=kind)
    return opened.session.execute(declared, lambda: plan, about=about, abandon=order.abandon)


def _begun(opened: Opened, order: Order, name: str) -> dict[str, Any]:
    """What an unfinished execution of the command recorded when it began: a run that goes on uses the same names and points."""
    journal = opened.session.archive.unfinished()
    if journal is None or journal.execution == order.abandon:
        return {}
    facts = dict(journal.events[0].facts)
    return facts if facts.get("command") == name else {}


def _token() -> str:
    return uuid.uuid4().hex[:8]
