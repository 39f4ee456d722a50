from __future__ import annotations

import json
from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
POLICY = "aws:backup/vaultPolicy:VaultPolicy"
PLAN = "aws:backup/plan:Plan"
KEY = "aws:kms/key:Key"
NAMED = Registration(VAULT, "vault", {"name": "main"})
ALL = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]


def lock(days: object = 7, **inputs: Any) -> Registration:
    given = {} if days is None else {"minRetentionDays": days}
    return Registration(LOCK, "lock", {"backupVaultName": "main", **given, **inputs})


def plan(target: str = "main", **lifecycle: object) -> Registration:
    return Registration(PLAN, "plan", {"rules": [{"targetVaultName": target, "lifecycle": lifecycle}]})


def said(pack: Pack, rule: str, *program: Registration) -> list[tuple[str, bool]]:
    return [(d.resource, d.mandatory) for d in of_rule(pack.judge(*program), rule)]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((NAMED, lock()), []),
        ((NAMED, lock(30)), []),
        ((NAMED, lock(changeableForDays=3)), []),
        (
            (
                NAMED,
                Registration(
                    LOCK,
                    "lock",
                    {"backupVaultName": UNKNOWN, "minRetentionDays": 7},
                    sources={"backupVaultName": ("vault",)},
                ),
            ),
            [],
        ),
        ((NAMED,), [("vault", True)]),
        ((NAMED, lock(6)), [("lock", True)]),
        ((NAMED, lock(None)), [("lock", True)]),
        ((NAMED, lock(UNKNOWN)), [("", False)]),
        ((NAMED, Registration(LOCK, "lock", {"backupVaultName": "other", "minRetentionDays": 7})), [("vault", True)]),
        ((Registration("aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault", "gap", {}),), []),
        ((NAMED, lock(UNKNOWN), Registration(VAULT, "second", {"name": "second"})), [("second", True), ("", False)]),
    ],
    ids=[
        "at the minimum",
        "above",
        "compliance",
        "new vault",
        "absent",
        "below",
        "no minimum",
        "unknown",
        "of another vault",
        "air-gapped vaults are locked by nature",
        "an unknown hides no other vault",
    ],
)
def test_a_vault_is_locked(pack: Pack, program: tuple[Registration, ...], expected: list[tuple[str, bool]]) -> None:
    assert said(pack, "backup-vault-locked", *program) == expected


def test_the_mode_and_the_days_of_a_lock_can_be_demanded(pack: Pack) -> None:
    pack.configure({"backup-vault-locked": {"requireCompliance": True, "minDays": 30}})
    [days, mode] = of_rule(pack.judge(NAMED, lock()), "backup-vault-locked")
    assert (
        "minRetentionDays is 7; at least 30 days are required (minDays, set in the policy configuration)"
        in days.message
    )
    assert "changeableForDays is not set; compliance mode is required" in mode.message
    assert said(pack, "backup-vault-locked", NAMED, lock(30, changeableForDays=3)) == []


@pytest.mark.parametrize(
    ("lifecycle", "says"),
    [
        ({"deleteAfter": 35}, ""),
        ({"deleteAfter": UNKNOWN}, ""),
        ({"deleteAfter": 400}, "deleteAfter is 400; at most 365 days are required (maxRetentionDays"),
        ({}, "deleteAfter is not set; at most 365 days are required"),
        ({"deleteAfter": 1}, "deleteAfter is 1; at least 7 days are required (minRetentionDays"),
    ],
    ids=["inside", "unknown", "above", "for ever", "below"],
)
def test_a_plan_keeps_to_the_lock_of_the_vault_that_it_fills(
    pack: Pack, lifecycle: dict[str, object], says: str
) -> None:
    found = of_rule(pack.judge(NAMED, lock(maxRetentionDays=365), plan(**lifecycle)), "backup-vault-locked")
    assert [d.resource for d in found] == (["plan"] if says else [])
    assert all(says in d.message for d in found)
    assert said(pack, "backup-vault-locked", NAMED, lock(maxRetentionDays=365), plan("other", **lifecycle)) == []


def policy(*statements: dict[str, Any], text: bool = True) -> Registration:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return Registration(
        POLICY, "policy", {"backupVaultName": "main", "policy": json.dumps(document) if text else document}
    )


def deny(**changed: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": ALL, "Resource": "*"} | changed


EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/breakglass"]}}
ONLY = {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/intern"}}


@pytest.mark.parametrize(
    "document",
    [
        policy(deny()),
        policy(deny(), text=False),
        policy(deny(Principal={"AWS": "*"})),
        policy(deny(Principal={"AWS": ["*"]}, Resource=["*"])),
        policy(deny(Action="backup:*")),
        policy(deny(Action=["backup:Delete*", "BACKUP:updaterecoverypointlifecycle"])),
        policy(deny(Action=ALL[0]), deny(Action=ALL[1])),
        policy(deny(Condition=EXEMPT)),
    ],
)
def test_a_vault_that_denies_deletion_passes(pack: Pack, document: Registration) -> None:
    assert said(pack, "backup-vault-deny-delete", NAMED, document) == []


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (policy(), "does not deny backup:DeleteRecoveryPoint, backup:UpdateRecoveryPointLifecycle to everyone"),
        (policy(deny(Action=ALL[0])), "does not deny backup:UpdateRecoveryPointLifecycle"),
        (policy(deny(Effect="Allow")), "does not deny"),
        (policy(deny(Principal={"AWS": "arn:aws:iam::123456789012:role/intern"})), "does not deny"),
        (policy(deny(Condition=ONLY)), "does not deny"),
        (policy(deny(Resource="arn:aws:ec2:us-east-1::snapshot/snap-1")), "does not deny"),
        (Registration(POLICY, "policy", {"backupVaultName": "main", "policy": "not JSON"}), "does not deny"),
        (Registration(POLICY, "policy", {"backupVaultName": "other", "policy": "{}"}), "is not set"),
    ],
    ids=["empty", "half", "allow", "one principal", "one principal by condition", "one point", "unreadable", "other"],
)
def test_a_vault_from_which_someone_may_delete_is_refused(pack: Pack, document: Registration, says: str) -> None:
    [found] = of_rule(pack.judge(NAMED, document), "backup-vault-deny-delete")
    assert (found.resource, found.mandatory) == ("vault", True)
    assert says in found.message
    assert "Write: backup.VaultPolicy(" in found.message


