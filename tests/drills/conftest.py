"""An emulated AWS of its own for the drills without an engine; every test starts with both Regions and the stores of one estate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from automation.recovery.aws import Aws, ClientOf
from automation.recovery.session import Session, open_session
from automation.recovery.world import World
from localcloud.databases.fleet import Fleet
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.server import Emulator
from tests.automation.recovery_world import Silent
from tests.drills import speed
from tests.drills.deployed import Drill
from tests.drills.live_estate import LiveEstate, ticking
from tests.drills.operator import Operator
from tests.drills.small_estate import Client, SmallEstate
from tests.drills.test_failover_steps import everything_is_close
from tests.engine.estate import Estate, copy_checkout
from tests.support.arc_plan import declared_plan
from tests.support.servers import own_fleet

KEYS = {"aws_access_key_id": "securecart-local", "aws_secret_access_key": "securecart-local"}


@pytest.fixture(scope="session")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """Deployed once for all drills with the engine (they are of one group, and run in the order of their files)."""
    estate = Estate(tmp_path_factory.mktemp("drill") / "root")
    checkout = copy_checkout(tmp_path_factory.mktemp("drill-checkout") / "repository")
    try:
        made = Drill(estate, checkout, tmp_path_factory.mktemp("traffic"))
        made.done("up", "--json")
        yield made
    finally:
        estate.securecart("down")


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
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    speed.seconds_for_minutes(monkeypatch.setattr)


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


@pytest.fixture(scope="module")
def servers(emulator: Emulator) -> Iterator[Fleet]:
    """RDS instances of a module's tests are PostgreSQL servers."""
    with own_fleet() as fleet:
        DATABASES.use(fleet)
        yield fleet
        emulator.reset()
        DATABASES.use(None)


@pytest.fixture
def live(
    emulator: Emulator, servers: Fleet, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveEstate]:
    """An estate with data and customers; time passes in it."""
    speed.lag_by_the_second(monkeypatch.setattr)
    emulator.reset()
    small = SmallEstate(client)
    with ticking(emulator):
        yield LiveEstate(emulator, servers, small, tmp_path / "checkout", tmp_path).build()
    emulator.reset()


@pytest.fixture
def live_world(client_of: ClientOf, live: LiveEstate) -> World:
    """What a test asks a live estate with."""
    return live.world(Aws(client_of))


@pytest.fixture
def operator(live: LiveEstate) -> Iterator[Operator]:
    with Operator(live) as at_work:
        yield at_work


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure also when the test passes."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="")  # noqa: T201

    return say


@pytest.fixture
def arn(small: SmallEstate) -> str:
    """The ARC plan that dr's program declares, in the emulated cloud."""
    everything_is_close(small)
    plan = small.client("arc-region-switch").create_plan(**declared_plan(small.estate))
    return str(plan["plan"]["arn"])
