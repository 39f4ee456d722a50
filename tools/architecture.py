"""The picture of the estate, from what was really deployed: components and what flows between them, as Mermaid.

`python -m tools.architecture` reads the states of both stacks on the local cloud (`make up` first) and writes docs/estate.md.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automation import local, stacks

STACKS = ("prod", "dr")
PAGE = Path(__file__).resolve().parent.parent / "docs" / "estate.md"
_TIERS = ("PrimaryTier", "SecondaryTier")


def page(states: Mapping[str, list[dict[str, Any]]]) -> str:
    """The page for the resources of each stack, by the stack's name."""
    lines = [
        "# The estate as it is deployed",
        "",
        "Generated from the state of both stacks on the local cloud: `make docs`. A box is a kind of component with how many",
        "of it there are and how many resources they hold; an arrow says that one reads what another made.",
        "",
    ]
    for stack, resources in states.items():
        lines += [f"## {stack}", "", "```mermaid", *_graph(resources), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _graph(resources: list[dict[str, Any]]) -> list[str]:
    by_urn = {resource["urn"]: resource for resource in resources}
    owner = {urn: _component(urn, by_urn) for urn in by_urn}
    count = Counter(_kind(urn) for urn, r in by_urn.items() if r["type"].startswith("securecart:"))
    held = Counter(_kind(owner[urn]) for urn, r in by_urn.items() if r["type"].startswith("aws:") and owner[urn])
    arrows: set[tuple[str, str]] = set()
    for urn, resource in by_urn.items():
        for needed in resource.get("dependencies") or ():
            here, there = owner[urn], owner.get(needed, "")
            if here and there and _kind(here) != _kind(there):
                arrows.add((_kind(there), _kind(here)))
    boxes = [
        f'  {kind}["{_words(kind)}{f" x {number}" if number > 1 else ""}<br/>{held[kind]} resources"]'
        for kind, number in sorted(count.items())
        if kind not in _TIERS and held[kind]
    ]
    shown = {kind for kind in count if kind not in _TIERS and held[kind]}
    return ["flowchart LR", *boxes, *(f"  {a} --> {b}" for a, b in sorted(arrows) if {a, b} <= shown)]


def _component(urn: str, by_urn: Mapping[str, dict[str, Any]]) -> str:
    """The component that a resource belongs to, itself where it is one."""
    while urn and not by_urn[urn]["type"].startswith("securecart:"):
        urn = by_urn[urn].get("parent", "")
    return urn


def _kind(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1].rsplit(":", 1)[-1] if urn else ""


def _words(kind: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", kind).lower()


def main() -> None:
    workspace = local.workspace(print, None)
    states = {stack: stacks.resources(workspace, stack) for stack in STACKS}
    if not all(states.values()):
        sys.exit("the local cloud holds no estate to draw. Run: make up")
    PAGE.write_text(page(states))


if __name__ == "__main__":
    main()
