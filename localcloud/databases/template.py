"""The data folder that new servers are copied from: initdb takes a second, a copy a tenth of it."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from localcloud.databases.programs import Programs
from localcloud.databases.server import SUPERUSER


@dataclass(frozen=True)
class Template:
    """A data folder that was never started, and the superuser's password in it."""

    folder: Path
    password: str


class Templates:
    """The template of one root and one version of PostgreSQL; made at first need, found again later."""

    def __init__(self, programs: Programs, root: Path) -> None:
        self.folder = root / f"template-{programs.version}"
        self._programs = programs
        self._lock = Lock()
        self._made: Template | None = None

    def get(self) -> Template:
        """The template. Who comes first makes it, the others wait."""
        with self._lock:
            if self._made is None:
                self._made = self._found() or self._make()
            return self._made

    def wait(self) -> None:
        """Return when nobody makes one."""
        with self._lock:
            return

    @property
    def _password_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.password")

    def _found(self) -> Template | None:
        # Written last, so what has it is complete.
        try:
            return Template(self.folder / "data", self._password_file.read_text())
        except FileNotFoundError:
            return None

    def _make(self) -> Template:
        programs, password = self._programs, secrets.token_hex(16)
        shutil.rmtree(self.folder, ignore_errors=True)  # left by one that was ended half-way
        programs.make_folder(self.folder)
        prompt = self.folder / "password"
        programs.write(prompt, password)
        data = self.folder / "data"
        programs.run(
            "initdb",
            *("-D", data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C", "--no-sync"),
            *("-A", "scram-sha-256", f"--pwfile={prompt}"),
            # 28 MB for a server instead of 70, and an archive that grows by the second.
            "--wal-segsize=1",
        )
        prompt.unlink()
        programs.write(self._password_file, password)
        return Template(data, password)
