"""Route 1: the `pulumi` that is already on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from localcloud.engine import Engine, Report, Source
from localcloud.engine.release import MINIMUM_VERSION, parse_version
from localcloud.paths import LAUNCHER_HEADER, local_paths

LANGUAGE_HOST = "pulumi-language-python"
_VERSION_TIMEOUT_SECONDS = 60.0


def find_engine(report: Report) -> Engine | None:
    """The engine on PATH, unless it is too old; the launchers that this project writes are passed over."""
    search = os.pathsep.join(entry for entry in os.environ.get("PATH", "").split(os.pathsep) if not _is_ours(entry))
    found = shutil.which("pulumi", path=search) if search else None
    if found is None:
        return None
    engine = inspect(Path(found).absolute(), "path", search)
    if engine is None:
        report(f"{found} does not run and is passed over")
    elif parse_version(engine.version) < MINIMUM_VERSION:
        minimum = ".".join(map(str, MINIMUM_VERSION))
        report(f"{found} is Pulumi {engine.version}, older than {minimum}, and is passed over")
        return None
    return engine


def inspect(pulumi: Path, source: Source, search: str | None = None) -> Engine | None:
    """`pulumi` as an Engine after it has answered `pulumi version`; None when it does not run."""
    version = pulumi_version(pulumi)
    if version is None:
        return None
    # A package manager links `pulumi` alone into its bin directory: its neighbours are where the link leads.
    beside = [pulumi.parent / LANGUAGE_HOST, pulumi.resolve().parent / LANGUAGE_HOST]
    on_path = shutil.which(LANGUAGE_HOST, path=search) if search else None
    candidates = [*beside, *([Path(on_path).absolute()] if on_path else [])]
    host = next((path for path in candidates if os.access(path, os.X_OK)), None)
    return Engine(pulumi=pulumi, language_host=host, version=version, source=source)


def pulumi_version(pulumi: Path) -> str | None:
    """What `pulumi version` prints, without its v; None when it does not run or prints no version."""
    if not os.access(pulumi, os.X_OK):
        return None
    env = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [pulumi, "version"], env=env, capture_output=True, text=True, timeout=_VERSION_TIMEOUT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = answer.stdout.strip().removeprefix("v")
    return version if parse_version(version) else None


def _is_ours(directory: str) -> bool:
    """Whether `directory` holds our launchers: of this root, or (eval "$(securecart env)") of any other."""
    if Path(directory).absolute() == local_paths().bin:
        return True
    try:
        with (Path(directory) / "pulumi").open("rb") as file:
            return file.read(len(LAUNCHER_HEADER)) == LAUNCHER_HEADER.encode()
    except OSError:
        return False
