"""`securecart restore`: what it will do first, then guards, then the work, then what was proved."""

# ruff: noqa: PLC0415  a verb pays only for what it uses

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from automation.commands import Result, command
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.project import REPOSITORY
from automation.recovery import render
from automation.recovery.checks import Finding, Verdict
from automation.recovery.opening import Opened, Order, announce, declared_by, guarded, open_cloud
from automation.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.recovery.estate import Side
    from automation.recovery.evidence import Target as Objective
    from automation.recovery.journal import Journal
    from automation.restore.selection import Asked
    from automation.restore.wanted import Wanted


_READ_IT_INSIDE = "see the evidence; what could not be read from here, read where the database can be reached"


def restore(order: Order, asked: Asked) -> None:
    with command(asked.words("restore"), order.target, order.as_json) as result:
        opened = on_its_clock(result, open_cloud(result))
        from automation.restore.plan import restore_plan
        from automation.restore.selection import restorer, side_named, wanted

        world = opened.world
        found = wanted(world, asked)
        restorers = [restorer(world, one) for one in found]
        for one in restorers:
            one.check()
        plan = restore_plan(restorers)
        announce(result, plan, world.estate.rto_seconds, order)
        declared = declared_by(order, "restore", guarded(world), asked.words(""))
        journal = opened.session.execute(declared, lambda: plan, abandon=order.abandon)
        side = side_named(world, found[0].region)
        prove(result, opened, journal, found, (side, side))
        result.display.say("nothing that lives was changed; to put it in place, the same command with --swap")


def swap(order: Order, asked: Asked, *, keep_new: bool, accept_unknown: bool) -> None:
    """A second order after `restore`: the same words, and --swap."""
    with command(f"{asked.words('restore')} --swap", order.target, order.as_json) as result:
        opened = on_its_clock(result, open_cloud(result))
        from automation.restore.selection import restorer, side_named, wanted
        from automation.restore.swap import Terms, swap_plan

        world = opened.world
        terms = Terms(keep_new=keep_new, accept_unknown=accept_unknown)
        # A swap that was interrupted has renamed already: its plan is made of what was restored, whatever it is called by now.
        found = wanted(world, asked)
        plan = swap_plan(world, [restorer(world, one) for one in found], terms)
        announce(result, plan, world.estate.rto_seconds, order)
        declared = declared_by(order, "restore", guarded(world), f"{asked.words('')} --swap")
        journal = opened.session.execute(declared, lambda: plan, abandon=order.abandon)
        from automation.recovery.evidence import step_facts
        from automation.restore.proof import finding
        from automation.restore.swap import read_again

        read = {one.label: dict(step_facts(journal.events, read_again(one.label))) for one in found}
        side = side_named(world, found[0].region)
        kept = keep(result, opened, journal, [], (side, side), more=[finding(*one) for one in read.items()])
        result.extra["verdict"] = kept["verdict"]
        for step in plan.ordered():
            result.display.say(f"{step.name}: {step.does}")
        result.display.say("then: securecart reconcile, or a refresh, so that Pulumi's state names what is in place")


def on_its_clock(result: Result, opened: Opened) -> Opened:
    """The local cloud's clock may have been put forward; what is restored there is asked for by that clock."""
    if result.target is not Target.LOCAL:
        return opened
    from automation import local
    from automation.recovery.world import utc_now

    ahead = datetime.fromisoformat(local.ask("clock", {"advance_seconds": 0}, "restore")["now"]) - utc_now()
    world = replace(opened.world, now=lambda: utc_now() + ahead)
    return replace(opened, world=world)


def keep(
    result: Result, opened: Opened, journal: Journal, wanted: Sequence[Wanted], sides: tuple[Side, Side],
    *, targets: Sequence[Objective] = (), cleanup: dict[str, Any] | None = None, more: Sequence[Finding] = (),
) -> dict[str, Any]:  # fmt: skip
    """Writes the evidence beside the journal and shows where; the document."""
    from automation.restore.outcome import body, document

    made = document(
        opened.world, journal.events, wanted, sides, REPOSITORY, targets=targets, cleanup=cleanup, more=more
    )
    key = journal.attach("evidence.json", body(made))
    result.extra |= {"verdict": made["verdict"], "evidence": made}
    result.display.say(f"evidence: {opened.session.objects.place}{key}")
    return made


def prove(
    result: Result, opened: Opened, journal: Journal, wanted: Sequence[Wanted], sides: tuple[Side, Side],
    *, targets: Sequence[Objective] = (), cleanup: dict[str, Any] | None = None, more: Sequence[Finding] = (),
) -> None:  # fmt: skip
    """Keeps the evidence and shows it; raises SecurecartError (UNPROVEN) unless the verdict is PASS."""
    from automation.restore.outcome import findings

    made = keep(result, opened, journal, wanted, sides, targets=targets, cleanup=cleanup, more=more)
    if not result.quiet:
        Console().print(render.findings_table([*findings(journal.events, wanted), *more]))
        for shown in render.evidence_report(made) if targets else ():
            Console().print(shown)
    for one in made["restored"]:
        result.display.say(f"{one['kind']} {one['store']}: {one['name']} in {one['region']}, from {one['from']}")
    if made["verdict"] != Verdict.PASS.value:
        wrong = [one for one in made["findings"] if one["verdict"] != Verdict.PASS.value and not one["advises"]]
        wrong_lines = [f"  {one['verdict']} {one['check']}: {one['said']}" for one in wrong]
        missed = [
            f"  {one[figure]['verdict']} {figure.upper()} of {one['kind']} {one['store']}: {one[figure]['seconds']} s of"
            f" {one[figure]['targetSeconds']:g} s"
            for one in made["services"] for figure in ("rto", "rpo") if one[figure]["verdict"] != Verdict.PASS.value
        ]  # fmt: skip
        raise SecurecartError(
            "\n".join([f"{result.command}: {made['verdict']}", *wrong_lines, *missed]),
            "; ".join(dict.fromkeys(one["fix"] for one in wrong if one["fix"])) or _READ_IT_INSIDE,
            ExitCode.UNPROVEN,
        )
