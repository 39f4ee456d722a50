"""A snapshot holds the data of its moment, also as a copy in the other Region, and gives them back."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError
from moto.rds.models import rds_backends

from localcloud.emulator.databases import DATABASES
from localcloud.emulator.server import Emulator
from tests.localcloud.database_world import EAST, WEST, Orders, create, replicate
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")
ACCOUNT = "123456789012"


def restore(client: Client, snapshot: str, name: str, region: str = EAST) -> Orders:
    client("rds", region).restore_db_instance_from_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=snapshot)
    return Orders(client, name, region)


def test_a_restored_instance_has_the_data_of_the_moment_and_goes_its_own_way(client: Client) -> None:
    orders = create(client, DeletionProtection=True, Tags=[{"Key": "side", "Value": "east"}])
    orders.write(1)
    orders.rds.create_db_snapshot(DBInstanceIdentifier=orders.name, DBSnapshotIdentifier="before")
    orders.write(2)
    restored = restore(client, "before", "orders-restored")
    assert restored.numbers() == [1]
    restored.write(3)
    assert (restored.numbers(), orders.numbers()) == ([1, 3], [1, 2])
    described = restored.described()
    assert described["DbiResourceId"] != orders.described()["DbiResourceId"]
    assert (described["DeletionProtection"], described["TagList"]) == (False, [])


def test_a_copy_in_the_other_region_outlives_its_original(client: Client) -> None:
    orders = create(client)
    orders.write(1, 2)
    made = orders.rds.create_db_snapshot(DBInstanceIdentifier=orders.name, DBSnapshotIdentifier="baseline")
    arn = made["DBSnapshot"]["DBSnapshotArn"]
    west = client("rds", WEST)
    west.copy_db_snapshot(SourceDBSnapshotIdentifier=arn, TargetDBSnapshotIdentifier="baseline-west")
    orders.rds.delete_db_snapshot(DBSnapshotIdentifier="baseline")
    orders.rds.delete_db_instance(DBInstanceIdentifier=orders.name, SkipFinalSnapshot=True)
    assert restore(client, "baseline-west", "orders-west", WEST).numbers() == [1, 2]


def test_the_automated_snapshot_of_the_creation_is_the_empty_database(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    found = orders.rds.describe_db_snapshots(DBInstanceIdentifier=orders.name, SnapshotType="automated")["DBSnapshots"]
    automated = found[0]["DBSnapshotIdentifier"]
    assert restore(client, automated, "orders-anew").numbers() == []
    assert DATABASES.calls[-1].operation == "RestoreDBInstanceFromDBSnapshot"
    west = client("rds", WEST)
    west.copy_db_snapshot(
        SourceDBSnapshotIdentifier=found[0]["DBSnapshotArn"], TargetDBSnapshotIdentifier="copied-automated"
    )
    assert restore(client, "copied-automated", "orders-anew-west", WEST).numbers() == []
    assert DATABASES.calls[-1].operation == "RestoreDBInstanceFromDBSnapshot"


def test_the_final_snapshot_has_the_last_data(client: Client) -> None:
    orders = create(client)
    orders.write(1, 2, 3)
    orders.rds.delete_db_instance(DBInstanceIdentifier=orders.name, FinalDBSnapshotIdentifier="orders-final")
    assert restore(client, "orders-final", "orders-again").numbers() == [1, 2, 3]


def test_a_snapshot_of_a_replica_restores_to_a_database_of_its_own(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    replica = replicate(client, orders)
    replica.rds.create_db_snapshot(DBInstanceIdentifier=replica.name, DBSnapshotIdentifier="of-a-replica")
    restored = restore(client, "of-a-replica", "orders-of-a-replica", WEST)
    restored.write(2)
    assert restored.numbers() == [1, 2]
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored.described()


def test_a_snapshot_of_a_stopped_instance_has_its_data(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    orders.rds.stop_db_instance(DBInstanceIdentifier=orders.name)
    orders.rds.create_db_snapshot(DBInstanceIdentifier=orders.name, DBSnapshotIdentifier="of-a-stopped")
    assert restore(client, "of-a-stopped", "orders-of-a-stopped").numbers() == [1]


def test_what_aws_backup_names_with_a_colon_is_kept_copied_and_restored(client: Client) -> None:
    """Its jobs call moto's own backend, so that these hooks do the work."""
    orders = create(client)
    orders.write(1)
    east, west = rds_backends[ACCOUNT][EAST], rds_backends[ACCOUNT][WEST]
    snapshot = east.create_db_snapshot(orders.name, "awsbackup:job-0a1b", snapshot_type="awsbackup")
    west.copy_db_snapshot(snapshot.db_snapshot_arn, "awsbackup:copyjob-0a1b")
    orders.write(2)
    west.restore_db_instance_from_db_snapshot("awsbackup:copyjob-0a1b", {"db_instance_identifier": "orders-backup"})
    assert Orders(client, "orders-backup", WEST).numbers() == [1]
    east.restore_db_instance_from_db_snapshot(snapshot.db_snapshot_arn, {"db_instance_identifier": "orders-backup"})
    assert Orders(client, "orders-backup").numbers() == [1]
    east.delete_db_snapshot("awsbackup:job-0a1b")


