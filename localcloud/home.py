"""Prepares the directories that the engine runs in: launchers, and a PULUMI_HOME that holds the stand-in provider."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.engine.release import parse_version
from localcloud.paths import LAUNCHER_HEADER, REPOSITORY

if TYPE_CHECKING:
    from localcloud.engine import Engine
    from localcloud.paths import LocalPaths


def prepare_home(paths: LocalPaths, engine: Engine) -> None:
    """Write the launchers of `engine`, its language host and the stand-in provider below `paths`.

    Repeating it changes nothing. Each file is replaced whole, so a process that starts meanwhile sees the old launcher
    or the new one.
    """
    for directory in (paths.root, paths.state, paths.pulumi_home, paths.bin):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Without it a `pulumi-resource-aws` on PATH, the real one, would be taken before the plugins of this home.
    isolation = "PULUMI_IGNORE_AMBIENT_PLUGINS=true\nexport PULUMI_IGNORE_AMBIENT_PLUGINS"
    _write(paths.bin / "pulumi", f"{isolation}\nexec {_quoted(engine.pulumi)}")
    host = engine.language_host
    # An official engine takes the language host beside its binary before this one.
    engine_version = ".".join(map(str, parse_version(engine.version)))
    host_command = _module("localcloud.engine.language_host") if host is None else f"exec {_quoted(host)}"
    _write_plugin(paths, "language", "python", engine_version, host_command)
    _write_plugin(paths, "resource", "aws", version("pulumi_aws"), _module("localcloud.provider"))


def _write_plugin(paths: LocalPaths, kind: str, name: str, plugin_version: str, command: str) -> None:
    """The one plugin `name` below PULUMI_HOME, where the engine takes it without a warning."""
    plugins = paths.pulumi_home / "plugins"
    wanted = plugins / f"{kind}-{name}-v{plugin_version}"
    wanted.mkdir(parents=True, exist_ok=True)
    _write(wanted / f"pulumi-{kind}-{name}", command)
    for other in plugins.glob(f"{kind}-{name}-v*"):
        if other != wanted and other.is_dir():
            shutil.rmtree(other)


def _module(name: str) -> str:
    # -P: the engine starts plugins in the user's directory, whose files must not shadow modules.
    search = f'PYTHONPATH={shlex.quote(str(REPOSITORY))}"${{PYTHONPATH:+:$PYTHONPATH}}"'
    return f"{search}\nexport PYTHONPATH\nexec {_quoted(Path(sys.executable))} -P -m {name}"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _write(path: Path, command: str) -> None:
    text = f'{LAUNCHER_HEADER}{command} "$@"\n'
    if path.exists() and os.access(path, os.X_OK) and path.read_text() == text:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o755)
    draft.replace(path)
