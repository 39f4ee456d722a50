"""docs/coverage.md names every row, and nothing in it that is not there."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.support.program import REPO

ROWS = [line for line in (REPO / "docs" / "coverage.md").read_text().splitlines() if re.match(r"\| \d", line)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+)::(\w+)`", "\n".join(ROWS))))


@cache
def asserting(path: str) -> frozenset[str]:
    """Functions of a test's folder that can fail: they assert, expect a refusal, or call one that does. Read, not run."""
    files = [*(REPO / path).parent.glob("*.py"), *(REPO / "tests" / "support").glob("*.py")]
    made = {
        node.name: node
        for file in sorted(files, key=lambda file: file == REPO / path)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    found = {name for name, node in made.items() if any(isinstance(inner, ast.Assert) for inner in ast.walk(node))}
    found.add("raises")
    calls = {name: _called(node) for name, node in made.items()}
    while more := {name for name, called in calls.items() if called & found} - found:
        found |= more
    return frozenset(found)


def _called(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {
        call.attr if isinstance(call, ast.Attribute) else call.id
        for call in calls
        if isinstance(call, ast.Attribute | ast.Name)
    }


def test_every_row_is_there_once_and_in_order() -> None:
    assert [int(row.split("|")[1]) for row in ROWS] == list(range(1, 18))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[2].strip())
def test_a_row_names_files_tests_and_what_neither_proves(row: str) -> None:
    _, _, _, components, tests, local, documented, _ = (cell.strip() for cell in row.split("|"))
    files = re.findall(r"`(components/[\w/]+\.py)`", components)
    assert files
    assert not [file for file in files if not (REPO / file).is_file()]
    assert len(re.findall(r"`tests/[\w/.]+::test_\w+`", tests)) == tests.count("<br>") + 1
    assert local
    assert documented


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_is_named_exists_and_can_fail(path: str, name: str) -> None:
    body = ast.parse((REPO / path).read_text()).body
    (test,) = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert name in asserting(path)
    assert "skip" not in "".join(ast.unparse(decorator) for decorator in test.decorator_list)
