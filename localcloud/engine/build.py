"""Route 3: the engine built from its Go modules, for networks that serve nothing but package registries."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from localcloud.engine import Engine, EngineError, Report
from localcloud.engine.find import inspect
from localcloud.engine.go import find_go, go_environment
from localcloud.engine.release import MODULE_DIRECTORY, engine_cache, engine_version

_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION_SYMBOL = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_PROGRESS_SECONDS = 10.0
_WAIT_REPORT_SECONDS = 30.0
_TAIL_LINES = 20
_DRAFT_PREFIX = ".build-"


def cached_engine(report: Report) -> Engine | None:  # noqa: ARG001  every route is asked the same way
    """The engine that an earlier run built."""
    return inspect(engine_cache() / "bin" / "pulumi", "built")


def build_engine(report: Report) -> Engine:
    """Build the engine into this user's cache, or take the one there. Raises EngineError with the compiler's words.

    It is built aside and moved into place when it has answered `pulumi version`: an interruption leaves nothing half.
    """
    cache = engine_cache()
    cache.parent.mkdir(parents=True, exist_ok=True)
    with _locked(cache.with_name(f"{cache.name}.lock"), report):
        engine = cached_engine(report)
        if engine:
            return engine
        started = time.monotonic()
        for abandoned in cache.parent.glob(f"{_DRAFT_PREFIX}*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        go = find_go(report)
        report(f"building Pulumi {engine_version()} from source, once for this user: 5 to 10 minutes on two cores")
        with tempfile.TemporaryDirectory(dir=cache.parent, prefix=_DRAFT_PREFIX) as draft:
            pulumi = Path(draft) / "engine" / "bin" / "pulumi"
            _compile(go, pulumi, report)
            if inspect(pulumi, "built") is None:
                raise EngineError(f"the engine was built but does not run: {_command_text(go)}. Please report this.")
            if cache.exists():
                shutil.rmtree(cache)  # cached_engine found it broken
            (Path(draft) / "engine").replace(cache)
        report(f"built Pulumi {engine_version()} in {time.monotonic() - started:.0f} s, kept in {cache}")
        engine = cached_engine(report)
        if engine is None:
            raise EngineError(f"the engine in {cache} does not run. Remove that directory and try again.")
        return engine


def _compile(go: Path, pulumi: Path, report: Report) -> None:
    listing = _run([str(go), "list", "-mod=readonly", "-deps", _PACKAGE], "downloading the source", None, report)
    # About: what Go's own cache already holds is not compiled again, and so not counted.
    total = len(listing)
    flags = f"-s -w -X {_VERSION_SYMBOL}=v{engine_version()}"
    command = [str(go), "build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", flags]
    _run([*command, "-o", str(pulumi), _PACKAGE], "compiling", total, report)


def _run(command: list[str], stage: str, total: int | None, report: Report) -> list[str]:
    """Run a Go command with progress lines; what it printed on stdout. Raises EngineError with the end of stderr."""
    started = time.monotonic()
    # A session of its own, so that ending it ends the compilers that it started.
    process = subprocess.Popen(
        command,
        cwd=MODULE_DIRECTORY,
        env=go_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    output: list[str] = []
    messages = _Messages()
    readers = [
        threading.Thread(target=lambda: output.extend(process.stdout or ()), daemon=True),
        threading.Thread(target=lambda: messages.read(process.stderr or ()), daemon=True),
    ]
    try:
        for reader in readers:
            reader.start()
        while True:
            try:
                code = process.wait(_PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                done = f"{messages.count} of about {total} packages" if total else f"{messages.count} modules"
                report(f"{stage}: {done}, {time.monotonic() - started:.0f} s")
        for reader in readers:
            reader.join()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code != 0:
        raise EngineError(
            f"{stage} failed ({' '.join(command[:2])}, exit code {code}):\n{messages.tail()}\n"
            "Is the Go module proxy reachable (`go env GOPROXY`), and is there 3 GB of free disk? "
            "Or put pulumi on PATH and try again."
        )
    return output


class _Messages:
    """The lines of stderr: one per module fetched or package compiled, and the end of them for an error."""

    def __init__(self) -> None:
        self.count = 0
        self._last: deque[str] = deque(maxlen=_TAIL_LINES)

    def read(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.count += 1
            self._last.append(line.rstrip())

    def tail(self) -> str:
        return "\n".join(self._last)


def _command_text(go: Path) -> str:
    return f"{go} build {_PACKAGE}"


@contextmanager
def _locked(path: Path, report: Report) -> Iterator[None]:
    """One build at a time; a process that waits says so, since the other one's progress is on another terminal."""
    lock = FileLock(path)
    started = time.monotonic()
    while True:
        try:
            lock.acquire(timeout=1 if time.monotonic() - started < 1 else _WAIT_REPORT_SECONDS)
            break
        except Timeout:
            report(f"another process builds the engine; waiting, {time.monotonic() - started:.0f} s")
    try:
        yield
    finally:
        lock.release()
