"""An attacker inside the account: what nobody may do is refused, what somebody may do raises the alert and is recovered from.

On the deployed estate, with the real engine: the vaults' policies and locks, the keys' policies, the rules and the topics are
those of the stacks. Rights of IAM are not judged by the local cloud, so every principal here may call whatever no resource
policy and no lock denies: a role with AdministratorAccess is no stronger.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drills.attacked_estate import ITEMS, OBJECTS, TABLE, WHY, Attacked, on_a_vault, refusal
from tests.engine.estate import PRIMARY, SECONDARY, Estate
from tests.support import runbooks

pytestmark = [pytest.mark.engine, pytest.mark.drill, pytest.mark.xdist_group("attacked")]

DATA_KEY, VAULT_KEY = "alias/securecart/data", "alias/securecart/vault"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    estate = Estate(tmp_path_factory.mktemp("attacked") / "root")
    try:
        yield Attacked(estate).build()
    finally:
        estate.end()


@pytest.mark.parametrize("region", [PRIMARY, SECONDARY])
def test_of_a_vault_a_role_takes_nothing_and_each_try_is_an_alert(attacked: Attacked, region: str) -> None:
    held = attacked.held(region)
    assert set(attacked.points.values() if region == PRIMARY else attacked.copies.values()) <= held
    attacked.heard()
    attempts = on_a_vault(attacked.analyst, region, attacked.vault(region), held)
    assert {name: refusal(call) for name, call in attempts.items()} == dict.fromkeys(attempts, "AccessDeniedException")
    alerts = attacked.heard()
    assert {one["what"] for one in alerts} == set(attempts)
    assert {one["who"].split("/")[1] for one in alerts} == {"analyst"}
    assert attacked.held(region) == held


@pytest.mark.parametrize("region", [PRIMARY, SECONDARY])
@pytest.mark.parametrize("alias", [DATA_KEY, VAULT_KEY])
def test_a_role_neither_disables_nor_schedules_a_key_and_each_try_is_an_alert(
    attacked: Attacked, alias: str, region: str
) -> None:
    key, kms = attacked.key(alias, region), attacked.analyst("kms", region)
    attacked.heard()
    assert refusal(lambda: kms.disable_key(KeyId=key)) == "AccessDeniedException"
    assert refusal(lambda: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)) == "AccessDeniedException"
    assert [one["what"] for one in attacked.heard()] == ["DisableKey", "ScheduleKeyDeletion"]
    assert attacked.root("kms", region).describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_even_the_root_user_deletes_no_recovery_point_and_no_vault(attacked: Attacked) -> None:
    for region in (PRIMARY, SECONDARY):
        held = attacked.held(region)
        attempts = on_a_vault(attacked.root, region, attacked.vault(region), held)
        for name in ("DeleteRecoveryPoint", "UpdateRecoveryPointLifecycle", "DeleteBackupVault"):
            assert refusal(attempts[name]) == "AccessDeniedException", name
        assert attacked.held(region) == held


@pytest.mark.parametrize("how", ["disable", "schedule"])
def test_a_key_that_root_takes_away_is_heard_of_and_its_data_is_back_by_the_runbook(
    attacked: Attacked, how: str
) -> None:
    key, kms = attacked.key(DATA_KEY, PRIMARY), attacked.root("kms", PRIMARY)
    attacked.heard()
    if how == "disable":
        kms.disable_key(KeyId=key)
    else:
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    (alert,) = attacked.heard()
    assert alert["what"] == ("DisableKey" if how == "disable" else "ScheduleKeyDeletion")
    assert refusal(lambda: attacked.objects(attacked.bucket, PRIMARY)), "without its key nothing is read"
    for line in runbooks.of("lost-key", "aws"):
        operation = line.split()[2]
        if operation == "enable-key" or (operation == "cancel-key-deletion" and how == "schedule"):
            runbooks.run_aws(line, attacked.root, {"KEY_ID": key})
    assert attacked.objects(attacked.bucket, PRIMARY) == OBJECTS
    assert attacked.items(TABLE, PRIMARY) == ITEMS


def test_a_trail_that_is_stopped_is_heard_of_and_goes_on_by_the_runbook(attacked: Attacked) -> None:
    attacked.heard()
    attacked.root("cloudtrail", PRIMARY).stop_logging(Name="securecart-primary")
    assert [one["what"] for one in attacked.heard()] == ["StopLogging"]
    for line in runbooks.of("ransomware", "aws"):
        if line.split()[2] == "start-logging":
            runbooks.run_aws(line, attacked.root, {})
    assert attacked.root("cloudtrail", PRIMARY).get_trail_status(Name="securecart-primary")["IsLogging"]
    refusal(lambda: attacked.root("backup", PRIMARY).delete_backup_vault(BackupVaultName=attacked.vault(PRIMARY)))
    assert [one["what"] for one in attacked.heard()] == ["DeleteBackupVault"], "the recording hears again"


def test_root_disarms_one_vault_and_everything_is_back_from_the_other_region(attacked: Attacked) -> None:
    """A governance lock gives way to an administrator; that is why a copy is kept elsewhere, and why compliance exists."""
    vault = attacked.vault(PRIMARY)
    attacked.heard()
    attempts = on_a_vault(attacked.root, PRIMARY, vault, set(attacked.points.values()))
    fatal = ("DeleteBackupVaultLockConfiguration", "DeleteBackupVaultAccessPolicy", "DeleteRecoveryPoint")
    assert [refusal(attempts[name]) for name in fatal] == ["", "", ""]
    assert {one["what"] for one in attacked.heard()} == set(fatal)
    assert not attacked.held(PRIMARY) & set(attacked.points.values())
    dynamodb, s3 = attacked.root("dynamodb", PRIMARY), attacked.root("s3", PRIMARY)
    for order in ITEMS:
        dynamodb.delete_item(TableName=TABLE, Key={"orderId": {"S": order}, "changedAt": {"S": "2026"}})
    for key in OBJECTS:
        s3.put_object(Bucket=attacked.bucket, Key=key, Body=b"encrypted")
    assert attacked.items(TABLE, PRIMARY) == {}

    for kind, store in (("table", "order-history"), ("bucket", "invoices")):
        where = ("--region", SECONDARY, "--recovery-point", attacked.copies[store])
        restored = attacked.done("restore", kind, store, *where, *WHY)
        assert restored["verdict"] == "PASS"
        (made,) = restored["evidence"]["restored"]
        held = attacked.items(made["name"], SECONDARY) if kind == "table" else attacked.objects(made["name"], SECONDARY)
        assert held == (ITEMS if kind == "table" else OBJECTS)


def test_drift_names_the_vault_and_up_locks_it_again(attacked: Attacked) -> None:
    drifted = attacked.estate.securecart("drift", "--json")
    assert drifted.code == 7, drifted.text[-3000:]
    assert any("vaultLockConfiguration" in line for line in drifted.json()["drift"])
    attacked.done("up", "--refresh", "--json")
    shown = attacked.root("backup", PRIMARY).describe_backup_vault(BackupVaultName=attacked.vault(PRIMARY))
    assert shown["Locked"]
    attempts = on_a_vault(attacked.analyst, PRIMARY, attacked.vault(PRIMARY), attacked.held(PRIMARY))
    assert refusal(attempts["DeleteBackupVaultLockConfiguration"]) == "AccessDeniedException"
