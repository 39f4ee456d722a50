"""Keys, vaults and plans of the shipped stacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.protection.plan import ARNS_A_SELECTION, shards
from tests.support.program import program

BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def statements(text: str) -> list[dict[str, Any]]:
    return list(json.loads(text)["Statement"])


@BOTH
def test_every_key_rotates_is_protected_and_waits_30_days(stack: str) -> None:
    for key in program(stack).of("aws:kms/key:Key"):
        assert key.inputs["enableKeyRotation"] is True
        assert key.inputs["deletionWindowInDays"] == 30
        assert key.protect


def test_the_data_key_is_multi_region_and_the_vault_keys_are_not() -> None:
    assert {k.name: k.inputs["multiRegion"] for k in program("prod").of("aws:kms/key:Key")} == {
        "data-key": True,
        "vault-key": False,
    }
    (replica,) = program("dr").of("aws:kms/replicaKey:ReplicaKey")
    assert replica.inputs["primaryKeyArn"] == program("prod").outputs["dataKeyArn"]
    assert replica.protect


@BOTH
def test_the_account_keeps_every_key_manageable(stack: str) -> None:
    """A key policy without the account cannot be mended by anyone (KMS: PutKeyPolicy lockout)."""
    recorded = program(stack)
    keys = [r for r in recorded.resources if r.type in ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey")]
    assert len(keys) == 2
    for key in keys:
        first = statements(key.inputs["policy"])[0]
        assert first["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
        assert first["Action"] == "kms:*"
        denied = [s for s in statements(key.inputs["policy"]) if s["Effect"] == "Deny"]
        assert all("kms:PutKeyPolicy" not in s["Action"] for s in denied)


@BOTH
def test_the_vault_is_locked_in_governance_mode_and_nobody_deletes_from_it(stack: str) -> None:
    recorded = program(stack)
    (lock,) = recorded.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert lock.inputs["minRetentionDays"] == 7
    assert lock.inputs["maxRetentionDays"] == 400
    assert "changeableForDays" not in lock.inputs
    (policy,) = recorded.of("aws:backup/vaultPolicy:VaultPolicy")
    nobody, others = statements(policy.inputs["policy"])
    assert "backup:DeleteRecoveryPoint" in nobody["Action"]
    assert "Condition" not in nobody
    assert "backup:PutBackupVaultAccessPolicy" not in nobody["Action"]
    assert "backup:PutBackupVaultAccessPolicy" in others["Action"]
    assert others["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:role/securecart-deployer",
    ]


@pytest.mark.parametrize(("stack", "other"), [("prod", "dr"), ("dr", "prod")])
def test_each_plan_copies_to_the_vault_that_the_other_stack_built_within_its_lock(stack: str, other: str) -> None:
    (plan,) = program(stack).of("aws:backup/plan:Plan")
    (lock,) = program(other).of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    for rule in plan.inputs["rules"]:
        assert rule["startWindow"] >= 60
        assert rule["completionWindow"] > rule["startWindow"]
        (copy,) = rule["copyActions"]
        assert copy["destinationVaultArn"] == program(other).outputs["vault"]["arn"]
        kept = copy["lifecycle"]["deleteAfter"]
        assert lock.inputs["minRetentionDays"] <= kept <= lock.inputs["maxRetentionDays"]


@BOTH
def test_selections_name_every_store_of_the_region_by_arn(stack: str) -> None:
    recorded = program(stack)
    selected = {arn for s in recorded.of("aws:backup/selection:Selection") for arn in s.inputs["resources"]}
    outputs = recorded.outputs
    stores = {store["arn"] for kind in ("databases", "tables", "buckets") for store in outputs[kind].values()}
    stores |= {arn for volumes in outputs.get("volumes", {}).values() for arn in volumes["arns"]}
    assert selected == stores


def test_more_arns_than_a_selection_takes_become_several_selections() -> None:
    arns = [f"arn:{n}" for n in range(2 * ARNS_A_SELECTION + 1)]
    parts = shards(arns)
    assert [len(p) for p in parts] == [ARNS_A_SELECTION, ARNS_A_SELECTION, 1]
    assert [arn for part in parts for arn in part] == arns
