"""Where the databases keep their files: below the local cloud's root, unless PostgreSQL's user cannot get there."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from localcloud.databases.programs import Account, as_account

_MEMORY = Path("/dev/shm")  # noqa: S108  the machine's memory as a file system; what is made there is private
_ROOM_BYTES = 4 << 30


def data_root(wanted: Path, account: Account | None, *, in_memory: bool = False) -> Path:
    """`wanted`, if `account` can reach it; else a folder of the same cloud that it can. The folder is made.

    Root gives the databases to an ordinary user, whom a checkout below /root (or pytest's directories) keeps out.
    """
    if in_memory:
        chosen = _elsewhere(_MEMORY, wanted)
    else:
        wanted.mkdir(parents=True, exist_ok=True)
        if account is not None:
            _let_through(wanted.parent)
        chosen = wanted if _can_enter(wanted.parent, account) else _elsewhere(_shared(), wanted)
    chosen.mkdir(parents=True, exist_ok=True)
    chosen.chmod(0o700)
    if account is not None:
        os.chown(chosen, account.uid, account.gid)
    return chosen


def all_roots(wanted: Path) -> list[Path]:
    """Every folder that `data_root` may have chosen for `wanted`."""
    return [wanted, *(_elsewhere(place, wanted) for place in (_shared(), _MEMORY))]


def scratch_root() -> Path:
    """A new folder for databases that live as long as a process, in memory when there is room."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix="securecart-databases-", dir=_MEMORY if roomy else _shared()))


def _shared() -> Path:
    return Path("/var/tmp")  # noqa: S108  kept over a restart of the machine, unlike /tmp


def _elsewhere(place: Path, wanted: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return place / f"securecart-{os.geteuid()}-{digest}"


def _let_through(cloud: Path) -> None:
    # Ours alone so far; its files stay closed, only the way through opens.
    cloud.chmod(cloud.stat().st_mode | 0o011)


def _can_enter(folder: Path, account: Account | None) -> bool:
    entered = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", folder], cwd="/", capture_output=True, check=False, **as_account(account)
    )
    return entered.returncode == 0
