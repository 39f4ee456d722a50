"""An emulated AWS of its own for the drills without an engine; every test starts with both Regions and the stores of one estate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from automation.recovery import databases, switches
from automation.recovery.aws import Aws, ClientOf
from automation.recovery.session import Session, open_session
from automation.recovery.world import World
from localcloud.emulator.server import Emulator
from tests.automation.recovery_world import Silent
from tests.drills.small_estate import Client, SmallEstate

KEYS = {"aws_access_key_id": "securecart-local", "aws_secret_access_key": "securecart-local"}


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Client:
    made: dict[tuple[str, str], Any] = {}

    def make(service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in made:
            once = Config(retries={"total_max_attempts": 1})
            made[service, region] = boto3.client(
                service, region_name=region, endpoint_url=emulator.endpoint, config=once, **KEYS
            )
        return made[service, region]

    return make


@pytest.fixture
def small(emulator: Emulator, client: Client) -> SmallEstate:
    """Built anew for each test."""
    emulator.reset()
    return SmallEstate(client).build()


@pytest.fixture(autouse=True)
def seconds_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulated CloudWatch keeps every datum, AWS one a minute: a switch that is turned back need not wait for the next."""
    monkeypatch.setattr(databases, "LAG_PERIOD_SECONDS", 1)
    monkeypatch.setattr(switches, "PERIOD_SECONDS", 1)
    monkeypatch.setattr(switches, "LOOK_BACK", switches.RECENT)


@pytest.fixture(scope="session")
def client_of(emulator: Emulator) -> ClientOf:
    """Clients as a command makes them, made once: that is most of the time of a short plan."""

    @cache
    def make(service: str, region: str, config: Config) -> Any:
        return boto3.client(service, region_name=region, endpoint_url=emulator.endpoint, config=config, **KEYS)

    return make


@pytest.fixture
def world(client_of: ClientOf, small: SmallEstate) -> World:
    return World(estate=small.estate, aws=Aws(client_of))


@pytest.fixture
def session(world: World, tmp_path: Path) -> Session:
    return open_session(world, tmp_path / "copies", Silent())
