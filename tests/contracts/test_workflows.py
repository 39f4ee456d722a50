"""The workflows: pinned by hash, least privilege, and no command that `securecart` does not have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from automation.cli import main

REPO = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((REPO / ".github" / "workflows").glob("*.yml"))
FILES = [*WORKFLOWS, *sorted((REPO / ".github" / "actions").glob("*/action.yml"))]
PINNED = re.compile(r"^(\./|[\w.-]+/[\w./-]+@[0-9a-f]{40}$)")
COMMAND = re.compile(r"\.venv/bin/securecart ((?:[a-z][a-z-]*\s?)+)((?:\s*--[a-z-]+(?: [^\s-]\S*)?)*)")
# What may be written: to AWS by the role that the token is traded for, to the repository by a release alone.
GRANTS = {"id-token": {"write"}, "contents": {"read"}}
RELEASE_GRANTS = {"contents": {"read", "write"}, "id-token": {"write"}, "attestations": {"write"}}


def steps(content: dict[str, Any]) -> list[dict[str, Any]]:
    jobs = content.get("jobs", {}).values()
    return [step for part in (*jobs, content.get("runs", {})) for step in part.get("steps", [])]


def load(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name + "/" + file.name)
def test_every_action_is_pinned_by_hash_with_its_version_beside_it(file: Path) -> None:
    used = [step["uses"] for step in steps(load(file)) if "uses" in step]
    assert all(PINNED.match(action) for action in used), used
    for line in file.read_text(encoding="utf-8").splitlines():
        assert "@" not in line or "uses:" not in line or re.search(r"# v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_do_no_more_than_it_must(file: Path) -> None:
    content = load(file)
    allowed = RELEASE_GRANTS if file.stem == "release" else GRANTS
    for granted in (content["permissions"], *(job.get("permissions", {}) for job in content["jobs"].values())):
        assert all(level in allowed.get(scope, set()) for scope, level in granted.items()), granted
    for job in content["jobs"].values():
        assert job["timeout-minutes"] <= 120
        for step in job["steps"]:
            assert "secrets." not in str(step), "OIDC: no secret is stored"
            # An expression inside a script runs whatever a branch or a title says.
            assert "${{" not in step.get("run", ""), step
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_every_command_of_a_workflow_exists_with_its_options() -> None:
    found = [match for file in FILES for step in steps(load(file)) for match in COMMAND.finditer(step.get("run", ""))]
    assert len(found) >= 6, "the workflows run securecart"
    for match in found:
        command: click.Command = main
        for word in match[1].split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"securecart has no command {word}: {match[0]}"
            command = command.commands[word]
        options = {name for option in command.params for name in option.opts}
        assert set(re.findall(r"--[a-z-]+", match[2])) <= options, match[0]
