"""One error message for everything that is wrong with a configuration: key, value, what is allowed, what to write."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from components.configuration.examples import EXAMPLES
from components.configuration.schema import settings_schema

LONGEST_VALUE_CHARACTERS = 120


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing that is wrong: `path` below `securecart:`."""

    path: tuple[str, ...]
    reason: str
    value: str | None = None
    allowed: str | None = None


def message(mistakes: Sequence[Mistake]) -> str:
    """Every mistake, each with the YAML to write."""
    plural = "s" if len(mistakes) > 1 else ""
    lines = [f"SecureCart's configuration has {len(mistakes)} error{plural}; nothing was changed."]
    for mistake in mistakes:
        lines.append(f"  securecart:{'.'.join(mistake.path)}: {mistake.reason}")
        if mistake.value is not None:
            lines.append(f"      value:   {mistake.value}")
        if mistake.allowed:
            lines.append(f"      allowed: {mistake.allowed}")
        if mistake.path and mistake.path[0] in EXAMPLES:
            lines.append(f"      write:   {EXAMPLES[mistake.path[0]]}")
    return "\n".join(lines)


def of_model(error: ErrorDetails) -> Mistake:
    """A mistake that pydantic found."""
    path = tuple(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "missing":
        return Mistake(path=path, reason="is missing")
    if error["type"] == "extra_forbidden":
        known = sorted(_schema_at(path[:-1]).get("properties", {}))
        return Mistake(
            path=path, reason="is not a setting", value=_shown(error["input"]), allowed=_near(path[-1], known)
        )
    reason = error["msg"].removeprefix("Value error, ")
    # A rule over several fields names their values itself.
    value = None if error["type"] == "value_error" else _shown(error["input"])
    return Mistake(path=path, reason=reason, value=value, allowed=_allowed(error, path))


def unknown(key: str, known: Sequence[str]) -> Mistake:
    """A key of the namespace that is no setting: the engine would ignore it in silence."""
    return Mistake(path=(key,), reason="is not a setting", allowed=_near(key, sorted(known)))


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return ", ".join(known) + (f"; did you mean {near[0]}?" if near else "")


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE_CHARACTERS else text[: LONGEST_VALUE_CHARACTERS - 3] + "..."


def _allowed(error: ErrorDetails, path: tuple[str, ...]) -> str | None:
    schema = _schema_at(path)
    if "allowed" in schema:
        return str(schema["allowed"])
    context = error.get("ctx", {})
    return str(context.get("expected") or context.get("pattern") or "") or None


def _schema_at(path: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of the setting at `path`, an empty one where the path leaves the schema."""
    root = settings_schema()
    node: dict[str, Any] = root
    for part in path:
        node = _resolve(node, root)
        node = node.get("properties", {}).get(part) or _entry_schema(node)
    return _resolve(node, root)


def _entry_schema(node: dict[str, Any]) -> dict[str, Any]:
    """The schema of a map's values, whether its keys are free (additionalProperties) or follow a pattern."""
    entries = list(node.get("patternProperties", {}).values())
    found = entries[0] if entries else node.get("additionalProperties", {})
    return found if isinstance(found, dict) else {}


def _resolve(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follows a reference, also one among alternatives (`X | None`)."""
    for kind in (node, *node.get("anyOf", [])):
        if reference := kind.get("$ref"):
            return dict(root["$defs"][reference.rsplit("/", 1)[1]]) | {k: v for k, v in node.items() if k == "allowed"}
    return node
