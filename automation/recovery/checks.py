"""Checks that only read: each says PASS, FAIL or UNKNOWN. What cannot be read is UNKNOWN, and UNKNOWN is never a pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automation.recovery.aws import scope

CHECK_SECONDS = 20.0
_THREADS = 16


class Verdict(StrEnum):
    """The three answers, the worst last."""

    PASS = "PASS"  # noqa: S105  a verdict, not a password
    UNKNOWN = "UNKNOWN"
    FAIL = "FAIL"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found. `advises` findings are shown and do not decide."""

    check: str
    verdict: Verdict
    said: str
    fix: str = ""
    advises: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "verdict": self.verdict.value,
            "said": self.said,
            "fix": self.fix,
            "advises": self.advises,
            "facts": self.facts,
        }


@dataclass(frozen=True, kw_only=True)
class Check:
    """A question by name; `ask` answers (is it so, what was found), None when nobody can say."""

    name: str
    ask: Callable[[], tuple[bool | None, str]]
    fix: str = ""
    advises: bool = False


def passed(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict of those that decide; UNKNOWN when there are none."""
    order = list(Verdict)
    found = [finding.verdict for finding in findings if not finding.advises]
    return max(found, key=order.index, default=Verdict.UNKNOWN)


def ask_all(checks: Iterable[Check]) -> list[Finding]:
    """All at once, each with a limit; a failure of one is its own UNKNOWN."""
    with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="check") as pool:
        return list(pool.map(_ask, checks))


def _ask(check: Check) -> Finding:
    try:
        with scope(CHECK_SECONDS):
            holds, said = check.ask()
    except Exception as failure:  # whatever keeps it from being read, it is not known, and the others go on
        holds, said = None, f"cannot be read: {failure}"
    verdict = Verdict.UNKNOWN if holds is None else Verdict.PASS if holds else Verdict.FAIL
    fix = "" if verdict is Verdict.PASS else check.fix
    return Finding(check=check.name, verdict=verdict, said=said, fix=fix, advises=check.advises)
