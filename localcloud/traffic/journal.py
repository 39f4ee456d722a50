"""What was acknowledged to customers and what failed, a JSON line each, on the disk before the next write begins."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

ACKNOWLEDGED, FAILED, STALE = "acknowledged", "failed", "stale"


@dataclass(frozen=True)
class Entry:
    """One write. `began` and `ended` are seconds of the machine's clock (Unix time); `error` names its kind only.

    A STALE write was acknowledged, and could not be read back at once.
    """

    store: str
    sequence: int
    outcome: str
    region: str
    began: float
    ended: float
    error: str = ""


@dataclass(frozen=True)
class Run:
    """What the journal is of: its first line."""

    run: str
    started: float
    about: Mapping[str, Any]


class Journal:
    """A file that one run writes."""

    def __init__(self, path: Path, run: Run) -> None:
        """Start a new file; FileExistsError when there is one, as it is evidence."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("x", encoding="utf-8")
        self._lock = Lock()
        self.path = path
        self.run = run
        self._write([asdict(run)])

    def record(self, *entries: Entry) -> None:
        """Append a batch, and return once it is on the disk."""
        self._write([asdict(entry) for entry in entries])

    def close(self) -> None:
        """End the run."""
        with self._lock:
            self._file.close()

    def _write(self, lines: list[dict[str, Any]]) -> None:
        with self._lock:
            self._file.writelines(json.dumps(line) + "\n" for line in lines)
            self._file.flush()
            os.fsync(self._file.fileno())


def read_journal(path: Path) -> tuple[Run, list[Entry]]:
    """What a run recorded; a last line that was cut off by a crash is left out. ValueError when it is no journal."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    try:
        run = Run(**json.loads(lines[0]))
        return run, [Entry(**json.loads(line)) for line in lines[1:]]
    except (IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a journal of the traffic: {error}") from error
