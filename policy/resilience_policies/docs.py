"""Writes RULES.md, COMPLIANCE.md and docs/<rule>.md from the registry: `python -m resilience_policies.docs`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from resilience_policies import compliance
from resilience_policies.registry import RULES
from resilience_policies.rule import BY_DATA_CLASS, PACK_SERVICE, ResourceRule, Rule, Setting, StackRule

PACK = Path(__file__).parents[1]
PAGES = PACK / "docs"
_GENERATED = "Generated from the registry by `python -m resilience_policies.docs`; do not edit."


def written() -> Mapping[Path, str]:
    """Every generated document, by its file."""
    pages = {PAGES / f"{rule.id}.md": _text(_page(rule)) for rule in RULES}
    return {
        PACK / "RULES.md": _text(_rules()),
        PACK / "COMPLIANCE.md": _text(compliance.lines(RULES, _GENERATED)),
        **pages,
    }


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _rules() -> Iterator[str]:
    yield from ("# Rules", "", _GENERATED, "")
    yield from (f"{len(RULES)} rules. `remediate` marks those that the pack can mend in place, when asked to.", "")
    yield from ("| Rule | Service | Level | Severity | Judges | Requires |", "|---|---|---|---|---|---|")
    for rule in RULES:
        level = f"{rule.level}, `remediate`" if _mends(rule) else rule.level
        link = f"[`{rule.id}`](docs/{rule.id}.md)"
        yield f"| {link} | {rule.service} | {level} | {rule.severity.value} | {_scope(rule)} | {rule.title} |"


def _page(rule: Rule) -> Iterator[str]:
    yield from (f"# {rule.id}", "", _GENERATED, "", f"**{rule.title}** {rule.why}", "")
    yield from ("| Service | Level | Severity | Judges |", "|---|---|---|---|")
    yield from (f"| {rule.service} | {rule.level} | {rule.severity.value} | {_judges(rule)} |", "")
    # Not marked as Python: the fixes are arguments, which a formatter of documents would take for statements.
    yield from ("## Write", "", "```text", rule.fix, "```", "")
    if _mends(rule):
        yield from ("At the level `remediate` the pack does this itself, in place, before the deployment.", "")
    yield from ("## Configure", "")
    if rule.settings:
        yield from ("| Key | Default | Allowed | Meaning |", "|---|---|---|---|")
        yield from (f"| `{s.key}` | `{_default(s)}` | {_allowed(s)} | {s.about} |" for s in rule.settings)
        if rule.by_class:
            keys = ", ".join(f"`{setting.key}`" for setting in rule.by_class)
            yield f"| `{BY_DATA_CLASS}` | `{{}}` | data class: {{{keys}}} | Other numbers for the resources of a data class. |"
        yield ""
    yield from ("```json", json.dumps({rule.id: _example(rule)}), "```", "")
    if rule.service != PACK_SERVICE:
        waiver = f"`policy-waiver/{rule.id}` = `expires=YYYY-MM-DD owner=TEAM reason=WHY`"
        yield from (f"One resource only: a waiver in the configuration, or the tag {waiver}.", "")
    yield from ("## Looks at", "", ", ".join(f"`{type_}`" for type_ in sorted(rule.types)) + ".", "")
    yield from ("## Controls", "", ", ".join(f"`{tag}`" for tag in rule.tags) + ".")


def _mends(rule: Rule) -> bool:
    return isinstance(rule, ResourceRule) and rule.remedy is not None


def _scope(rule: Rule) -> str:
    return "stack" if isinstance(rule, StackRule) else "resource"


def _judges(rule: Rule) -> str:
    return "the stack, after its resources" if isinstance(rule, StackRule) else "each resource by itself"


def _example(rule: Rule) -> dict[str, object]:
    """A configuration that the checker takes: another level, and each setting at its default."""
    level = {"mandatory": "advisory"}.get(rule.level, "mandatory")
    if rule.listing:
        level = "disabled"
    return {"enforcementLevel": level, **{s.key: s.default for s in rule.settings}}


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


def main() -> None:
    PAGES.mkdir(exist_ok=True)
    documents = written()
    for stale in set(PAGES.glob("*.md")) - set(documents):
        stale.unlink()
    for path, text in documents.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
