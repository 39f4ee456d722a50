"""The commands that bring data back. Imports nothing but click, so that --help is instant."""

# ruff: noqa: PLC0415  importing late is the point of this file

from __future__ import annotations

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
from automation.restore.moments import Moment

_KINDS = ["database", "table", "bucket", "volume", "all"]
_order = (target_option, json_option, reason_option, approve_option, approver_option, abandon_option)
_region = click.option("--region", metavar="REGION", help="Where; the Region that serves unless given.")
_keep_days = click.option(
    "--keep-days", type=click.IntRange(min=1), help="Days until it expires, within the vault's lock; 35 unless given."
)


@click.command()
@options(*_order, _region)
@click.argument("what", type=click.Choice(_KINDS))
@click.argument("store", required=False)
@click.option("--at", type=Moment(), metavar="TIME", help="As it was at this moment: ISO-8601 with a zone.")
@click.option("--recovery-point", "arn", metavar="ARN", help="Of AWS Backup, a snapshot, or a backup of its service.")
@click.option(
    "--swap",
    is_flag=True,
    help="A second order: put what was restored in place. INTERRUPTS a database, OVERWRITES tables and buckets.",
)
@click.option("--keep-new", is_flag=True, help="With --swap: items and objects that came since stay.")
@click.option("--accept-unknown", is_flag=True, help="With --swap: although the content could not be read from here.")
def restore(
    *, what: str, store: str | None, at: Any, arn: str | None, region: str | None,
    swap: bool, keep_new: bool, accept_unknown: bool, **order: Any,
) -> None:  # fmt: skip
    """Bring a store back under a new name beside the old one, and read what came back. Changes nothing that lives.

    WHAT is database, table, bucket, volume or all; without STORE it means every store of that kind. A volume comes from the last
    snapshot before TIME. Run again, the same command continues, or verifies once more what is there; with --swap it puts in place
    what it brought back, after reading it again. Exits 2 when TIME is outside of the window (which it says), 5 when a swap is
    refused, 6 when the content is FAIL or UNKNOWN.
    """
    from automation.recovery.opening import Order
    from automation.restore import commands
    from automation.restore.selection import Asked

    if (keep_new or accept_unknown) and not swap:
        raise click.UsageError("--keep-new and --accept-unknown go with --swap")
    asked = Asked(what=what, store=store, at=at, arn=arn, region=region)
    if swap:
        commands.swap(Order.of(**order), asked, keep_new=keep_new, accept_unknown=accept_unknown)
    else:
        commands.restore(Order.of(**order), asked)


@click.group()
def backup() -> None:
    """Backups on demand."""


@backup.command("now")
@options(*_order, _region)
@click.argument("what", type=click.Choice(_KINDS), default="all")
@click.argument("store", required=False)
@_keep_days
def backup_now(what: str, store: str | None, region: str | None, keep_days: int | None, **order: Any) -> None:
    """Back up a store, or all, into the Region's vault now; wait, and print the recovery points. Destroys nothing."""
    from automation.recovery.opening import Order
    from automation.restore import commands_trial

    commands_trial.backup_now(Order.of(**order), what, store, region, keep_days)


@click.command()
@options(*_order)
@click.argument("arn")
@_keep_days
def copy(arn: str, keep_days: int | None, **order: Any) -> None:
    """Copy a recovery point into the other Region's vault now; wait, and print the copy. Destroys nothing."""
    from automation.recovery.opening import Order
    from automation.restore import commands_trial

    commands_trial.copy(Order.of(**order), arn, keep_days)


@click.command()
@options(*_order)
def drill(**order: Any) -> None:
    """Rehearse in the Region that does not serve: restore every store, clone and promote its replicas, read all, delete all.

    Isolated: names and a security group of its own, what lives is only read. A sweep by tag proves that nothing is left. Exits 6
    when a content, RTO or RPO is FAIL or UNKNOWN.
    """
    from automation.recovery.opening import Order
    from automation.restore import commands_trial

    commands_trial.drill(Order.of(**order))


@click.command("test-restores")
@options(target_option, json_option, approve_option, approver_option, abandon_option)
@click.option(
    "--reason", default="regular restore test", show_default=True, metavar="TEXT", help="Why; kept as evidence."
)
def test_restores(**order: Any) -> None:
    """The regular proof, to be scheduled: restore every store from its last recovery point in the Region that does not serve.

    Reads each content, compares RTO and RPO with what is asked, deletes all of it and proves that by a sweep. Exits 6 when anything
    is FAIL or UNKNOWN; a store without a recovery point is a FAIL.
    """
    from automation.recovery.opening import Order
    from automation.restore import commands_trial

    commands_trial.test_restores(Order.of(**order))


def add_restore_commands(group: click.Group) -> None:
    """Add the verbs of restoring to `securecart`."""
    for command in (restore, backup, copy, drill, test_restores):
        group.add_command(command)
