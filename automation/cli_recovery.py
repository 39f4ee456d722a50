"""The commands that move SecureCart to the other Region and back. Imports nothing but click, so that --help is instant."""

# ruff: noqa: PLC0415  importing late is the point of this file

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from automation.targets import TARGET_VARIABLE, Target

_Verb = TypeVar("_Verb", bound=Callable[..., None])
_target = click.option(
    "--target",
    type=click.Choice([target.value for target in Target]),
    envvar=TARGET_VARIABLE,
    default=Target.LOCAL.value,
    show_default=True,
    show_envvar=True,
    help="The local cloud of this checkout, or AWS.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end, and nothing else.")
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the journal and in the evidence.")
_approve = click.option(
    "--approve",
    is_flag=True,
    help="Do it. Without it the command says what it would do and destroy, and changes nothing.",
)
_approver = click.option("--approver", metavar="NAME", help="Who approves, if not the operator.")
_abandon = click.option(
    "--abandon", metavar="EXECUTION", default="", help="Give up an unfinished execution first; what it did stays done."
)


def _options(*options: Callable[[Any], Any]) -> Callable[[_Verb], _Verb]:
    def apply(command: _Verb) -> _Verb:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


@click.command()
@_options(_target, _json)
def preflight(target: str, as_json: bool) -> None:
    """Ask whether a failover would work now. Changes nothing but one probe object in the journal's bucket.

    Exits 6 when a check that decides fails or cannot be made.
    """
    from automation.recovery import commands

    commands.preflight(Target(target), as_json)


@click.command()
@_options(_target, _json, _reason, _approve, _approver, _abandon)
@click.option(
    "--mode",
    type=click.Choice(["graceful", "ungraceful"]),
    required=True,
    help="graceful: writes end first, nothing is lost. ungraceful: the primary Region is gone, what was not replicated is lost.",
)
@click.option(
    "--outage-since",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="When the outage began (UTC), for an RTO that counts from there.",
)
def failover(mode: str, outage_since: datetime | None, **order: Any) -> None:
    """Let the secondary Region take over, by AWS calls alone. PROMOTES the replicas, which cannot be undone.

    Killed at any moment, the same command continues. Then: securecart reconcile. Exits 6 when an objective was missed.
    """
    from automation.recovery import commands

    commands.failover(commands.Order.of(**order), mode, outage_since)


@click.command()
@_options(_target, _json, _reason, _approve, _approver, _abandon)
def fence(**order: Any) -> None:
    """Keep writers out of the Region that does not serve: after an ungraceful failover, as soon as that Region answers.

    STOPS its servers, closes its databases' network and makes them read-only. `failback` opens them again.
    """
    from automation.recovery import commands

    commands.fence(commands.Order.of(**order))


@click.command()
@_options(_target, _json)
def verify(target: str, as_json: bool) -> None:
    """Ask whether the Region that customers are sent to really serves, and whether the other one is fenced. Changes nothing.

    Exits 6 when a check that decides fails or cannot be made.
    """
    from automation.recovery import commands

    commands.verify(Target(target), as_json)


@click.command()
@_options(_target, _json, _reason, _approve, _approver, _abandon)
def failback(**order: Any) -> None:
    """Bring the work back to the primary Region and lose nothing: new databases there, a short stop of writes, a new standby.

    RETIRES the databases of both Regions; each leaves a final snapshot. Killed at any moment, the same command continues. Then:
    securecart reconcile.
    """
    from automation.recovery import commands

    commands.failback(commands.Order.of(**order))


@click.command()
@_options(_target, _json, _reason, _approve, _approver, _abandon)
def reconcile(**order: Any) -> None:
    """Write what a failover or failback made true into configuration and state; the preview that changes nothing is kept.

    Works without the primary Region. Refuses an update that would create, replace, delete or promote a store.
    """
    from automation.recovery import commands

    commands.reconcile(commands.Order.of(**order))


@click.command()
@_options(_target, _json)
@click.argument("execution")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def counted(target: str, as_json: bool, execution: str, file: Path) -> None:
    """Put FILE, what a recorder of traffic counted meanwhile, into the evidence of EXECUTION, with verdicts anew.

    FILE is what `securecart local traffic --json` prints. Changes nothing but that evidence.
    """
    from automation.recovery import commands

    commands.counted(Target(target), execution, file, as_json)


def add_recovery_commands(group: click.Group) -> None:
    """Add the verbs of a recovery to `securecart`."""
    for command in (preflight, failover, fence, verify, reconcile, failback, counted):
        group.add_command(command)
