"""Copies of the data of running servers: for snapshots, for replicas, and as what an archive starts from."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from localcloud.databases.archive import Base
from localcloud.databases.errors import DatabaseError
from localcloud.databases.programs import Programs
from localcloud.databases.server import SUPERUSER, Server


def copy_data(
    programs: Programs, source: Server, folder: Path, *, slot: str | None = None, port: int | None = None
) -> None:
    """Copy the data of a running server into `folder`; for a replica with its slot, through `port`."""
    programs.run(
        "pg_basebackup",
        *("-D", folder, "--wal-method=stream", "--checkpoint=fast", "--no-sync", "--no-password"),
        *(["--slot", slot] if slot else []),
        *("-h", "127.0.0.1", "-p", port or source.port, "-U", SUPERUSER),
        env={"PGPASSWORD": source.password, "PGSSLMODE": "disable"},
    )


def take_behind(programs: Programs, server: Server) -> None:
    """Take the first base backup of a database that is not made from the template, while others go on."""
    server.copying.acquire()

    def work() -> None:
        try:
            folder = server.archive.folder / f"base-{len(server.archive.bases)}"
            with suppress(DatabaseError):  # it may be deleted, or lost with its Region, meanwhile
                copy_data(programs, server, folder)
                server.archive.bases.append(Base(datetime.now(UTC), folder))
        finally:
            server.copying.release()

    Thread(target=work, name=f"base-backup-{server.home.name}", daemon=True).start()


def wait_for(server: Server) -> None:
    """Return when no base backup of the server is under way."""
    with server.copying:
        return
