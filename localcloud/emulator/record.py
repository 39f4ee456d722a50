"""The record of the running local cloud (`cloud.json`): where it listens, which process it is, whose data it holds."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class CloudRecord:
    """What a started emulator says about itself.

    `process_started` is the start time of the process (seconds since the epoch, as psutil reads it): a pid alone is
    reused by the operating system, so pid and start time together name the process. `id` names the data: it stays when
    a stop saved the data and the next start loaded it, and is new whenever the emulator starts or is made empty.
    """

    endpoint: str
    pid: int
    process_started: float
    id: str

    @property
    def port(self) -> int:
        return int(self.endpoint.rsplit(":", 1)[1])


def read_record(path: Path) -> CloudRecord | None:
    """The record in `path`, or None when there is none that can be read (never started, or another version's)."""
    try:
        return CloudRecord(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_record(path: Path, record: CloudRecord) -> None:
    """Replace the record in one step: a reader sees the old one or the new one, never half of one."""
    write_private(path, json.dumps(asdict(record), indent=2).encode() + b"\n")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, durably and in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
