"""Vault locks and vault policies are enforced: what they protect is not deleted, changed or kept too short."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import ACCOUNT, DAY, World
from tests.localcloud.provider_world import PRIMARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> World:
    return World(emulator, client)


def policy(**statement: Any) -> str:
    whole = {"Sid": "NobodyDeletes", "Effect": "Deny", "Principal": "*", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


def as_role(world: World, role: str) -> Any:
    """AWS Backup as somebody who assumed the role."""
    iam = world.client("iam")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    keys = world.client("sts").assume_role(RoleArn=arn, RoleSessionName="drill")["Credentials"]
    return boto3.client(
        "backup",
        region_name=PRIMARY,
        endpoint_url=world.emulator.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.mark.parametrize("irrevocable", [{}, {"ChangeableForDays": 3}], ids=["governance", "compliance"])
def test_what_a_locked_vault_holds_is_neither_deleted_nor_changed(world: World, irrevocable: dict[str, int]) -> None:
    vault, table = world.vault(), world.table(1, 2)
    point = world.recovery_point(world.table_arn(table), vault, Lifecycle={"DeleteAfterDays": 10})
    world.backup.put_backup_vault_lock_configuration(
        BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=35, **irrevocable
    )
    named = {"BackupVaultName": vault, "RecoveryPointArn": point}
    with pytest.raises(ClientError, match=r"InvalidRequestException.*locked"):
        world.backup.delete_recovery_point(**named)
    with pytest.raises(ClientError, match=r"InvalidRequestException.*locked"):
        world.backup.update_recovery_point_lifecycle(**named, Lifecycle={"DeleteAfterDays": 1})
    with pytest.raises(ClientError, match="it has recovery points"):
        world.backup.delete_backup_vault(BackupVaultName=vault)
    name = world.name("restored")
    world.restore(point, targetTableName=name)
    assert world.orders(name) == [1, 2]
    # The end of its retention is the end of its protection.
    world.advance(11 * DAY)
    assert world.points(vault) == []


@pytest.mark.parametrize(
    ("lifecycle", "state"),
    [
        ({"DeleteAfterDays": 6}, "FAILED"),
        ({"DeleteAfterDays": 7}, "COMPLETED"),
        ({"DeleteAfterDays": 35}, "COMPLETED"),
        ({"DeleteAfterDays": 36}, "FAILED"),
        (None, "FAILED"),
    ],
)
def test_a_job_outside_of_the_locks_retention_fails(world: World, lifecycle: dict[str, int] | None, state: str) -> None:
    vault, table = world.vault(), world.table(1)
    world.backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=35)
    job = world.back_up(world.table_arn(table), vault, **({"Lifecycle": lifecycle} if lifecycle else {}))
    assert job["State"] == state
    assert len(world.points(vault)) == (state == "COMPLETED")
    assert state == "COMPLETED" or "7 to 35 days" in job["StatusMessage"]


def test_a_governance_lock_can_be_lifted_and_a_compliance_lock_only_until_its_date(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    world.backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7)
    world.backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    world.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)

    for lifted in (True, False):
        compliant = world.vault()
        world.backup.put_backup_vault_lock_configuration(
            BackupVaultName=compliant, MinRetentionDays=7, ChangeableForDays=3
        )
        world.advance(2 * DAY)
        if lifted:
            world.backup.delete_backup_vault_lock_configuration(BackupVaultName=compliant)
            continue
        world.advance(2 * DAY)
        with pytest.raises(ClientError, match="immutable"):
            world.backup.delete_backup_vault_lock_configuration(BackupVaultName=compliant)
        with pytest.raises(ClientError, match="immutable"):
            world.backup.put_backup_vault_lock_configuration(BackupVaultName=compliant, MinRetentionDays=1)
        world.backup.delete_backup_vault(BackupVaultName=compliant)


def test_what_the_policy_of_a_vault_denies_to_everyone_is_refused_to_everyone(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    denied = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVault"]
    world.backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=policy(Action=denied))
    named = {"BackupVaultName": vault, "RecoveryPointArn": point}
    for someone in (world.backup, as_role(world, world.name("admin"))):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*NobodyDeletes"):
            someone.delete_recovery_point(**named)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            someone.update_recovery_point_lifecycle(**named, Lifecycle={"DeleteAfterDays": 1})
        with pytest.raises(ClientError, match="AccessDeniedException"):
            someone.delete_backup_vault(BackupVaultName=vault)
    assert [entry["RecoveryPointArn"] for entry in world.points(vault)] == [point]
    world.backup.delete_backup_vault_access_policy(BackupVaultName=vault)
    world.backup.delete_recovery_point(**named)


def test_a_policy_spares_the_administrators_that_its_condition_names(world: World) -> None:
    vault, admin, other = world.vault(), world.name("admin"), world.name("other")
    spared = [f"arn:aws:iam::{ACCOUNT}:role/{admin}"]
    text = policy(Action="backup:*BackupVaultAccessPolicy", Condition={"ArnNotLike": {"aws:PrincipalArn": spared}})
    world.backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=text)
    for someone in (world.backup, as_role(world, other)):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            someone.delete_backup_vault_access_policy(BackupVaultName=vault)
    as_role(world, admin).delete_backup_vault_access_policy(BackupVaultName=vault)


@pytest.mark.parametrize(
    "condition",
    [{"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, {"StringEquals": {"aws:SourceVpc": "vpc-1"}}],
)
def test_a_condition_that_is_not_judged_is_refused_by_name(world: World, condition: dict[str, Any]) -> None:
    vault = world.vault()
    with pytest.raises(ClientError, match="judges aws:PrincipalArn"):
        world.backup.put_backup_vault_access_policy(
            BackupVaultName=vault, Policy=policy(Action="backup:*", Condition=condition)
        )
