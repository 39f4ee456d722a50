"""Writes RULES.md from the registry: `python -m resilience_policies.docs` in the pack's directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from resilience_policies.registry import RULES
from resilience_policies.rule import BY_DATA_CLASS, ResourceRule, Rule, Setting, StackRule

RULES_FILE = Path(__file__).parents[1] / "RULES.md"


def rules_markdown() -> str:
    """The whole document."""
    lines = [
        "# Rules",
        "",
        "Generated from the registry by `python -m resilience_policies.docs`; do not edit.",
        "",
        "| Rule | Service | Level | Severity | Judges | Requires |",
        "|---|---|---|---|---|---|",
        *(_row(rule) for rule in RULES),
        "",
        *(line for rule in RULES for line in _section(rule)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _row(rule: Rule) -> str:
    scope = "stack" if isinstance(rule, StackRule) else "resource"
    return f"| `{rule.id}` | {rule.service} | {rule.level} | {rule.severity.value} | {scope} | {rule.title} |"


def _section(rule: Rule) -> Iterator[str]:
    # Not marked as Python: the fixes are arguments, which a formatter of documents would take for statements.
    yield from (f"## {rule.id}", "", f"{rule.title} {rule.why}", "", "Write:", "", "```text", rule.fix, "```", "")
    if rule.settings:
        yield from ("| Setting | Default | Allowed | Meaning |", "|---|---|---|---|")
        yield from (f"| `{s.key}` | `{_default(s)}` | {_allowed(s)} | {s.about} |" for s in rule.settings)
        if rule.by_class:
            keys = ", ".join(f"`{setting.key}`" for setting in rule.by_class)
            yield f"| `{BY_DATA_CLASS}` | `{{}}` | data class: {{{keys}}} | Other numbers for the resources of a data class. |"
        yield ""
    if isinstance(rule, ResourceRule) and rule.remedy is not None:
        yield from ("Can be mended by the pack, at the level `remediate`.", "")
    yield from ("Looks at: " + ", ".join(f"`{type_}`" for type_ in sorted(rule.types)) + ".", "")
    yield from ("Controls: " + ", ".join(rule.tags) + ".", "")


def _default(setting: Setting) -> str:
    return json.dumps(list(setting.default) if isinstance(setting.default, tuple) else setting.default)


def _allowed(setting: Setting) -> str:
    if setting.minimum is not None and setting.maximum is not None:
        return f"{setting.minimum} to {setting.maximum}"
    return {
        "integer": "a whole number",
        "boolean": "true or false",
        "text": "a text",
        "array": "a list of texts",
        "objects": "a list of objects",
    }[setting.kind]


if __name__ == "__main__":
    RULES_FILE.write_text(rules_markdown(), encoding="utf-8")
