"""The processes that a language host starts: Pulumi programs and plugins, and how they end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

_GRACE_SECONDS = 2.0  # the engine kills a host 5 s after it asked it to stop


class Children:
    """The running children of this process; all of them can be ended at once, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def start(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], *, piped: bool
    ) -> subprocess.Popen[bytes] | None:
        """Start a child, its output piped or our own; None after `stop_all`.

        It stays in our process group, so that the engine reaches it by the group when we are gone.
        """
        with self._lock:
            if self._stopped:
                return None
            pipe = subprocess.PIPE if piped else None
            child = subprocess.Popen(
                command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
            )
            self._running.add(child)
            return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """The exit code of `child`."""
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        return code

    def stop_all(self) -> None:
        """End every child and start no other."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for child in running:
            stop(child)


def stop(child: subprocess.Popen[bytes]) -> None:
    """Interrupt `child`, and kill it when it does not end within the grace period."""
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def stream(child: subprocess.Popen[bytes]) -> Iterator[tuple[Literal["stdout", "stderr"], bytes]]:
    """The output of a piped `child`, piece by piece as it comes, until both pipes are closed."""
    pieces: queue.Queue[tuple[Literal["stdout", "stderr"], bytes]] = queue.Queue()

    def pump(pipe: IO[bytes], name: Literal["stdout", "stderr"]) -> None:
        while piece := os.read(pipe.fileno(), 65536):
            pieces.put((name, piece))
        pieces.put((name, b""))

    if child.stdout is None or child.stderr is None:
        raise ValueError("the child was started without pipes")
    threading.Thread(target=pump, args=(child.stdout, "stdout"), daemon=True).start()
    threading.Thread(target=pump, args=(child.stderr, "stderr"), daemon=True).start()
    still_open = 2
    while still_open:
        name, piece = pieces.get()
        if piece:
            yield name, piece
        else:
            still_open -= 1
