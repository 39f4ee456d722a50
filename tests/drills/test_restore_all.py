"""Several services from one plan: `restore all` to a moment, what came back read as customers would, on the deployed stacks."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from automation.local_disasters import targets
from localcloud.traffic.journal import ACKNOWLEDGED, read_journal
from localcloud.traffic.orders import connect
from localcloud.traffic.stores import stores
from localcloud.traffic.targets import Targets, clients_of
from tests.drills.customers import STORES, until_acknowledged
from tests.drills.deployed import WHY, Drill
from tests.engine.estate import PRIMARY

pytestmark = [pytest.mark.engine, pytest.mark.drill, pytest.mark.xdist_group("drill")]

DISK = "the disk of a backend server"
# S3 tells when a version was written to a whole second: what comes within the second of the moment belongs to it.
A_SECOND = 1.0
# Stores that the customers' traffic leaves empty: what is empty cannot be proved, and would be UNKNOWN.
PAYMENTS_DATABASE, ORDER_HISTORY = "payments", "order-history"


def database(drill: Drill, store: str) -> str:
    """Of the primary Region; of which generation depends on the drills before."""
    (found,) = [name for name in drill.instances(PRIMARY) if name.startswith(f"securecart-{store}-primary-g")]
    return found


def fill_what_customers_leave_empty(drill: Drill) -> None:
    clients = clients_of(drill.estate.exports)
    name = database(drill, PAYMENTS_DATABASE)
    with connect(clients, PRIMARY, name, targets().secret.replace("orders", PAYMENTS_DATABASE)) as payments:
        payments.execute("CREATE TABLE IF NOT EXISTS paid (id int PRIMARY KEY, at timestamptz DEFAULT now())")
        payments.execute("INSERT INTO paid VALUES (1) ON CONFLICT DO NOTHING")
    item = {"orderId": {"S": "o1"}, "changedAt": {"S": "2026"}, "state": {"S": "paid"}}
    drill.estate.client("dynamodb", PRIMARY).put_item(TableName=f"securecart-{ORDER_HISTORY}", Item=item)


def ordered(drill: Drill) -> tuple[str, dict[str, list[int]]]:
    """Customers order for a while. Their run, and by store what they were told is kept."""
    with drill.traffic({PRIMARY: database(drill, "orders")}) as traffic:
        until_acknowledged(traffic, PRIMARY)
    run, entries = read_journal(traffic.journal.path)
    return run.run, {
        store: [entry.sequence for entry in entries if entry.store == store and entry.outcome == ACKNOWLEDGED]
        for store in STORES
    }


def intact(drill: Drill, where: Targets, run: str, told: dict[str, list[int]]) -> dict[str, set[int]]:
    """Which of these writes are there, each as it was written."""
    found = stores(clients_of(drill.estate.exports), where, run)
    return {store.name: set(store.find(PRIMARY, told[store.name]).intact) for store in found}


def test_all_stores_are_brought_back_to_one_moment_between_two_known_writes(drill: Drill) -> None:
    ec2 = drill.estate.client("ec2", PRIMARY)
    disks = [one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]]
    for disk in disks:
        drill.estate.admin("volumes/write", {"volume_id": disk, "content": DISK})
    drill.done("backup", "now", "volume", *WHY)
    fill_what_customers_leave_empty(drill)
    live = replace(targets(), databases={PRIMARY: database(drill, "orders")})
    before = ordered(drill)
    moment = datetime.now(UTC)
    time.sleep(A_SECOND)
    after = ordered(drill)

    done = drill.done("restore", "all", "--at", moment.isoformat(), *WHY)
    assert done["verdict"] == "PASS"
    made = {(one["kind"], one["store"]): one for one in done["evidence"]["restored"]}
    assert {kind for kind, _ in made} == {"database", "table", "bucket", "volume"}

    back = replace(
        live,
        databases={PRIMARY: made["database", "orders"]["name"]},
        table=made["table", "payment-history"]["name"],
        buckets={PRIMARY: made["bucket", "invoices"]["name"]},
    )
    for run, told in (before, after):
        assert intact(drill, live, run, told) == {store: set(those) for store, those in told.items()}
    assert intact(drill, back, *before) == {store: set(those) for store, those in before[1].items()}
    assert intact(drill, back, *after) == {store: set() for store in STORES}
    for one in (one for (kind, _), one in made.items() if kind == "volume"):
        assert drill.estate.admin("volumes/read", {"volume_id": volume_of(ec2, one["name"])})["content"] == DISK


def volume_of(ec2: Any, name: str) -> str:
    (found,) = ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": [name]}])["Volumes"]
    return str(found["VolumeId"])
