"""When two property values mean the same to AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import ResourceType


def same(kind: ResourceType, key: str, left: Any, right: Any) -> bool:
    """Whether a property is unchanged: documents by content, unordered lists by members, empty and default like absent."""
    if key in kind.documents:
        return bool(_parsed(left) == _parsed(right))
    if defaults := kind.member_defaults.get(key):
        left, right = _without(left, defaults), _without(right, defaults)
    if key in kind.unordered:
        return bool(_sorted(left) == _sorted(right))
    return bool(_pruned(left) == _pruned(right))


def changed_keys(kind: ResourceType, old: Props, new: Props) -> frozenset[str]:
    keys = {key for key in {*old, *new} if not key.startswith("__")}
    return frozenset(key for key in keys if not _unchanged(kind, key, old.get(key), new.get(key)))


def _unchanged(kind: ResourceType, key: str, old: Any, new: Any) -> bool:
    default = kind.defaults.get(key)
    old, new = default if old is None else old, default if new is None else new
    return (new is None and key in kind.kept) or same(kind, key, old, new)


def prefer(kind: ResourceType, given: Props, live: Props) -> Props:
    """The live values, each in the words of `given` where it means the same: a policy keeps its author's formatting."""
    return {
        key: given[key] if key in given and same(kind, key, given[key], value) else value for key, value in live.items()
    }


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return _policy(json.loads(value))
    except ValueError:
        return value


def _policy(value: Any) -> Any:
    """A list of one and its only member are the same in a policy, and the order of actions means nothing."""
    if isinstance(value, dict):
        return {key: _policy(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_policy(item) for item in value]
        if len(items) == 1 and isinstance(items[0], str):
            return items[0]
        return sorted(items, key=repr)
    return value


def _without(value: Any, defaults: Mapping[str, Any]) -> Any:
    """Without the members that say what is the case anyway."""
    if isinstance(value, dict):
        stated = {key: item for key, item in value.items() if key not in defaults or item != defaults[key]}
        return {key: _without(item, defaults) for key, item in stated.items()}
    if isinstance(value, list):
        return [_without(item, defaults) for item in value]
    return value


def _sorted(value: Any) -> Any:
    # Members of a structure come in any order.
    return sorted((_pruned(item) for item in value or []), key=lambda item: json.dumps(item, sort_keys=True))


def _pruned(value: Any) -> Any:
    """Without absent members; an empty collection is like none."""
    if isinstance(value, dict):
        kept = {key: _pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    if isinstance(value, list):
        return [_pruned(item) for item in value] or None
    return value
