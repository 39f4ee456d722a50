"""The verbs of cli_evidence.py."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from automation import local
from automation.commands import Result, command
from automation.errors import SecurecartError
from automation.evidence import bundle, history
from automation.evidence import report as pages
from automation.evidence.bundle import PAGE
from automation.evidence.controls import answers
from automation.evidence.history import History
from automation.exit_codes import ExitCode
from automation.recovery import render
from automation.recovery.opening import open_cloud
from automation.recovery.session import Session
from automation.targets import Target


def report(target: Target, execution: str | None, out: Path | None, as_json: bool) -> None:
    """Writes into `out`; raises SecurecartError (UNPROVEN) when something in the journal is not as it was written."""
    with command("report", target, as_json) as result:
        session = open_cloud(result).session
        home = out or local.root() / "report"
        if execution:
            _one(result, session, execution, home)
        else:
            _all(result, session, home)


def _one(result: Result, session: Session, execution: str, home: Path) -> None:
    found = bundle.read(session.archive, session.objects, execution)
    place = found.write(home)
    result.extra |= {"evidence": dict(found.raw), "written": str(place / PAGE)}
    if not result.quiet:
        for shown in render.evidence_report(found.raw):
            Console().print(shown)
    result.display.say(f"written: {place / PAGE}")
    if not found.sound:
        wrong = "\n".join(f"  {one.name}: {one.said}" for one in found.files if one.body is None)
        raise _not_as_written(f"files of {execution} are not in the bundle:\n{wrong}")


def _all(result: Result, session: Session, home: Path) -> None:
    found, bundles = history.read(session.archive, session.objects)
    now, place = session.world.now(), session.archive.place
    page = pages.write(home, found, bundles, now, place)
    result.extra |= {"history": pages.document(found, now, place), "written": str(page)}
    if not result.quiet:
        Console().print(_history_table(found))
        for one in answers(found.executions, now):
            result.display.say(f"{one.verdict.value:8}{one.control.framework} {one.control.id}: {one.said}")
    result.display.say(f"written: {page}")
    wrong = [f"  {name}: {why}" for name, why in found.unreadable]
    wrong += [f"  {one.document.execution}: a file changed or is missing" for one in found.executions if not one.sound]
    if wrong:
        raise _not_as_written("the journal is not as it was written:\n" + "\n".join(wrong))


def _not_as_written(said: str) -> SecurecartError:
    return SecurecartError(
        said, "look at the versions of the object in the audit bucket, and at its trail", ExitCode.UNPROVEN
    )


def _history_table(found: History) -> Table:
    table = Table("execution", "kind", "took s", "verdict", "why")
    for one in found.executions:
        document = one.document
        verdict = Text(document.verdict.value, style=render.VERDICT_STYLES[document.verdict])
        table.add_row(
            document.execution,
            document.declared.kind,
            f"{document.seconds:.0f}",
            verdict,
            Text(document.declared.reason),
        )
    return table
