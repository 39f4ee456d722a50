"""What `securecart` tells its caller, a shell or a pipeline, in one number."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The documented exit codes; scripts depend on them, so a number is never reused."""

    OK = 0
    FAILED = 1
    BAD_INPUT = 2  # click's own number for a usage error
    BLOCKED_BY_POLICY = 3
    LOCKED = 4
    REFUSED = 5
    UNPROVEN = 6
    DRIFTED = 7
    INTERRUPTED = 130  # 128 + SIGINT, as shells count


MEANING: dict[ExitCode, str] = {
    ExitCode.OK: "done, or nothing to do",
    ExitCode.FAILED: "the deployment or the command failed",
    ExitCode.BAD_INPUT: "a wrong option or argument",
    ExitCode.BLOCKED_BY_POLICY: "the policy pack blocked it; nothing was changed",
    ExitCode.LOCKED: "another update of the stack runs, or another operator is at work",
    ExitCode.REFUSED: "a guard refused it; nothing was changed",
    ExitCode.UNPROVEN: "a check or verdict is FAIL or UNKNOWN",
    ExitCode.DRIFTED: "the cloud is not what the last update made of it",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
}


def table() -> str:
    """The codes as lines for `securecart --help`."""
    return "\n".join(f"{code:>5}  {MEANING[code]}" for code in ExitCode)
