"""Route 2: Pulumi's own installer, where the internet is reachable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from localcloud.engine import Engine, Report
from localcloud.engine.find import inspect
from localcloud.engine.release import engine_cache, engine_version

_CONNECT_TIMEOUT_SECONDS = 5
_TOTAL_TIMEOUT_SECONDS = 120
# In a process of its own: the installer has no time limit, and a blackholed network would hang whoever calls it.
_INSTALL = f"""
import socket, sys
socket.setdefaulttimeout({_CONNECT_TIMEOUT_SECONDS})
import semver
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))
"""


def cached_engine(report: Report) -> Engine | None:  # noqa: ARG001  every route is asked the same way
    """The official engine that an earlier run installed."""
    return inspect(_directory() / "bin" / "pulumi", "official")


def install_engine(report: Report) -> Engine | None:
    """Install the official engine into this user's cache; None where its download is out of reach."""
    engine_cache().parent.mkdir(parents=True, exist_ok=True)
    with FileLock(engine_cache().with_name(f"{engine_cache().name}-official.lock")):
        engine = cached_engine(report)
        if engine:
            return engine
        report(f"installing Pulumi {engine_version()}")
        with tempfile.TemporaryDirectory(dir=engine_cache().parent, prefix=".install-") as draft:
            if not _install(Path(draft) / "engine"):
                report("Pulumi's download is not reachable from here")
                return None
            if _directory().exists():
                shutil.rmtree(_directory())  # cached_engine found it broken
            (Path(draft) / "engine").replace(_directory())
        return cached_engine(report)


def _directory() -> Path:
    return engine_cache().with_name(f"{engine_cache().name}-official")


def _install(root: Path) -> bool:
    # A session of its own, so that the time limit ends the shell script and its download too.
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _INSTALL, root, engine_version()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(_TOTAL_TIMEOUT_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()
