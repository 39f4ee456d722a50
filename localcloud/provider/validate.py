"""Judges a resource's inputs before anything is created: what is unknown, missing, of the wrong kind, or refused by AWS."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.rules import RULES
from localcloud.provider.schema import schema

# Understood for every type.
COMMON = frozenset({"region", "tags"})
_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "list": list,
    "object": dict,
}


@dataclass(frozen=True)
class Failure:
    """One reason why the inputs are refused."""

    property: str
    reason: str


def failures(token: str, inputs: Props) -> list[Failure]:
    """Everything that is wrong with the inputs of a type; empty when they may be deployed."""
    known = TYPES.get(token)
    if known is None:
        return [
            Failure(
                "", f"{token} is not provided by the local cloud; it provides {len(TYPES)} types (docs/local-cloud.md)"
            )
        ]
    declared = schema()[token]
    supported = known.modelled | known.state_only | COMMON
    return [
        *_unknown(inputs, declared["inputs"], supported),
        *(Failure(key, "is required") for key in declared["required"] if inputs.get(key) is None),
        *_wrong_kind(inputs, declared["inputs"]),
        *_refused_by_aws(token, inputs),
    ]


def _unknown(inputs: Props, declared: dict[str, str], supported: frozenset[str]) -> Iterator[Failure]:
    for key, value in inputs.items():
        if key.startswith("__"):
            continue
        if key not in declared:
            near = difflib.get_close_matches(key, declared, n=1)
            yield Failure(key, "is not a property of this type" + (f"; did you mean {near[0]}?" if near else ""))
        elif key not in supported and value is not None:
            yield Failure(
                key, "is a property of AWS that the local cloud does not model; it is refused rather than dropped"
            )


def _wrong_kind(inputs: Props, declared: dict[str, str]) -> Iterator[Failure]:
    for key, value in inputs.items():
        wanted = declared.get(key)
        if wanted is None or value is None or value == UNKNOWN:
            continue
        if not isinstance(value, _KINDS[wanted]) or (wanted in ("integer", "number") and isinstance(value, bool)):
            yield Failure(key, f"must be of kind {wanted}")


def _refused_by_aws(token: str, inputs: Props) -> Iterator[Failure]:
    known = without_unknowns(inputs)
    for rule in RULES:
        if rule.type_token == token:
            reason = rule.check(known)
            if reason is not None:
                yield Failure(rule.property, f"{reason} ({rule.source})")


def without_unknowns(value: Any) -> Any:
    """The value with what is not known yet left out. A structure keeps the key of an unknown text, so that its presence counts."""
    if isinstance(value, dict):
        return {key: (item if item == UNKNOWN and isinstance(key, str) and key.endswith(("Id", "Arn")) else without_unknowns(item))
                for key, item in value.items() if item != UNKNOWN or key.endswith(("Id", "Arn"))}  # fmt: skip
    if isinstance(value, list):
        return [without_unknowns(item) for item in value if item != UNKNOWN]
    return value
