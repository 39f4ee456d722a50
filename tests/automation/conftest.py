"""An emulated AWS for the tests that bring stores back: emptied before each module, with PostgreSQL servers where a module asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from automation.recovery.aws import Aws, ClientOf
from automation.recovery.session import Session, open_session
from automation.recovery.world import World
from localcloud.emulator import clock
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.server import Emulator
from tests.automation.recovery_world import Silent
from tests.automation.restore_world import Client, Stores
from tests.support.servers import own_fleet

KEYS = {"aws_access_key_id": "securecart-local", "aws_secret_access_key": "securecart-local"}


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Client:
    @cache
    def make(service: str, region: str = "us-east-1") -> Any:
        once = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, region_name=region, endpoint_url=emulator.endpoint, config=once, **KEYS)

    return make


@pytest.fixture(scope="session")
def client_of(emulator: Emulator) -> ClientOf:
    """Clients as a command makes them, made once."""

    @cache
    def make(service: str, region: str, config: Config) -> Any:
        return boto3.client(service, region_name=region, endpoint_url=emulator.endpoint, config=config, **KEYS)

    return make


@pytest.fixture(scope="module")
def built(emulator: Emulator, client: Client) -> Stores:
    emulator.reset()
    return Stores(emulator, client).build()


@pytest.fixture
def stores(built: Stores) -> Iterator[Stores]:
    """An empty estate in both Regions."""
    yield built
    built.clear()


@pytest.fixture(scope="module")
def servers() -> Iterator[None]:
    """RDS instances of a module's tests are PostgreSQL servers."""
    with own_fleet() as fleet:
        DATABASES.use(fleet)
        yield
        DATABASES.use(None)


@pytest.fixture
def world(client_of: ClientOf, stores: Stores) -> World:
    return World(estate=stores.estate, aws=Aws(client_of), now=clock.now)


@pytest.fixture
def session(world: World, tmp_path: Path) -> Session:
    return open_session(world, tmp_path / "copies", Silent())
