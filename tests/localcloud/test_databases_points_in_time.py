"""To the moment between two known writes: of an instance, of a lost one, of a deleted one, and from the other Region."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.databases import server as process
from localcloud.databases.fleet import Fleet
from localcloud.emulator import clock
from localcloud.emulator.server import Emulator
from tests.localcloud.database_world import EAST, WEST, Orders, create, replicate, until
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")
_names = itertools.count(1)


def restore(client: Client, region: str = EAST, **asked: Any) -> Orders:
    name = f"orders-then-{next(_names)}"
    client("rds", region).restore_db_instance_to_point_in_time(TargetDBInstanceIdentifier=name, **asked)
    return Orders(client, name, region)


def between_two_writes(orders: Orders, before: int, after: int) -> datetime:
    """Write both and return a moment between them."""
    (first,) = orders.write(before)
    time.sleep(0.05)
    (second,) = orders.write(after)
    return first + (second - first) / 2


def test_a_restored_instance_has_what_was_written_before_the_moment_and_nothing_later(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    moment = between_two_writes(orders, 2, 3)
    restored = restore(client, SourceDBInstanceIdentifier=orders.name, RestoreTime=moment)
    assert restored.numbers() == [1, 2]
    assert orders.numbers() == [1, 2, 3]
    until(lambda: "RestoreWindow" in backups_of(restored), "its first base backup")
    again = between_two_writes(restored, 4, 5)
    twice = restore(client, SourceDBInstanceIdentifier=restored.name, RestoreTime=again)
    assert twice.numbers() == [1, 2, 4], "a restored instance can be restored itself"


def test_the_latest_time_has_everything_and_a_resource_id_names_its_own_instance(client: Client) -> None:
    other, orders = create(client), create(client)
    other.write(7)
    orders.write(1, 2)
    restored = restore(client, SourceDbiResourceId=orders.described()["DbiResourceId"], UseLatestRestorableTime=True)
    assert restored.numbers() == [1, 2]


def test_a_promoted_replica_can_be_restored_to_a_moment_after_its_promotion(client: Client) -> None:
    source = create(client)
    source.write(1)
    promoted = replicate(client, source)
    promoted.rds.promote_read_replica(DBInstanceIdentifier=promoted.name, BackupRetentionPeriod=7)
    until(lambda: "RestoreWindow" in backups_of(promoted), "its first base backup")
    moment = between_two_writes(promoted, 2, 3)
    restored = restore(client, WEST, SourceDBInstanceIdentifier=promoted.name, RestoreTime=moment)
    assert restored.numbers() == [1, 2]


def backups_of(orders: Orders) -> dict[str, Any]:
    (found,) = orders.rds.describe_db_instance_automated_backups(DBInstanceIdentifier=orders.name)[
        "DBInstanceAutomatedBackups"
    ]
    return dict(found)


def test_times_that_cannot_be_restored_are_refused(client: Client) -> None:
    orders = create(client)
    window = backups_of(orders)["RestoreWindow"]
    too_early = window["EarliestTime"] - timedelta(days=1)
    with pytest.raises(ClientError, match="before the earliest restorable time"):
        restore(client, SourceDBInstanceIdentifier=orders.name, RestoreTime=too_early)
    with pytest.raises(ClientError, match="in the future"):
        restore(client, SourceDBInstanceIdentifier=orders.name, RestoreTime=clock.now() + timedelta(hours=1))
    with pytest.raises(ClientError, match="either RestoreTime or UseLatestRestorableTime"):
        restore(client, SourceDBInstanceIdentifier=orders.name)
    with pytest.raises(ClientError, match="Give one of"):
        restore(client, UseLatestRestorableTime=True)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        restore(client, SourceDbiResourceId="db-NEVER", UseLatestRestorableTime=True)
    orders.rds.modify_db_instance(DBInstanceIdentifier=orders.name, BackupRetentionPeriod=0)
    with pytest.raises(ClientError, match="Automated backups are not enabled"):
        restore(client, SourceDBInstanceIdentifier=orders.name, UseLatestRestorableTime=True)


def test_a_database_that_died_gives_back_what_its_archive_holds(client: Client, databases: Fleet) -> None:
    orders = create(client)
    moment = between_two_writes(orders, 1, 2)
    restore(client, SourceDBInstanceIdentifier=orders.name, RestoreTime=moment)  # archives up to here
    orders.write(3)
    process.kill(next(server for key, server in databases.servers.items() if key.identifier == orders.name))
    assert restore(client, SourceDBInstanceIdentifier=orders.name, UseLatestRestorableTime=True).numbers() == [1, 2]


def test_the_backups_of_a_deleted_instance_are_kept_if_asked(client: Client) -> None:
    orders = create(client)
    moment = between_two_writes(orders, 1, 2)
    resource_id = orders.described()["DbiResourceId"]
    orders.rds.delete_db_instance(
        DBInstanceIdentifier=orders.name, SkipFinalSnapshot=True, DeleteAutomatedBackups=False
    )
    assert restore(client, SourceDbiResourceId=resource_id, RestoreTime=moment).numbers() == [1]
    assert restore(client, SourceDbiResourceId=resource_id, UseLatestRestorableTime=True).numbers() == [1, 2]


def test_replicated_backups_restore_in_their_region_also_when_the_other_one_is_gone(
    client: Client, emulator: Emulator
) -> None:
    orders = create(client)
    west = client("rds", WEST)
    backup = west.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=orders.arn, BackupRetentionPeriod=7
    )["DBInstanceAutomatedBackup"]["DBInstanceAutomatedBackupsArn"]
    moment = between_two_writes(orders, 1, 2)
    restored = restore(client, WEST, SourceDBInstanceAutomatedBackupsArn=backup, RestoreTime=moment)
    assert restored.numbers() == [1]
    assert restored.described()["AvailabilityZone"].startswith(WEST)

    orders.write(3)
    emulator.take_out(EAST)
    try:
        latest = restore(client, WEST, SourceDBInstanceAutomatedBackupsArn=backup, UseLatestRestorableTime=True)
        assert latest.numbers() == [1, 2], "order 3 was not archived yet, and is lost with its Region"
    finally:
        emulator.heal(EAST)


def test_archived_log_reaches_the_other_region_by_itself(client: Client) -> None:
    orders = create(client)
    west = client("rds", WEST)
    backup = west.start_db_instance_automated_backups_replication(SourceDBInstanceArn=orders.arn)
    arn = backup["DBInstanceAutomatedBackup"]["DBInstanceAutomatedBackupsArn"]
    (written,) = orders.write(1)
    restore(client, SourceDBInstanceIdentifier=orders.name, UseLatestRestorableTime=True)  # archives up to here

    def latest() -> datetime:
        (found,) = west.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)[
            "DBInstanceAutomatedBackups"
        ]
        return datetime.fromisoformat(str(found["RestoreWindow"]["LatestTime"]))

    until(lambda: latest() >= written - timedelta(seconds=1), "the copy in us-west-2 reaches the write")
    west.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=orders.arn)
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        restore(client, WEST, SourceDBInstanceAutomatedBackupsArn=arn, UseLatestRestorableTime=True)


def test_a_moment_of_the_clouds_clock_is_found_also_after_it_was_put_forward(
    client: Client, emulator: Emulator
) -> None:
    orders = create(client)
    orders.write(1)
    emulator.advance_clock(3600)
    try:
        time.sleep(0.05)
        moment = clock.now()
        assert moment - datetime.now(UTC) > timedelta(minutes=59)
        time.sleep(0.05)
        orders.write(2)
        assert restore(client, SourceDBInstanceIdentifier=orders.name, RestoreTime=moment).numbers() == [1]
    finally:
        clock.reset()
