"""The document of one execution, typed: what `securecart.recovery.evidence/1` says. docs/evidence.schema.json is made from it.

A field is added, never renamed or removed: a reader of version 1 reads every document of version 1, and passes over what it does
not know.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from automation.project import REPOSITORY
from automation.recovery.checks import Verdict

FILE = REPOSITORY / "docs" / "evidence.schema.json"
Seconds = Annotated[float, Field(ge=0)]
Measured = Seconds | Literal["UNKNOWN"]
"""What was measured; a missing measurement is UNKNOWN, never zero."""
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True)


class Declared(_Part):
    """What a person said when the command began."""

    command: str
    mode: str = ""
    reason: str = ""
    operator: str = ""
    approver: str = ""
    kind: str = Field(
        default="live", description="live, or drill: what a drill proves is never mixed with what was real."
    )
    engine: str = Field(
        default="securecart", description="Who carried the steps out that ARC Region switch could: securecart or arc."
    )


class Origin(_Part):
    """Which program and configuration acted, on which account. The names are those of the journal."""

    model_config = ConfigDict(alias_generator=None, extra="allow", frozen=True)

    account_id: str = "UNKNOWN"
    from_region: str = "UNKNOWN"
    to_region: str = "UNKNOWN"
    git_revision: str = "UNKNOWN"
    git_dirty: bool | None = None
    config_sha256: str = "UNKNOWN"


class Figure(_Part):
    """RTO or RPO of a service beside its target, in seconds."""

    seconds: Measured
    target_seconds: Seconds
    verdict: Verdict
    basis: str = Field(default="", description="What was measured, from when to when.")

    lost: int | Literal["UNKNOWN"] | None = Field(
        default=None,
        description="Acknowledged writes that are gone, where a recorder of traffic counted; null: nobody did.",
    )
    acknowledged: int | None = Field(default=None, description="All writes that were acknowledged, where counted.")

    @property
    def measured(self) -> float | None:
        return self.seconds if isinstance(self.seconds, float) else None


class Service(_Part):
    """One store."""

    kind: str
    store: str
    rto: Figure
    rpo: Figure
    verdict: Verdict

    @property
    def name(self) -> str:
        return f"{self.kind} {self.store}"


class Call(_Part):
    """A call that AWS answered."""

    service: str
    region: str
    operation: str
    request_id: str
    attempts: int = 1


class StepRecord(_Part):
    """A step's last attempt, and the calls of all its attempts."""

    name: str
    status: str
    attempts: int
    started_at: datetime
    ended_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)


class FindingRecord(_Part):
    """What was read of a store that was restored, or another check of the execution."""

    check: str
    verdict: Verdict
    said: str


class AttachmentRecord(_Part):
    """A file beside the evidence."""

    name: str
    bytes: int
    sha256: Sha256


class EvidenceDocument(_Part):
    """One execution of a command that changes something, as its journal tells it."""

    schema_: Literal["securecart.recovery.evidence/1"] = Field(alias="schema")
    execution: str
    declared: Declared
    origin: Origin
    started_at: datetime
    ended_at: datetime
    finished: bool
    resumed: int = 0
    verdict: Verdict
    services: tuple[Service, ...]
    steps: tuple[StepRecord, ...]
    findings: tuple[FindingRecord, ...] = Field(default=(), description="Content that was read: a restore's proof.")
    warnings: tuple[dict[str, Any], ...] = ()
    preview_after: dict[str, Any] | None = Field(default=None, description="The preview that must change nothing.")
    cleanup: dict[str, Any] | None = Field(default=None, description="A drill's proof that nothing is left.")
    attachments: tuple[AttachmentRecord, ...] = ()

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


def text() -> str:
    """The JSON Schema, as the file holds it."""
    schema = EvidenceDocument.model_json_schema(by_alias=True)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


def write(file: Path = FILE) -> None:
    file.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
