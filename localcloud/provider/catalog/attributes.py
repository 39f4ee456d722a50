"""What several services have alike: tags as a difference, and attributes that travel as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context

# Input property -> (attribute of the API, its kind: str, int or bool).
Attributes = Mapping[str, tuple[str, type]]


def tag_changes(c: Context, old: Props, new: Props) -> tuple[list[str], dict[str, str]]:
    """(keys to remove, tags to write)."""
    wanted = c.all_tags(new)
    return [key for key in old.get("tagsAll") or {} if key not in wanted], wanted


def to_text(value: Any, kind: type) -> str:
    """A value as an attribute; what is left out resets the attribute."""
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return ""
    # Numbers of the protocol arrive as floats.
    return str(int(value)) if kind is int else str(value)


def given(attributes: Attributes, p: Props) -> dict[str, str]:
    """The attributes that the inputs name."""
    return {name: to_text(p[key], kind) for key, (name, kind) in attributes.items() if p.get(key) is not None}


def live(attributes: Attributes, found: Mapping[str, Any]) -> Props:
    """The properties behind the attributes that a service answered; empty ones are absent."""
    return {
        key: _from_text(found[name], kind)
        for key, (name, kind) in attributes.items()
        if found.get(name) not in (None, "", "{}")
    }


def _from_text(value: Any, kind: type) -> Any:
    if kind is bool:
        return str(value).lower() == "true"
    return kind(value)
