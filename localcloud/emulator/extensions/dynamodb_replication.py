"""Items of a DynamoDB global table travel between its replicas, both ways; of two writes of an item the later one stays.

Amazon DynamoDB developer guide, "Global tables: how it works": each write is carried to every replica, usually within a
second, and "last writer wins".
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime

from moto.dynamodb.models import Table, dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item

from localcloud.emulator import clock
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.extensions.dynamodb_changes import Change, ItemKey, follow, take_over
from localcloud.emulator.extensions.metrics import Metric, measured

# Which write it was: when and in which Region. Of two at one instant all replicas must choose the same.
Stamp = tuple[datetime, str]
_KIND = "dynamodb"


@dataclass(frozen=True)
class Write:
    """A write on its way to the replica in `destination`; an `item` of None is a deletion."""

    account_id: str
    table_name: str
    destination: str
    key: ItemKey
    item: Item | None
    stamp: Stamp


def send(table: Table, change: Change) -> None:
    """Stamp a write made in the table's own Region and put it on its way to the other replicas."""
    if table.replica_regions is None or change.arrived_at is not None:
        return
    stamp = (clock.now(), table.region_name)
    _stamps(table)[change.key] = stamp
    for destination in sorted(table.replica_regions - {table.region_name}):
        item = copy.deepcopy(change.after)
        write = Write(table.account_id, table.name, destination, change.key, item, stamp)
        CARRIER.send(_KIND, table.region_name, destination, write)


def arrive(write: Write, arrived_at: datetime) -> None:
    """Take a write over, unless the replica has a later one of the same item or has left the global table."""
    table = dynamodb_backends[write.account_id][write.destination].tables.get(write.table_name)
    _, source = write.stamp
    if table is None or source not in (table.replica_regions or ()):
        return
    _measure(write, arrived_at)
    known = _stamps(table).get(write.key)
    if known is not None and known >= write.stamp:
        return
    _stamps(table)[write.key] = write.stamp
    take_over(table, write.key, write.item, arrived_at)


def _stamps(table: Table) -> dict[ItemKey, Stamp]:
    """Of the latest write of each item, deletions included; an item without one is from before the table had replicas."""
    if table.item_stamps is None:
        table.item_stamps = {}
    stamps: dict[ItemKey, Stamp] = table.item_stamps
    return stamps


def _measure(write: Write, arrived_at: datetime) -> None:
    written_at, source = write.stamp
    dimensions = {"TableName": write.table_name, "ReceivingRegion": write.destination}
    metric = Metric(write.account_id, source, "AWS/DynamoDB", "ReplicationLatency", "Milliseconds", dimensions)
    measured(metric, (arrived_at - written_at).total_seconds() * 1000, arrived_at)


def apply() -> None:
    """Follow the changes of all tables."""
    Table.item_stamps = None
    follow(send)
    CARRIER.on_arrival(_KIND, arrive)
