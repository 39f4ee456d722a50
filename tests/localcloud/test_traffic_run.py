"""The traffic against a cloud whose primary Region dies: what it wrote, where, and what it counts afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.emulator.server import Emulator
from localcloud.traffic.journal import ACKNOWLEDGED, Entry, read_journal
from localcloud.traffic.report import figures
from localcloud.traffic.run import Traffic
from localcloud.traffic.stores import Invoices, Payments, Store, checksum
from localcloud.traffic.targets import Clients, Targets, clients_of
from tests.localcloud.provider_world import Client
from tests.localcloud.traffic_world import PRIMARY, RECORD, SECONDARY, front

PATIENT_SECONDS = 30.0
BUCKETS = {PRIMARY: "invoices-east", SECONDARY: "invoices-west"}
TARGETS = Targets(record_name=RECORD, databases={}, secret="none", table="payments", buckets=BUCKETS)


@pytest.fixture(scope="module")
def shop(emulator: Emulator, client: Client) -> None:
    """A global table with a sort key, and a bucket in each Region that nobody replicates."""
    emulator.reset()
    front(client)
    client("dynamodb").create_table(
        TableName="payments",
        AttributeDefinitions=[
            {"AttributeName": "paymentId", "AttributeType": "S"},
            {"AttributeName": "changedAt", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "paymentId", "KeyType": "HASH"},
            {"AttributeName": "changedAt", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client("dynamodb").update_table(TableName="payments", ReplicaUpdates=[{"Create": {"RegionName": SECONDARY}}])
    client("s3").create_bucket(Bucket=BUCKETS[PRIMARY])
    there = {"LocationConstraint": SECONDARY}
    client("s3", SECONDARY).create_bucket(Bucket=BUCKETS[SECONDARY], CreateBucketConfiguration=there)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENT_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def entries_of(path: Path, store: str) -> list[Entry]:
    return [entry for entry in read_journal(path)[1] if entry.store == store]


@pytest.mark.usefixtures("shop")
def test_what_an_outage_loses_is_counted_and_equals_the_difference_of_the_regions(
    emulator: Emulator, client: Client, tmp_path: Path
) -> None:
    variables = {"AWS_ENDPOINT_URL": emulator.endpoint, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "a"}
    clients = clients_of(variables)
    stores: list[Store] = []

    def made(clients: Clients, targets: Targets, run: str) -> list[Store]:
        stores.extend([Payments(clients, targets, run), Invoices(clients, targets, run)])
        return stores

    traffic = Traffic(clients, TARGETS, tmp_path, writes_per_second=10, patience=0, make_stores=made)
    path = traffic.journal.path

    def acknowledged(store: str, region: str) -> int:
        return sum(entry.region == region and entry.outcome == ACKNOWLEDGED for entry in entries_of(path, store))

    with traffic:
        until(lambda: all(acknowledged(store.name, PRIMARY) >= 5 for store in stores))
        emulator.traffic.take_out(PRIMARY)
        until(lambda: all(acknowledged(store.name, SECONDARY) >= 3 for store in stores))
        assert traffic.region == SECONDARY

    invoices = figures(stores[1], read_journal(path)[1], SECONDARY)
    assert invoices.lost == acknowledged("invoices", PRIMARY), "nothing replicates this bucket"
    assert invoices.lost_seconds is not None
    assert invoices.lost_seconds > 0
    assert invoices.rto_seconds is not None
    assert invoices.failed > 0

    payments = figures(stores[0], read_journal(path)[1], SECONDARY)
    # Before the Region is healed: then what was on its way arrives.
    there = client("dynamodb", SECONDARY).scan(TableName="payments", ConsistentRead=True)["Items"]
    assert payments.lost is not None
    assert payments.acknowledged - payments.lost == len(there)
    assert payments.damaged == 0
    assert 0 < (payments.rto_seconds or 0) < PATIENT_SECONDS


@pytest.mark.usefixtures("shop")
def test_records_that_somebody_changed_are_damaged_and_not_lost(emulator: Emulator, client: Client) -> None:
    emulator.traffic.reset()
    stores: list[Store] = [Payments(client, TARGETS, "damage"), Invoices(client, TARGETS, "damage")]
    entries = []
    for store in stores:
        for sequence in (1, 2):
            store.write(PRIMARY, sequence)
            assert store.read_back(PRIMARY, sequence)
            entries.append(Entry(store.name, sequence, ACKNOWLEDGED, PRIMARY, 1.0, 2.0))
    bad = {"paymentId": {"S": "damage-1"}, "changedAt": {"S": "1"}, "checksum": {"S": "bad"}}
    client("dynamodb").put_item(TableName="payments", Item=bad)
    client("s3").put_object(Bucket=BUCKETS[PRIMARY], Key="traffic/damage/000000001.json", Body=b"garbage")
    for store in stores:
        found = figures(store, entries, PRIMARY)
        assert (found.lost, found.damaged, found.acknowledged) == (0, 1, 2)
    assert checksum("damage", 1) != checksum("damage", 2)
