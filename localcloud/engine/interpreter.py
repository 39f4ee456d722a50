"""Which Python runs a project or policy pack, resolved as Pulumi's own language host does."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.paths import REPOSITORY

_DROPPED = ("PYTHONHOME", "VIRTUAL_ENV")


def virtual_environment(root_directory: str, options: Mapping[str, Any]) -> Path | None:
    """Runtime option `virtualenv`, relative to `root_directory` (where Pulumi.yaml or PulumiPolicy.yaml is).

    None when it is not set, or names no virtual environment: where Pulumi's own host refuses that, ours runs the
    Python that it runs on itself, which has the locked packages.
    """
    option = options.get("virtualenv")
    if not option:
        return None
    path = Path(os.path.normpath(Path(root_directory) / str(option)))
    return path if (path / "bin" / "python").is_file() else None


def python(environment: Path | None) -> str:
    """The interpreter of a virtual environment; ours without one."""
    return str(environment / "bin" / "python") if environment else sys.executable


def activated(environ: Mapping[str, str], environment: Path | None) -> dict[str, str]:
    """`environ` for a child: the virtual environment active, and this repository no longer importable by accident."""
    search = [entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if search and search[0] == str(REPOSITORY):  # our launcher put it there
        search = search[1:]
    result = {k: v for k, v in environ.items() if k != "PYTHONPATH"}
    if search:
        result["PYTHONPATH"] = os.pathsep.join(search)
    if environment:
        result = {k: v for k, v in result.items() if k not in _DROPPED}
        result["VIRTUAL_ENV"] = str(environment)
        result["PATH"] = os.pathsep.join([str(environment / "bin"), environ.get("PATH", os.defpath)])
    return result
