"""The documented roles: each call that was really made, nothing that AWS does not have, no star, and no way to end a backup."""

from __future__ import annotations

import json

import pytest

from tools import iam_roles
from tools.iam_actions import access_level, actions_of, unknown

ROLES = pytest.mark.parametrize("role", iam_roles.ROLES)


def test_the_files_are_what_the_recorded_calls_make() -> None:
    expected = iam_roles.files()
    assert {file: file.read_text(encoding="utf-8") for file in iam_roles.PAGES.glob("*.json")} == expected


@ROLES
def test_a_role_allows_each_recorded_call_and_aws_knows_every_action(role: str) -> None:
    recorded = iam_roles.calls()[role]
    assert recorded, f"no call of {role} was ever recorded"
    allowed = {
        action
        for policy in iam_roles.policies(role)
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    for service, operations in recorded.items():
        for operation in operations:
            assert set(actions_of(service, operation)) <= allowed, (service, operation)
    assert unknown(allowed) == []
    assert not [action for action in allowed if "*" in action]


@ROLES
def test_a_role_fits_into_what_iam_takes(role: str) -> None:
    policies = iam_roles.policies(role)
    assert len(policies) <= iam_roles.POLICIES_A_ROLE
    for policy in policies:
        assert len(json.dumps(policy, separators=(",", ":"))) <= iam_roles.POLICY_CHARACTERS


def test_whoever_audits_changes_nothing() -> None:
    # Decrypt reads; AWS files it under Write.
    changing = [a for a in iam_roles.actions("audit") if access_level(a) not in ("Read", "List") and a != "kms:Decrypt"]
    assert changing == []


def test_whoever_operates_cannot_end_a_backup() -> None:
    statements = [s for policy in iam_roles.policies("operate") for s in policy["Statement"]]
    never, drills, new, tagged = (s for s in statements if s["Effect"] == "Deny")
    assert "Condition" not in never
    assert never["Resource"] == "*"
    assert {"backup:DeleteRecoveryPoint", "backup:DeleteBackupVault", "kms:ScheduleKeyDeletion"} <= set(never["Action"])
    assert unknown([*never["Action"], *drills["Action"], *new["Action"], *tagged["Action"]]) == []
    assert not set(iam_roles.actions("operate")) & set(iam_roles.NEVER_OPERATED), "a refusal of what it must do"


def test_what_deletes_for_good_is_denied_outside_of_drills() -> None:
    statements = [s for policy in iam_roles.policies("operate") for s in policy["Statement"]]
    _, drills, new, tagged = (s for s in statements if s["Effect"] == "Deny")
    assert {"s3:DeleteObjectVersion", "s3:DeleteBucket", "dynamodb:DeleteTable"} == set(drills["Action"])
    assert all("securecart-drill-" in resource for resource in drills["NotResource"])
    assert new["Action"] == ["s3:PutBucketVersioning"]
    assert new["NotResource"] == ["arn:aws:s3:::securecart-drill-*", "arn:aws:s3:::securecart-restored-*"]
    assert {"ec2:DeleteSnapshot", "ec2:DeleteVolume"} <= set(tagged["Action"])
    assert tagged["Condition"] == {"Null": {"aws:ResourceTag/securecart-drill": "true"}}
    deleting = {a for a in iam_roles.actions("operate") if a.split(":")[1].startswith("Delete")}
    free = deleting - set(drills["Action"]) - set(tagged["Action"])
    # Items and delete markers can be brought back, an instance leaves a final snapshot or was a drill's, tags are tags.
    assert free <= {"dynamodb:DeleteItem", "ec2:DeleteTags", "rds:DeleteDBInstance", "s3:DeleteObject"}
