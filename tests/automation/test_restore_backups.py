"""Backups and copies on demand: what they make can be restored from, and a vault's lock is kept to."""

from __future__ import annotations

import pytest

from automation.evidence import history
from automation.recovery.session import Session
from automation.restore import backups, jobs, points
from automation.restore.backups import backup_plan
from automation.restore.wanted import Kind
from tests.automation.restore_commands import ORDER, document, securecart, use
from tests.automation.restore_world import EAST, WEST, Stores, carry_out


@pytest.fixture(autouse=True)
def cloud(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    use(session, monkeypatch)


def test_a_backup_now_is_copied_and_restored_from_in_the_other_region(stores: Stores, session: Session) -> None:
    stores.put(stores.table(), o1="paid")
    point = document("backup", "now", "table", "order-history")["recoveryPoints"]["back up table order-history"]
    backup = stores.client("backup", EAST)
    made = backup.describe_recovery_point(BackupVaultName=stores.estate.primary.vault, RecoveryPointArn=point)
    assert made["Lifecycle"]["DeleteAfterDays"] == 35
    west = stores.client("backup", WEST)
    lock = {"BackupVaultName": stores.estate.secondary.vault}
    west.put_backup_vault_lock_configuration(**lock, MinRetentionDays=7, MaxRetentionDays=2555)
    copied = document("copy", point, "--keep-days", "8")["recoveryPoints"]["copy"]
    kept = west.describe_recovery_point(BackupVaultName=stores.estate.secondary.vault, RecoveryPointArn=copied)
    assert kept["Lifecycle"]["DeleteAfterDays"] == 8
    west.delete_backup_vault_lock_configuration(**lock)
    assert [one.command for one in history.read(session.archive, session.objects)[0].executions] == ["backup", "copy"]
    assert f":{WEST}:" in copied
    restored = document("restore", "table", "order-history", "--recovery-point", copied)["evidence"]["restored"][0]
    assert restored["region"] == WEST
    assert stores.states(restored["name"], WEST) == {"o1": "paid"}


def test_retention_outside_of_the_vaults_lock_is_refused_with_the_range(stores: Stores) -> None:
    told = securecart("backup", "now", "--keep-days", "3", *ORDER)
    assert told.exit_code == 2
    assert "--keep-days 3 is outside of the vault's lock; allowed: 7 to 2555" in told.output


def test_what_is_in_no_vault_of_ours_is_not_copied(stores: Stores) -> None:
    told = securecart("copy", "arn:aws:backup:us-east-1:123456789012:recovery-point:none", *ORDER)
    assert told.exit_code == 2
    assert f"is not in vault {stores.estate.primary.vault} of us-east-1" in told.output


def test_a_job_that_fails_says_why(stores: Stores) -> None:
    told = securecart("backup", "now", "table", "order-history", *ORDER)
    assert told.exit_code == 1
    assert "backup job" in told.output
    assert "FAILED" in told.output


def test_a_second_start_of_the_same_run_is_the_same_job(stores: Stores, session: Session) -> None:
    table = stores.table()
    stores.put(table, o1="paid")
    side = stores.estate.primary
    for _ in range(2):
        carry_out(session, backup_plan(session.world, side, [(Kind.TABLE, "order-history")], 35, "one-run"))
    listed = stores.client("backup", EAST).list_recovery_points_by_backup_vault(BackupVaultName=side.vault)
    assert len(listed["RecoveryPoints"]) == 1
    assert jobs.token_of("a", "b") != jobs.token_of("ab")
    assert backups.BACKUP_SECONDS > 0


def test_a_region_without_a_vault_has_no_recovery_point(stores: Stores, session: Session) -> None:
    assert points.newest(session.world, WEST, "no-such-vault", {"arn:aws:s3:::any"}) is None
    made = document("test-restores", exit_code=6)["evidence"]
    assert made["verdict"] == "FAIL"
    assert {one["verdict"] for one in made["findings"]} == {"FAIL"}
