"""The commands below `securecart local` that damage data, and the traffic. Imports nothing but click."""

# ruff: noqa: PLC0415  importing late keeps --help instant, as in cli.py

from __future__ import annotations

from pathlib import Path

import click

from automation.cli_options import json_option

_yes = click.option("--yes", is_flag=True, help="Yes, do the damage.")


def add_disaster_commands(group: click.Group) -> None:
    """Add corrupt, delete and traffic to `securecart local`."""
    for command in (_corrupt, _delete, _traffic):
        group.add_command(command)


@click.command("corrupt")
@click.option("--share", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Of the orders.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Which orders: the same seed damages the same ones."
)
@click.option("--off", is_flag=True, help="End it: what comes is right again, what is damaged stays damaged.")
@_yes
@json_option
def _corrupt(*, share: float, seed: int, off: bool, yes: bool, as_json: bool) -> None:
    """DAMAGES orders as a faulty release does: some of those that are there, and of those that come from now on.

    Prints the last moment at which every order was right: where to restore to.
    """
    from automation import local_disasters

    local_disasters.corrupt(share=share, seed=seed, off=off, yes=yes, as_json=as_json)


@click.command("delete")
@click.argument("what", type=click.Choice(["table", "objects", "recovery-points"]))
@click.argument("name")
@click.option("--region", default="us-east-1", show_default=True, help="Where it is.")
@click.option("--disarm", is_flag=True, help="Take locks, policies and protections away first, as far as AWS lets it.")
@_yes
@json_option
def _delete(*, what: str, name: str, region: str, disarm: bool, yes: bool, as_json: bool) -> None:
    """DESTROYS what an attacker with the API would: a table, all objects of a bucket, or the recovery points of a vault.

    NAME is the table, the bucket or the vault. Prints what went and what locks and policies refused.
    """
    from automation import local_disasters

    local_disasters.delete(what, name, region, disarm=disarm, yes=yes, as_json=as_json)


@click.command("traffic")
@click.option(
    "--rate", type=click.FloatRange(0.1, 200), default=5.0, show_default=True, help="Writes a second and store."
)
@click.option("--seconds", type=click.FloatRange(min=1), help="How long; until Ctrl-C unless given.")
@click.option(
    "--patience",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Share of the time that Route 53's checkers need to notice; 0 moves customers at once.",
)
@click.option("--report", is_flag=True, help="Write nothing: count again what became of the last run, or of --journal.")
@click.option("--journal", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The run to count.")
@json_option
def _traffic(
    *, rate: float, seconds: float | None, patience: float, report: bool, journal: Path | None, as_json: bool
) -> None:
    """Write orders, payments and invoices to the Region that the customers' name means; then count RPO and RTO.

    What was acknowledged is in .securecart/traffic/, a file for each run.
    """
    from automation import local_disasters

    if report or journal:
        local_disasters.traffic_report(journal, as_json=as_json)
    else:
        local_disasters.traffic(rate=rate, seconds=seconds, patience=patience, as_json=as_json)
