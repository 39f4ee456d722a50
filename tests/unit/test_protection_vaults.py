"""Vaults from their registrations: lock, deny policy, notifications, and the air-gapped one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.protection.air_gapped import AirGappedVault, AirGappedVaultArgs
from components.protection.vault import (
    DELETION_ACTIONS,
    NOTIFIED_EVENTS,
    TAMPERING_ACTIONS,
    LockedVault,
    LockedVaultArgs,
)
from components.settings.protection import AirGapped
from tests.support.botocore_shapes import enum, refusals
from tests.support.program import Program, registrations

TOPIC = "arn:aws:sns:us-east-1:123456789012:securecart-alerts"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
NOTIFICATIONS = "aws:backup/vaultNotifications:VaultNotifications"


def built(**changed: Any) -> Program:
    given: dict[str, Any] = {
        "vault_name": "securecart-primary-7d-2555d",
        "key_arn": "arn:aws:kms:us-east-1:123456789012:key/vault",
        "account_id": "123456789012",
        "lock_min_days": 7,
        "lock_max_days": 2555,
        "administrator_roles": ("securecart-deployer",),
    }
    return registrations(lambda: LockedVault("backup", LockedVaultArgs(**given | changed)))


def test_the_lock_is_in_governance_mode_unless_it_is_told_otherwise() -> None:
    (lock,) = built().of(LOCK)
    assert "changeableForDays" not in lock.inputs
    (irrevocable,) = built(irrevocable_after_days=3).of(LOCK)
    assert irrevocable.inputs["changeableForDays"] == 3


@pytest.mark.parametrize("days", [2, 36501])
def test_a_cooling_time_that_aws_refuses_is_refused(days: int) -> None:
    """AWS Backup PutBackupVaultLockConfiguration ChangeableForDays: 3 to 36500."""
    with pytest.raises(ValueError, match="3 to 36500 days"):
        built(irrevocable_after_days=days)


def test_an_ephemeral_vault_is_never_irrevocable() -> None:
    with pytest.raises(ValueError, match="could never be deleted"):
        built(irrevocable_after_days=3, ephemeral=True)


def test_failures_reach_the_topic_in_events_that_aws_still_sends() -> None:
    (told,) = built(topic_arn=TOPIC).of(NOTIFICATIONS)
    events = told.inputs["backupVaultEvents"]
    assert told.inputs["snsTopicArn"] == TOPIC
    assert set(events) <= enum("backup", "BackupVaultEvent")
    # PutBackupVaultNotifications: deprecated, "do not return statuses or notifications".
    deprecated = {
        "BACKUP_JOB_SUCCESSFUL",
        "BACKUP_JOB_FAILED",
        "BACKUP_JOB_EXPIRED",
        "RESTORE_JOB_SUCCESSFUL",
        "RESTORE_JOB_FAILED",
    }
    assert not deprecated & set(events)
    assert {"BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"} <= set(events)
    call = {"BackupVaultName": told.inputs["backupVaultName"], "SNSTopicArn": TOPIC, "BackupVaultEvents": events}
    assert refusals("backup", "PutBackupVaultNotifications", call) == ""
    assert events == list(NOTIFIED_EVENTS)


def test_without_a_topic_there_are_no_notifications() -> None:
    assert not [r for r in built().resources if r.type == NOTIFICATIONS]


def test_nobody_deletes_and_only_administrators_change_what_protects() -> None:
    (policy,) = built().of("aws:backup/vaultPolicy:VaultPolicy")
    nobody, others = json.loads(policy.inputs["policy"])["Statement"]
    assert nobody["Action"] == list(DELETION_ACTIONS)
    assert "Condition" not in nobody
    assert others["Action"] == list(TAMPERING_ACTIONS)
    assert "arn:aws:iam::123456789012:role/securecart-deployer" in others["Condition"]["ArnNotLike"]["aws:PrincipalArn"]


@pytest.mark.parametrize("key", [None, "arn:aws:kms:us-east-1:123456789012:key/air"])
def test_the_air_gapped_vault_is_protected_and_stays_when_the_stack_goes(key: str | None) -> None:
    args = AirGappedVaultArgs(
        vault_name="securecart-air-gapped", retention=AirGapped(min_days=7, max_days=400), key_arn=key
    )
    recorded = registrations(lambda: AirGappedVault("backup", args))
    (vault,) = recorded.of("aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault")
    assert vault.protect
    assert vault.retain_on_delete
    assert vault.inputs.get("encryptionKeyArn") == key
    call = {
        "BackupVaultName": vault.inputs["name"],
        "MinRetentionDays": int(vault.inputs["minRetentionDays"]),
        "MaxRetentionDays": int(vault.inputs["maxRetentionDays"]),
    }
    assert refusals("backup", "CreateLogicallyAirGappedBackupVault", call) == ""