def test_an_unknown_policy_is_undetermined_and_compliance_mode_needs_none(pack: Pack) -> None:
    rule = "backup-vault-deny-delete"
    unknown = Registration(POLICY, "policy", {"backupVaultName": "main", "policy": UNKNOWN})
    assert said(pack, rule, NAMED, unknown) == [("", False)]
    assert said(pack, rule, NAMED, unknown, Registration(VAULT, "second", {"name": "x"})) == [
        ("second", True),
        ("", False),
    ]
    assert said(pack, rule, NAMED, lock(changeableForDays=3)) == []
    assert said(pack, rule, NAMED, lock()) == [("vault", True)]
    pack.configure({rule: {"actions": ["backup:DeleteBackupVault"]}})
    assert said(pack, rule, NAMED, policy(deny())) == [("vault", True)]


@pytest.mark.parametrize(
    "case",
    [
        Case("false", VAULT, {"forceDestroy": False}, PASS),
        Case("absent", VAULT, {}, PASS),
        Case("true", VAULT, {"forceDestroy": True}, "forceDestroy is true; false is required"),
        Case("unknown", VAULT, {"forceDestroy": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_a_vault_is_not_emptied_to_be_destroyed(pack: Pack, case: Case) -> None:
    check(pack, "backup-vault-force-destroy", case)


def vault(key: object, region: str = SECONDARY, sources: tuple[str, ...] = ()) -> Registration:
    given = {} if key is None else {"kmsKeyArn": key}
    return Registration(VAULT, "vault", {"name": "far", **given}, region, sources={"kmsKeyArn": sources})


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((vault("arn:aws:kms:us-west-2:123456789012:key/1"),), []),
        ((vault(None),), []),
        ((Registration(KEY, "key", {}, SECONDARY), vault(UNKNOWN, sources=("key",))), []),
        ((vault("arn:aws:kms:us-east-1:123456789012:key/1"),), [("vault", True)]),
        ((Registration(KEY, "key", {}, PRIMARY), vault(UNKNOWN, sources=("key",))), [("vault", True)]),
        ((vault(UNKNOWN),), [("", False)]),
    ],
    ids=["own Region", "none", "new key", "another Region", "new key elsewhere", "unknown"],
)
def test_a_vault_uses_a_key_of_its_own_region(
    pack: Pack, program: tuple[Registration, ...], expected: list[tuple[str, bool]]
) -> None:
    assert said(pack, "backup-copy-vault-key-in-region", *program) == expected


FAR = "arn:aws:backup:us-west-2:123456789012:backup-vault:far"
NEAR = "arn:aws:backup:us-east-1:123456789012:backup-vault:near"


def copying(days: object, to: str = FAR) -> dict[str, Any]:
    lifecycle = {} if days is None else {"lifecycle": {"deleteAfter": days}}
    return {"rules": [{"ruleName": "daily", "copyActions": [{"destinationVaultArn": to, **lifecycle}]}]}


@pytest.mark.parametrize(
    "case",
    [
        Case("at the minimum", PLAN, copying(7), PASS),
        Case("for ever", PLAN, copying(None), PASS),
        Case("no copies", PLAN, {"rules": [{"ruleName": "daily"}]}, PASS),
        Case("a short copy in the Region", PLAN, copying(1, NEAR), PASS),
        Case("below", PLAN, copying(6), "copyActions[0].lifecycle.deleteAfter is 6; at least 7 days are required"),
        Case("below, to a new vault", PLAN, copying(6, UNKNOWN), "deleteAfter is 6"),
        Case("unknown", PLAN, copying(UNKNOWN), UNDETERMINED),
        Case("unknown rules", PLAN, {"rules": UNKNOWN}, PASS),
    ],
    ids=str,
)
def test_copies_elsewhere_are_kept_long_enough(pack: Pack, case: Case) -> None:
    check(pack, "backup-copy-retention", case)


def test_the_retention_of_copies_is_configured(pack: Pack) -> None:
    pack.configure({"backup-copy-retention": {"minDays": 35}})
    rules = [*copying(34)["rules"], *copying(35)["rules"]]
    [found] = of_rule(pack.judge(Registration(PLAN, "plan", {"rules": rules})), "backup-copy-retention")
    assert "rules[0].copyActions[0].lifecycle.deleteAfter is 34; at least 35 days" in found.message
