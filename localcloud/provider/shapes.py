"""Nested property values <-> botocore shapes, in both directions and without a table per property.

Pulumi names members in camelCase and renders an AWS structure sometimes as a list of one; botocore's model knows the members
of each shape, schema.json those of each property. What cannot be placed is an error that names it: nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import Shape


class UnplacedPropertyError(ValueError):
    """A nested property that the API's shape does not have."""


def to_api(value: Any, shape: Shape, path: str = "") -> Any:
    """`value` as the API's `shape` wants it. Raises UnplacedPropertyError with the path of what has no place."""
    if shape.type_name == "structure":
        return _structure(value, shape, path)
    if shape.type_name == "list":
        return _list(value, shape, path)
    if shape.type_name == "boolean" and isinstance(value, str):
        return value == "true"  # the SDK spells some switches as text, so that they can be left out
    return value


def _structure(value: Any, shape: Any, path: str) -> dict[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else {}
    out: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        member = member_of(key, shape.members)
        if member is None:
            raise UnplacedPropertyError(
                f"{path}{key}: the local cloud cannot place it in {shape.name} ({', '.join(shape.members)})"
            )
        out[member] = to_api(item, shape.members[member], f"{path}{key}.")
    return out


def _list(value: Any, shape: Any, path: str) -> list[Any]:
    members = getattr(shape.member, "members", {})
    if isinstance(value, dict) and {"Key", "Value"} <= set(members):
        return [{"Key": key, "Value": text} for key, text in sorted(value.items())]
    items = value if isinstance(value, list) else [value]
    return [to_api(item, shape.member, f"{path}{index}.") for index, item in enumerate(items)]


def member_of(key: str, members: Iterable[str]) -> str | None:
    """The member that a camelCase key means; Pulumi may say singular where the API says plural, and the other way round."""
    by_name = {member.lower(): member for member in members}
    for candidate in (key.lower(), key.lower() + "s", key.lower().removesuffix("s")):
        if candidate in by_name:
            return by_name[candidate]
    return None


def from_api(value: Any, kind: Any, like: Any, defaults: Mapping[str, Any]) -> Any:
    """An API answer as the property of `kind` (an entry of schema.json).

    `like` is what the program last gave: a member that it did not mention is left out where it is empty, or what AWS fills in
    by itself (`defaults`, by name of the member). Everything else is kept, so that a change made by hand is seen. Without
    `like`, in an import, what is empty is kept as well.
    """
    return _from_api(value, kind, like, (defaults, like is None))


def _from_api(value: Any, kind: Any, like: Any, choice: tuple[Mapping[str, Any], bool]) -> Any:
    if isinstance(kind, str):
        one = (value[0] if value else None) if isinstance(value, list) else value
        return str(one).lower() if kind == "string" and isinstance(one, bool) else one
    if "list" in kind:
        items = value if isinstance(value, list) else [value]
        return [_from_api(item, kind["list"], _at(like, index), choice) for index, item in enumerate(items)]
    if "map" in kind:
        return {item["Key"]: item["Value"] for item in value} if isinstance(value, list) else value
    if isinstance(value, list):
        value = value[0] if value else {}
    out: dict[str, Any] = {}
    given = like if isinstance(like, dict) else {}
    for key, inner in kind["members"].items():
        member = member_of(key, value)
        if member is None or (member.lower() != key.lower() and member_of(member, set(kind["members"]) - {key})):
            continue  # absent, or another property's: resourceTypes is not resourceType
        found = _from_api(value[member], inner, given.get(key), choice)
        defaults, importing = choice
        if key in given or not (found == defaults.get(key) or (_is_empty(found) and not importing)):
            out[key] = found
    return out


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_empty, value.values()))
    return all(map(_is_empty, value)) if isinstance(value, list) else value in (None, "")


def _at(like: Any, index: int) -> Any:
    return like[index] if isinstance(like, list) and index < len(like) else None
