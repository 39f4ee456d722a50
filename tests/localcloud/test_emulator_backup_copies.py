"""Copies of recovery points in the other Region hold the data, under the other vault's key, and outlive their source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import ACCOUNT, DAY, HOUR, ROLE, World
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> Iterator[World]:
    made = World(emulator, client)
    made.manage_dynamodb_fully()
    yield made
    emulator.traffic.reset()
    made.end_plans()


def copy(world: World, point: str, vault: str, destination_arn: str, **more: Any) -> dict[str, Any]:
    """Run a copy job; returns it as DescribeCopyJob does."""
    started = world.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName=vault,
        DestinationBackupVaultArn=destination_arn,
        IamRoleArn=ROLE,
        **more,
    )
    return describe(world, started["CopyJobId"])


def describe(world: World, job_id: str) -> dict[str, Any]:
    job: dict[str, Any] = world.backup.describe_copy_job(CopyJobId=job_id)["CopyJob"]
    return job


def test_a_copy_of_a_table_and_of_a_bucket_is_restored_in_the_other_region(world: World) -> None:
    west, vault, table = world.elsewhere(), world.vault(), world.table(1, 2)
    bucket, there = world.bucket({"a": b"1"}), west.vault()
    key = west.backup.describe_backup_vault(BackupVaultName=there)["EncryptionKeyArn"]
    copies = []
    for arn in (world.table_arn(table), f"arn:aws:s3:::{bucket}"):
        point = world.recovery_point(arn, vault, RecoveryPointTags={"drill": "7"})
        job = copy(world, point, vault, west.vault_arn(there), Lifecycle={"DeleteAfterDays": 90})
        assert (job["State"], job["SourceRecoveryPointArn"], job["ResourceArn"]) == ("COMPLETED", point, arn), job
        assert job["DestinationRecoveryPointArn"].split(":")[3] == SECONDARY
        world.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
        copies.append(job["DestinationRecoveryPointArn"])
    for arn in copies:
        read = west.backup.describe_recovery_point(BackupVaultName=there, RecoveryPointArn=arn)
        assert (read["EncryptionKeyArn"], read["SourceBackupVaultArn"]) == (key, world.vault_arn(vault))
        assert read["CalculatedLifecycle"]["DeleteAt"] - read["CreationDate"] == timedelta(days=90)
        assert west.backup.list_tags(ResourceArn=arn)["Tags"] == {"drill": "7"}
    world.client("dynamodb").delete_table(TableName=table)
    assert west.restore(copies[0], targetTableName=table)["Status"] == "COMPLETED"
    name = world.name("west")
    assert west.restore(copies[1], DestinationBucketName=name, NewBucket="true")["Status"] == "COMPLETED"
    assert (west.orders(table), west.objects(name)) == ([1, 2], {"a": b"1"})
    location = west.client("s3", SECONDARY).get_bucket_location(Bucket=name)["LocationConstraint"]
    assert location == SECONDARY
    listed = world.backup.list_copy_jobs(ByDestinationVaultArn=west.vault_arn(there))["CopyJobs"]
    assert [entry["ResourceType"] for entry in listed] == ["S3", "DynamoDB"]


def test_snapshots_of_databases_and_volumes_are_copied_with_the_other_vaults_key(world: World) -> None:
    west, vault, database = world.elsewhere(), world.vault(), world.database()
    there = west.vault()
    key = west.backup.describe_backup_vault(BackupVaultName=there)["EncryptionKeyArn"]
    volume = world.client("ec2").create_volume(Size=8, AvailabilityZone=f"{PRIMARY}a")
    point = world.recovery_point(world.database_arn(database), vault)
    job = copy(world, point, vault, west.vault_arn(there))
    assert job["DestinationRecoveryPointArn"].startswith(
        f"arn:aws:rds:{SECONDARY}:{ACCOUNT}:snapshot:awsbackup:copyjob-"
    )
    assert job["DestinationEncryptionKeyArn"] == key
    name = world.name("west")
    restored = west.restore(job["DestinationRecoveryPointArn"], DBInstanceIdentifier=name)
    assert restored["Status"] == "COMPLETED", restored
    (made,) = west.client("rds", SECONDARY).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    assert (made["KmsKeyId"], made["StorageEncrypted"]) == (key, True)

    point = world.recovery_point(f"arn:aws:ec2:{PRIMARY}:{ACCOUNT}:volume/{volume['VolumeId']}", vault)
    job = copy(world, point, vault, west.vault_arn(there))
    assert job["State"] == "COMPLETED", job
    restored = west.restore(job["DestinationRecoveryPointArn"], availabilityZone=f"{SECONDARY}a")
    volume_id = restored["CreatedResourceArn"].partition("/")[2]
    (read,) = west.client("ec2", SECONDARY).describe_volumes(VolumeIds=[volume_id])["Volumes"]
    assert (read["Encrypted"], read["KmsKeyId"], read["Size"]) == (True, key, 8)


def test_a_rule_copies_what_it_made_and_a_continuous_backup_as_a_snapshot(world: World) -> None:
    west, vault, bucket = world.elsewhere(), world.vault(), world.bucket({"a": b"1"})
    there = west.vault()
    made = world.backup.create_backup_plan(
        BackupPlan={
            "BackupPlanName": world.name("plan"),
            "Rules": [
                {
                    "RuleName": "continuous",
                    "TargetBackupVaultName": vault,
                    "ScheduleExpression": "cron(0 * * * ? *)",
                    "EnableContinuousBackup": True,
                    "Lifecycle": {"DeleteAfterDays": 14},
                    "CopyActions": [
                        {"DestinationBackupVaultArn": west.vault_arn(there), "Lifecycle": {"DeleteAfterDays": 30}}
                    ],
                }
            ],
        }
    )
    world.backup.create_backup_selection(
        BackupPlanId=made["BackupPlanId"],
        BackupSelection={"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [f"arn:aws:s3:::{bucket}"]},
    )
    world.advance(HOUR)
    world.client("s3").put_object(Bucket=bucket, Key="a", Body=b"2")
    world.advance(HOUR)
    (point,) = world.points(vault)
    copies = west.points(there)[::-1]
    assert [entry["Lifecycle"] for entry in copies] == [{"DeleteAfterDays": 30}] * 2
    assert not any("continuous" in entry["RecoveryPointArn"] for entry in copies)
    held = []
    for entry in copies:
        name = world.name("west")
        west.restore(entry["RecoveryPointArn"], DestinationBucketName=name, NewBucket="true")
        held.append(west.objects(name))
    assert held == [{"a": b"1"}, {"a": b"2"}]
    (job, _) = world.backup.list_copy_jobs(BySourceRecoveryPointArn=point["RecoveryPointArn"])["CopyJobs"]
    assert job["CreatedBy"]["BackupRuleName"] == "continuous"
    assert job["CreatedByBackupJobId"]
    with pytest.raises(ClientError, match="continuous backup cannot be copied on demand"):
        copy(world, point["RecoveryPointArn"], vault, west.vault_arn(there))


def test_a_copy_waits_for_a_region_that_is_out_and_its_data_is_that_of_the_backup(world: World) -> None:
    west, vault, table = world.elsewhere(), world.vault(), world.table(1)
    there = west.vault()
    point = world.recovery_point(world.table_arn(table), vault)
    world.emulator.traffic.take_out(SECONDARY)
    job = copy(world, point, vault, west.vault_arn(there))
    world.advance(DAY)
    assert describe(world, job["CopyJobId"])["State"] == "RUNNING"
    world.put_order(table, 2)
    world.emulator.traffic.heal(SECONDARY)
    world.emulator.carry_out_due()
    done = describe(world, job["CopyJobId"])
    assert done["State"] == "COMPLETED"
    assert done["CompletionDate"] - done["CreationDate"] >= timedelta(days=1)
    name = world.name("west")
    west.restore(done["DestinationRecoveryPointArn"], targetTableName=name)
    assert west.orders(name) == [1]


def test_a_copy_fails_where_vault_lock_policy_or_key_say_so(world: World) -> None:
    west, vault, table = world.elsewhere(), world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    locked, closed, keyless = west.vault(), west.vault(), west.vault()
    west.backup.put_backup_vault_lock_configuration(BackupVaultName=locked, MinRetentionDays=30)
    deny = (
        '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]}'
    )
    west.backup.put_backup_vault_access_policy(BackupVaultName=closed, Policy=deny)
    key = west.backup.describe_backup_vault(BackupVaultName=keyless)["EncryptionKeyArn"]
    west.client("kms", SECONDARY).schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    reasons = {
        "missing": "does not exist",
        locked: "30 to 36500 days",
        closed: "explicit deny",
        keyless: "PendingDeletion",
    }
    for name, reason in reasons.items():
        job = copy(world, point, vault, west.vault_arn(name), Lifecycle={"DeleteAfterDays": 7})
        assert (job["State"], reason in job["StatusMessage"]) == ("FAILED", True), job
    assert copy(world, point, vault, west.vault_arn(locked), Lifecycle={"DeleteAfterDays": 30})["State"] == "COMPLETED"
    with pytest.raises(ClientError, match="is no ARN of a backup vault"):
        copy(world, point, vault, "west")


def test_a_table_that_dynamodb_backs_up_itself_is_not_copied(world: World) -> None:
    world.backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    west, vault, table = world.elsewhere(), world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    assert point.startswith(f"{world.table_arn(table)}/backup/")
    job = copy(world, point, vault, west.vault_arn(west.vault()))
    assert (job["State"], "advanced features" in job["StatusMessage"]) == ("FAILED", True)


def test_an_air_gapped_target_gets_what_the_rule_backed_up(world: World) -> None:
    vault, gapped, table = world.vault(), world.name("gapped"), world.table(1)
    world.backup.create_logically_air_gapped_backup_vault(
        BackupVaultName=gapped, MinRetentionDays=7, MaxRetentionDays=60
    )
    made = world.backup.create_backup_plan(
        BackupPlan={
            "BackupPlanName": world.name("plan"),
            "Rules": [
                {
                    "RuleName": "gapped",
                    "TargetBackupVaultName": vault,
                    "ScheduleExpression": "cron(0 * * * ? *)",
                    "Lifecycle": {"DeleteAfterDays": 30},
                    "TargetLogicallyAirGappedBackupVaultArn": world.vault_arn(gapped),
                }
            ],
        }
    )
    world.backup.create_backup_selection(
        BackupPlanId=made["BackupPlanId"],
        BackupSelection={"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [world.table_arn(table)]},
    )
    world.advance(HOUR)
    (point,) = world.points(gapped)
    assert (point["VaultType"], world.points(vault)) == ("LOGICALLY_AIR_GAPPED_BACKUP_VAULT", [])
    with pytest.raises(ClientError, match="locked"):
        world.backup.delete_recovery_point(BackupVaultName=gapped, RecoveryPointArn=point["RecoveryPointArn"])
    name = world.name("restored")
    assert world.restore(point["RecoveryPointArn"], targetTableName=name)["Status"] == "COMPLETED"
    assert world.orders(name) == [1]
