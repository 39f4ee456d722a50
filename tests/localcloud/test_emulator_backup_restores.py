"""Restore jobs give back what a recovery point holds: tables, buckets, databases and volumes; buckets at a moment, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator import clock
from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import ACCOUNT, DAY, HOUR, ROLE, World
from tests.localcloud.provider_world import PRIMARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> Iterator[World]:
    made = World(emulator, client)
    yield made
    made.end_plans()


def continuous(world: World, vault: str, resource_arn: str) -> str:
    """A continuous recovery point, made by a plan of its own; returns its ARN."""
    plan = world.backup.create_backup_plan(
        BackupPlan={
            "BackupPlanName": world.name("plan"),
            "Rules": [
                {
                    "RuleName": "pitr",
                    "TargetBackupVaultName": vault,
                    "ScheduleExpression": "cron(0 * * * ? *)",
                    "EnableContinuousBackup": True,
                    "Lifecycle": {"DeleteAfterDays": 35},
                }
            ],
        }
    )
    world.backup.create_backup_selection(
        BackupPlanId=plan["BackupPlanId"],
        BackupSelection={"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [resource_arn]},
    )
    world.advance(HOUR)
    (point,) = world.points(vault)
    arn: str = point["RecoveryPointArn"]
    return arn


def test_a_table_comes_back_as_it_was_with_its_index(world: World) -> None:
    vault, table = world.vault(), world.table(1, 2, 3)
    point = world.recovery_point(world.table_arn(table), vault)
    world.put_order(table, 4)
    world.client("dynamodb").delete_item(TableName=table, Key={"id": {"N": "1"}})
    name = world.name("restored")
    job = world.restore(point, targetTableName=name)
    assert (job["Status"], job["CreatedResourceArn"]) == ("COMPLETED", world.table_arn(name))
    assert (job["RecoveryPointArn"], job["ResourceType"], job["PercentDone"]) == (point, "DynamoDB", "100.00%")
    assert (world.orders(name), world.orders(table)) == ([1, 2, 3], [2, 3, 4])
    found = world.client("dynamodb").query(
        TableName=name,
        IndexName="by-customer",
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": "customer-1"}},
    )
    assert sorted(item["id"]["N"] for item in found["Items"]) == ["1", "3"]


def test_a_table_comes_back_after_it_was_deleted_and_under_a_key(world: World) -> None:
    world.manage_dynamodb_fully()
    vault, table, key = world.vault(), world.table(1, 2, tags={"team": "shop"}), world.key()
    point = world.recovery_point(world.table_arn(table), vault)
    world.client("dynamodb").delete_table(TableName=table)
    started = world.backup.start_restore_job(
        RecoveryPointArn=point,
        IamRoleArn=ROLE,
        Metadata={"targetTableName": table, "encryptionType": "KMS", "kmsMasterKeyArn": key},
        CopySourceTagsToRestoredResource=True,
    )
    assert world.backup.describe_restore_job(RestoreJobId=started["RestoreJobId"])["Status"] == "COMPLETED"
    described = world.client("dynamodb").describe_table(TableName=table)["Table"]
    assert described["SSEDescription"]["KMSMasterKeyArn"] == key
    tags = world.client("dynamodb").list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    assert (world.orders(table), tags) == ([1, 2], [{"Key": "team", "Value": "shop"}])


def test_what_a_restore_needs_is_asked_for_and_nothing_is_overwritten(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    with pytest.raises(ClientError, match="targetTableName"):
        world.restore(point)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.restore(f"{point}0", targetTableName="x")
    with pytest.raises(ClientError, match="is a snapshot"):
        world.restore(point, targetTableName="x", RestoreTime="2026-01-01T00:00:00Z")
    job = world.restore(point, targetTableName=table)
    assert (job["Status"], job["StatusMessage"]) == ("FAILED", f"Table already exists: {table}")
    listed = world.backup.list_restore_jobs_by_protected_resource(ResourceArn=world.table_arn(table))["RestoreJobs"]
    assert [entry["Status"] for entry in listed] == ["FAILED"]


def test_a_bucket_comes_back_with_metadata_and_tags_without_what_was_deleted_before(world: World) -> None:
    vault, bucket, s3 = world.vault(), world.bucket({"a": b"1", "gone": b"x"}), world.client("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"2", Metadata={"order": "7"}, Tagging="kind=invoice")
    s3.delete_object(Bucket=bucket, Key="gone")
    point = world.recovery_point(f"arn:aws:s3:::{bucket}", vault)
    assert point.startswith(f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:recovery-point:{bucket}-")
    for version in s3.list_object_versions(Bucket=bucket)["Versions"]:
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    name, key = world.name("restored"), world.key()
    job = world.restore(point, DestinationBucketName=name, NewBucket="true", EncryptionType="SSE-KMS", KMSKey=key)
    assert (job["Status"], job["CreatedResourceArn"]) == ("COMPLETED", f"arn:aws:s3:::{name}")
    assert (world.objects(bucket), world.objects(name)) == ({}, {"a": b"2"})
    head = s3.head_object(Bucket=name, Key="a")
    assert (head["Metadata"], head["SSEKMSKeyId"]) == ({"order": "7"}, key)
    assert s3.get_object_tagging(Bucket=name, Key="a")["TagSet"] == [{"Key": "kind", "Value": "invoice"}]


def test_a_restore_into_a_bucket_leaves_what_is_there_and_takes_single_objects(world: World) -> None:
    vault, bucket = world.vault(), world.bucket({"a": b"old", "b": b"old", "c": b"old"})
    point = world.recovery_point(f"arn:aws:s3:::{bucket}", vault)
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"new")
    world.client("s3").delete_object(Bucket=bucket, Key="b")
    assert world.restore(point, DestinationBucketName=bucket, NewBucket="false")["Status"] == "COMPLETED"
    assert world.objects(bucket) == {"a": b"new", "b": b"old", "c": b"old"}
    name = world.name("single")
    items = json.dumps([f"s3://{bucket}/c"])
    assert (
        world.restore(point, DestinationBucketName=name, NewBucket="true", ItemsToRestore=items)["Status"]
        == "COMPLETED"
    )
    assert world.objects(name) == {"c": b"old"}
    missing = world.restore(point, DestinationBucketName=world.name("missing"), NewBucket="false")
    assert (missing["Status"], "does not exist" in missing["StatusMessage"]) == ("FAILED", True)


def test_a_bucket_goes_back_to_a_moment_also_when_its_versions_are_gone(world: World) -> None:
    vault, bucket, s3 = world.vault(), world.bucket({"a": b"1", "b": b"1"}), world.client("s3")
    point = continuous(world, vault, f"arn:aws:s3:::{bucket}")
    assert ":recovery-point:continuous:" in point
    moments: list[datetime] = []
    for body in (b"2", b"3"):
        world.advance(HOUR // 2)
        s3.put_object(Bucket=bucket, Key="a", Body=body)
        world.advance(60)
        moments.append(clock.now())
    s3.delete_object(Bucket=bucket, Key="b")
    world.advance(60)
    for kind in ("Versions", "DeleteMarkers"):
        for version in s3.list_object_versions(Bucket=bucket)[kind]:
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)

    def at(moment: datetime) -> dict[str, bytes]:
        name = world.name("moment")
        job = world.restore(
            point, DestinationBucketName=name, NewBucket="true", RestoreTime=moment.astimezone(UTC).isoformat()
        )
        assert job["Status"] == "COMPLETED", job
        return world.objects(name)

    assert at(moments[0]) == {"a": b"2", "b": b"1"}
    assert at(moments[1]) == {"a": b"3", "b": b"1"}
    assert at(clock.now()) == {}
    before = world.restore(
        point, DestinationBucketName=world.name("early"), NewBucket="true", RestoreTime="2020-01-01T00:00:00Z"
    )
    assert (before["Status"], "is not between" in before["StatusMessage"]) == ("FAILED", True)


def test_a_continuous_backup_is_one_recovery_point_that_its_rule_renews(world: World) -> None:
    vault, bucket = world.vault(), world.bucket({"a": b"1"})
    point = continuous(world, vault, f"arn:aws:s3:::{bucket}")
    world.advance(40 * DAY)
    (kept,) = world.points(vault)
    assert (kept["RecoveryPointArn"], kept["Status"]) == (point, "AVAILABLE")
    (plan,) = world.backup.list_backup_plans()["BackupPlansList"][-1:]
    for entry in world.backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]:
        world.backup.delete_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=entry["SelectionId"])
    world.advance(36 * DAY)
    assert world.points(vault) == []


def test_a_database_comes_back_as_a_new_instance(world: World) -> None:
    vault, database = world.vault(), world.database()
    point = world.recovery_point(world.database_arn(database), vault)
    metadata = world.backup.get_recovery_point_restore_metadata(BackupVaultName=vault, RecoveryPointArn=point)
    assert metadata["RestoreMetadata"]["DBInstanceIdentifier"] == database
    name = world.name("restored")
    job = world.restore(point, DBInstanceIdentifier=name, DBInstanceClass="db.t4g.large", MultiAZ="false")
    assert (job["Status"], job["CreatedResourceArn"]) == ("COMPLETED", world.database_arn(name)), job
    rds = world.client("rds")
    (made,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    (source,) = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
    assert (made["DBInstanceClass"], made["KmsKeyId"]) == ("db.t4g.large", source["KmsKeyId"])
    again = world.restore(point, DBInstanceIdentifier=name)
    assert (again["Status"], "already exists" in again["StatusMessage"]) == ("FAILED", True)


def test_a_continuous_backup_of_a_database_takes_over_its_retention_and_goes_to_a_moment(world: World) -> None:
    vault, database = world.vault(), world.database()
    point = continuous(world, vault, world.database_arn(database))
    assert f":{ACCOUNT}:auto-backup:ab-" in point
    rds = world.client("rds")
    (source,) = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
    assert source["BackupRetentionPeriod"] == 35
    name = world.name("restored")
    world.advance(HOUR // 2)
    job = world.restore(point, DBInstanceIdentifier=name, RestoreTime=clock.now().isoformat())
    assert job["Status"] == "COMPLETED", job
    assert rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["StorageEncrypted"] is True
    world.backup.disassociate_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
    assert world.points(vault) == []


def test_a_volume_comes_back_from_its_snapshot(world: World) -> None:
    vault, ec2, key = world.vault(), world.client("ec2"), world.key()
    volume = ec2.create_volume(Size=8, AvailabilityZone=f"{PRIMARY}a", Encrypted=True, KmsKeyId=key, VolumeType="gp3")
    point = world.recovery_point(f"arn:aws:ec2:{PRIMARY}:{ACCOUNT}:volume/{volume['VolumeId']}", vault)
    ec2.delete_volume(VolumeId=volume["VolumeId"])
    job = world.restore(point, availabilityZone=f"{PRIMARY}b")
    assert job["Status"] == "COMPLETED", job
    made = job["CreatedResourceArn"].partition("/")[2]
    (read,) = ec2.describe_volumes(VolumeIds=[made])["Volumes"]
    assert (read["Size"], read["KmsKeyId"], read["SnapshotId"]) == (8, key, point.partition("/")[2])
    assert (read["AvailabilityZone"], read["VolumeType"]) == (f"{PRIMARY}b", "gp3")
    elsewhere = world.restore(point, availabilityZone="us-west-2a")
    assert (elsewhere["Status"], "not in us-east-1" in elsewhere["StatusMessage"]) == ("FAILED", True)


def test_restore_jobs_are_listed_by_status_and_show_what_they_were_told(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    name = world.name("restored")
    job = world.restore(point, targetTableName=name)
    listed = world.backup.list_restore_jobs(ByStatus="COMPLETED", ByResourceType="DynamoDB")["RestoreJobs"]
    assert listed[0]["RestoreJobId"] == job["RestoreJobId"]
    told = world.backup.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
    assert told == {"targetTableName": name}
    protected = world.backup.describe_protected_resource(ResourceArn=world.table_arn(table))
    assert protected["LatestRestoreJobCreationDate"] == job["CreationDate"]
    used = world.backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
    assert used["LastRestoreTime"] >= job["CreationDate"]
