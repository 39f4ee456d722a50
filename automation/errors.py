"""The one error that `securecart` shows: what is wrong, how to mend it, and the exit code."""

from __future__ import annotations

from automation.exit_codes import ExitCode

DEBUG_VARIABLE = "SECURECART_DEBUG"
_SHORTEST_SECRET = 8


class SecurecartError(Exception):
    """Ends the command: `message` says what is wrong, `fix` what to do, `exit_code` is what the caller gets."""

    def __init__(self, message: str, fix: str = "", exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.exit_code = exit_code

    def text(self) -> str:
        """The message, and the fix on a line of its own."""
        return f"{self.message}\nFix: {self.fix}" if self.fix else self.message


def redact(text: str, secrets: tuple[str, ...]) -> str:
    """`text` without the values of `secrets`; those too short to be one are left, or they would blank out words."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "[secret]")
    return text