def test_a_snapshot_that_was_deleted_restores_nothing(client: Client) -> None:
    orders = create(client)
    orders.rds.create_db_snapshot(DBInstanceIdentifier=orders.name, DBSnapshotIdentifier="short-lived")
    orders.rds.delete_db_snapshot(DBSnapshotIdentifier="short-lived")
    with pytest.raises(ClientError, match="DBSnapshotNotFound"):
        restore(client, "short-lived", "never")


def test_aws_backup_restores_what_it_backed_up_and_copied(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    role = "arn:aws:iam::123456789012:role/backup"
    points = {}
    for region in (EAST, WEST):
        client("backup", region).create_backup_vault(BackupVaultName="orders")
        points[region] = f"arn:aws:backup:{region}:{ACCOUNT}:backup-vault:orders"
    east, west = client("backup"), client("backup", WEST)
    job = east.start_backup_job(BackupVaultName="orders", ResourceArn=orders.arn, IamRoleArn=role)
    orders.write(2)
    copy = east.start_copy_job(
        RecoveryPointArn=job["RecoveryPointArn"],
        SourceBackupVaultName="orders",
        DestinationBackupVaultArn=points[WEST],
        IamRoleArn=role,
    )
    copied = east.describe_copy_job(CopyJobId=copy["CopyJobId"])["CopyJob"]["DestinationRecoveryPointArn"]
    for backup, point, region in ((east, job["RecoveryPointArn"], EAST), (west, copied, WEST)):
        backup.start_restore_job(
            RecoveryPointArn=point,
            IamRoleArn=role,
            ResourceType="RDS",
            Metadata={"DBInstanceIdentifier": "orders-by-backup", "DBInstanceClass": "db.m6g.large"},
        )
        assert Orders(client, "orders-by-backup", region).numbers() == [1]


def test_aws_backup_goes_back_to_a_moment_by_the_automated_backups(client: Client, emulator: Emulator) -> None:
    orders = create(client)
    east = client("backup")
    east.create_backup_vault(BackupVaultName="continuous")
    role = "arn:aws:iam::123456789012:role/backup"
    plan = east.create_backup_plan(
        BackupPlan={
            "BackupPlanName": "continuous",
            "Rules": [
                {
                    "RuleName": "continuous",
                    "TargetBackupVaultName": "continuous",
                    "ScheduleExpression": "cron(0 * * * ? *)",
                    "EnableContinuousBackup": True,
                    "Lifecycle": {"DeleteAfterDays": 7},
                }
            ],
        }
    )
    east.create_backup_selection(
        BackupPlanId=plan["BackupPlanId"],
        BackupSelection={"SelectionName": "orders", "IamRoleArn": role, "Resources": [orders.arn]},
    )
    (first,) = orders.write(1)
    time.sleep(0.05)
    (second,) = orders.write(2)
    emulator.advance_clock(3600)
    (point,) = east.list_recovery_points_by_backup_vault(BackupVaultName="continuous")["RecoveryPoints"]
    east.start_restore_job(
        RecoveryPointArn=point["RecoveryPointArn"],
        IamRoleArn=role,
        ResourceType="RDS",
        Metadata={
            "DBInstanceIdentifier": "orders-continuous",
            "DBInstanceClass": "db.m6g.large",
            "RestoreTime": (first + (second - first) / 2).isoformat(),
        },
    )
    assert Orders(client, "orders-continuous").numbers() == [1]
