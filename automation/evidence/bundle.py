"""The bundle of one execution: its evidence, a page that shows it, and the files beside it, each compared with its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from automation.errors import SecurecartError
from automation.evidence.model import EvidenceDocument
from automation.evidence.pages import render
from automation.evidence.timeline import timeline
from automation.exit_codes import ExitCode
from automation.recovery.checks import Verdict
from automation.recovery.evidence import NAME as EVIDENCE
from automation.recovery.evidence import SCHEMA, steps_of
from automation.recovery.journal import Archive, Event, Kind
from automation.recovery.objects import Objects
from automation.redaction import holds_secrets, redacted

PAGE = "index.html"
_MOVES = ("failover", "failback")


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file beside the evidence. `body` None: it is not in the bundle, `said` says why."""

    name: str
    size_bytes: int
    sha256: str
    said: str
    body: bytes | None


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """One execution, ready to be handed to an auditor."""

    document: EvidenceDocument
    raw: Mapping[str, Any]
    """The document as it was written, without secrets."""
    files: tuple[Attached, ...]

    @property
    def sound(self) -> bool:
        """Whether every file that the evidence names is there, unchanged."""
        return all(one.body is not None for one in self.files)

    def page(self) -> str:
        return render("bundle.html.j2", document=self.document, picture=timeline(self.document), files=self.files)

    def write(self, directory: Path) -> Path:
        """Writes the page, the evidence and its files into `directory`/EXECUTION; that directory."""
        home = directory / self.document.execution
        home.mkdir(parents=True, exist_ok=True)
        (home / EVIDENCE).write_text(json.dumps(self.raw, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        (home / PAGE).write_text(self.page(), encoding="utf-8")
        for one in self.files:
            if one.body is not None:
                (home / one.name).write_bytes(one.body)
        return home


def read(archive: Archive, objects: Objects, execution: str) -> Bundle:
    """Raises SecurecartError: BAD_INPUT for an execution that is not there, FAILED for evidence that cannot be read."""
    journal = archive.open(execution)
    if not journal.events:
        raise SecurecartError(
            f"there is no execution {execution} in {archive.place}.", "securecart report lists them", ExitCode.BAD_INPUT
        )
    found = objects.read(f"{execution}/{EVIDENCE}")
    raw = redacted(json.loads(found[0]) if found else _from_journal(journal.events))
    raw["previewAfter"] = raw.get("previewAfter") or _preview_after(archive, objects, execution)
    try:
        document = EvidenceDocument.model_validate(raw)
    except ValidationError as faults:
        raise SecurecartError(
            f"the evidence of {execution} is not {SCHEMA}: {faults.errors()[0]['loc']}: {faults.errors()[0]['msg']}",
            "read it with the version of securecart that wrote it",
        ) from faults
    return Bundle(document=document, raw=raw, files=tuple(_files(objects, document)))


def _from_journal(events: tuple[Event, ...]) -> dict[str, Any]:
    """What is known of an execution that left no evidence, such as one that was killed: its steps, and no figure."""
    first, last = events[0], events[-1]
    finished = last.kind is Kind.FINISHED and last.facts.get("outcome") == "finished"
    raw = {
        "schema": SCHEMA,
        "execution": first.execution,
        "declared": dict(first.facts),
        "origin": {},
        "startedAt": first.at.isoformat(),
        "endedAt": last.at.isoformat(),
        "finished": finished,
        "resumed": sum(event.kind is Kind.RESUMED for event in events),
        "verdict": (Verdict.UNKNOWN if finished else Verdict.FAIL).value,
        "services": [],
        "steps": steps_of(events),
        "warnings": [dict(event.facts) | {"step": event.step} for event in events if event.kind is Kind.WARNED],
    }
    return dict(json.loads(json.dumps(raw, default=str)))


def _preview_after(archive: Archive, objects: Objects, execution: str) -> dict[str, Any] | None:
    """The previews that the next reconciliation kept, if it came before another move. None: there was none yet."""
    own = "-reconcile-" in execution
    if not own and not any(f"-{move}-" in execution for move in _MOVES):
        return None
    for later in archive.executions():
        if later < execution or (later == execution and not own):
            continue
        if later != execution and any(f"-{move}-" in later for move in _MOVES):
            return None
        reconciles = "-reconcile-" in later
        proofs = [key for key in objects.keys(f"{later}/preview-") if reconciles]
        if proofs:
            bodies = {key.rsplit("/", 1)[-1]: objects.read(key) for key in proofs}
            shown = {name: _proof(found[0]) for name, found in bodies.items() if found}
            return {"execution": later, "previews": redacted(shown)}
    return None


def _proof(body: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(body).hexdigest(), "content": json.loads(body)}


def _files(objects: Objects, document: EvidenceDocument) -> list[Attached]:
    files = []
    for one in document.attachments:
        found = objects.read(f"{document.execution}/{one.name}")
        body: bytes | None = found[0] if found else None
        said = "unchanged"
        if body is None:
            said = "MISSING"
        elif hashlib.sha256(body).hexdigest() != one.sha256:
            body, said = None, "CHANGED since it was written; not in this bundle"
        elif holds_secrets(body.decode(errors="replace")):
            body, said = None, "holds what looks like a secret; not in this bundle"
        elif Path(one.name).name != one.name or one.name in (EVIDENCE, PAGE):
            body, said = None, "its name is not that of a file beside this page; not in this bundle"
        files.append(Attached(name=one.name, size_bytes=one.bytes, sha256=one.sha256, said=said, body=body))
    return files
