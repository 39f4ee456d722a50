"""Findings that do not block, in a few lines: each rule is told once, however many resources it speaks of. --json has all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automation.events import Violation

# What the pack cannot judge before the update; there it judges it, and blocks if need be.
_UNDETERMINED = "undetermined: "
_MESSAGES_SHOWN = 10
_RESOURCES_SHOWN = 6


def advisory_lines(found: Iterable[Violation]) -> list[str]:
    """The lines, without an end; none when nothing was found."""
    by_rule: dict[tuple[str, str], dict[str, list[str]]] = {}
    later: dict[str, int] = {}
    for violation in found:
        if _UNDETERMINED in violation.message:
            later[violation.policy] = later.get(violation.policy, 0) + 1
        else:
            messages = by_rule.setdefault((violation.level, violation.policy), {})
            messages.setdefault(violation.message, []).append(violation.resource)
    lines = [line for (level, rule), messages in by_rule.items() for line in _of_rule(level, rule, messages)]
    if later:
        count = sum(later.values())
        noun = "question is" if count == 1 else "questions are"
        lines.append(f"  [advisory] {count} {noun} open until the update, which judges them: {', '.join(later)}")
    return lines


def _of_rule(level: str, rule: str, messages: dict[str, list[str]]) -> list[str]:
    # The first line of a message is the rule's own title, the same in all.
    title = next(iter(messages)).partition("\n")[0]
    lines = [f"  [{level}] {rule}: {title}"]
    for message, resources in list(messages.items())[:_MESSAGES_SHOWN]:
        lines += [f"    {line}" for line in message.splitlines()[1:]]
        lines += [f"      {_listed([resource or 'the whole stack' for resource in resources])}"]
    more = len(messages) - _MESSAGES_SHOWN
    return [*lines, f"    and {more} more; --json lists each"] if more > 0 else lines


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _RESOURCES_SHOWN
    return ", ".join(names[:_RESOURCES_SHOWN]) + (f" and {more} more" if more > 0 else "")
