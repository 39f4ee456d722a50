"""What two runs of one program differ by, as a preview would list it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.program import Program, Registered

Key = tuple[str, str]


@dataclass(frozen=True)
class Changes:
    """Resources by type and name; changed inputs by type, name and property."""

    added: frozenset[Key]
    removed: frozenset[Key]
    changed: frozenset[tuple[str, str, str]]


def changes(before: Program, after: Program) -> Changes:
    """Compares the registrations of AWS resources; the order in which they arrived says nothing."""
    old, new = _by_key(before), _by_key(after)
    return Changes(
        added=frozenset(new.keys() - old.keys()),
        removed=frozenset(old.keys() - new.keys()),
        changed=frozenset(
            (*key, name)
            for key in old.keys() & new.keys()
            for name in old[key].inputs.keys() | new[key].inputs.keys()
            if old[key].inputs.get(name) != new[key].inputs.get(name)
        ),
    )


def _by_key(recorded: Program) -> dict[Key, Registered]:
    return {(r.type, r.name): r for r in recorded.resources if r.custom}
