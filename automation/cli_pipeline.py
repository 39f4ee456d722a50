"""The commands that a pipeline needs beside preview and up: what drifted, and a result in GitHub's words."""

# ruff: noqa: PLC0415  importing late keeps --help instant, as in cli.py

from __future__ import annotations

from pathlib import Path

import click

from automation.cli_options import json_option, options, stack_option, target_option
from automation.targets import Target


def add_pipeline_commands(group: click.Group) -> None:
    """Add `drift` and `annotate` to the command."""

    @group.command("drift")
    @options(target_option, stack_option, json_option)
    def drift(target: str, stack: str, as_json: bool) -> None:
        """Compare what is deployed with the state, and say what somebody changed. Changes nothing. Exit 7 on drift."""
        from automation import pipeline

        pipeline.drift(Target(target), stack, as_json)

    @group.command("annotate")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def annotate(file: Path) -> None:
        """Print FILE, a result of --json, as annotations of GitHub Actions; its summary goes to $GITHUB_STEP_SUMMARY."""
        from automation import pipeline

        pipeline.annotate(file)
