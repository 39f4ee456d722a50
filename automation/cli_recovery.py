"""The commands that move SecureCart to the other Region and back. Imports nothing but click, so that --help is instant."""

# ruff: noqa: PLC0415  importing late is the point of this file

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from automation.cli_options import (
    abandon_option,
    approve_option,
    approver_option,
    json_option,
    options,
    reason_option,
    target_option,
)
from automation.targets import Target

engine_option = click.option(
    "--engine",
    type=click.Choice(["securecart", "arc"]),
    default="securecart",
    show_default=True,
    help="Who promotes and starts servers: this command, or AWS's ARC Region switch by the plan that dr declares (failover only).",
)


@click.command()
@options(target_option, json_option)
def preflight(target: str, as_json: bool) -> None:
    """Ask whether a failover would work now. Changes nothing but one probe object in the journal's bucket.

    Exits 6 when a check that decides fails or cannot be made.
    """
    from automation.recovery import commands

    commands.preflight(Target(target), as_json)


@click.command()
@options(target_option, json_option, reason_option, approve_option, approver_option, abandon_option)
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
@engine_option
def failover(mode: str, outage_since: datetime | None, engine: str, **order: Any) -> None:
    """Let the secondary Region take over, by AWS calls alone. PROMOTES the replicas, which cannot be undone.

    Killed at any moment, the same command continues. Then: securecart reconcile. Exits 6 when an objective was missed.
    """
    from automation.recovery import commands

    commands.failover(commands.Order.of(**order), mode, outage_since, engine)


@click.command()
@options(target_option, json_option, reason_option, approve_option, approver_option, abandon_option)
def fence(**order: Any) -> None:
    """Keep writers out of the Region that does not serve: after an ungraceful failover, as soon as that Region answers.

    STOPS its servers, closes its databases' network and makes them read-only. `failback` opens them again.
    """
    from automation.recovery import commands

    commands.fence(commands.Order.of(**order))


@click.command()
@options(target_option, json_option)
def verify(target: str, as_json: bool) -> None:
    """Ask whether the Region that customers are sent to really serves, and whether the other one is fenced. Changes nothing.

    Exits 6 when a check that decides fails or cannot be made.
    """
    from automation.recovery import commands

    commands.verify(Target(target), as_json)


@click.command()
@options(target_option, json_option, reason_option, approve_option, approver_option, abandon_option)
@engine_option
def failback(engine: str, **order: Any) -> None:
    """Bring the work back to the primary Region and lose nothing: new databases there, a short stop of writes, a new standby.

    RETIRES the databases of both Regions; each leaves a final snapshot. Killed at any moment, the same command continues. Then:
    securecart reconcile.
    """
    from automation.recovery import commands

    commands.failback(commands.Order.of(**order), engine)


@click.command()
@options(target_option, json_option, reason_option, approve_option, approver_option, abandon_option)
def reconcile(**order: Any) -> None:
    """Write what a failover or failback made true into configuration and state; the preview that changes nothing is kept.

    Works without the primary Region. Refuses an update that would create, replace, delete or promote a store.
    """
    from automation.recovery import commands

    commands.reconcile(commands.Order.of(**order))


@click.command()
@options(target_option, json_option)
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
