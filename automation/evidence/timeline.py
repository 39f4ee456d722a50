"""Where the bars of the timeline are: steps over time, from the fault to the first success, in the units of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from automation.evidence.model import EvidenceDocument, StepRecord

WIDTH, LABEL_WIDTH, ROW, TOP = 960, 280, 22, 44
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_MOST_TICKS = 8
_NARROWEST = 2.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One step. Positions and width in the picture's units, `seconds` from the begin."""

    name: str
    status: str
    x: float
    y: float
    width: float
    start_seconds: float
    seconds: float | None
    """None: it has not ended."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A moment: a line from top to bottom, or a tick of the axis."""

    x: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The whole picture."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    height: int
    summary: str
    """The same in words, for a reader who does not see it."""


def timeline(document: EvidenceDocument) -> Timeline:
    """Steps in the order in which they began; those that ran beside each other overlap."""
    moments = list(_moments(document))
    begin = min([document.started_at, *(at for at, _ in moments)])
    span = max((document.ended_at - begin).total_seconds(), 0.001)
    scale = (WIDTH - LABEL_WIDTH - 20) / span

    def x(seconds: float) -> float:
        return round(LABEL_WIDTH + seconds * scale, 1)

    def bar(number: int, step: StepRecord) -> Bar:
        start = (step.started_at - begin).total_seconds()
        seconds = (step.ended_at - step.started_at).total_seconds() if step.ended_at else None
        width = (span - start if seconds is None else seconds) * scale
        return Bar(
            name=step.name, status=step.status, x=x(start), y=TOP + number * ROW, width=round(max(width, _NARROWEST), 1),
            start_seconds=round(start, 1), seconds=seconds,
        )  # fmt: skip

    steps = sorted(document.steps, key=lambda step: step.started_at)
    bars = tuple(bar(number, step) for number, step in enumerate(steps))
    marks = tuple(Mark(x=x((at - begin).total_seconds()), label=label) for at, label in moments)
    said = [f"{one.name} began at {one.start_seconds:g} s and {_took(one.seconds)}" for one in bars]
    return Timeline(
        bars=bars,
        marks=marks,
        ticks=tuple(Mark(x=x(second), label=clock(second)) for second in _axis(span)),
        height=TOP + len(bars) * ROW + 30,
        summary=f"{clock(span)} in all. " + "; ".join(said) + ".",
    )


def clock(seconds: float) -> str:
    """`0.5 s`, `1 min 30 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{round(seconds, 1):g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def _took(seconds: float | None) -> str:
    return "has not ended" if seconds is None else f"took {clock(seconds)}"


def _moments(document: EvidenceDocument) -> Iterator[tuple[datetime, str]]:
    """The fault where it was told, else the command; then the first success: the first verification that passed."""
    since = (document.declared.model_extra or {}).get("outageSince")
    yield (datetime.fromisoformat(str(since)), "fault") if since else (document.started_at, "command")
    verified = [
        s.ended_at for s in document.steps if s.name.startswith("verify") and s.ended_at and s.status != "failed"
    ]
    if verified:
        yield min(verified), "first success"


def _axis(span: float) -> list[float]:
    step = next((tick for tick in _TICKS if span / tick <= _MOST_TICKS), ceil(span / _MOST_TICKS))
    return [round(number * step, 3) for number in range(int(span // step) + 1)]
