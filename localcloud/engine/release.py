"""Which engine this project runs. The versions are read from go.mod, where the build needs them anyway."""

from __future__ import annotations

import platform
import re
import sys
from functools import cache
from pathlib import Path

from localcloud.paths import user_cache

MODULE_DIRECTORY = Path(__file__).resolve().parent
MINIMUM_VERSION = (3, 249, 0)  # the oldest that this project supports; nothing older is tested
_ENGINE_MODULE = "github.com/pulumi/pulumi/pkg/v3"


@cache
def _go_mod() -> str:
    return (MODULE_DIRECTORY / "go.mod").read_text()


def engine_version() -> str:
    """The engine to install or build, such as "3.259.0"."""
    found = re.search(rf"^\s*{re.escape(_ENGINE_MODULE)} v(\S+)", _go_mod(), re.MULTILINE)
    if found is None:
        raise ValueError(f"go.mod does not require {_ENGINE_MODULE}")
    return found.group(1)


def go_version() -> tuple[int, ...]:
    """The oldest Go that compiles that engine."""
    found = re.search(r"^go (\S+)", _go_mod(), re.MULTILINE)
    if found is None:
        raise ValueError("go.mod has no go line")
    return parse_version(found.group(1))


def parse_version(text: str) -> tuple[int, ...]:
    """The leading numbers of a version: "v3.259.0-dev.1" and "go1.26rc1" give (3, 259, 0) and (1, 26)."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def engine_cache() -> Path:
    """The directory of this user's engine, for this version and platform."""
    return user_cache() / "engine" / f"{engine_version()}-{sys.platform}-{platform.machine().lower()}"
