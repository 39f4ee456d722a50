"""One table row of a resource rule's test: what is registered, and what the rule must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resilience_policies.registry import RULES
from tests.policy.pack import PRIMARY, Diagnostic, Pack, Registration

PASS = ""
UNDETERMINED = "undetermined: "
LEVELS = {rule.id: rule.level for rule in RULES}


@dataclass(frozen=True)
class Case:
    """`says` is PASS, UNDETERMINED (advisory), or a part of the one message, which has the rule's own level."""

    title: str
    type: str
    inputs: Mapping[str, Any]
    says: str
    region: str | None = PRIMARY

    def __str__(self) -> str:
        return self.title


def of_rule(found: list[Diagnostic], rule: str) -> list[Diagnostic]:
    return [diagnostic for diagnostic in found if diagnostic.rule == rule]


def check(pack: Pack, rule: str, case: Case) -> None:
    """Judges the one resource and compares what this rule answered."""
    found = of_rule(pack.judge(Registration(case.type, "it", case.inputs, case.region)), rule)
    assert len(found) == (case.says != PASS), found
    for diagnostic in found:
        assert case.says in diagnostic.message
        assert diagnostic.mandatory == (case.says != UNDETERMINED and LEVELS[rule] == "mandatory")
        assert diagnostic.resource == "it"
        assert ".0 " not in diagnostic.message
        assert case.says == UNDETERMINED or "Write: " in diagnostic.message
