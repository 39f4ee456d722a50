"""Starts, finds, stops and empties the local cloud: one background process per root directory."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil
from filelock import FileLock

from localcloud.databases.opening import forget
from localcloud.emulator.record import CloudRecord, read_record
from localcloud.paths import REPOSITORY, LocalPaths

Report = Callable[[str], None]


_START_TIMEOUT_SECONDS = 120.0  # moto loads in about 2 s; a busy or cold machine takes many times that
_STOP_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.05
# A clock that goes a year ahead may carry out thousands of backups.
_ADMIN_TIMEOUT_SECONDS = 600.0
_HEALTH_TIMEOUT_SECONDS = 30.0
_LOG_TAIL_LINES = 20
# psutil derives a start time from the boot time, which moves a little when the clock is set.
_START_TIME_TOLERANCE_SECONDS = 2.0


class LocalCloudError(Exception):
    """The local cloud could not be started or stopped; the message says why and where its log is."""


@dataclass(frozen=True)
class LocalCloud:
    """A running local cloud. `id` names its data: kept across a stop that saved, new when the cloud was made empty."""

    endpoint: str
    pid: int
    id: str


def start(paths: LocalPaths, report: Report) -> LocalCloud:
    """Start the local cloud of `paths` and wait until it answers; the one that runs already is returned as it is.

    The process outlives its starter and the terminal. Raises LocalCloudError, with the end of the log, when it ends
    instead of answering or does not answer in time.
    """
    paths.cloud.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(paths.cloud / "start.lock"):
        # One that is just stopping, or busy, is waited for: two processes would overwrite each other's snapshot.
        before = read_record(paths.cloud_record)
        cloud = _wait(paths, lambda: before is not None and _process(before) is not None)
        if cloud:
            return cloud
        if before and _process(before):
            raise LocalCloudError(
                f"the local cloud (process {before.pid}) runs but does not answer; end it with "
                f"`securecart local stop`\n{_log_tail(paths)}"
            )
        report("starting the local cloud")
        pid = _spawn(paths)
        cloud = _wait(paths, lambda: _lives(pid))
        if cloud:
            report(f"the local cloud answers at {cloud.endpoint}")
            return cloud
        if _lives(pid):
            psutil.Process(pid).kill()
            raise LocalCloudError(
                f"the local cloud did not answer in {_START_TIMEOUT_SECONDS:.0f} s and was ended\n{_log_tail(paths)}"
            )
        raise LocalCloudError(f"the local cloud ended while it started\n{_log_tail(paths)}")


def _wait(paths: LocalPaths, lives: Callable[[], bool]) -> LocalCloud | None:
    """The local cloud as soon as it answers; None when its process is gone, or after the time a start may take."""
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while lives() and time.monotonic() < deadline:
        cloud = running(paths)
        if cloud:
            return cloud
        time.sleep(_POLL_SECONDS)
    return None


def running(paths: LocalPaths) -> LocalCloud | None:
    """The local cloud of `paths` if it runs and answers, else None."""
    record = read_record(paths.cloud_record)
    if record is None or _process(record) is None:
        return None
    try:
        health = _call(record.endpoint, "GET", "health")
    except OSError:
        return None
    return LocalCloud(record.endpoint, record.pid, health["id"])


def stop(paths: LocalPaths) -> bool:
    """Save the data, end the process and wait until it is gone. False when nothing ran.

    A process that does not react is killed; its unsaved data is then lost, and the next start is empty with a new id.
    """
    record = read_record(paths.cloud_record)
    process = _process(record) if record else None
    if record is None or process is None:
        return False
    try:
        _call(record.endpoint, "POST", "shutdown")
    except OSError:
        process.terminate()  # it saves on SIGTERM, too
    try:
        process.wait(_STOP_TIMEOUT_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(_STOP_TIMEOUT_SECONDS)
    return True


def reset(paths: LocalPaths) -> None:
    """Empty the emulated AWS. Its data has a new identity afterwards, whether it runs or starts later."""
    cloud = running(paths)
    if cloud:
        _call(cloud.endpoint, "POST", "reset")
    else:
        paths.cloud_snapshot.unlink(missing_ok=True)
        forget(paths.databases)


def outage(paths: LocalPaths, region: str) -> list[str]:
    """Take a Region of the running cloud out; returns all that are out now. A restart or a reset heals them."""
    return _switch(paths, "outage", region)


def heal(paths: LocalPaths, region: str) -> list[str]:
    """Bring a Region of the running cloud back; returns all that are still out."""
    return _switch(paths, "heal", region)


def _switch(paths: LocalPaths, name: str, region: str) -> list[str]:
    return list(admin(paths, name, {"region": region})["regionsOut"])


def admin(paths: LocalPaths, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """POST to an admin endpoint of the running cloud. Raises LocalCloudError when none runs or it refuses."""
    cloud = running(paths)
    if cloud is None:
        raise LocalCloudError("the local cloud does not run")
    try:
        return _call(cloud.endpoint, "POST", name, asked, _ADMIN_TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        raise LocalCloudError(str(json.load(error)["error"])) from error


def _spawn(paths: LocalPaths) -> int:
    log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    # posix_spawn rather than subprocess: the process belongs to nobody here, so there is no object to wait for it.
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "localcloud.emulator", "--root", str(paths.root)],
        _environment(),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(paths.cloud_log), log_flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _environment() -> dict[str, str]:
    # The user's AWS settings are not the emulator's: a profile that does not exist here would end botocore inside moto.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return {**kept, "AWS_EC2_METADATA_DISABLED": "true", "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}


def _process(record: CloudRecord) -> psutil.Process | None:
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.process_started) < _START_TIME_TOLERANCE_SECONDS
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _call(
    endpoint: str,
    method: str,
    name: str,
    asked: dict[str, Any] | None = None,
    timeout_seconds: float = _HEALTH_TIMEOUT_SECONDS,
) -> dict[str, Any]:
    body = json.dumps(asked).encode() if asked else None
    url = f"{endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, body, method=method)  # noqa: S310  # our own http endpoint
    # No proxy: a proxy of the environment cannot reach our loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=timeout_seconds) as answer:
        content: dict[str, Any] = json.load(answer)
        return content


def _log_tail(paths: LocalPaths) -> str:
    try:
        lines = paths.cloud_log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    except OSError:
        lines = []
    return "\n".join([f"the end of {paths.cloud_log}:", *lines])
