"""COMPLIANCE.md: which rule is evidence for which control, read from the rules' tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from resilience_policies.rule import Rule

# Tag prefix -> what people call it, in the order of the columns.
FRAMEWORKS: Final = {
    "nist-800-53r5": "NIST SP 800-53 Rev. 5",
    "pci-dss-4.0": "PCI DSS 4.0",
    "gdpr": "GDPR",
    "cis-aws-5.0": "CIS AWS 5.0",
    "iso-27001-2022": "ISO/IEC 27001:2022",
    "security-hub": "AWS Security Hub",
    "backup-audit-manager": "AWS Backup Audit Manager",
    "checkov": "checkov",
}


def controls(rule: Rule, framework: str) -> tuple[str, ...]:
    """The controls of a framework that the rule is evidence for."""
    pairs = (tag.partition(":") for tag in rule.tags)
    return tuple(control for name, _, control in pairs if name == framework)


def lines(rules: Iterable[Rule], generated: str) -> Iterator[str]:
    """The document: one row a rule, then one table a framework."""
    rules = tuple(rules)
    yield from ("# Compliance", "", generated, "")
    yield "A rule is evidence that a control is kept where the rule looks, not that a standard is met as a whole."
    yield from ("", "## By rule", "")
    yield "| Rule | " + " | ".join(FRAMEWORKS.values()) + " |"
    yield "|---|" + "---|" * len(FRAMEWORKS)
    for rule in rules:
        cells = (", ".join(controls(rule, framework)) for framework in FRAMEWORKS)
        yield f"| [`{rule.id}`](docs/{rule.id}.md) | " + " | ".join(cells) + " |"
    for framework, name in FRAMEWORKS.items():
        yield from ("", f"## {name}", "", "| Control | Rules |", "|---|---|")
        found: dict[str, list[str]] = {}
        for rule in rules:
            for control in controls(rule, framework):
                found.setdefault(control, []).append(rule.id)
        for control in sorted(found, key=_in_order):
            yield f"| {control} | {', '.join(f'`{id_}`' for id_ in found[control])} |"


def _in_order(control: str) -> list[tuple[int, str]]:
    """`CP-9` before `CP-10`: numbers as numbers."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", control)]
