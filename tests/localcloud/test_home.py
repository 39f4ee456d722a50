"""Launchers, the PULUMI_HOME and the variables of a local root."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from localcloud.engine import Engine
from localcloud.environment import UNSET, child_environment, local_environment, shell_exports, variables_to_unset
from localcloud.home import prepare_home
from localcloud.paths import REPOSITORY, LocalPaths, local_paths
from localcloud.supervise import LocalCloud

CLOUD = LocalCloud(endpoint="http://127.0.0.1:4000", pid=1, id="cloud-1")


@pytest.fixture
def paths(tmp_path: Path) -> LocalPaths:
    return LocalPaths(tmp_path / "a root's directory")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine that prints its arguments and whether it ignores plugins on PATH."""
    pulumi = tmp_path / "the engine" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text('#!/bin/sh\necho "$PULUMI_IGNORE_AMBIENT_PLUGINS:$*"\n')
    pulumi.chmod(0o755)
    return Engine(pulumi, None, "3.259.0", "built")


def test_the_launcher_runs_the_engine_with_its_arguments_and_without_plugins_from_path(
    paths: LocalPaths, engine: Engine
) -> None:
    prepare_home(paths, engine)
    answer = subprocess.run([paths.bin / "pulumi", "preview", "--diff"], capture_output=True, text=True, check=True)
    assert answer.stdout == "true:preview --diff\n"


def test_the_provider_is_in_the_home_under_the_version_of_the_sdk(paths: LocalPaths, engine: Engine) -> None:
    prepare_home(paths, engine)
    launcher = paths.pulumi_home / "plugins" / f"resource-aws-v{version('pulumi_aws')}" / "pulumi-resource-aws"
    assert os.access(launcher, os.X_OK)
    assert f"{sys.executable} -P -m localcloud.provider" in launcher.read_text()


def test_preparing_twice_writes_nothing_the_second_time(paths: LocalPaths, engine: Engine) -> None:
    prepare_home(paths, engine)
    before = {file: file.stat().st_ino for file in paths.root.rglob("*")}
    prepare_home(paths, engine)
    assert {file: file.stat().st_ino for file in paths.root.rglob("*")} == before


def test_plugins_of_an_older_version_are_removed(paths: LocalPaths, engine: Engine) -> None:
    old = paths.pulumi_home / "plugins" / "resource-aws-v1.0.0"
    old.mkdir(parents=True)
    prepare_home(paths, engine)
    assert not old.exists()


def test_an_official_language_host_is_used_as_it_is(paths: LocalPaths, engine: Engine) -> None:
    prepare_home(paths, Engine(engine.pulumi, Path("/opt/official/pulumi-language-python"), "3.260.1", "path"))
    launcher = paths.pulumi_home / "plugins" / "language-python-v3.260.1" / "pulumi-language-python"
    assert 'exec /opt/official/pulumi-language-python "$@"' in launcher.read_text()


def test_the_root_is_named_by_the_variable_else_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURECART_LOCAL_ROOT", str(tmp_path))
    assert local_paths().root == tmp_path
    monkeypatch.delenv("SECURECART_LOCAL_ROOT")
    assert local_paths().root == Path(__file__).resolve().parents[2] / ".securecart"


def test_the_environment_reaches_the_local_cloud_and_keeps_state_in_the_root(paths: LocalPaths) -> None:
    env = local_environment(paths, CLOUD)
    assert env["PATH"].split(os.pathsep)[0] == str(paths.bin)
    assert env["AWS_ENDPOINT_URL"] == CLOUD.endpoint
    assert env["PULUMI_BACKEND_URL"] == paths.state.as_uri()
    assert env["SECURECART_CLOUD_ID"] == CLOUD.id
    assert {"127.0.0.1", "localhost"} <= set(env["NO_PROXY"].split(","))


def test_the_launchers_stand_once_on_path_however_often_it_is_evaluated(
    paths: LocalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", local_environment(paths, CLOUD)["PATH"])
    assert local_environment(paths, CLOUD)["PATH"].split(os.pathsep).count(str(paths.bin)) == 1


def test_every_root_uses_the_passphrase_whose_salt_the_stack_files_carry(paths: LocalPaths, tmp_path: Path) -> None:
    other = local_environment(LocalPaths(tmp_path / "other"), CLOUD)
    assert local_environment(paths, CLOUD)["PULUMI_CONFIG_PASSPHRASE"] == other["PULUMI_CONFIG_PASSPHRASE"]
    for stack in ("prod", "dr"):
        assert "\nencryptionsalt: v1:" in (REPOSITORY / f"Pulumi.{stack}.yaml").read_text()


def test_a_child_gets_no_variable_that_leads_to_real_aws(paths: LocalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*UNSET, "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    env = child_environment(paths, CLOUD)
    assert "real" not in env.values()
    assert "AWS_ENDPOINT_URL_S3" in variables_to_unset()


def test_a_shell_that_evaluates_the_exports_has_them_whatever_they_contain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    value = 'it\'s $HOME `id` "quoted"\nsecond line'
    script = shell_exports({"SECURECART_X": value}) + 'printf "%s|%s" "$SECURECART_X" "${AWS_PROFILE-unset}"'
    shell = f"eval {shlex.quote(script)}"
    assert (
        subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True).stdout == f"{value}|unset"
    )
