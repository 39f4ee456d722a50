"""TIME of the command line, and the window in which a store can be brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode


class Moment(click.ParamType[datetime]):
    """ISO-8601 with a zone: a time without one is somebody's guess."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no time; allowed: ISO-8601 with a zone, such as 2026-11-28T10:15:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value} has no zone; allowed: ISO-8601 with a zone, such as {value}Z for UTC", param, ctx)
        return moment.astimezone(UTC)


@dataclass(frozen=True)
class Window:
    """From when to when a store can be brought back; None where AWS does not say."""

    earliest: datetime | None
    latest: datetime | None

    @property
    def text(self) -> str:
        return f"from {_text(self.earliest)} to {_text(self.latest)}"

    def until(self, now: datetime) -> Window:
        """Whoever asks for the last minutes waits until they can be restored; the future nobody gets."""
        return Window(self.earliest, max(now, self.latest or now))

    def check(self, label: str, moment: datetime) -> None:
        """Raises SecurecartError (BAD_INPUT) that says earliest and latest."""
        early = self.earliest is not None and moment < self.earliest
        late = self.latest is not None and moment > self.latest
        if not early and not late:
            return
        why = "before the earliest" if early else "after the latest"
        raise SecurecartError(
            f"--at {moment.isoformat()} is {why} moment of {label}; allowed: {_text(self.earliest)} to {_text(self.latest)};"
            " nothing was changed.",
            f"--at {_text(self.latest if late else self.earliest)}"
            + (", or --recovery-point ARN of an older copy" if early else ", or later, once that moment can be restored"),
            ExitCode.BAD_INPUT,
        )  # fmt: skip


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else "unknown"
