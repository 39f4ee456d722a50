"""Restore testing plans run on the clock: they restore, wait for a verdict, time out, and clear up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import DAY, HOUR, ROLE, World
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> Iterator[World]:
    made = World(emulator, client)
    yield made
    made.end_plans()


def plan(world: World, vault: str, resource_type: str, **more: Any) -> str:
    """A daily restore test of what the vault holds of a type; returns the plan's ARN."""
    name = world.name("tests").replace("-", "_")
    window = more.pop("ValidationWindowHours", 4)
    selection = {"ProtectedResourceArns": ["*"], "RestoreMetadataOverrides": {}, **more.pop("selection", {})}
    made = world.backup.create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": name,
            "ScheduleExpression": "cron(0 4 * * ? *)",
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW",
                "IncludeVaults": [world.vault_arn(vault)],
                "RecoveryPointTypes": ["SNAPSHOT"],
                "SelectionWindowDays": 7,
                **more,
            },
        }
    )
    world.backup.create_restore_testing_selection(
        RestoreTestingPlanName=name,
        RestoreTestingSelection={
            "RestoreTestingSelectionName": "all",
            "ProtectedResourceType": resource_type,
            "IamRoleArn": ROLE,
            "ValidationWindowHours": window,
            **selection,
        },
    )
    arn: str = made["RestoreTestingPlanArn"]
    return arn


def jobs_of(world: World, plan_arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.backup.list_restore_jobs(ByRestoreTestingPlanArn=plan_arn)["RestoreJobs"]
    return found


def advance_to_run(world: World, plan_arn: str) -> None:
    """Into the hour after the plan's next run."""
    while not jobs_of(world, plan_arn):
        world.advance(HOUR)


def test_a_test_restores_the_newest_point_and_is_judged_once(world: World) -> None:
    vault, table, key = world.vault(), world.table(1), world.key()
    world.recovery_point(world.table_arn(table), vault)
    world.put_order(table, 2)
    newest = world.recovery_point(world.table_arn(table), vault)
    overrides = {"encryptionType": "KMS", "kmsMasterKeyArn": key}
    arn = plan(world, vault, "DynamoDB", selection={"RestoreMetadataOverrides": overrides})
    advance_to_run(world, arn)
    (job,) = jobs_of(world, arn)
    assert (job["RecoveryPointArn"], job["Status"], job["ValidationStatus"]) == (newest, "COMPLETED", "VALIDATING")
    assert job["CreatedBy"] == {"RestoreTestingPlanArn": arn}
    name = job["CreatedResourceArn"].rpartition("/")[2]
    assert name.startswith("awsbackup-restore-test-")
    assert world.orders(name) == [1, 2]
    told = world.backup.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])["Metadata"]
    assert (told["targetTableName"], told["encryptionType"]) == (name, "KMS")

    judged = {"RestoreJobId": job["RestoreJobId"], "ValidationStatus": "SUCCESSFUL"}
    world.backup.put_restore_validation_result(**judged, ValidationStatusMessage="2 orders")
    after = world.backup.describe_restore_job(RestoreJobId=job["RestoreJobId"])
    assert (after["ValidationStatus"], after["ValidationStatusMessage"]) == ("SUCCESSFUL", "2 orders")
    assert after["DeletionStatus"] == "SUCCESSFUL"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.orders(name)
    with pytest.raises(ClientError, match="takes no validation result"):
        world.backup.put_restore_validation_result(**judged)
    read = world.backup.get_restore_testing_plan(RestoreTestingPlanName=arn.rpartition(":")[2].rsplit("-", 5)[0])
    assert read["RestoreTestingPlan"]["LastExecutionTime"] <= after["CreationDate"]


