"""The emulated AWS for the tests of this directory: one in a thread, emptied before each module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localcloud.emulator.server import Emulator
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import configured
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client, World


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The emulator of this test session, on a free port."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def client(emulator: Emulator) -> Client:
    """`client(service, region)`: a boto3 client of the emulated AWS; the Region is us-east-1 unless given."""

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
