"""Nested property values <-> botocore shapes, in both directions and without a table per property.

Pulumi names members in camelCase and renders an AWS structure sometimes as a list of one; botocore's model knows the
members of each shape. What cannot be placed is an error that names it: nothing is dropped in silence.
"""

from __future__ import annotations

import re
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
    return value


def _structure(value: Any, shape: Any, path: str) -> dict[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else {}
    out: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        member = _member(key, shape.members)
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


def _member(key: str, members: Any) -> str | None:
    """The member that a camelCase key means; Pulumi may say singular where the API says plural, and the other way round."""
    by_name = {member.lower(): member for member in members}
    for candidate in (key.lower(), key.lower() + "s", key.lower().removesuffix("s")):
        if candidate in by_name:
            return str(by_name[candidate])
    return None


def from_api(value: Any, like: Any) -> Any:
    """An API answer in the form of `like`, the value that the program last gave.

    Members that the program did not mention are left out, as they are AWS's defaults; where `like` is None (an import),
    all are kept.
    """
    if isinstance(value, list):
        return _list_like(value, like)
    if isinstance(value, dict):
        return _dict_like(value, like)
    return value


def _list_like(value: list[Any], like: Any) -> Any:
    if isinstance(like, dict):
        if value and all(isinstance(item, dict) and set(item) >= {"Key", "Value"} for item in value):
            return {item["Key"]: item["Value"] for item in value}
        return from_api(value[0], like) if value else {}
    if isinstance(like, list):
        return [from_api(item, like[min(index, len(like) - 1)] if like else None) for index, item in enumerate(value)]
    if like is None:
        return [from_api(item, None) for item in value]
    return value[0] if value else None


def _camel(member: str) -> str:
    """The SDK's name of a member: SSEAlgorithm is sseAlgorithm, ReplicaKmsKeyID is replicaKmsKeyId."""
    head = re.match(r"[A-Z]+(?![a-z])|[A-Z]", member)
    first = head.group() if head else ""
    rest = re.sub(r"ID$", "Id", member[len(first) :])
    return first.lower() + rest


def _dict_like(value: dict[str, Any], like: Any) -> Any:
    if isinstance(like, list):
        return [_dict_like(value, like[0] if like else None)]
    if not isinstance(like, dict):
        return {_camel(key): from_api(item, None) for key, item in value.items()}
    out: dict[str, Any] = {}
    for key, wanted in like.items():
        member = _member(key, value)
        if member is not None:
            out[key] = from_api(value[member], wanted)
    return out
