"""`securecart report` on the command line. Imports nothing but click, so that --help is instant."""

# ruff: noqa: PLC0415  importing late is the point of this file

from __future__ import annotations

from pathlib import Path

import click

from automation.cli_options import json_option, target_option
from automation.targets import Target


@click.command()
@click.argument("execution", required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Directory to write into.  [default: .securecart/report]",
)
@target_option
@json_option
def report(execution: str | None, out: Path | None, target: str, as_json: bool) -> None:
    """Write the evidence of EXECUTION, or of all: history, trends of RTO and RPO, and what auditors ask. Changes nothing in AWS.

    Exits 6 when a file is not what was written with the evidence, or evidence cannot be read.
    """
    from automation.evidence import commands

    commands.report(Target(target), execution, out, as_json)


def add_evidence_commands(group: click.Group) -> None:
    """Add the verbs of evidence to `securecart`."""
    group.add_command(report)
