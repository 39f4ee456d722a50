"""DynamoDB tables brought back: point-in-time recovery to an asked second, and on-demand backups.

A table with point-in-time recovery keeps a journal of what each change replaced, over its recovery period; its items at an
earlier moment are today's with the later changes undone. Amazon DynamoDB developer guide, "Point-in-time backups for
DynamoDB"; API reference: RestoreTableToPointInTime, RestoreTableFromBackup, PointInTimeRecoveryDescription.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import (
    PointInTimeRecoveryUnavailable,
    ResourceNotFoundException,
    SourceTableNotFoundException,
    TableAlreadyExistsException,
)
from moto.dynamodb.models import DynamoDBBackend, Table
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Backup, RestoredPITTable, RestoredTable
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from localcloud.emulator import clock
from localcloud.emulator.extensions.calls import extend
from localcloud.emulator.extensions.dynamodb_changes import Change, ItemKey, follow, key_of, live_items, set_item
from localcloud.emulator.extensions.dynamodb_encryption import resolve_encryption

_details: Any = Backup.details
_summary: Any = Backup.summary
_update_continuous_backups = DynamoDBBackend.update_continuous_backups


@dataclass(frozen=True)
class JournalEntry:
    """What a change replaced; None where there was no item."""

    changed_at: datetime
    key: ItemKey
    before: Item | None


def keep_journal(table: Table, change: Change) -> None:
    """Note what a change replaced, and forget what is older than the recovery period."""
    if table.journal is None:
        return
    journal: deque[JournalEntry] = table.journal
    changed_at = change.arrived_at or clock.now()
    if journal:
        changed_at = max(changed_at, journal[-1].changed_at)
    journal.append(JournalEntry(changed_at, change.key, change.before))
    earliest = earliest_restorable(table)
    while journal and journal[0].changed_at < earliest:
        journal.popleft()
    table.journal_from = earliest


def earliest_restorable(table: Table) -> datetime:
    """From when on the table can be brought back. It must have point-in-time recovery."""
    days = table.continuous_backups["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"]
    journal_from: datetime = table.journal_from
    return max(journal_from, clock.now() - timedelta(days=days))


def items_at(table: Table, moment: datetime | None = None) -> list[Item]:
    """Copies of the items that the table had at `moment`, or that it has now.

    Of an earlier moment the table must have a journal (point-in-time recovery), and the moment must lie in it.
    """
    items: dict[ItemKey, Item | None] = dict(live_items(table))
    for entry in reversed(table.journal or ()) if moment is not None else ():
        if entry.changed_at <= moment:
            break
        items[entry.key] = entry.before
    return [copy.deepcopy(item) for item in items.values() if item is not None]


def fill(table: Table, items: Iterable[Item]) -> None:
    """Put restored items into a new table; no stream and no other Region hears of it."""
    for item in items:
        key = key_of(table, item.attrs)
        if key is not None:
            set_item(table, key, item)


def update_continuous_backups(
    self: DynamoDBBackend, table_name: str, point_in_time_spec: dict[str, Any]
) -> dict[str, Any]:
    """UpdateContinuousBackups: recovery that is switched off forgets everything."""
    _update_continuous_backups(self, table_name, point_in_time_spec)
    table = self.get_table(table_name)
    if not point_in_time_spec["PointInTimeRecoveryEnabled"]:
        table.journal = table.journal_from = None
    elif table.journal is None:
        table.journal, table.journal_from = deque(), clock.now()
    return _described(table)


def describe_continuous_backups(self: DynamoDBBackend, table_name: str) -> dict[str, Any]:
    """DescribeContinuousBackups; the restorable range moves on with the time."""
    try:
        return _described(self.get_table(table_name))
    except ResourceNotFoundException:
        raise JsonRESTError("TableNotFoundException", f"Table not found: {table_name}") from None


def restore_table_to_point_in_time(self: DynamoHandler) -> DynamoResult:
    """RestoreTableToPointInTime."""
    backend, asked = self.dynamodb_backend, self.body
    source_name = asked.get("SourceTableName") or asked.get("SourceTableArn", "")
    try:
        source = backend.get_table(source_name)
    except ResourceNotFoundException:
        raise SourceTableNotFoundException(source_name) from None
    if source.journal is None:
        raise PointInTimeRecoveryUnavailable(source.name)
    moment = None if asked.get("UseLatestRestorableTime") else _asked_moment(source, asked.get("RestoreDateTime"))
    _refuse_taken(backend, asked["TargetTableName"])
    restored = RestoredPITTable(asked["TargetTableName"], backend.account_id, backend.region_name, source)
    restored.restore_date_time = (moment or clock.now()).replace(tzinfo=None)
    return _restored(backend, restored, source, items_at(source, moment), asked)


def restore_table_from_backup(self: DynamoHandler) -> DynamoResult:
    """RestoreTableFromBackup."""
    backend, asked = self.dynamodb_backend, self.body
    backup = backend.get_backup(asked["BackupArn"])
    _refuse_taken(backend, asked["TargetTableName"])
    restored = RestoredTable(asked["TargetTableName"], backend.account_id, backend.region_name, backup)
    return _restored(backend, restored, backup.table, items_at(backup.table), asked)


def list_backups(self: DynamoHandler) -> DynamoResult:
    """ListBackups: the user's own, unless BackupType asks for others."""
    kind = self.body.get("BackupType", "USER")
    backups = self.dynamodb_backend.list_backups(self.body.get("TableName"))
    return DynamoResult({"BackupSummaries": [one.summary for one in backups if kind in {one.type, "ALL"}]})


