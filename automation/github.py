"""A result document (`--json`) in the words of GitHub Actions: an annotation a finding, and a summary of the run.

Pure text: no token and no call. The workflow's own permissions decide what GitHub does with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Where an annotation points: the file that a reader would change first.
_FILE = "Pulumi.yaml"
# GitHub shows ten annotations of a level and step (GitHub docs, "Workflow commands"); the summary has all.
_COMMANDS = {"mandatory": "error", "advisory": "warning"}
_ORDER = ("create", "update", "replace", "delete")


def workflow_commands(document: Mapping[str, Any]) -> Iterator[str]:
    """One workflow command a violation, mandatory ones first; the command's own error last."""
    found = [violation for run in document["runs"] for violation in run["violations"]]
    for violation in sorted(found, key=lambda one: one["level"] != "mandatory"):
        command = _COMMANDS.get(violation["level"], "notice")
        title = f"{violation['policy']}: {violation['resource'] or 'the whole stack'}"
        yield f"::{command} file={_FILE},title={_property(title)}::{_data(violation['message'])}"
    error = document.get("error")
    if error and not any(violation["level"] == "mandatory" for violation in found):
        yield f"::error title=securecart {_property(document['command'])}::{_data(error['message'])}"


def summary(document: Mapping[str, Any]) -> str:
    """Markdown for the job's summary page: changes of each stack, then every violation, then the error."""
    lines = [f"## securecart {document['command']} on {document['target']}: exit code {document['exitCode']}", ""]
    if document["runs"]:
        lines += ["| stack | operation | changes | mandatory | advisory | seconds |", "|---|---|---|---|---|---|"]
        lines += [_row(run) for run in document["runs"]]
    for run in document["runs"]:
        lines += [*_violations(run)]
    error = document.get("error")
    if error:
        lines += ["", "### Error", "", "```text", str(error["message"]), *_fix(error), "```"]
    return "\n".join(lines) + "\n"


def _row(run: Mapping[str, Any]) -> str:
    changes = {op: count for op, count in run["changes"].items() if count and op != "same"}
    named = [op for op in _ORDER if op in changes] + sorted(set(changes) - set(_ORDER))
    told = ", ".join(f"{changes[op]} {op}" for op in named) or "none"
    levels = [violation["level"] for violation in run["violations"]]
    counted = " | ".join(str(levels.count(level)) for level in _COMMANDS)
    return f"| {run['stack']} | {run['operation']} | {told} | {counted} | {run['seconds']:.0f} |"


def _violations(run: Mapping[str, Any]) -> Iterator[str]:
    if not run["violations"]:
        return
    yield from ("", f"### {run['stack']}: policy", "", "| level | rule | resource | finding |", "|---|---|---|---|")
    for one in sorted(run["violations"], key=lambda one: (one["level"] != "mandatory", one["policy"])):
        message = " ".join(str(one["message"]).split()).replace("|", "\\|")
        yield f"| {one['level']} | `{one['policy']}` | {one['resource'] or 'the whole stack'} | {message} |"


def _fix(error: Mapping[str, Any]) -> list[str]:
    return [f"Fix: {error['fix']}"] if error.get("fix") else []


def _data(text: str) -> str:
    """Escapes the text of a workflow command (GitHub's toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
