"""The commands that bring data back. Imports nothing but click, so that --help is instant."""

# ruff: noqa: PLC0415  importing late is the point of this file

from __future__ import annotations

from typing import Any

import click

from automation.cli_recovery import _abandon, _approve, _approver, _json, _options, _reason, _target
from automation.restore.moments import Moment

_KINDS = ["database", "table", "bucket", "volume", "all"]
_order = (_target, _json, _reason, _approve, _approver, _abandon)
_region = click.option("--region", metavar="REGION", help="Where; the Region that serves unless given.")


@click.command()
@_options(*_order, _region)
@click.argument("what", type=click.Choice(_KINDS))
@click.argument("store", required=False)
@click.option("--at", type=Moment(), metavar="TIME", help="As it was at this moment: ISO-8601 with a zone.")
@click.option("--recovery-point", "arn", metavar="ARN", help="Of AWS Backup, a snapshot, or a backup of its service.")
def restore(what: str, store: str | None, at: Any, arn: str | None, region: str | None, **order: Any) -> None:
    """Bring a store back under a new name beside the old one, and read what came back. Changes nothing that lives.

    WHAT is database, table, bucket, volume or all; without STORE it means every store of that kind. A volume comes from the last
    snapshot before TIME. Run again, the same command continues, or verifies once more what is there. Exits 2 when TIME is outside
    of the window (which it says), 6 when the content is FAIL or UNKNOWN.
    """
    from automation.recovery.opening import Order
    from automation.restore import commands
    from automation.restore.selection import Asked

    commands.restore(Order.of(**order), Asked(what=what, store=store, at=at, arn=arn, region=region))


def add_restore_commands(group: click.Group) -> None:
    """Add the verbs of restoring to `securecart`."""
    group.add_command(restore)
