"""IAM policy documents, given as JSON text or as an object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from resilience_policies.reading import UNKNOWN, Reading, Unknown


@dataclass(frozen=True)
class Statement:
    """One statement; lists are lists even where IAM allows a single text."""

    effect: str
    everyone: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    # Operators of its conditions, for instance ArnNotLike.
    operators: tuple[str, ...]

    def denies(self, action: str) -> bool:
        """True when nobody may do this on anything; principals that are exempt by name may be left out of it."""
        only_exempts = all(operator.startswith(("ArnNot", "StringNot")) for operator in self.operators)
        covers = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)
        return self.effect == "Deny" and self.everyone and covers and only_exempts and "*" in self.resources


def statements(policy: object) -> tuple[Statement, ...] | Unknown | None:
    """The statements of a policy as `Reading.raw` gave it; None when it is not given or cannot be read."""
    if policy is UNKNOWN:
        return Unknown.VALUE
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return None
    if not isinstance(policy, Mapping):
        return None
    blocks = Reading(policy).blocks("Statement")
    return UNKNOWN if blocks.has_unknown else tuple(_statement(block) for block in blocks.known)


def _statement(block: Reading) -> Statement:
    principal = block.raw("Principal")
    named = tuple(_texts(block.raw("Principal", "AWS"))) if isinstance(principal, Mapping) else tuple(_texts(principal))
    conditions = block.raw("Condition")
    return Statement(
        effect=str(block.raw("Effect")),
        everyone="*" in named,
        actions=tuple(_texts(block.raw("Action"))),
        resources=tuple(_texts(block.raw("Resource"))),
        operators=tuple(conditions) if isinstance(conditions, Mapping) else (),
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Sequence):
        yield from (item for item in value if isinstance(item, str))
