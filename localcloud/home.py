"""Prepares the directories that the engine runs in: launchers, and a PULUMI_HOME that holds the stand-in provider."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.paths import REPOSITORY

if TYPE_CHECKING:
    from localcloud.engine import Engine
    from localcloud.paths import LocalPaths

_LANGUAGE_HOST = "pulumi-language-python"
_PROVIDER = "pulumi-resource-aws"


def prepare_home(paths: LocalPaths, engine: Engine) -> None:
    """Write the launchers of `engine` and of the stand-in provider below `paths`; repeating it changes nothing.

    Each file is replaced whole, so a process that starts meanwhile sees the old launcher or the new one.
    """
    for directory in (paths.root, paths.state, paths.pulumi_home, paths.bin):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    # PATH is set here too: `.securecart/bin/pulumi` must find its language host without `securecart env`.
    _write(
        paths.bin / "pulumi", f'PATH={shlex.quote(str(paths.bin))}:"$PATH"\nexport PATH\nexec {_quoted(engine.pulumi)}'
    )
    if engine.language_host is None:
        _write(paths.bin / _LANGUAGE_HOST, _module("localcloud.engine.language_host"))
    else:
        _write(paths.bin / _LANGUAGE_HOST, f"exec {_quoted(engine.language_host)}")
    _write_provider(paths)


def _write_provider(paths: LocalPaths) -> None:
    """Below PULUMI_HOME it is taken without the warning that the engine prints for a plugin found on PATH."""
    plugins = paths.pulumi_home / "plugins"
    wanted = plugins / f"resource-aws-v{version('pulumi_aws')}"
    wanted.mkdir(parents=True, exist_ok=True)
    _write(wanted / _PROVIDER, _module("localcloud.provider"))
    for other in plugins.glob("resource-aws-v*"):
        if other != wanted and other.is_dir():
            shutil.rmtree(other)


def _module(name: str) -> str:
    # -P: the engine starts plugins in the user's directory, whose files must not shadow modules.
    search = f'PYTHONPATH={shlex.quote(str(REPOSITORY))}"${{PYTHONPATH:+:$PYTHONPATH}}"'
    return f"{search}\nexport PYTHONPATH\nexec {_quoted(Path(sys.executable))} -P -m {name}"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _write(path: Path, command: str) -> None:
    text = f'#!/bin/sh\n{command} "$@"\n'
    if path.exists() and os.access(path, os.X_OK) and path.read_text() == text:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o755)
    draft.replace(path)
