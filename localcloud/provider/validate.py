"""Judges a resource's inputs before anything is created: what is unknown, missing, of the wrong kind, or refused by AWS."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from localcloud.provider.catalog import TYPES
from localcloud.provider.checks import tag_reasons
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.limits import SOURCES, limits
from localcloud.provider.limits import reason as limit_reason
from localcloud.provider.resource import ResourceType
from localcloud.provider.rules import RULES
from localcloud.provider.schema import schema

# Understood for every type.
COMMON = frozenset({"region", "tags"})
_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "list": list,
    "object": dict,
}
_NOT_MODELLED = "is a property of AWS that the local cloud does not model; it is refused rather than dropped"


@dataclass(frozen=True)
class Failure:
    """One reason why the inputs are refused. `property` is a path: `rules[0].lifecycle.deleteAfter`."""

    property: str
    reason: str


def failures(token: str, inputs: Props) -> list[Failure]:
    """Everything that is wrong with the inputs of a type; empty when they may be deployed.

    What is not known yet is given the benefit of the doubt: the engine asks again when it is.
    """
    known = TYPES.get(token)
    if known is None:
        return [
            Failure(
                "", f"{token} is not provided by the local cloud; it provides {len(TYPES)} types (docs/local-cloud.md)"
            )
        ]
    given = {key: value for key, value in inputs.items() if not key.startswith("__")}
    wrong = list(_misfits(given, schema()[token], _Place("", "", known)))
    return wrong + list(_refused_by_aws(token, known, given, wrong))


@dataclass(frozen=True)
class _Place:
    """Where in the inputs: `path` as a person reads it, `members` without list indexes, as `not_modelled` has it."""

    path: str
    members: str
    type: ResourceType

    def member(self, name: str) -> _Place:
        return _Place(f"{self.path}.{name}".lstrip("."), f"{self.members}.{name}".lstrip("."), self.type)

    def item(self, index: object) -> _Place:
        return _Place(f"{self.path}[{index}]", self.members, self.type)

    def is_modelled(self) -> bool:
        if "." in self.members:
            return self.members not in self.type.not_modelled
        return self.members in self.type.modelled | self.type.state_only | COMMON


def _misfits(value: Any, kind: Any, place: _Place) -> Iterator[Failure]:
    if value is None or value == UNKNOWN:
        return
    name = kind if isinstance(kind, str) else "list" if "list" in kind else "object"
    if not isinstance(value, _KINDS[name]) or (name in ("integer", "number") and isinstance(value, bool)):
        yield Failure(place.path, f"must be of kind {name}")
    elif isinstance(kind, str):
        return
    elif "list" in kind:
        for index, item in enumerate(value):
            yield from _misfits(item, kind["list"], place.item(index))
    elif "map" in kind:
        for key, item in value.items():
            yield from _misfits(item, kind["map"], place.member(key))
    else:
        yield from _members(value, kind, place)


def _beyond_limits(value: Any, place: _Place) -> Iterator[Failure]:
    if value is None or value == UNKNOWN:
        return
    token = place.type.token
    limit = limits().get(token, {}).get(place.members)
    reason = limit_reason(limit, value) if limit else None
    if reason is not None:
        yield Failure(place.path, f"{reason} ({SOURCES[token].service} {SOURCES[token].shape})")
    if place.members in place.type.documents and not _is_json(value):
        yield Failure(place.path, "is not a JSON document")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _members(value: Props, kind: Any, place: _Place) -> Iterator[Failure]:
    for key in kind["required"]:
        if value.get(key) is None:
            yield Failure(place.member(key).path, "is required")
    for key, item in value.items():
        here = place.member(key)
        if key not in kind["members"]:
            near = difflib.get_close_matches(key, kind["members"], n=1)
            yield Failure(here.path, "is not a property of this type" + (f"; did you mean {near[0]}?" if near else ""))
        elif item is not None and not here.is_modelled():
            yield Failure(here.path, _NOT_MODELLED)
        else:
            wrong = list(_misfits(item, kind["members"][key], here))
            yield from wrong or _beyond_limits(item, here)


def _refused_by_aws(token: str, known: ResourceType, inputs: Props, wrong: list[Failure]) -> Iterator[Failure]:
    if known.taggable:
        yield from (Failure("tags", reason) for reason in tag_reasons(inputs))
    if wrong:
        return  # rules are written for values of the right kind
    for rule in RULES:
        if rule.type_token == token:
            reason = rule.check(inputs)
            if reason is not None:
                yield Failure(rule.property, f"{reason} ({rule.source})")
