"""What was read of a restored store, and what that proves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.recovery.checks import Finding, Verdict


@dataclass(frozen=True, kw_only=True)
class Proof:
    """PASS: the content was read and is what it should be. UNKNOWN: it could not be read, or nothing says what it should be."""

    verdict: Verdict
    said: str
    records: int | None = None
    """Rows, items, objects; None when they could not be counted."""
    checksum: str = ""
    latest: datetime | None = None
    """Of the newest record, where records say when they were made."""
    facts: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "said": self.said,
            "records": self.records,
            "checksum": self.checksum,
            "latestRecord": self.latest.isoformat() if self.latest else None,
            **self.facts,
        }


def finding(label: str, document: dict[str, Any]) -> Finding:
    """What a step recorded, as a check that decides."""
    return Finding(check=f"content of {label}", verdict=Verdict(document["verdict"]), said=str(document["said"]))


def digest(parts: Iterable[Any]) -> str:
    """SHA-256 over values in any order: each is hashed by itself, and the sum of the hashes is what counts."""
    total = 0
    for part in parts:
        total += int.from_bytes(hashlib.sha256(canonical(part)).digest())
    return f"{total % 2**256:064x}"


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"bytes": value.hex()}
    return sorted(value) if isinstance(value, set) else str(value)
