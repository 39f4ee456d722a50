"""The verbs of cli_pipeline.py."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from automation import commands, github
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.targets import Target

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"


def drift(target: Target, stack: str, as_json: bool) -> None:
    """Exit DRIFTED with each changed resource; `drift` of the JSON document has them, too."""
    with commands.command("drift", target, as_json) as result:
        workspace = commands.workspace(result, None, mutating=False)
        from automation import operations  # noqa: PLC0415  loads pulumi.automation, which `annotate` does not need

        found = operations.drift(workspace, operations.chosen(stack), result.display, result.runs)
        result.extra["drift"] = found
        if found:
            told = "\n".join(f"  {line}" for line in found)
            raise SecurecartError(
                f"{len(found)} resources are not what the last update made of them:\n{told}",
                "securecart up --refresh undoes it; to keep it, write it into the configuration first",
                ExitCode.DRIFTED,
            )
        result.display.say("nothing drifted")


def annotate(file: Path) -> None:
    """Annotations to stdout, the summary to the file that GitHub names, when it names one."""
    with commands.command("annotate", Target.LOCAL, as_json=False):
        document = _document(file)
        for line in github.workflow_commands(document):
            sys.stdout.write(f"{line}\n")
        summary = os.environ.get(SUMMARY_VARIABLE)
        if summary:
            with Path(summary).open("a", encoding="utf-8") as page:
                page.write(github.summary(document))


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as failure:
        raise _no_result(file, f"it is no JSON: {failure}") from failure
    version = document.get("schemaVersion") if isinstance(document, dict) else None
    if version != commands.JSON_SCHEMA_VERSION:
        raise _no_result(file, f"schemaVersion is {version}, this command reads {commands.JSON_SCHEMA_VERSION}")
    return dict(document)


def _no_result(file: Path, why: str) -> SecurecartError:
    return SecurecartError(
        f"{file} is not a result of securecart: {why}.", f"securecart preview --json > {file}", ExitCode.BAD_INPUT
    )
