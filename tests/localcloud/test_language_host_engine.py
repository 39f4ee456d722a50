"""The real engine with a program and a policy pack that need no provider."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from localcloud.engine import ensure_engine
from localcloud.environment import child_environment
from localcloud.home import prepare_home
from localcloud.paths import REPOSITORY, LocalPaths
from localcloud.supervise import LocalCloud

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
config = pulumi.Config()
class Part(pulumi.ComponentResource):
    def __init__(self, name, value):
        super().__init__("tiny:index:Part", name, {"value": value})
        self.register_outputs({})
match config.require("mode"):
    case "raise":
        raise ValueError("boom")
    case "refuse":
        raise pulumi.RunError("tiny:mode: 'refuse' is not allowed; write 'good'")
    case "hang":
        import time
        print("hanging")
        time.sleep(600)
Part("part", config.require("mode"))
pulumi.export("secret", config.require_secret("secret"))
"""
PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
def check(args, report):
    if args.props.get("value") == "bad":
        report("the value is bad")
PolicyPack("tiny", policies=[ResourceValidationPolicy("no-bad", "No bad value", check)],
           enforcement_level=EnforcementLevel.MANDATORY)
"""


class Project:
    """A project, a pack beside it and a stack on a file backend of the test's own."""

    def __init__(self, directory: Path) -> None:
        (directory / ".venv").symlink_to(REPOSITORY / ".venv")
        for name, file, code in (("program", "Pulumi.yaml", PROGRAM), ("pack", "PulumiPolicy.yaml", PACK)):
            (directory / name).mkdir()
            runtime = "runtime: {name: python, options: {virtualenv: ../.venv}}\n"
            (directory / name / file).write_text(("name: tiny\n" if name == "program" else "") + runtime)
            (directory / name / "__main__.py").write_text(code)
        paths = LocalPaths(directory / "local root")
        prepare_home(paths, ensure_engine(print))
        self.env = child_environment(paths, LocalCloud("http://127.0.0.1:9", 0, "none"))
        self.directory = directory / "program"
        self.pulumi = str(paths.bin / "pulumi")
        self.run("stack", "init", "test")
        self.run("config", "set", "--secret", "secret", "hunter2")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`pulumi` with `arguments`, its output as one text."""
        command = [self.pulumi, *arguments, "--non-interactive"]
        return subprocess.run(
            command, cwd=self.directory, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    def preview(self, mode: str) -> subprocess.CompletedProcess[str]:
        self.run("config", "set", "mode", mode)
        return self.run("preview", "--policy-pack", "../pack")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


def test_a_program_is_previewed_deployed_and_destroyed_without_a_warning(project: Project) -> None:
    preview = project.preview("good")
    assert preview.returncode == 0, preview.stdout
    assert "2 to create" in preview.stdout
    assert "warning" not in preview.stdout
    up = project.run("up", "--yes", "--skip-preview", "--policy-pack", "../pack")
    assert up.returncode == 0, up.stdout
    assert project.run("stack", "output", "--show-secrets", "secret").stdout.strip() == "hunter2"
    assert "hunter2" not in up.stdout + project.run("stack", "export").stdout
    destroy = project.run("destroy", "--yes", "--skip-preview")
    assert "2 deleted" in destroy.stdout


def test_a_violation_blocks_the_preview_and_names_the_policy(project: Project) -> None:
    blocked = project.preview("bad")
    assert blocked.returncode != 0
    assert "no-bad" in blocked.stdout
    assert "the value is bad" in blocked.stdout


def test_an_exception_is_shown_once_from_the_programs_own_line_on(project: Project) -> None:
    diagnostics = project.preview("raise").stdout.partition("Diagnostics:")[2]
    assert diagnostics.count("ValueError: boom") == 1
    assert diagnostics.count("error:") == 1
    assert "run_program.py" not in diagnostics
    assert "non-zero exit code" not in diagnostics


def test_a_refusal_is_shown_once_without_a_traceback(project: Project) -> None:
    diagnostics = project.preview("refuse").stdout.partition("Diagnostics:")[2]
    assert diagnostics.count("tiny:mode: 'refuse' is not allowed; write 'good'") == 1
    assert diagnostics.count("error:") == 1
    assert "Traceback" not in diagnostics


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_engine_that_is_interrupted_or_killed_leaves_no_process(number: signal.Signals, project: Project) -> None:
    project.run("config", "set", "mode", "hang")
    command = [project.pulumi, "preview", "--policy-pack", "../pack", "--non-interactive"]
    with subprocess.Popen(
        command, cwd=project.directory, env=project.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as engine:
        assert engine.stdout is not None
        next(line for line in engine.stdout if "hanging" in line)
        children = psutil.Process(engine.pid).children(recursive=True)
        os.kill(engine.pid, number)
        rest = engine.stdout.read()
    _, alive = psutil.wait_procs(children, timeout=10)
    for process in alive:
        process.kill()
    assert children
    assert alive == []
    assert "Traceback" not in rest
