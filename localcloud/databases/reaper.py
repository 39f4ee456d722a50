"""Ends the databases when the process that started them is gone, however it went."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Its input ends when its starter does, also by SIGKILL. The working directory tells a server from whoever has its number now.
_SCRIPT = """
read -r _
for file in "$1"/servers/*/data/postmaster.pid; do
  [ -f "$file" ] || continue
  data="${file%/postmaster.pid}"
  read -r pid < "$file"
  [ "$(readlink "/proc/$pid/cwd")" = "$data" ] && kill -QUIT "$pid"
done
[ "$2" = keep ] || { sleep 2; rm -rf "$1"; }
"""


class Reaper:
    """A small shell that waits for the end of this process.

    A server cannot be told to die with its parent instead: Linux means the thread that started it (prctl(2),
    PR_SET_PDEATHSIG), and each request of the emulator has a thread of its own.
    """

    def __init__(self, root: Path, *, keep_data: bool) -> None:
        arguments = [str(root.resolve()), "keep" if keep_data else "remove"]
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "securecart-databases", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Its work is done already."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
