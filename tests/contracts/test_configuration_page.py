"""docs/configuration.md says what the settings are, all of them, as they are now."""

from __future__ import annotations

import re

import pytest

from components.configuration.examples import EXAMPLES
from components.configuration.load import KEYS
from tools.configuration_page import PAGE, page, settings_paths


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tools.configuration_page"


def test_every_setting_has_a_row_with_its_type_and_default() -> None:
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in page().splitlines() if line.startswith("| `")]
    assert {row[0].strip(" `") for row in rows} == {path.rsplit(".", 1)[-1] for path in settings_paths()}
    for row in rows:
        assert len(row) == 5, row
        assert all(cell.strip() for cell in row[:3]), row


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("databases.<name>.backupRetentionDays", "| `backupRetentionDays` | whole number | `14` | 7 to 35 days (SecureCart row 1;"),
        ("backup.rules.<name>.copyRetentionDays", "| `copyRetentionDays` | whole number | none | 1 to 36500 days (AWS Backup"),
        ("watch.subscribers[].protocol", "| `protocol` | one of | required | `email`,"),
        ("objectives", "| `objectives` | [Objectives](#objectives) | required |"),
    ],
)  # fmt: skip
def test_a_row_gives_default_and_range_with_its_source(path: str, row: str) -> None:
    assert path in settings_paths()
    assert any(line.startswith(row) for line in page().splitlines())


def test_every_link_has_its_heading() -> None:
    text = page()
    headings = {line.removeprefix("## ").lower() for line in text.splitlines() if line.startswith("## ")}
    assert set(re.findall(r"\(#([a-z]+)\)", text)) <= headings


def test_each_top_level_setting_is_shown_as_yaml() -> None:
    assert EXAMPLES.keys() == set(KEYS)
    assert all(example in page() for example in EXAMPLES.values())
