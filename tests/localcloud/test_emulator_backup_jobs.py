"""Backup jobs make recovery points that hold the data of tables, buckets, databases and volumes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from localcloud.emulator import snapshot
from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import ACCOUNT, DAY, ROLE, World
from tests.localcloud.provider_world import PRIMARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> World:
    return World(emulator, client)


def test_a_job_is_described_listed_and_leaves_a_recovery_point(world: World) -> None:
    world.manage_dynamodb_fully()
    vault, table = world.vault(), world.table(1, 2)
    job = world.back_up(
        world.table_arn(table), vault, Lifecycle={"DeleteAfterDays": 35}, RecoveryPointTags={"drill": "yes"}
    )
    assert (job["State"], job["PercentDone"], job["ResourceType"]) == ("COMPLETED", "100.0", "DynamoDB")
    assert (job["AccountId"], job["IamRoleArn"], job["ResourceName"]) == (ACCOUNT, ROLE, table)
    assert isinstance(job["CreationDate"], datetime)
    assert job["BackupSizeInBytes"] > 0

    (point,) = world.points(vault)
    read = world.backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=job["RecoveryPointArn"])
    for shown in (point, read):
        assert shown["RecoveryPointArn"] == job["RecoveryPointArn"]
        assert (shown["Status"], shown["ResourceArn"]) == ("COMPLETED", world.table_arn(table))
        assert shown["CalculatedLifecycle"]["DeleteAt"] - shown["CreationDate"] == timedelta(days=35)
    key = world.backup.describe_backup_vault(BackupVaultName=vault)["EncryptionKeyArn"]
    assert (read["EncryptionKeyArn"], read["IsEncrypted"]) == (key, True)
    assert world.backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"] == 1
    assert world.backup.list_tags(ResourceArn=job["RecoveryPointArn"])["Tags"] == {"drill": "yes"}
    (by_resource,) = world.backup.list_recovery_points_by_resource(ResourceArn=world.table_arn(table))["RecoveryPoints"]
    assert (by_resource["BackupVaultName"], by_resource["BackupSizeBytes"]) == (vault, job["BackupSizeInBytes"])
    metadata = world.backup.get_recovery_point_restore_metadata(
        BackupVaultName=vault, RecoveryPointArn=job["RecoveryPointArn"]
    )
    assert metadata["RestoreMetadata"] == {"originalTableName": table}


def test_jobs_are_filtered_and_come_in_pages(world: World) -> None:
    vault, table, other = world.vault(), world.table(1), world.table(2)
    ids = [world.back_up(world.table_arn(name), vault)["BackupJobId"] for name in (table, table, other)]
    world.back_up(world.table_arn("missing"), vault)

    def listed(**asked: object) -> list[str]:
        jobs = world.backup.list_backup_jobs(ByBackupVaultName=vault, **asked)["BackupJobs"]
        return [job["BackupJobId"] for job in jobs]

    assert listed(ByState="COMPLETED") == ids[::-1]
    assert listed(ByResourceArn=world.table_arn(table)) == ids[1::-1]
    assert listed(ByResourceType="RDS") == []
    assert len(listed(ByCreatedAfter=datetime.now().astimezone() - timedelta(hours=1))) == 4
    assert listed(ByCreatedBefore=datetime.now().astimezone() - timedelta(hours=1)) == []
    first = world.backup.list_backup_jobs(ByBackupVaultName=vault, MaxResults=3)
    second = world.backup.list_backup_jobs(ByBackupVaultName=vault, MaxResults=3, NextToken=first["NextToken"])
    assert [len(first["BackupJobs"]), len(second["BackupJobs"]), "NextToken" in second] == [3, 1, False]


def test_a_request_that_is_sent_twice_is_one_job(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    asked = {"BackupVaultName": vault, "ResourceArn": world.table_arn(table), "IamRoleArn": ROLE}
    first, second = (world.backup.start_backup_job(**asked, IdempotencyToken="drill-1") for _ in range(2))
    assert first["BackupJobId"] == second["BackupJobId"]
    assert len(world.points(vault)) == 1


@pytest.mark.parametrize(
    ("arn", "vault", "message"),
    [
        ("arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-1", None, "DynamoDB, EBS, RDS, S3"),
        ("orders", None, "not of a resource type"),
        (None, "missing", "not found"),
    ],
)
def test_what_cannot_be_backed_up_is_refused_by_name(
    world: World, arn: str | None, vault: str | None, message: str
) -> None:
    resource = arn or world.table_arn(world.table(1))
    with pytest.raises(ClientError, match=message):
        world.back_up(resource, vault or world.vault())


def test_a_job_fails_and_says_why(world: World) -> None:
    vault = world.vault()
    plain = world.bucket({"a": b"1"}, versioned=False)
    reasons = {
        world.table_arn("missing"): "does not exist",
        f"arn:aws:s3:::{plain}": "Versioning is not enabled",
        world.database_arn("missing"): "does not exist",
        f"arn:aws:ec2:{PRIMARY}:{ACCOUNT}:volume/vol-00000000": "does not exist",
    }
    for arn, reason in reasons.items():
        job = world.back_up(arn, vault)
        assert (job["State"], reason in job["StatusMessage"]) == ("FAILED", True), job
        assert "RecoveryPointArn" not in job
    assert world.points(vault) == []
    with pytest.raises(ClientError, match="cannot be stopped"):
        world.backup.stop_backup_job(BackupJobId=job["BackupJobId"])


def test_a_disabled_key_of_the_vault_stops_backups_and_restores(world: World) -> None:
    world.manage_dynamodb_fully()
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    key = world.backup.describe_backup_vault(BackupVaultName=vault)["EncryptionKeyArn"]
    world.client("kms").disable_key(KeyId=key)
    job = world.back_up(world.table_arn(table), vault)
    assert (job["State"], "Disabled" in job["StatusMessage"]) == ("FAILED", True)
    restored = world.restore(point, targetTableName=world.name("restored"))
    assert (restored["Status"], "Disabled" in restored["StatusMessage"]) == ("FAILED", True)
    world.client("kms").enable_key(KeyId=key)
    assert world.restore(point, targetTableName=world.name("restored"))["Status"] == "COMPLETED"


def test_snapshots_of_databases_and_volumes_belong_to_aws_backup(world: World) -> None:
    vault, database = world.vault(), world.database()
    point = world.recovery_point(world.database_arn(database), vault)
    assert point.startswith(f"arn:aws:rds:{PRIMARY}:{ACCOUNT}:snapshot:awsbackup:job-")
    name = point.partition(":snapshot:")[2]
    rds = world.client("rds")
    (made,) = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    assert (made["SnapshotType"], made["DBInstanceIdentifier"]) == ("awsbackup", database)
    with pytest.raises(ClientError, match="AWS Backup"):
        rds.delete_db_snapshot(DBSnapshotIdentifier=name)

    ec2 = world.client("ec2")
    volume = ec2.create_volume(Size=8, AvailabilityZone=f"{PRIMARY}a", Encrypted=True, KmsKeyId=world.key())
    volume_point = world.recovery_point(f"arn:aws:ec2:{PRIMARY}:{ACCOUNT}:volume/{volume['VolumeId']}", vault)
    snapshot_id = volume_point.partition("/")[2]
    assert ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]["KmsKeyId"] == volume["KmsKeyId"]
    with pytest.raises(ClientError, match="AWS Backup"):
        ec2.delete_snapshot(SnapshotId=snapshot_id)

    for arn in (point, volume_point):
        world.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
    assert world.points(vault) == []
    with pytest.raises(ClientError, match="DBSnapshotNotFound"):
        rds.describe_db_snapshots(DBSnapshotIdentifier=name)
    with pytest.raises(ClientError):
        ec2.describe_snapshots(SnapshotIds=[snapshot_id])


def test_a_lifecycle_moves_to_cold_storage_and_deletes(world: World) -> None:
    world.manage_dynamodb_fully()
    vault, table = world.vault(), world.table(1)
    world.recovery_point(
        world.table_arn(table), vault, Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120}
    )
    bucket = world.bucket({"a": b"1"})
    world.recovery_point(
        f"arn:aws:s3:::{bucket}", vault, Lifecycle={"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 100}
    )
    for_ever = world.recovery_point(world.table_arn(table), vault)

    def classes() -> dict[str, str]:
        arns = [point["RecoveryPointArn"] for point in world.points(vault)]
        read = [world.backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn) for arn in arns]
        return {
            f"{point['ResourceType']} {'DeleteAt' in point['CalculatedLifecycle']}": point["StorageClass"]
            for point in read
        }

    assert classes() == {"DynamoDB True": "WARM", "S3 True": "WARM", "DynamoDB False": "WARM"}
    world.advance(31 * DAY)
    # There is no cold storage for S3: AWS ignores the setting.
    assert classes() == {"DynamoDB True": "COLD", "S3 True": "WARM", "DynamoDB False": "WARM"}
    world.advance(70 * DAY)
    assert classes() == {"DynamoDB True": "COLD", "DynamoDB False": "WARM"}
    world.advance(20 * DAY)
    assert [point["RecoveryPointArn"] for point in world.points(vault)] == [for_ever]


def test_a_changed_lifecycle_counts_and_less_than_90_cold_days_are_refused(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault, Lifecycle={"DeleteAfterDays": 100})
    named = {"BackupVaultName": vault, "RecoveryPointArn": point}
    with pytest.raises(ClientError, match="90"):
        world.backup.update_recovery_point_lifecycle(
            **named, Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 40}
        )
    updated = world.backup.update_recovery_point_lifecycle(**named, Lifecycle={"DeleteAfterDays": 3})
    assert updated["Lifecycle"] == {"DeleteAfterDays": 3}
    world.advance(4 * DAY)
    assert world.points(vault) == []


def test_protected_resources_say_when_they_were_last_backed_up(world: World) -> None:
    vault, table, bucket = world.vault(), world.table(1), world.bucket({"a": b"1"})
    world.recovery_point(world.table_arn(table), vault)
    last = world.recovery_point(world.table_arn(table), vault)
    world.recovery_point(f"arn:aws:s3:::{bucket}", vault)
    found = {item["ResourceArn"]: item for item in world.backup.list_protected_resources()["Results"]}
    protected = found[world.table_arn(table)]
    assert (protected["LastRecoveryPointArn"], protected["ResourceType"]) == (last, "DynamoDB")
    assert protected["LastBackupVaultArn"] == world.vault_arn(vault)
    assert found[f"arn:aws:s3:::{bucket}"]["ResourceName"] == bucket
    read = world.backup.describe_protected_resource(ResourceArn=world.table_arn(table))
    assert read["LastBackupTime"] == protected["LastBackupTime"]
    in_vault = world.backup.list_protected_resources_by_backup_vault(BackupVaultName=vault)["Results"]
    assert {item["ResourceType"] for item in in_vault} == {"DynamoDB", "S3"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.backup.describe_protected_resource(ResourceArn=world.table_arn("missing"))


def test_recovery_points_survive_a_restart_with_their_data(world: World, tmp_path: Path) -> None:
    vault, table, bucket = world.vault(), world.table(1, 2), world.bucket({"a": b"1"})
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"2")
    points = [world.recovery_point(arn, vault) for arn in (world.table_arn(table), f"arn:aws:s3:::{bucket}")]
    snapshot.save(tmp_path / "snapshot", "the-cloud")
    world.emulator.reset()
    assert snapshot.load(tmp_path / "snapshot") == "the-cloud"
    restored, filled = world.name("restored"), world.name("filled")
    assert world.restore(points[0], targetTableName=restored)["Status"] == "COMPLETED"
    assert world.restore(points[1], DestinationBucketName=filled, NewBucket="true")["Status"] == "COMPLETED"
    assert (world.orders(restored), world.objects(filled)) == ([1, 2], {"a": b"2"})
    assert len(world.backup.list_backup_jobs(ByBackupVaultName=vault)["BackupJobs"]) == 2


def test_a_vault_is_deleted_when_it_is_empty_and_not_before(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    with pytest.raises(ClientError, match="it has recovery points"):
        world.backup.delete_backup_vault(BackupVaultName=vault)
    world.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
    world.backup.delete_backup_vault(BackupVaultName=vault)
    with pytest.raises(ParamValidationError):
        world.backup.start_backup_job(BackupVaultName=vault)
