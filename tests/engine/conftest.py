"""One deployed estate for the whole session: the emulator starts once, prod and dr are deployed once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engine.estate import REPO, Estate, Finished, copy_project


@dataclass(frozen=True)
class Deployed:
    """The estate after the first `securecart up`, with what that command answered and what existed before it."""

    estate: Estate
    up: Finished
    inventory_before: Any
    unrecorded_calls: list[str]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    estate = Estate(tmp_path_factory.mktemp("local") / "root")
    try:
        started = estate.securecart("local", "start")
        assert started.code == 0, started.text
        before = estate.inventory()
        up = estate.securecart("up", "--json")
        yield Deployed(estate, up, before, estate.unrecorded_calls("deploy"))
    finally:
        estate.end()


@pytest.fixture(scope="session")
def estate(deployed: Deployed) -> Estate:
    """The deployed estate; a failed deployment is said once, here, with the engine's own words."""
    assert deployed.up.code == 0, deployed.up.text[-6000:]
    return deployed.estate


@pytest.fixture(scope="session")
def mutated_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SecureCart's project with a `__main__.py` that takes one property out (mutated_program.py)."""
    return copy_project(
        tmp_path_factory.mktemp("mutated") / "project", REPO / "tests" / "engine" / "mutated_program.py"
    )


def mutation_variables(resource_type: str, path: tuple[str, ...], value: Any) -> dict[str, str]:
    """The environment that tells mutated_program.py what to take out."""
    return {
        "SECURECART_TEST_MUTATION": json.dumps({"type": resource_type, "path": path, "value": value}),
        "SECURECART_TEST_PROGRAM": str(REPO / "__main__.py"),
    }
