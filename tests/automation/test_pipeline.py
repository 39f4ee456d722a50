"""What a pipeline reads: drift as an exit code of its own, results as GitHub's annotations and summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from automation import github
from automation.cli import main
from automation.exit_codes import ExitCode

MANDATORY = {"policy": "rds-multi-az", "level": "mandatory", "resource": "aws:rds/instance:Instance orders",
             "message": "multiAz is false | 100%\nWrite: multi_az=True"}  # fmt: skip
ADVISORY = {"policy": "sns-cmk", "level": "advisory", "resource": "", "message": "kmsMasterKeyId is not set"}


def document(**changed: Any) -> dict[str, Any]:
    run = {"stack": "prod", "operation": "preview", "changes": {"same": 3, "create": 2, "replace": 1}, "seconds": 12.4,
           "violations": [ADVISORY, MANDATORY], "outputsChanged": False, "failed": []}  # fmt: skip
    error = {"message": "stack prod is blocked by policy", "fix": "each violation says what to write"}
    return {
        "schemaVersion": 1,
        "command": "preview",
        "target": "aws",
        "exitCode": 3,
        "runs": [run],
        "error": error,
    } | changed


def test_each_violation_is_one_annotation_and_the_blocking_ones_come_first() -> None:
    error, warning = github.workflow_commands(document())
    assert error == (
        "::error file=Pulumi.yaml,title=rds-multi-az%3A aws%3Ards/instance%3AInstance orders"
        "::multiAz is false | 100%25%0AWrite: multi_az=True"
    )
    assert warning.startswith("::warning file=Pulumi.yaml,title=sns-cmk%3A the whole stack::")


def test_a_failure_that_no_violation_explains_is_an_annotation_itself() -> None:
    (only,) = github.workflow_commands(document(runs=[], exitCode=1))
    assert only == "::error title=securecart preview::stack prod is blocked by policy"


def test_the_summary_has_changes_violations_and_the_fix() -> None:
    summary = github.summary(document())
    assert "| prod | preview | 2 create, 1 replace | 1 | 1 | 12 |" in summary
    assert "multiAz is false \\| 100% Write: multi_az=True" in summary
    assert "Fix: each violation says what to write" in summary


def test_annotate_prints_commands_and_appends_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, page = tmp_path / "preview.json", tmp_path / "summary.md"
    result.write_text(json.dumps(document()))
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    done = CliRunner().invoke(main, ["annotate", str(result)])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == list(github.workflow_commands(document()))
    assert page.read_text() == "before\n" + github.summary(document())


@pytest.mark.parametrize("content", ["not json", "[]", '{"schemaVersion": 99}'])
def test_what_is_no_result_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "preview.json"
    file.write_text(content)
    done = CliRunner().invoke(main, ["annotate", str(file)])
    assert done.exit_code == ExitCode.BAD_INPUT
    assert "is not a result of securecart" in done.stderr
    assert f"securecart preview --json > {file}" in done.stderr
