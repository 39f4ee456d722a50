"""One PostgreSQL server: its files, its process, and questions to it."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import psutil
import psycopg

from localcloud.databases.archive import Archive
from localcloud.databases.errors import DatabaseError
from localcloud.databases.programs import Programs
from localcloud.databases.relay import Relay

# The superuser that the service keeps for itself (RDS user guide, "Understanding PostgreSQL roles and permissions").
SUPERUSER = "rdsadmin"
_START_TIMEOUT_SECONDS = 60.0
_STOP_TIMEOUT_SECONDS = 5.0
_CONNECT_TIMEOUT_SECONDS = 5
_POLL_SECONDS = 0.002
_LOG_LENGTH = 800
# Lines of postmaster.pid (src/include/utils/pidfile.h).
_SHARED_MEMORY_LINE, _STATUS_LINE = 6, 7


class Key(NamedTuple):
    """What names an instance, or a snapshot, in the cloud."""

    account_id: str
    region: str
    identifier: str


@dataclass(eq=False)
class Server:
    """A server and its data. It keeps its home and its port as long as it exists, whatever its instance is called."""

    key: Key
    home: Path
    port: int
    password: str
    """The superuser's."""
    archive: Archive
    source: Server | None = None
    """What a replica streams from."""
    relay: Relay | None = None
    """What it streams through, when its source is in another Region."""
    wanted: bool = True
    """False after StopDBInstance: such a server stays down when its Region, or the local cloud, comes back."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Settings of its instance's parameter group."""
    process: subprocess.Popen[bytes] | None = None
    copying: Lock = field(default_factory=Lock)
    """Held while a base backup is taken."""

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def slot(self) -> str:
        """The name under which its source keeps the transaction log that it has not yet."""
        return re.sub(r"\W", "_", f"{self.key.region}_{self.home.name}".lower())[:60]

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of the superuser, which commits each statement."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        )

    def ask(self, query: str, *values: object) -> Any:
        """The first column of the first row of the answer; None for a statement that answers nothing."""
        with self.connect() as connection:
            cursor = connection.execute(query, values or None)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


def start(programs: Programs, server: Server) -> None:
    """Start the server and wait until it takes connections. Raises DatabaseError with the end of its log."""
    offset = server.log.stat().st_size if server.log.exists() else 0
    _forget_process(server)
    server.process = programs.spawn(server.data, server.log)
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        # "standby" comes first on a replica, and takes no connections yet.
        if _pid_file_line(server, _STATUS_LINE) == "ready":
            return
        time.sleep(_POLL_SECONDS)
    kill(server)
    said = server.log.read_text(errors="replace")[offset:][-_LOG_LENGTH:].strip()
    raise DatabaseError(f"the database {server.key.identifier} did not start: {said}")


def stop(server: Server) -> None:
    """A clean shutdown: what was committed has reached the replicas that are connected."""
    if not server.alive or server.process is None:
        return
    server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(_STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        # A replica behind a silent link never confirms.
        kill(server)


def kill(server: Server) -> None:
    """Power off: every process dies at once, the disk stays as it is."""
    if not server.alive or server.process is None:
        return
    _kill_tree(server.process.pid)
    server.process.wait()
    _forget_process(server)


def end_leftovers(root: Path) -> None:
    """End every server that still runs on data below `root`: those of a local cloud that was killed."""
    for file in root.glob("servers/*/data/postmaster.pid"):
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(file.read_text().splitlines()[0]))
            # The number may be somebody else's by now; PostgreSQL works in its data folder.
            if Path(process.cwd()) == file.parent.resolve():
                _kill_tree(process.pid)
                process.wait(_STOP_TIMEOUT_SECONDS)


def _kill_tree(pid: int) -> None:
    """Kill a server with its children, which are no process group: each has a session of its own."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # or it would start anew what dies
        # Not psutil's children(): that reads every process of the machine.
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)


@contextmanager
def said_as_database_error() -> Iterator[None]:
    """Errors of the connection, or of a tool that took too long, become DatabaseError."""
    try:
        yield
    except (psycopg.Error, subprocess.SubprocessError) as error:
        raise DatabaseError(str(error).strip()) from error


def _pid_file_line(server: Server, line: int) -> str:
    try:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return ""
    return lines[line].strip() if len(lines) > line else ""


def _forget_process(server: Server) -> None:
    """After SIGKILL its pid may be somebody else's, and the segment that guards the data folder would stay for ever."""
    segment = _pid_file_line(server, _SHARED_MEMORY_LINE).split()
    if len(segment) == 2:
        with suppress(OSError, AttributeError):
            remove = 0  # IPC_RMID
            ctypes.CDLL(None).shmctl(int(segment[1]), remove, None)
    (server.data / "postmaster.pid").unlink(missing_ok=True)
