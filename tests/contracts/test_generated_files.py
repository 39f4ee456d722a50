"""What is generated from the code is what the code says now; and every component says what its page needs."""

from __future__ import annotations

import dataclasses
import json

import pytest

from automation.evidence import model
from components.configuration import schema
from components.configuration.load import KEYS
from tools import component_pages
from tools.component_pages import Component

COMPONENTS = component_pages.components()


def test_the_schema_for_editors_is_current_and_knows_every_key() -> None:
    assert schema.FILE.read_text() == schema.text(), "write it anew: make docs"
    assert all(f"securecart:{key}" in json.dumps(json.loads(schema.text())) for key in KEYS)


def test_the_schema_of_evidence_is_current() -> None:
    assert model.FILE.read_text() == model.text(), "write it anew: make docs"


def test_the_pages_are_current() -> None:
    texts = component_pages.written()
    assert {path.name for path in component_pages.PAGES.glob("*.md")} == {path.name for path in texts}
    stale = [path.name for path, text in texts.items() if path.read_text() != text]
    assert not stale, "write them anew: make docs"


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.cls.__name__)
def test_a_component_says_what_it_makes_and_gives(component: Component) -> None:
    parts = component_pages.sections(component)
    assert parts[""], "what it is"
    assert parts.get("Produces the following resources")
    assert parts.get("Outputs")
    for field in dataclasses.fields(component_pages.arguments_of(component)):
        assert f"| `{field.name}` |" in component_pages.page(component)
