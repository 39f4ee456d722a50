"""postgresql.auto.conf of a local server: small, quick to start, archiving, ready to be a source or a replica."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

# RDS uploads its transaction logs every five minutes (RDS user guide, "Restoring to a specified time"); so much would be
# lost with the source here, too, and a person who looks on should not have to wait for it.
ARCHIVE_TIMEOUT_SECONDS = 60

_ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "50",
    "shared_buffers": "4MB",
    # Its other ways leave segments behind when a server is killed.
    "dynamic_shared_memory_type": "mmap",
    "autovacuum": "off",
    "jit": "off",
    "max_logical_replication_workers": "0",
    "max_wal_size": "64MB",
    "min_wal_size": "4MB",
    # What was acknowledged survives SIGKILL in the page cache; it would not survive a power cut, which is no drill of ours.
    "fsync": "off",
    "wal_level": "replica",
    "hot_standby": "on",
    "max_slot_wal_keep_size": "1GB",
    # 5 s by default, which a promotion right after the death of the source waits for.
    "wal_retrieve_retry_interval": "100ms",
    "wal_receiver_status_interval": "1s",
    # A slow or silent link is a drill of minutes, not a reason to give up.
    "wal_sender_timeout": "0",
    "wal_receiver_timeout": "0",
    "authentication_timeout": "600s",
    "archive_mode": "on",
    "archive_timeout": str(ARCHIVE_TIMEOUT_SECONDS),
}


def server_settings(port: int, archive: Path, major: int, more: Mapping[str, str]) -> str:
    """The whole file, always: a copied data folder brings the port and the archive of the server it was copied from."""
    to = quoted_path(archive)
    settings = {
        **_ALWAYS,
        "port": str(port),
        # Atomic. What is there already is the same segment: a server that died before it noted that asks again.
        "archive_command": f"test -f {to}/%f || (cp %p {to}/.%f.partial && mv {to}/.%f.partial {to}/%f)",
        **({"io_method": "sync"} if major >= 18 else {}),
        **more,
    }
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


def quoted_path(path: Path) -> str:
    """`path` as a command of the settings takes it: for the shell, and without PostgreSQL's placeholders."""
    return shlex.quote(str(path)).replace("%", "%%")
