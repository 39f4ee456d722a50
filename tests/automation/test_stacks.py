"""Our way of running the engine, with the real engine and the real pack, on a program that needs no cloud."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automation import stacks
from automation.errors import SecurecartError
from automation.events import Run
from automation.exit_codes import ExitCode
from automation.stacks import Workspace
from localcloud.engine import ensure_engine
from localcloud.home import prepare_home
from localcloud.paths import LocalPaths

pytestmark = pytest.mark.engine

REPOSITORY = Path(__file__).resolve().parents[2]
EXPORTS = 'import pulumi\npulumi.export("open", 1)\npulumi.export("hidden", pulumi.Output.secret("hush-hush"))\n'
# The pack judges by type token: a component that carries a resource's token stands for the resource.
UNSAFE = 'import pulumi\npulumi.ComponentResource("aws:kms/key:Key", "data", {"enableKeyRotation": False})\n'
SLOW = "import pathlib, time\npathlib.Path({mark!r}).touch()\ntime.sleep(120)\n"
PASSPHRASE = "a-long-passphrase"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    paths = LocalPaths(tmp_path / "root")
    prepare_home(paths, ensure_engine(lambda _line: None))
    project = tmp_path / "project"
    project.mkdir()
    runtime = f"runtime: {{name: python, options: {{virtualenv: {REPOSITORY / '.venv'}}}}}"
    (project / "Pulumi.yaml").write_text(f"name: securecart\n{runtime}\n")
    variables = {
        "PATH": f"{paths.bin}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": paths.state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    return Workspace(project, variables, ("PULUMI_CONFIG_PASSPHRASE_FILE",), paths.root)


def program(workspace: Workspace, text: str) -> None:
    (workspace.directory / "__main__.py").write_text(text)


def ignore(run: Run) -> None:
    """For a test that looks at the result alone."""


def test_a_deployment_is_followed_by_a_preview_without_changes_and_hides_secrets(workspace: Workspace) -> None:
    program(workspace, EXPORTS)
    assert stacks.preview(workspace, "prod", ignore).changed
    assert stacks.deploy(workspace, "prod", ignore).changes == {"create": 1}
    assert not stacks.preview(workspace, "prod", ignore).changed
    assert stacks.outputs(workspace, "prod") == {"open": 1, "hidden": "[secret]"}
    program(workspace, EXPORTS.replace("1", "2"))
    assert stacks.preview(workspace, "prod", ignore).changed


def test_the_pack_blocks_and_nothing_is_recorded(workspace: Workspace) -> None:
    program(workspace, UNSAFE)
    run = stacks.preview(workspace, "prod", ignore)
    assert [violation.policy for violation in run.blocking] == ["kms-rotation"]
    assert run.blocking[0].resource == "aws:kms/key:Key data"
    assert stacks.resources(workspace, "prod") == []


def test_the_engine_takes_every_kind_of_configuration_and_a_waiver_lets_pass(workspace: Workspace) -> None:
    """Numbers by data class, a level, and a waiver, through the engine's own check of the schema."""
    program(workspace, UNSAFE)
    waiver = {"rule": "kms-rotation", "resource": "data", "reason": "a test", "owner": "us", "expires": "9999-12-31"}
    config = {
        "rds-backup-retention": {"minDays": 14, "byDataClass": {"payments": {"minDays": 35}}},
        "rds-multi-az": "advisory",
        "waivers": {"waivers": [waiver]},
    }
    run = stacks.preview(replace(workspace, policy_config=written(workspace, config)), "prod", ignore)
    assert run.blocking == []
    [listed] = [violation for violation in run.violations if violation.policy == "exceptions"]
    assert "kms-rotation is waived on data until 9999-12-31 by us: a test" in listed.message


def test_a_profile_that_does_not_exist_stops_the_preview_and_says_why(workspace: Workspace) -> None:
    program(workspace, EXPORTS)
    variables = {**workspace.variables, "AWS_DATA_RESILIENCE_PROFILE": "strickt"}
    with pytest.raises(SecurecartError, match="allowed: baseline, strict, detect-only"):
        stacks.preview(replace(workspace, variables=variables), "prod", ignore)


def written(workspace: Workspace, config: dict[str, Any]) -> Path:
    path = workspace.directory / "policy-config.json"
    path.write_text(json.dumps(config))
    return path


def test_a_failing_program_is_one_error_without_the_passphrase(workspace: Workspace) -> None:
    program(workspace, f"raise ValueError('no such setting: {PASSPHRASE}')")
    with pytest.raises(SecurecartError, match="no such setting") as failed:
        stacks.preview(workspace, "prod", ignore)
    assert PASSPHRASE not in failed.value.text()
    assert "securecart preview --stack prod" in failed.value.fix


def test_a_second_update_of_the_same_stack_is_locked_and_ctrl_c_ends_the_first_cleanly(workspace: Workspace) -> None:
    mark = workspace.directory / "started"
    program(workspace, EXPORTS)
    stacks.deploy(workspace, "prod", ignore)
    program(workspace, SLOW.format(mark=str(mark)))
    seen: list[ExitCode] = []

    def second_then_interrupt() -> None:
        while not mark.exists() and main_waits.wait(0.1) is False:
            pass
        try:
            stacks.deploy(replace(workspace), "prod", ignore)
        except SecurecartError as refused:
            seen.append(refused.exit_code)
        os.kill(os.getpid(), signal.SIGINT)

    # A shell that starts the tests in the background has them ignore SIGINT; whoever presses Ctrl-C is in the foreground.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main_waits = threading.Event()
    other = threading.Thread(target=second_then_interrupt)
    other.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            stacks.deploy(workspace, "prod", ignore)
    finally:
        main_waits.set()
        other.join()
    assert seen == [ExitCode.LOCKED]
    program(workspace, EXPORTS)
    assert not stacks.preview(workspace, "prod", ignore).changed
