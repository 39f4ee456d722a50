"""AWS Backup of a real database: its snapshot, the copy in the other Region and a moment between two orders give back rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud.emulator import clock
from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import HOUR, ROLE, World
from tests.localcloud.database_world import WEST, Orders, create
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> Iterator[World]:
    made = World(emulator, client)
    yield made
    made.end_plans()


def test_a_snapshot_and_its_copy_in_the_other_region_hold_the_rows(world: World) -> None:
    west, vault = world.elsewhere(), world.vault()
    there = west.vault()
    orders = create(world.client)
    orders.write(1, 2)
    point = world.recovery_point(orders.arn, vault)
    orders.write(3)
    started = world.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName=vault,
        DestinationBackupVaultArn=west.vault_arn(there),
        IamRoleArn=ROLE,
    )
    copied = world.backup.describe_copy_job(CopyJobId=started["CopyJobId"])["CopyJob"]
    assert copied["State"] == "COMPLETED", copied
    for side, arn in ((world, point), (west, copied["DestinationRecoveryPointArn"])):
        name = world.name("restored")
        job = side.restore(arn, DBInstanceIdentifier=name)
        assert job["Status"] == "COMPLETED", job.get("StatusMessage")
        assert Orders(world.client, name, side.region).numbers() == [1, 2]
    assert west.region == WEST


def test_a_continuous_backup_goes_back_to_a_moment_also_of_a_deleted_database(world: World) -> None:
    vault, orders = world.vault(), create(world.client)
    made = world.backup.create_backup_plan(
        BackupPlan={
            "BackupPlanName": world.name("plan"),
            "Rules": [
                {
                    "RuleName": "continuous",
                    "TargetBackupVaultName": vault,
                    "ScheduleExpression": "cron(0 * * * ? *)",
                    "EnableContinuousBackup": True,
                    "Lifecycle": {"DeleteAfterDays": 7},
                }
            ],
        }
    )
    world.backup.create_backup_selection(
        BackupPlanId=made["BackupPlanId"],
        BackupSelection={"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [orders.arn]},
    )
    world.advance(HOUR)
    (point,) = world.points(vault)
    (between,) = orders.write(1)
    orders.write(2)
    moment = clock.from_machine(between).isoformat()
    orders.rds.delete_db_instance(DBInstanceIdentifier=orders.name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
    name = world.name("restored")
    job = world.restore(point["RecoveryPointArn"], DBInstanceIdentifier=name, RestoreTime=moment)
    assert job["Status"] == "COMPLETED", job.get("StatusMessage")
    assert Orders(world.client, name).numbers() == [1]
