"""The Pulumi engine on any machine: found, installed, or built."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Report = Callable[[str], None]
Source = Literal["path", "official", "built"]

ROUTE_VARIABLE = "SECURECART_ENGINE"


class EngineError(Exception):
    """No engine could be had; the message says why and what to do."""


@dataclass(frozen=True)
class Engine:
    """A checked Pulumi engine. `language_host` is the official one for Python, or None where ours must serve."""

    pulumi: Path
    language_host: Path | None
    version: str
    source: Source


def ensure_engine(report: Report) -> Engine:
    """The engine of this machine: `pulumi` on PATH, else this user's cached one, else installed, else built.

    `report` gets one line per step. $SECURECART_ENGINE = path, official or built allows that route only. A build
    takes minutes, once per user; a second process waits for it. Raises EngineError.
    """
    from localcloud.engine import build, find, install  # noqa: PLC0415  each of them imports Engine from here

    routes: dict[str, Callable[[Report], Engine | None]] = {
        "path": find.find_engine,
        "official": install.install_engine,
        "built": build.build_engine,
    }
    forced = os.environ.get(ROUTE_VARIABLE, "")
    if forced:
        if forced not in routes:
            raise EngineError(f"{ROUTE_VARIABLE}={forced!r} is no route. Allowed: {', '.join(routes)}. Or unset it.")
        engine = routes[forced](report)
        if engine is None:
            raise EngineError(f"{ROUTE_VARIABLE}={forced} gave no engine. Unset it to try the other routes.")
        return engine
    # What an earlier run left is asked before the network is.
    for attempt in (find.find_engine, install.cached_engine, build.cached_engine, install.install_engine):
        engine = attempt(report)
        if engine is not None:
            return engine
    return build.build_engine(report)
