"""Where the local cloud keeps its things: one root directory per checkout, one engine cache per user."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
ROOT_VARIABLE = "SECURECART_LOCAL_ROOT"
CACHE_VARIABLE = "SECURECART_CACHE_DIR"
LAUNCHER_HEADER = "#!/bin/sh\n# Written by SecureCart's localcloud/home.py.\n"


@dataclass(frozen=True)
class LocalPaths:
    """The files of one local cloud, all below `root`."""

    root: Path

    @property
    def state(self) -> Path:
        """Pulumi's file backend: the stacks of this root."""
        return self.root / "state"

    @property
    def pulumi_home(self) -> Path:
        """A PULUMI_HOME of its own, so that the stand-in provider can never be taken for the real one."""
        return self.root / "pulumi-home"

    @property
    def bin(self) -> Path:
        """The launcher of `pulumi`; first on PATH."""
        return self.root / "bin"

    @property
    def cloud(self) -> Path:
        """What the emulated AWS writes."""
        return self.root / "cloud"

    @property
    def cloud_record(self) -> Path:
        """Which process serves the local cloud, and where."""
        return self.cloud / "cloud.json"

    @property
    def cloud_log(self) -> Path:
        """The output of that process."""
        return self.cloud / "cloud.log"

    @property
    def cloud_snapshot(self) -> Path:
        """The resources of the local cloud, saved when it stops."""
        return self.cloud / "snapshot"

    @property
    def databases(self) -> Path:
        """The data of the PostgreSQL servers, unless their user cannot get there (localcloud.databases.places)."""
        return self.cloud / "databases"


def local_paths(root: Path | None = None) -> LocalPaths:
    """The paths below `root`; by default below $SECURECART_LOCAL_ROOT, else `.securecart` in the checkout."""
    chosen = root or Path(os.environ.get(ROOT_VARIABLE) or REPOSITORY / ".securecart")
    return LocalPaths(chosen.expanduser().absolute())


def user_cache() -> Path:
    """Where what is built once per user is kept; $SECURECART_CACHE_DIR, else the platform's cache directory."""
    override = os.environ.get(CACHE_VARIABLE)
    if override:
        return Path(override).expanduser().absolute()
    from platformdirs import user_cache_path  # noqa: PLC0415  the launched processes need only the paths above

    return user_cache_path("securecart", appauthor=False)
