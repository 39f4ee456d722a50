"""The pack's documents say what its rules say now; its examples are configurations that it takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from resilience_policies import check_config, compliance, docs
from resilience_policies.registry import RULES
from tests.policy.pack import PACK

EXAMPLES = sorted((PACK / "examples").glob("*.json"))


def test_the_documents_are_current() -> None:
    documents = docs.written()
    stale = [path.name for path, text in documents.items() if not path.is_file() or path.read_text("utf-8") != text]
    assert not stale, "run `python -m resilience_policies.docs` in policy/"
    assert set(docs.PAGES.glob("*.md")) == {path for path in documents if path.parent == docs.PAGES}


def test_every_tag_belongs_to_a_framework_of_the_matrix() -> None:
    for rule in RULES:
        assert {tag.partition(":")[0] for tag in rule.tags} <= set(compliance.FRAMEWORKS), rule.id
        assert all(re.fullmatch(r"[a-z0-9.-]+:\S+", tag) for tag in rule.tags), rule.id


def test_the_matrix_lists_each_control_of_each_rule() -> None:
    text = docs.written()[PACK / "COMPLIANCE.md"]
    assert "| CP-9 | " in text
    for rule in RULES:
        for framework in compliance.FRAMEWORKS:
            for control in compliance.controls(rule, framework):
                assert re.search(rf"^\| {re.escape(control)} \| .*`{rule.id}`", text, re.MULTILINE), (rule.id, control)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_example_of_a_page_is_a_configuration_that_the_checker_takes(rule: docs.Rule, tmp_path: Path) -> None:
    page = docs.written()[docs.PAGES / f"{rule.id}.md"]
    (example,) = re.findall(r"```json\n(.*?)\n```", page, re.DOTALL)
    file = tmp_path / "config.json"
    file.write_text(example)
    assert check_config.check(file) == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_has_no_faults(example: Path) -> None:
    assert check_config.check(example) == ()


def test_the_readme_names_every_example_and_shows_only_configurations_that_are_taken(tmp_path: Path) -> None:
    readme = (PACK / "README.md").read_text()
    assert EXAMPLES
    assert all(f"examples/{example.name}" in readme for example in EXAMPLES)
    shown = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    assert len(shown) >= 3
    for number, text in enumerate(shown):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(json.loads(text)))
        assert check_config.check(file) == ()