def test_a_test_that_nobody_judges_times_out_and_clears_up(world: World) -> None:
    vault, bucket = world.vault(), world.bucket({"a": b"1"})
    world.recovery_point(f"arn:aws:s3:::{bucket}", vault)
    arn = plan(world, vault, "S3", ValidationWindowHours=4)
    advance_to_run(world, arn)
    (job,) = jobs_of(world, arn)
    restored = job["CreatedResourceArn"].rpartition(":")[2]
    assert world.objects(restored) == {"a": b"1"}
    world.advance(5 * HOUR)
    (ended,) = jobs_of(world, arn)
    assert (ended["ValidationStatus"], ended["DeletionStatus"]) == ("TIMED_OUT", "SUCCESSFUL")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        world.objects(restored)


def test_without_a_validation_window_a_test_clears_up_at_once(world: World) -> None:
    vault, database = world.vault(), world.database()
    world.recovery_point(world.database_arn(database), vault)
    arn = plan(world, vault, "RDS", ValidationWindowHours=0)
    world.advance(DAY)
    (job,) = jobs_of(world, arn)
    assert (job["Status"], job["DeletionStatus"], "ValidationStatus" in job) == ("COMPLETED", "SUCCESSFUL", False)
    listed = world.client("rds").describe_db_instances()["DBInstances"]
    assert [entry["DBInstanceIdentifier"] for entry in listed if "restore-test" in entry["DBInstanceIdentifier"]] == []
    with pytest.raises(ClientError, match="takes no validation result"):
        world.backup.put_restore_validation_result(RestoreJobId=job["RestoreJobId"], ValidationStatus="SUCCESSFUL")


def test_a_test_that_cannot_restore_fails_and_says_why(world: World) -> None:
    vault, database = world.vault(), world.database()
    world.recovery_point(world.database_arn(database), vault)
    arn = plan(world, vault, "RDS", selection={"RestoreMetadataOverrides": {"dbSubnetGroupName": "missing"}})
    world.advance(DAY)
    (job,) = jobs_of(world, arn)
    assert (job["Status"], "missing" in job["StatusMessage"], "CreatedResourceArn" in job) == ("FAILED", True, False)


def test_only_what_a_plan_means_is_tested(world: World) -> None:
    vault, other, tagged = world.vault(), world.vault(), world.table(1, tags={"tier": "gold"})
    plain = world.table(1)
    for name, into in ((tagged, vault), (plain, vault), (plain, other)):
        world.recovery_point(world.table_arn(name), into)
    conditions = {"StringEquals": [{"Key": "aws:ResourceTag/tier", "Value": "gold"}]}
    by_tag = plan(world, vault, "DynamoDB", selection={"ProtectedResourceConditions": conditions})
    by_arn = plan(world, vault, "DynamoDB", selection={"ProtectedResourceArns": [world.table_arn(plain)]})
    nothing = plan(world, vault, "DynamoDB", ExcludeVaults=[world.vault_arn(vault)])
    world.advance(DAY)
    assert [job["SourceResourceArn"] for job in jobs_of(world, by_tag)] == [world.table_arn(tagged)]
    (job,) = jobs_of(world, by_arn)
    assert (job["SourceResourceArn"], job["BackupVaultArn"]) == (world.table_arn(plain), world.vault_arn(vault))
    assert jobs_of(world, nothing) == []
    # The window of 7 days is over, and nothing new was backed up.
    world.advance(8 * DAY)
    runs = len(jobs_of(world, by_arn))
    world.advance(2 * DAY)
    assert len(jobs_of(world, by_arn)) == runs


def test_what_would_be_inferred_is_told_and_other_jobs_take_no_verdict(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    inferred = world.backup.get_restore_testing_inferred_metadata(BackupVaultName=vault, RecoveryPointArn=point)
    assert inferred["InferredMetadata"]["targetTableName"].startswith("awsbackup-restore-test-")
    job = world.restore(point, targetTableName=world.name("restored"))
    with pytest.raises(ClientError, match="not made by a restore testing plan"):
        world.backup.put_restore_validation_result(RestoreJobId=job["RestoreJobId"], ValidationStatus="FAILED")
