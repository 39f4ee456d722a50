"""All executions of the journal, and how RTO and RPO of each service went from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from automation.errors import SecurecartError
from automation.evidence import bundle
from automation.evidence.bundle import Bundle
from automation.evidence.model import EvidenceDocument, Figure
from automation.recovery.journal import Archive
from automation.recovery.objects import Objects

SCHEMA = "securecart.recovery.history/1"
FIGURES: tuple[Literal["rto"], Literal["rpo"]] = ("rto", "rpo")


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One execution of the history."""

    document: EvidenceDocument
    sound: bool
    """Whether its files are there, unchanged."""

    @property
    def command(self) -> str:
        return self.document.declared.command

    def summary(self) -> dict[str, Any]:
        """Its row."""
        one = self.document
        return {
            "execution": one.execution,
            "command": self.command,
            "mode": one.declared.mode,
            "kind": one.declared.kind,
            "startedAt": one.started_at.isoformat(),
            "seconds": round(one.seconds, 3),
            "finished": one.finished,
            "verdict": one.verdict.value,
            "operator": one.declared.operator,
            "approver": one.declared.approver,
            "reason": one.declared.reason,
            "gitRevision": one.origin.git_revision,
            "filesUnchanged": self.sound,
        }


@dataclass(frozen=True, kw_only=True)
class Point:
    """One measurement of a trend."""

    execution: str
    at: datetime
    kind: str
    figure: Figure

    def document(self) -> dict[str, Any]:
        return {
            "execution": self.execution,
            "at": self.at.isoformat(),
            "kind": self.kind,
            **self.figure.model_dump(by_alias=True, mode="json"),
        }


@dataclass(frozen=True, kw_only=True)
class Trend:
    """RTO or RPO of one service, oldest first."""

    service: str
    name: str
    points: tuple[Point, ...]

    @property
    def change_seconds(self) -> float | None:
        """The newest measurement less the one before it; None without two of them."""
        measured = [point.figure.measured for point in self.points if point.figure.measured is not None]
        return measured[-1] - measured[-2] if len(measured) > 1 else None

    def document(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "figure": self.name,
            "changeSeconds": self.change_seconds,
            "points": [point.document() for point in self.points],
        }


@dataclass(frozen=True, kw_only=True)
class History:
    """What `report` shows without an argument."""

    executions: tuple[Execution, ...]
    unreadable: tuple[tuple[str, str], ...]
    """(execution, why): said, never left out in silence."""

    @property
    def trends(self) -> list[Trend]:
        documents = [one.document for one in self.executions]
        names = sorted({service.name for document in documents for service in document.services})
        made = [Trend(service=name, name=figure, points=tuple(_points(documents, name, figure)))
                for name in names for figure in FIGURES]  # fmt: skip
        return [trend for trend in made if trend.points]


def read(archive: Archive, objects: Objects) -> tuple[History, list[Bundle]]:
    """Every execution, oldest first, and their bundles."""
    bundles, unreadable = [], []
    for execution in archive.executions():
        try:
            bundles.append(bundle.read(archive, objects, execution))
        except (SecurecartError, ValueError) as failure:
            unreadable.append((execution, getattr(failure, "message", str(failure))))
    executions = tuple(Execution(document=one.document, sound=one.sound) for one in bundles)
    return History(executions=executions, unreadable=tuple(unreadable)), bundles


def _points(documents: Sequence[EvidenceDocument], name: str, figure: Literal["rto", "rpo"]) -> Iterator[Point]:
    for document in documents:
        for service in document.services:
            if service.name == name:
                shown = service.rto if figure == "rto" else service.rpo
                yield Point(
                    execution=document.execution, at=document.started_at, kind=document.declared.command, figure=shown
                )