def back_up_deleted(backend: DynamoDBBackend, table: Table) -> None:
    """Keep what a table with point-in-time recovery held at its deletion, as DynamoDB does for 35 days, by itself."""
    if table.journal is not None:
        name = f"{table.name}$DeletedTableBackup"
        backup = Backup(backend.account_id, backend.region_name, name, table, type_="SYSTEM")
        backend.backups[backup.arn] = backup


def details(self: Backup) -> dict[str, Any]:
    """The BackupDetails, with the size that moto does not know."""
    return {**_details.fget(self), "BackupSizeBytes": _size_bytes(self)}


def summary(self: Backup) -> dict[str, Any]:
    """The BackupSummary, with the size."""
    return {**_summary.fget(self), "BackupSizeBytes": _size_bytes(self)}


def _size_bytes(backup: Backup) -> int:
    return sum(item.size() for item in live_items(backup.table).values())


def _restored(
    backend: DynamoDBBackend, table: Table, like: Table, items: list[Item], asked: dict[str, Any]
) -> DynamoResult:
    """Put the restored table into its Region: the settings of `like` unless the request overrides them."""
    table.billing_mode = asked.get("BillingModeOverride") or like.billing_mode
    table.throughput = asked.get("ProvisionedThroughputOverride") or table.throughput
    table.table_class = like.table_class
    encryption = asked.get("SSESpecificationOverride")
    table.sse_specification = (
        resolve_encryption(backend, encryption) if encryption else copy.copy(like.sse_specification)
    )
    for override, indexes in (
        ("GlobalSecondaryIndexOverride", "global_indexes"),
        ("LocalSecondaryIndexOverride", "indexes"),
    ):
        if override in asked:
            kept = {index["IndexName"] for index in asked[override]}
            setattr(table, indexes, [index for index in getattr(table, indexes) if index.name in kept])
    table.items.clear()
    fill(table, items)
    backend.tables[table.name] = table
    return DynamoResult(table.describe())


def _asked_moment(table: Table, asked: datetime | None) -> datetime:
    if asked is None:
        raise JsonRESTError("ValidationException", "Either RestoreDateTime or UseLatestRestorableTime must be given")
    moment = asked.astimezone(UTC) if asked.tzinfo else asked.replace(tzinfo=UTC)
    if not earliest_restorable(table).replace(microsecond=0) <= moment <= clock.now():
        _refuse_moment()
    return moment


def _refuse_moment() -> NoReturn:
    raise JsonRESTError(
        "InvalidRestoreTimeException",
        "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and "
        "LatestRestorableDateTime.",
    )


def _refuse_taken(backend: DynamoDBBackend, name: str) -> None:
    if name in backend.tables:
        raise TableAlreadyExistsException(name)


def _described(table: Table) -> dict[str, Any]:
    described: dict[str, Any] = copy.deepcopy(table.continuous_backups)
    if table.journal is not None:
        described["PointInTimeRecoveryDescription"] |= {
            "EarliestRestorableDateTime": earliest_restorable(table).timestamp(),
            "LatestRestorableDateTime": clock.now().timestamp(),
        }
    return described


def apply() -> None:
    """Put this into moto's DynamoDB."""
    Table.journal = Table.journal_from = None
    follow(keep_journal)
    Backup.details, Backup.summary = property(details), property(summary)
    extend(DynamoDBBackend, update_continuous_backups, describe_continuous_backups)
    extend(DynamoHandler, restore_table_to_point_in_time, restore_table_from_backup, list_backups)
