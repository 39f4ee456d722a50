"""Plans, findings, progress and evidence, for people."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from automation.recovery.checks import Finding, Verdict
from automation.recovery.run import Running
from automation.recovery.steps import Plan
from automation.render import Display

VERDICT_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.UNKNOWN: "bold yellow"}


class StepDisplay:
    """A run's observer: finished steps as lines that stay, running ones redrawn in place."""

    def __init__(self, display: Display) -> None:
        self._display = display

    def say(self, line: str) -> None:
        self._display.say(line)

    def steps(self, running: list[Running], done: int, total: int) -> None:
        now = time.monotonic()
        lines = [
            f"  {one.step.name}: {one.said}, {now - one.started:.0f} of {one.step.timeout_seconds:g} s"
            for one in running
        ]
        head = f"{done} of {total} steps done"
        live = Group(Text(head, style="bold"), *map(Text, lines)) if running else Group(Text(""))
        self._display.show(live, "; ".join([head, *(line.strip() for line in lines)]))


def plan_document(plan: Plan, rto_seconds: float) -> dict[str, Any]:
    """The plan as JSON: its steps in order, its longest chain of limits, and how long customers may wait beside the RTO."""
    path, seconds = plan.critical_path()
    waits = plan.interruption_seconds()
    return {
        "title": plan.title,
        "steps": [step.document() for step in plan.ordered()],
        "criticalPath": path,
        "criticalPathSeconds": seconds,
        "interruptionSeconds": waits,
        "rtoSeconds": rto_seconds,
        "withinRto": waits <= rto_seconds,
    }


def plan_report(plan: Plan, rto_seconds: float) -> list[Table | Text]:
    """What will be done, by whom it is answered for, what it destroys, and the sum against the RTO."""
    table = Table("#", "step", "by", "owner", "limit", "does", "destroys", "after", title=plan.title, show_lines=True)
    numbers = {step.name: number for number, step in enumerate(plan.ordered(), start=1)}
    for step in plan.ordered():
        after = ", ".join(str(numbers[name]) for name in sorted(step.depends_on, key=numbers.__getitem__))
        table.add_row(
            str(numbers[step.name]), step.name, step.engine.value, step.owner, f"{step.timeout_seconds:g} s",
            Text(step.does, overflow="fold"),
            Text(step.destroys or "nothing", style="red" if step.destroys else "", overflow="fold"), after,
        )  # fmt: skip
    path, seconds = plan.critical_path()
    waits = plan.interruption_seconds()
    verdict, style = ("fits", "") if waits <= rto_seconds else ("does NOT fit", "bold red")
    return [
        table,
        Text(f"longest chain of limits: {seconds / 60:g} min ({' > '.join(path)})"),
        Text(
            f"customers wait {waits / 60:g} min at most: {verdict} into the RTO of {rto_seconds / 60:g} min",
            style=style,
        ),
    ]


def destroys(plan: Plan) -> list[str]:
    """What a plan takes away, a line a step."""
    return [f"  {step.name}: {step.destroys}" for step in plan.ordered() if step.destroys]


def findings_table(findings: Sequence[Finding]) -> Table:
    """One row a check; what only advises is said to."""
    table = Table("check", "verdict", "found", "fix", show_lines=True)
    for one in findings:
        verdict = Text(one.verdict.value + (" (advice)" if one.advises else ""), style=VERDICT_STYLES[one.verdict])
        table.add_row(one.check, verdict, Text(one.said, overflow="fold"), one.fix)
    return table


# What AWS could not be asked for can still be counted.
COUNT_IT = "An RPO is UNKNOWN. Count which acknowledged writes are there, and put that in"


def evidence_report(document: Mapping[str, Any]) -> list[Table | Text]:
    """The verdict, then RTO and RPO of each service against what is asked."""
    table = Table("service", "RTO s", "RPO s", "verdict", "RPO by")
    for one in document["services"]:
        verdict = Text(one["verdict"], style=VERDICT_STYLES[Verdict(one["verdict"])])
        rto, rpo = one["rto"], one["rpo"]
        table.add_row(
            f"{one['kind']} {one['store']}",
            f"{rto['seconds']} of {rto['targetSeconds']:g}",
            f"{rpo['seconds']} of {rpo['targetSeconds']:g}",
            verdict,
            rpo["basis"],
        )
    warnings = [Text(f"WARNING {one['step']}: {one['warning']}", style="bold red") for one in document["warnings"]]
    unknown = [one for one in document["services"] if one["rpo"]["seconds"] == "UNKNOWN"]
    counts = unknown and document["declared"]["command"] in ("failover", "failback")
    hints = [Text(f"{COUNT_IT}: securecart counted {document['execution']} FILE")] if counts else []
    overall = Text(f"verdict {document['verdict']}", style=VERDICT_STYLES[Verdict(document["verdict"])])
    return [*warnings, table, *hints, overall]
