"""The person on call: runs `securecart` as a process of its own against a live estate, and runs it again when it was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.drills.doomed import ACTED, CHECKOUT, JOURNALLED, SETTLED, Asked
from tests.drills.live_estate import LiveEstate
from tests.drills.small_estate import REPO
from tests.engine.estate import Finished

WHY = ("--reason", "a drill", "--approve", "--json")


@dataclass(frozen=True)
class Killed:
    """What a command that was killed everywhere did in the end."""

    document: dict[str, Any]
    deaths: Counter[str]
    """How many steps it died at, by moment."""
    runs: int

    def text(self, steps: int) -> str:
        at = ", ".join(f"{moment} {self.deaths[moment]}" for moment in (ACTED, SETTLED, JOURNALLED))
        return f"killed -9 at {self.deaths[SETTLED]} of {steps} steps, {self.deaths.total()} times ({at}); run {self.runs} finished"


@dataclass
class Operator:
    """Works on the estate that the live cloud holds: `with Operator(live) as operator`."""

    live: LiveEstate
    _runner: subprocess.Popen[str] | None = None

    def __enter__(self) -> Operator:
        own = {CHECKOUT: str(self.live.checkout), "SECURECART_LOCAL_ROOT": str(self.live.directory), "NO_COLOR": "1"}
        environment = {**os.environ, **self.live.variables, **own, "PYTHONPATH": str(REPO)}
        environment.pop("SECURECART_TARGET", None)
        self._runner = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.drills.doomed"],
            env=environment, cwd=REPO, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._runner is not None:
            self._runner.communicate()

    def run(self, *arguments: str, deaths: Path | None = None) -> Finished:
        """One process. `deaths`: where it says at which moment it kills itself."""
        assert self._runner is not None
        assert self._runner.stdin is not None
        assert self._runner.stdout is not None
        out, errors = self.live.directory / "out", self.live.directory / "errors"
        asked = Asked(list(arguments), str(out), str(errors), str(deaths or ""))
        self._runner.stdin.write(asked.line())
        self._runner.stdin.flush()
        return Finished(int(self._runner.stdout.readline()), out.read_text(), errors.read_text())

    def done(self, *arguments: str) -> dict[str, Any]:
        """A command that must end well, asked with a reason and approved; its JSON document."""
        return _document(self.run(*arguments, *WHY))

    def counted(self, execution: str, journal: Path) -> dict[str, Any]:
        """The evidence of an execution with what the traffic counted."""
        report = self.run("local", "traffic", "--journal", str(journal), "--json")
        file = self.live.directory / f"{execution}.json"
        file.write_text(report.stdout)
        evidence: dict[str, Any] = _document(self.run("counted", execution, str(file), "--json"))["evidence"]
        return evidence

    def killed_everywhere(self, *arguments: str) -> Killed:
        """The same command, again and again, until no moment is left to die at."""
        deaths = self.live.directory / f"{'-'.join(arguments)}.deaths"
        deaths.touch(exist_ok=False)
        runs = 0
        while True:
            runs += 1
            before = _lines(deaths)
            finished = self.run(*arguments, *WHY, deaths=deaths)
            if finished.code != -signal.SIGKILL:
                break
            assert len(_lines(deaths)) == len(before) + 1, "every run dies once, where no run died before"
        return Killed(_document(finished), Counter(line.split("\t")[0] for line in _lines(deaths)), runs)


def _document(finished: Finished) -> dict[str, Any]:
    assert finished.code == 0, (finished.stdout + finished.stderr)[-6000:]
    return dict(json.loads(finished.stdout))


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()
