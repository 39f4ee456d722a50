"""The emulated AWS for the tests of this directory: one in a thread, emptied before each module."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localcloud.databases.fleet import Fleet
from localcloud.emulator import clock
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.server import Emulator
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import configured
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client, World
from tests.localcloud.s3_pair import LAG_SECONDS, Pair
from tests.support.servers import own_fleet


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The emulator of this test session, on a free port."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Client:
    """`client(service, region)`: a boto3 client of the emulated AWS; the Region is us-east-1 unless given."""

    @cache  # a new client reads its service's model anew
    def make(service: str, region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint,
            aws_access_key_id="securecart-local",
            aws_secret_access_key="securecart-local",
            config=Config(retries={"total_max_attempts": 1}),
        )

    return make


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """PostgreSQL servers for this test session, in a folder of their own; nobody uses them yet."""
    with own_fleet() as made:
        yield made


@pytest.fixture(scope="module")
def databases(emulator: Emulator, fleet: Fleet) -> Iterator[Fleet]:
    """A module's tests start on an empty cloud whose RDS instances are servers of the fleet."""
    DATABASES.use(fleet)
    emulator.reset()
    yield fleet
    emulator.reset()
    DATABASES.use(None)


@pytest.fixture(scope="module")
def empty_cloud(emulator: Emulator) -> None:
    """Start a module's tests on an empty cloud; ask for it once with `pytestmark = pytest.mark.usefixtures(...)`."""
    emulator.reset()


@pytest.fixture(scope="module")
def providers(emulator: Emulator) -> Iterator[dict[str, Provider]]:
    """A provider for each Region."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
        patch.delenv("SECURECART_CLOUD_ID", raising=False)
        yield {region: configured(region) for region in (PRIMARY, SECONDARY)}


@pytest.fixture(scope="module")
def provider(providers: dict[str, Provider]) -> Provider:
    """The primary Region's."""
    return providers[PRIMARY]


@pytest.fixture(scope="module")
def world(client: Client) -> World:
    """What the resources of a case need around them."""
    return World(client)


@pytest.fixture
def pair(emulator: Emulator, client: Client) -> Iterator[Pair]:
    """Two new buckets; the lag between Regions is LAG_SECONDS of a clock that tests advance."""
    CARRIER.set_lag(LAG_SECONDS)
    yield Pair(client)
    emulator.traffic.reset()
    CARRIER.reset()
    clock.reset()
