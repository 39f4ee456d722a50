"""The small estate with data in it: databases that are PostgreSQL servers, buckets that replicate, customers who order meanwhile.

It costs seconds and no engine. What a recovery kept or lost is judged by what these customers were told.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from automation.local_disasters import ORDERS, targets_of
from automation.recovery import reconcile
from automation.recovery.aws import Aws
from automation.recovery.estate import Estate, Side, load_estate
from automation.recovery.world import World
from components.buckets.replication import RULE_ID
from components.naming import Names
from localcloud.databases.fleet import Fleet
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.server import Emulator
from localcloud.traffic.journal import read_journal
from localcloud.traffic.report import StoreFigures, figures
from localcloud.traffic.run import Traffic
from localcloud.traffic.stores import stores
from localcloud.traffic.targets import Targets, clients_of
from tests.drills.small_estate import ACCOUNT, PASSWORD, REPO, SmallEstate
from tests.localcloud.traffic_world import front

SETTINGS = ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dr.yaml")
KEY = "securecart-local"
# The clock of the emulated cloud's duties: what is due is carried out, as in its own process.
TICK_SECONDS = 0.25
ON = {"Status": "Enabled"}


@dataclass
class LiveEstate:
    """A running cloud and the directory of settings that names it, as an operator's checkout does."""

    emulator: Emulator
    fleet: Fleet
    small: SmallEstate
    checkout: Path
    directory: Path
    """Journals of the traffic, copies of the executions."""
    variables: dict[str, str] = field(default_factory=dict)

    def build(self) -> LiveEstate:
        self.variables = {
            "AWS_ENDPOINT_URL": self.emulator.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": KEY,
        }  # fmt: skip
        self.checkout.mkdir()
        for name in SETTINGS:
            shutil.copy(REPO / name, self.checkout / name)
        self.small.build()
        front(self.small.client)
        sides = self.small.estate.primary, self.small.estate.secondary
        for side, other in (sides, sides[::-1]):
            self._secret(side)
            for store in self.small.estate.settings.buckets:
                self._replicate(store, side, other)
        return self

    @property
    def estate(self) -> Estate:
        """As the settings of the checkout say it now."""
        return load_estate(self.checkout)

    def record(self, world: World) -> list[str]:
        """What `securecart reconcile` writes; Pulumi itself is not here."""
        now = World(estate=self.estate, aws=world.aws)
        return reconcile.write(self.checkout, now.estate, reconcile.truth(now))

    def world(self, aws: Aws) -> World:
        return World(estate=self.estate, aws=aws)

    def targets(self, databases: Mapping[str, str] | None = None) -> Targets:
        """Where customers' writes go; `databases`: those of orders, if not the ones that the settings name."""
        named = targets_of(self.estate)
        return replace(named, databases=databases or named.databases)

    def traffic(self, databases: Mapping[str, str] | None = None) -> Traffic:
        """Customers, who go where their name leads; not started yet."""
        return Traffic(
            clients_of(self.variables),
            self.targets(databases),
            self.directory / "traffic",
            patience=0.1,
            writes_per_second=2,
        )

    def counted(self, journal: Path, region: str) -> dict[str, StoreFigures]:
        """What became of a run's writes in the Region that serves now, once what was under way between Regions is there."""
        run, entries = read_journal(journal)
        found = stores(clients_of(self.variables), self.targets(), run.run)
        return {store.name: figures(store, entries, region) for store in found}

    def set_lag(self, seconds: float) -> None:
        """How long orders are on their way into the other Region."""
        self.fleet.regions.set_lag(seconds)

    def settle(self) -> None:
        """Waits until what was written last in one Region is in the other."""
        time.sleep(2 * CARRIER.lag_seconds + 2 * TICK_SECONDS)

    def _secret(self, side: Side) -> None:
        said = {"username": "securecart", "password": PASSWORD, "dbname": ORDERS}
        secrets = self.small.client("secretsmanager", side.region)
        secrets.create_secret(
            Name=Names(settings=self.small.estate.settings).secret(ORDERS), SecretString=json.dumps(said)
        )

    def _replicate(self, store: str, source: Side, target: Side) -> None:
        minutes = {"Minutes": 15}
        to = {
            "Bucket": f"arn:aws:s3:::{target.buckets[store]}",
            "Metrics": {**ON, "EventThreshold": minutes}, "ReplicationTime": {**ON, "Time": minutes},
        }  # fmt: skip
        rule = {"ID": RULE_ID, "Priority": 0, "Filter": {}, "DeleteMarkerReplication": ON, "Destination": to, **ON}
        configuration = {"Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [rule]}
        s3 = self.small.client("s3", source.region)
        s3.put_bucket_replication(Bucket=source.buckets[store], ReplicationConfiguration=configuration)


@contextmanager
def ticking(emulator: Emulator) -> Iterator[None]:
    """What is due happens meanwhile: replication between Regions, metrics, duties."""
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(TICK_SECONDS):
            emulator.carry_out_due()

    thread = threading.Thread(target=tick, name="ticking", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
