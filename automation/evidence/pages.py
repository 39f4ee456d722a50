"""Pages from templates: one self-contained HTML file each, everything that was written by people or AWS escaped."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.evidence import timeline as geometry

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **content: Any) -> str:
    """The page of a template. Raises jinja2.UndefinedError for a name that nobody gave: no page has a silent gap."""
    return _environment().get_template(template).render(**content)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  only a page needs it

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["plain"] = lambda value: json.dumps(value, indent=2, sort_keys=True, default=str)
    made.globals.update(
        clock=geometry.clock, width=geometry.WIDTH, label_width=geometry.LABEL_WIDTH, row=geometry.ROW, top=geometry.TOP
    )
    return made
