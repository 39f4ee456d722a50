"""A case on a property that does not exist proves nothing: names are looked up in the provider's SDK (types: test_pack.py)."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pulumi_aws
import pytest

from resilience_policies.registry import RULES
from tests.policy.case import Case
from tests.policy.our_stacks import registrations

SDK = Path(pulumi_aws.__file__).parent
HERE = Path(__file__).parent
AWS_TYPES = sorted({type_ for rule in RULES for type_ in rule.types if type_.startswith("aws:")})


@cache
def source(type_: str) -> str:
    """The SDK's module of a resource type: aws:ec2/launchTemplate:LaunchTemplate is ec2/launch_template.py."""
    service, name = type_.split(":")[1].split("/")
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    folder = "lambda_" if service == "lambda" else service
    return (SDK / folder / f"{snake}.py").read_text()


@cache
def inputs(type_: str) -> frozenset[str]:
    """The names of the properties of a resource type, as the engine spells them."""
    found = re.findall(r'@pulumi\.getter\(name="(\w+)"\)|@pulumi\.getter\s+def (\w+)', source(type_))
    return frozenset(long or short for long, short in found)


def cases() -> Iterator[Case]:
    for file in sorted(HERE.glob("test_*.py")):
        if file == Path(__file__):
            continue
        module = importlib.import_module(f"tests.policy.{file.stem}")
        for member in vars(module).values():
            for mark in getattr(member, "pytestmark", []):
                if mark.name == "parametrize":
                    yield from (case for case in mark.args[1] if isinstance(case, Case))


def test_every_property_of_the_cases_exists() -> None:
    judged = [case for case in cases() if case.type.startswith("aws:")]
    assert len(judged) > 200
    unknown = {(case.type, key) for case in judged for key in case.inputs if key not in inputs(case.type)}
    assert unknown == set()


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_look_up_knows_what_our_own_program_registers(stack: str) -> None:
    judged = [r for r in registrations(stack) if r.type in AWS_TYPES]
    unknown = {(r.type, key) for r in judged for key in r.inputs if key not in inputs(r.type)}
    assert unknown == set()
