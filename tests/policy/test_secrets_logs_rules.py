from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import SECONDARY, UNKNOWN, Pack, Registration

SECRET = "aws:secretsmanager/secret:Secret"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0"
FAR_KEY = "arn:aws:kms:us-west-2:123456789012:key/0"


def replicated(**replica: object) -> dict[str, Any]:
    return {"kmsKeyId": KEY, "replicas": [{"region": SECONDARY, **replica}]}


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", SECRET, {"kmsKeyId": KEY}, PASS),
        Case("own key, not made yet", SECRET, {"kmsKeyId": UNKNOWN}, PASS),
        Case("absent", SECRET, {}, "kmsKeyId is not set; a customer managed KMS key is required"),
        Case("AWS's key", SECRET, {"kmsKeyId": "alias/aws/secretsmanager"}, "kmsKeyId is the key that AWS manages"),
        Case("a replica with its key", SECRET, replicated(kmsKeyId=FAR_KEY), PASS),
        Case("a replica without", SECRET, replicated(), "replicas[0].kmsKeyId is not set"),
        Case(
            "a replica with the secret's key",
            SECRET,
            replicated(kmsKeyId=KEY),
            "replicas[0].kmsKeyId is a key in us-east-1",
        ),
        Case("unknown replicas", SECRET, {"kmsKeyId": KEY, "replicas": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_secrets_use_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "secrets-cmk", case)


SOME = Registration(SECRET, "it", {"name": "orders"})


@pytest.mark.parametrize(
    ("program", "count"),
    [
        ((SOME,), 1),
        ((SOME, Registration(ROTATION, "r", {"secretId": UNKNOWN}, sources={"secretId": ("it",)})), 0),
        ((SOME, Registration(ROTATION, "r", {"secretId": "orders"})), 0),
        ((SOME, Registration(ROTATION, "r", {"secretId": "payments"})), 1),
        ((SOME, Registration(ROTATION, "r", {"secretId": "orders", "rotationEnabled": False})), 1),
        ((SOME, Registration(ROTATION, "r", {"secretId": "orders", "rotationEnabled": UNKNOWN})), 0),
    ],
    ids=["none", "linked", "named", "another secret's", "switched off", "not known yet"],
)
def test_secrets_rotate(pack: Pack, program: tuple[Registration, ...], count: int) -> None:
    found = of_rule(pack.judge(*program), "secrets-rotation")
    assert [(d.resource, d.mandatory) for d in found] == [("it", False)] * count
    assert all("the rotation of the secret is not set; a SecretRotation" in d.message for d in found)


def every(**rotation_rules: object) -> dict[str, Any]:
    return {"rotationRules": rotation_rules}


@pytest.mark.parametrize(
    "case",
    [
        Case("thirty days", ROTATION, every(automaticallyAfterDays=30), PASS),
        Case(
            "a year",
            ROTATION,
            every(automaticallyAfterDays=365),
            "automaticallyAfterDays is 365; at most 90 days are required",
        ),
        Case("absent", ROTATION, {}, "automaticallyAfterDays is not set; at most 90 days"),
        Case("unknown rules", ROTATION, {"rotationRules": UNKNOWN}, UNDETERMINED),
        Case("unknown days", ROTATION, every(automaticallyAfterDays=UNKNOWN), UNDETERMINED),
        Case("a rate", ROTATION, every(scheduleExpression="rate(10 days)"), PASS),
        Case(
            "a rate too slow",
            ROTATION,
            every(scheduleExpression="rate(100 days)"),
            "leaves 100 days between two rotations",
        ),
        Case("monthly", ROTATION, every(scheduleExpression="cron(0 4 1 * ? *)"), PASS),
        Case("yearly", ROTATION, every(scheduleExpression="cron(0 4 1 1 ? *)"), "leaves 366 days between"),
        Case("a schedule not known yet", ROTATION, every(scheduleExpression=UNKNOWN), UNDETERMINED),
        Case("a schedule that nobody can read", ROTATION, every(scheduleExpression="now and then"), UNDETERMINED),
    ],
    ids=str,
)
def test_secrets_rotate_often_enough(pack: Pack, case: Case) -> None:
    check(pack, "secrets-rotation-period", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("thirty days", SECRET, {"recoveryWindowInDays": 30}, PASS),
        Case("the default is thirty", SECRET, {}, PASS),
        Case("none", SECRET, {"recoveryWindowInDays": 0}, "recoveryWindowInDays is 0; at least 7 days are required"),
        Case("unknown", SECRET, {"recoveryWindowInDays": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_deleted_secrets_can_be_brought_back(pack: Pack, case: Case) -> None:
    check(pack, "secrets-recovery-window", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("a key", GROUP, {"kmsKeyId": KEY}, PASS),
        Case("a key, not made yet", GROUP, {"kmsKeyId": UNKNOWN}, PASS),
        Case("absent", GROUP, {}, "kmsKeyId is not set; a KMS key is required"),
    ],
    ids=str,
)
def test_logs_are_encrypted(pack: Pack, case: Case) -> None:
    check(pack, "logs-kms", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("a year", GROUP, {"retentionInDays": 365}, PASS),
        Case("ten years", GROUP, {"retentionInDays": 3653}, PASS),
        Case(
            "a month",
            GROUP,
            {"retentionInDays": 30},
            "retentionInDays is 30; 365 to 3653 days are required (minDays, the",
        ),
        Case("absent", GROUP, {}, "retentionInDays is not set, so logs are kept for ever; 365 to 3653 days"),
        Case("zero", GROUP, {"retentionInDays": 0}, "retentionInDays is 0, so logs are kept for ever"),
        Case("unknown", GROUP, {"retentionInDays": UNKNOWN}, UNDETERMINED),
        Case("AWS decides for deliveries", GROUP, {"logGroupClass": "DELIVERY"}, PASS),
    ],
    ids=str,
)
def test_logs_are_kept_long_enough_and_not_for_ever(pack: Pack, case: Case) -> None:
    check(pack, "logs-retention", case)


def test_a_longest_retention_can_be_set(pack: Pack) -> None:
    pack.configure({"logs-retention": {"minDays": 30, "maxDays": 90}})
    found = of_rule(pack.judge(Registration(GROUP, "it", {"retentionInDays": 365})), "logs-retention")
    assert len(found) == 1
    assert "30 to 90 days are required" in found[0].message
    assert found[0].message.endswith("Write: retention_in_days=90")
