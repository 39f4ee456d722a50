"""The history as one document and one page, with a bundle of every execution beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from automation.evidence.bundle import PAGE, Bundle
from automation.evidence.controls import answers
from automation.evidence.history import SCHEMA, History, Point, Trend
from automation.evidence.pages import render

DOCUMENT = "history.json"
CHART_WIDTH, CHART_HEIGHT, MARGIN = 460, 90, 10


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A measurement in the picture of a trend; `y` is None where nothing was measured."""

    x: float
    y: float | None
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A trend as a picture: one dot an execution, a broken line at the newest target."""

    trend: Trend
    dots: tuple[Dot, ...]
    target_y: float


def document(history: History, now: datetime, place: str) -> dict[str, Any]:
    """The history as JSON."""
    return {
        "schema": SCHEMA,
        "at": now.isoformat(),
        "journal": place,
        "executions": [one.summary() for one in history.executions],
        "unreadable": [{"execution": name, "why": why} for name, why in history.unreadable],
        "trends": [trend.document() for trend in history.trends],
        "controls": [answer.document() for answer in answers(history.executions, now)],
    }


def page(history: History, now: datetime, place: str) -> str:
    """The history as HTML; it refers to the bundles beside it and to nothing else."""
    return render(
        "history.html.j2", history=history, answers=answers(history.executions, now), at=now, place=place,
        charts=[chart(trend) for trend in history.trends], chart_width=CHART_WIDTH, chart_height=CHART_HEIGHT,
    )  # fmt: skip


def write(directory: Path, history: History, bundles: list[Bundle], now: datetime, place: str) -> Path:
    """Writes the history and every bundle into `directory`; the page."""
    directory.mkdir(parents=True, exist_ok=True)
    for one in bundles:
        one.write(directory)
    said = json.dumps(document(history, now, place), indent=2, default=str)
    (directory / DOCUMENT).write_text(said + "\n", encoding="utf-8")
    (directory / PAGE).write_text(page(history, now, place), encoding="utf-8")
    return directory / PAGE


def chart(trend: Trend) -> Chart:
    """Dots from left to right by execution; the scale begins at zero and holds the target."""
    measured = [point.figure.measured for point in trend.points if point.figure.measured is not None]
    target = trend.points[-1].figure.target_seconds
    top = max([*measured, target, 0.001]) * 1.1
    step = (CHART_WIDTH - 2 * MARGIN) / max(len(trend.points) - 1, 1)

    def y(seconds: float) -> float:
        return round(CHART_HEIGHT - MARGIN - seconds / top * (CHART_HEIGHT - 2 * MARGIN), 1)

    def dot(number: int, point: Point) -> Dot:
        seconds = point.figure.measured
        said = "UNKNOWN" if seconds is None else f"{seconds:g} s"
        label = f"{point.at:%Y-%m-%d %H:%M} {point.kind}: {said} of {point.figure.target_seconds:g} s"
        return Dot(x=round(MARGIN + number * step, 1), y=None if seconds is None else y(seconds), label=label)

    dots = tuple(dot(number, point) for number, point in enumerate(trend.points))
    return Chart(trend=trend, dots=dots, target_y=y(target))
