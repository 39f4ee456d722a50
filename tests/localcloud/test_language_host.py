"""The language host over its own protocol, and which interpreter it takes; no engine takes part."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from localcloud.engine.interpreter import activated, python, virtual_environment
from localcloud.paths import REPOSITORY

Host = tuple[subprocess.Popen[str], Any]


@pytest.fixture
def host() -> Iterator[Host]:
    """A running language host and a client of it."""
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "localcloud.engine.language_host", "127.0.0.1:1"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
        yield process, language_pb2_grpc.LanguageRuntimeStub(channel)
    process.kill()
    process.wait()


def info(directory: Path, **options: str) -> Any:
    struct = Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(directory), program_directory=str(directory), entry_point=".", options=struct
    )


def plugin(directory: Path, script: str, **options: str) -> Any:
    """A request to run `script` as a plugin."""
    directory.mkdir(exist_ok=True)
    (directory / "__main__.py").write_text(script)
    return language_pb2.RunPluginRequest(info=info(directory, **options), kind="resource", pwd=str(directory))


def test_a_plugins_output_and_exit_code_come_back(host: Host, tmp_path: Path) -> None:
    request = plugin(tmp_path, "import sys; print('port'); print('said', file=sys.stderr); sys.exit(7)")
    answers = list(host[1].RunPlugin(request, timeout=30))
    assert b"".join(answer.stdout for answer in answers) == b"port\n"
    assert b"".join(answer.stderr for answer in answers) == b"said\n"
    assert answers[-1].exitcode == 7


def test_a_plugin_gets_the_variables_of_the_request_and_not_the_launchers_search_path(
    host: Host, tmp_path: Path
) -> None:
    request = plugin(tmp_path, "import os; print(os.environ['GIVEN'], os.environ.get('PYTHONPATH'))")
    request.env.append("GIVEN=a=b")
    answers = list(host[1].RunPlugin(request, timeout=30))
    assert b"".join(answer.stdout for answer in answers) == b"a=b None\n"


def test_a_plugin_ends_when_the_engine_lets_go_of_its_stream(host: Host, tmp_path: Path) -> None:
    stream, pid = started_sleeper(host, tmp_path)
    stream.cancel()
    assert ended(pid)


def test_cancel_ends_the_children_and_starts_no_other(host: Host, tmp_path: Path) -> None:
    _, pid = started_sleeper(host, tmp_path)
    host[1].Cancel(language_pb2.google_dot_protobuf_dot_empty__pb2.Empty(), timeout=30)
    assert ended(pid)
    assert list(host[1].RunPlugin(plugin(tmp_path / "late", "print(1)"), timeout=30)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_host_silently_and_its_children_with_it(
    number: signal.Signals, host: Host, tmp_path: Path
) -> None:
    _, pid = started_sleeper(host, tmp_path)
    host[0].send_signal(number)
    assert host[0].wait(10) == 0
    assert host[0].stdout is not None
    assert host[0].stdout.read() == ""
    assert ended(pid)


def test_the_host_ends_when_the_engine_is_killed(tmp_path: Path) -> None:
    starter = (
        "import subprocess, sys, time; "
        "p = subprocess.Popen([sys.executable, '-P', '-m', 'localcloud.engine.language_host'], "
        "stdout=subprocess.PIPE); p.stdout.readline(); print(p.pid, flush=True); time.sleep(60)"
    )
    engine = subprocess.Popen(
        [sys.executable, "-c", starter],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert engine.stdout is not None
    pid = int(engine.stdout.readline())
    engine.kill()
    engine.wait()
    assert ended(pid)


@pytest.mark.parametrize(
    ("code", "error", "bail"), [(0, "", False), (5, "program exited with non-zero exit code: 5", False), (32, "", True)]
)
def test_the_exit_code_of_a_program_says_whether_its_user_has_seen_the_error(
    code: int, error: str, bail: bool, host: Host, tmp_path: Path
) -> None:
    interpreter = tmp_path / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text(f"#!/bin/sh\nexit {code}\n")
    interpreter.chmod(0o755)
    request = language_pb2.RunRequest(info=info(tmp_path, virtualenv=".venv"), pwd=str(tmp_path))
    answer = host[1].Run(request, timeout=60)
    assert (answer.error, answer.bail) == (error, bail)


def test_the_installed_packages_are_listed_for_pulumi_about(host: Host, tmp_path: Path) -> None:
    request = language_pb2.GetProgramDependenciesRequest(info=info(tmp_path))
    names = {found.name for found in host[1].GetProgramDependencies(request, timeout=60).dependencies}
    assert "pulumi" in names


def test_virtualenv_is_relative_to_the_directory_of_the_project_file(tmp_path: Path) -> None:
    interpreter = tmp_path / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.touch()
    found = virtual_environment(str(tmp_path / "policy"), {"virtualenv": "../.venv"})
    assert found == tmp_path / ".venv"
    assert python(found) == str(interpreter)
    assert virtual_environment("/anywhere", {"virtualenv": str(tmp_path / ".venv")}) == tmp_path / ".venv"


@pytest.mark.parametrize("options", [{}, {"virtualenv": ""}, {"virtualenv": "absent"}])
def test_without_a_virtual_environment_our_own_python_runs_it(options: dict[str, str], tmp_path: Path) -> None:
    assert python(virtual_environment(str(tmp_path), options)) == sys.executable


def test_an_active_virtual_environment_is_first_on_path_and_drops_the_old_one(tmp_path: Path) -> None:
    env = activated({"PATH": "/usr/bin", "PYTHONHOME": "/x", "VIRTUAL_ENV": "/y", "KEPT": "1"}, tmp_path)
    assert env == {"PATH": f"{tmp_path}/bin:/usr/bin", "VIRTUAL_ENV": str(tmp_path), "KEPT": "1"}


def test_a_search_path_of_the_users_own_is_kept() -> None:
    env = activated({"PYTHONPATH": os.pathsep.join([str(REPOSITORY), "/mine"])}, None)
    assert env["PYTHONPATH"] == "/mine"


def started_sleeper(host: Host, directory: Path) -> tuple[Any, int]:
    """A plugin that runs until it is ended: its stream and its process."""
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    stream = host[1].RunPlugin(plugin(directory, script))
    return stream, int(next(stream).stdout)


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False
