"""Every change of an item of DynamoDB, whatever operation makes it, told to those who follow: recovery and replication.

PutItem, BatchWriteItem, PartiQL and transactions all end in a few methods of moto's tables, which are followed here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, Table
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from localcloud.emulator.extensions.calls import extend

# (partition key,) or (partition key, sort key).
ItemKey = tuple[DynamoType, ...]

# What a copy of a table (an on-demand backup, a new replica) does not take along: its past, and its ties to other tables.
_NOT_COPIED = ("item_stamps", "journal", "journal_from", "replica_regions", "stream_shard")


@dataclass(frozen=True)
class Change:
    """One item before and after; None where there is none. `before` is nobody's any more, `after` is the table's own.

    `arrived_at` is the time when a change from another Region arrived; None of a change that was made in the table's own.
    """

    key: ItemKey
    before: Item | None
    after: Item | None
    arrived_at: datetime | None = None


Follower = Callable[[Table, Change], None]
_followers: list[Follower] = []
# The changes of the transaction that is being made, which may yet fail; None outside of one.
_transaction: list[tuple[Table, Change]] | None = None

_put_item = Table.put_item
_delete_item = Table.delete_item
_update_item = DynamoDBBackend.update_item
_transact_write_items = DynamoDBBackend.transact_write_items


def follow(follower: Follower) -> None:
    """Be told of every change from now on."""
    _followers.append(follower)


def key_of(table: Table, attributes: dict[str, Any]) -> ItemKey | None:
    """The key that the attributes (of a request or of an item) have for the table; None when a part is missing."""
    if any(name not in attributes for name in table.table_key_attrs):
        return None
    return tuple(DynamoType(attributes[name]) for name in table.table_key_attrs)


def live_items(table: Table) -> dict[ItemKey, Item]:
    """The items of the table by their keys, not copied."""
    if not table.has_range_key:
        return {(partition,): item for partition, item in table.items.items()}
    return {(partition, sort): item for partition, items in table.items.items() for sort, item in items.items()}


def set_item(table: Table, key: ItemKey, item: Item | None) -> None:
    """Make an item of the table what is given, or nothing, unseen by followers and streams."""
    if item is None and table.has_range_key:
        table.items[key[0]].pop(key[1], None)
    elif item is None:
        table.items.pop(key[0], None)
    elif table.has_range_key:
        table.items[key[0]][key[1]] = item
    else:
        table.items[key[0]] = item


def take_over(table: Table, key: ItemKey, item: Item | None, arrived_at: datetime) -> None:
    """Make an item of the table what it is in another Region; followers and the stream see it."""
    before = table.get_item(*key)
    if before is None and item is None:
        return
    set_item(table, key, item)
    if table.stream_shard is not None:
        table.stream_shard.add(before, item)
    _changed(table, Change(key, before, item, arrived_at))


def put_item(self: Table, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
    """PutItem of one table."""
    key = key_of(self, item_attrs)
    before = self.get_item(*key) if key else None
    item = _put_item(self, item_attrs, *args, **kwargs)
    if key:
        _changed(self, Change(key, before, item))
    return item


def delete_item(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    """DeleteItem of one table."""
    before = _delete_item(self, hash_key, range_key)
    if before is not None:
        _changed(self, Change((hash_key, range_key) if range_key else (hash_key,), before, None))
    return before


def update_item(self: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
    """UpdateItem, as a whole or not at all: moto changes the item in place and leaves the half of an update that fails."""
    table = self.get_table(table_name)
    item_key = key_of(table, key)
    if item_key is None:
        return _update_item(self, table_name, key, *args, **kwargs)
    before = copy.deepcopy(table.get_item(*item_key))
    with _changes_held_back():  # of a new item moto puts the key first
        try:
            item = _update_item(self, table_name, key, *args, **kwargs)
        except Exception:
            set_item(table, item_key, before)
            raise
    _changed(table, Change(item_key, before, item))
    return item


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """TransactWriteItems; a transaction that fails has changed nothing."""
    records = {table.name: len(table.stream_shard.items) for table in self.tables.values() if table.stream_shard}
    with _changes_held_back() as held:
        try:
            _transact_write_items(self, transact_items)
        except Exception:
            for table, change in reversed(held):
                set_item(table, change.key, change.before)
            held.clear()
            for name, count in records.items():
                del self.tables[name].stream_shard.items[count:]
            raise
    for table, change in held:
        _changed(table, change)


def copy_table(self: Table, memo: dict[int, Any]) -> Table:
    """A deep copy of a table: its settings and its items as they are now, without its past.

    moto copies whole tables before a transaction to undo it; the changes are undone one by one here, so nothing is copied.
    """
    if _transaction is not None:
        return self
    copied = copy.copy(self)
    memo[id(self)] = copied
    for name, value in vars(self).items():
        setattr(copied, name, None if name in _NOT_COPIED else copy.deepcopy(value, memo))
    return copied


@contextmanager
def _changes_held_back() -> Iterator[list[tuple[Table, Change]]]:
    global _transaction  # noqa: PLW0603  requests are answered one at a time
    outer, held = _transaction, list[tuple[Table, Change]]()
    _transaction = held
    try:
        yield held
    finally:
        _transaction = outer


def _changed(table: Table, change: Change) -> None:
    if _transaction is not None:
        _transaction.append((table, change))
        return
    for follower in _followers:
        follower(table, change)


def apply() -> None:
    """Put this into moto's DynamoDB."""
    Table.__deepcopy__ = copy_table
    extend(Table, put_item, delete_item)
    extend(DynamoDBBackend, update_item, transact_write_items)
