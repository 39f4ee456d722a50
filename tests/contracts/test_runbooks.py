"""The runbooks: the first line says what is destroyed, and no command in them that does not exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from automation.cli import main
from tests.support import runbooks
from tests.support.program import REPO
from tools import iam_roles

EACH = pytest.mark.parametrize("page", runbooks.RUNBOOKS, ids=lambda page: page.stem)
TOLD = {
    "region-loss",
    "corrupted-data",
    "deleted-data",
    "ransomware",
    "lost-key",
    "failed-deployment",
    "stuck-state-lock",
}
HEADINGS = ["## Do", "## Verify", "## Go back"]
# A value of each variable, of the kind that the command takes.
VALUES = {
    "APPROVER": "grace", "MOMENT": "2026-11-29T02:14:00Z", "ARN": "arn:aws:rds:us-east-1:123456789012:snapshot:final",
    "BUCKET": "b", "KEY": "k", "VERSION": "v", "KEY_ID": "id",
}  # fmt: skip
OTHERS = {"export SECURECART_TARGET=aws", "pulumi cancel --yes --stack prod"}


def test_there_is_a_runbook_for_each_disaster_and_the_table_names_it() -> None:
    assert {page.stem for page in runbooks.RUNBOOKS} == TOLD
    table = (runbooks.PAGES / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[[\w-]+\]\(([\w-]+)\.md\)", table, re.MULTILINE)) == TOLD


@EACH
def test_the_first_line_says_whether_it_destroys_anything(page: Path) -> None:
    first = page.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(("**DESTROYS:**", "**Destroys nothing"))
    ours = runbooks.of(page.stem, "securecart")
    destroys = [line for line in ours if line.split()[1] in ("failover", "failback") or "--swap" in line]
    assert not destroys or first.startswith("**DESTROYS:**")


@EACH
def test_it_is_short_and_has_its_parts_in_order(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= 70
    assert [line for line in lines if line in HEADINGS] == HEADINGS
    for part in ("**Symptoms.**", "**Decide.**", "**Tell:**"):
        assert text.count(part) == 1, part
    for target in re.findall(r"\]\(([\w-]+\.md)\)", text):
        assert (runbooks.PAGES / target).is_file()


@EACH
def test_every_command_of_ours_exists_and_takes_what_it_is_given(page: Path) -> None:
    found = runbooks.of(page.stem, "securecart")
    assert found
    for line in found:
        group: click.Command = main
        arguments = runbooks.words(line, VALUES)[1:]
        while isinstance(group, click.Group):
            name = arguments.pop(0)
            assert name in group.commands, f"securecart has no command {name}: {line}"
            group = group.commands[name]
        try:
            group.make_context(name, arguments)  # parses and checks, runs nothing
        except click.UsageError as fault:
            pytest.fail(f"{line}: {fault.format_message()}")


@EACH
def test_every_call_of_aws_exists_and_has_what_it_needs(page: Path) -> None:
    operated = iam_roles.calls()["operate"]
    for line in runbooks.of(page.stem, "aws"):
        assert runbooks.aws_call(line, VALUES)
        service, operation = runbooks.operation(line)
        assert operation in operated.get(service, []), f"the role operate may not do it: {line}"


@EACH
def test_nothing_else_is_run(page: Path) -> None:
    others = {line for line in runbooks.commands(page) if line.split()[0] not in ("securecart", "aws")}
    assert others <= OTHERS


def test_a_wrong_command_is_found() -> None:
    with pytest.raises(ValueError, match="has no enable-keys"):
        runbooks.aws_call("aws kms enable-keys --region us-east-1 --key-id k", {})
    with pytest.raises(ValueError, match="has no --key"):
        runbooks.aws_call("aws kms enable-key --region us-east-1 --key k", {})
    with pytest.raises(ValueError, match="lacks"):
        runbooks.aws_call("aws kms enable-key --region us-east-1", {})


def test_every_test_that_the_table_names_exists() -> None:
    table = (runbooks.PAGES / "README.md").read_text(encoding="utf-8")
    rows = [line for line in table.splitlines() if line.startswith("| [")]
    assert all("`tests/" in row for row in rows)
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", table):
        tree = ast.parse((REPO / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"
