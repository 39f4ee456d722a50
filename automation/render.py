"""What a person sees: live progress on a terminal, plain lines elsewhere, nothing but errors with --json."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from automation.advisories import advisory_lines
from automation.events import UNCHANGING, Run, Violation, short_name

if TYPE_CHECKING:
    from automation.standing import Standing
    from automation.status import StoreStatus

_PLAIN_INTERVAL_SECONDS = 10.0
_ACTIVE_LINES = 6
_VERDICT_STYLES = {"PASS": "green", "FAIL": "bold red", "UNKNOWN": "bold yellow"}
_DOING = {
    "preview": "previewing",
    "up": "deploying",
    "drift": "comparing",
    "destroy": "destroying",
    "refresh": "refreshing",
}
_DONE = {
    "preview": "previewed",
    "up": "deployed",
    "drift": "compared",
    "destroy": "destroyed",
    "refresh": "refreshed",
}


class Display:
    """Shows the runs of one command. Use it as a context manager; `quiet` shows nothing (for --json)."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._live_wanted = console.is_terminal and not quiet
        self._next_plain = 0.0

    def __enter__(self) -> Display:
        if self._live_wanted:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live_wanted:
            self._live.stop()

    def say(self, line: str) -> None:
        """One line that stays."""
        if not self._quiet:
            self._console.print(escape(line), highlight=False, soft_wrap=True)

    def progress(self, run: Run) -> None:
        """The state of a run so far; called on each engine event."""
        self.show(_progress(run), _headline(run))

    def show(self, live: Group | Text, plain: str) -> None:
        """What is under way: redrawn in place on a terminal, `plain` every ten seconds elsewhere."""
        if self._live_wanted:
            self._live.update(live)
        elif not self._quiet and time.monotonic() >= self._next_plain:
            self._next_plain = time.monotonic() + _PLAIN_INTERVAL_SECONDS
            self.say(plain)

    def finished(self, run: Run) -> None:
        """The line that stays when a run has ended."""
        if self._live_wanted:
            self._live.update(Text(""))
        self._next_plain = 0.0
        outputs = ", outputs change" if run.outputs_changed and not run.changes.get("create") else ""
        self.say(f"{_DONE[run.operation]} {run.stack}: {counts(run.changes)}{outputs} ({run.seconds:.0f} s)")
        for line in advisory_lines([violation for violation in run.violations if not violation.mandatory]):
            self.say(line)


def counts(changes: dict[str, int]) -> str:
    """`3 create, 61 unchanged`."""
    changing = [f"{count} {op}" for op, count in sorted(changes.items()) if count and op not in UNCHANGING]
    same = changes.get("same", 0)
    return ", ".join([*changing, *([f"{same} unchanged"] if same else [])]) or "nothing"


def violation_text(violation: Violation) -> str:
    """One violation: level and rule, the resource, the message that holds the fix."""
    lines = "\n    ".join(violation.message.splitlines())
    where = violation.resource or "the whole stack"
    return f"  [{violation.level}] {violation.policy}\n    resource: {where}\n    {lines}"


def blocked_text(run: Run) -> str:
    """All that blocks a stack, and that nothing was changed."""
    found = run.blocking
    noun = "violation" if len(found) == 1 else "violations"
    verdict = "Nothing was changed." if run.operation == "preview" else "The update stopped there."
    return "\n".join(
        [f"stack {run.stack} is blocked by policy: {len(found)} {noun}. {verdict}", *map(violation_text, found)]
    )


def status_table(found: Sequence[tuple[StoreStatus, Standing]]) -> Table:
    """One row a store, its facts on lines of their own; long names wrap, nothing is cut off."""
    table = Table(
        "stack",
        "kind",
        "store",
        "Region",
        "protection",
        "last recovery point",
        "lag",
        "vault",
        "verdict",
        show_lines=True,
    )
    for one, stood in sorted(
        found, key=lambda row: (row[0].store.stack != "prod", row[0].store.kind, row[0].store.name)
    ):
        facts = Text("\n".join(f"{name}: {_plain(value)}" for name, value in one.facts.items()), overflow="fold")
        verdict = stood.verdict.value if stood.verdict else "-"
        table.add_row(
            one.store.stack, one.store.kind, one.store.name, one.store.region, facts, _recovery_point(one, stood),
            _seconds(stood.lag_seconds), _lock(stood.locked), Text(verdict, style=_VERDICT_STYLES.get(verdict, "")),
        )  # fmt: skip
    return table


def _recovery_point(one: StoreStatus, stood: Standing) -> str:
    if one.store.kind == "vault":
        return "-"
    last = stood.last_recovery_point
    shown = last if isinstance(last, str) else f"{_seconds(stood.age_seconds)} ago"
    return shown if stood.rpo_seconds is None else f"{shown}\nRPO {stood.rpo_seconds:g} s"


def _seconds(value: float | str | None) -> str:
    if value is None:
        return "no copy"
    return value if isinstance(value, str) else f"{value:g} s"


def _lock(locked: bool | str) -> str:
    return locked if isinstance(locked, str) else "locked" if locked else "NOT locked"


def recovery_report(recovery: Mapping[str, Any]) -> list[Table | Text]:
    """The strategy and why, then what each store keeps beside what it is asked for; what is missed is marked."""
    asked, kept = recovery["objectives"], recovery["effective"]
    table = Table("store", "needs", "RPO min", "by", "RTO min", "by", "why", show_lines=True)
    for one in recovery["stores"]:
        table.add_row(
            one["store"],
            str(one["needs"] or "none keeps it"),
            _held(one["rpoMinutes"], one["rpoObjectiveMinutes"]),
            one["rpoBasis"],
            _held(one["rtoMinutes"], one["rtoObjectiveMinutes"]),
            one["rtoBasis"],
            one["reason"],
        )
    verdict = (
        f"strategy {recovery['strategy']}: {recovery['reason']}\n"
        f"asked:   RPO {asked['rpoMinutes']:g} min, RTO {asked['rtoMinutes']:g} min\n"
        f"planned: RPO {kept['rpoMinutes']:g} min ({kept['rpoStore']}), RTO {kept['rtoMinutes']:g} min ({kept['rtoStore']})\n"
        "Planned bounds, not measurements: drills and restore tests measure."
    )
    notes = [Text(f"note: {note}") for note in recovery["notes"]]
    return [Text(verdict), table, *notes]


def _held(minutes: float, objective: float) -> Text:
    """`15 of 30`, and MISSED where the bound is beyond the objective."""
    if minutes <= objective:
        return Text(f"{minutes:g} of {objective:g}")
    return Text(f"{minutes:g} of {objective:g} MISSED", style="bold red")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value) or "none"


def _headline(run: Run) -> str:
    done = sum(run.finished.values())
    failed = f", {len(run.failed)} failed" if run.failed else ""
    return f"{_DOING[run.operation]} {run.stack}: {done} resources done{failed}, {run.seconds:.0f} s"


def _progress(run: Run) -> Group:
    active = list(run.active.items())
    lines = [Text(_headline(run), style="bold")]
    lines += [Text(f"  {op} {short_name(urn)}") for urn, op in active[:_ACTIVE_LINES]]
    if len(active) > _ACTIVE_LINES:
        lines.append(Text(f"  and {len(active) - _ACTIVE_LINES} more", style="dim"))
    return Group(*lines)
