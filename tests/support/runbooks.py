"""Reads the commands of the runbooks, and carries out their `aws` commands through boto3: the same call as the AWS CLI makes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name

from tests.support.program import REPO

PAGES = REPO / "docs" / "runbooks"
RUNBOOKS = sorted(path for path in PAGES.glob("*.md") if path.name != "README.md")
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_CLI_NAMES = {"s3api": "s3"}
_VARIABLE = re.compile(r"\$(\w+)")


def commands(page: Path) -> list[str]:
    """Every line of every fenced block, in order."""
    blocks = [found[3] for found in _FENCE.finditer(page.read_text(encoding="utf-8"))]
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def of(page: str, program: str) -> list[str]:
    """The commands of one program in a runbook."""
    return [line for line in commands(PAGES / f"{page}.md") if line.split()[0] == program]


def words(line: str, values: Mapping[str, str]) -> list[str]:
    """The command as a shell passes it on. Raises KeyError for a variable that nobody set."""
    return [_VARIABLE.sub(lambda found: values[found[1]], word) for word in shlex.split(line)]


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def aws_call(line: str, values: Mapping[str, str]) -> tuple[str, str, str, dict[str, Any]]:
    """(service, Region, method of boto3, its parameters). Raises ValueError for what the service's model does not have."""
    _, cli_name, operation, *options = words(line, values)
    service = _CLI_NAMES.get(cli_name, cli_name)
    model = _model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        raise ValueError(f"{service} has no {operation}: {line}")
    members = model.operation_model(names[operation]).input_shape.members
    known = {xform_name(name, "-"): (name, shape.type_name) for name, shape in members.items()}
    region, parameters = "", {}
    while options:
        option = options.pop(0).removeprefix("--")
        if option == "region":
            region = options.pop(0)
        elif option not in known:
            raise ValueError(f"{operation} has no --{option}: {line}")
        else:
            name, kind = known[option]
            parameters[name] = True if kind == "boolean" else options.pop(0)
    missing = set(model.operation_model(names[operation]).input_shape.required_members) - set(parameters)
    if missing or not region:
        raise ValueError(f"{operation} lacks {sorted(missing) or '--region'}: {line}")
    return service, region, xform_name(names[operation]), parameters


def operation(line: str) -> tuple[str, str]:
    """(service, operation) as AWS's model names them."""
    _, cli_name, name, *_ = shlex.split(line)
    service = _CLI_NAMES.get(cli_name, cli_name)
    return service, {xform_name(known, "-"): known for known in _model(service).operation_names}[name]


def run_aws(line: str, client: Any, values: Mapping[str, str]) -> dict[str, Any]:
    """Carries it out; `client` makes a boto3 client of (service, Region)."""
    service, region, method, parameters = aws_call(line, values)
    return dict(getattr(client(service, region), method)(**parameters))
