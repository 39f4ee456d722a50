from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check
from tests.policy.pack import SECONDARY, UNKNOWN, Pack

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
RECOVERABLE = {"pointInTimeRecovery": {"enabled": True}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/0"
FAR_KEY = "arn:aws:kms:us-west-2:123456789012:key/0"
OWN_KEY = {"serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY}}


@pytest.mark.parametrize(
    "case",
    [
        Case("on", TABLE, RECOVERABLE, PASS),
        Case("off", TABLE, {"pointInTimeRecovery": {"enabled": False}}, "pointInTimeRecovery.enabled is false"),
        Case("absent", TABLE, {}, "pointInTimeRecovery.enabled is not set; true is required"),
        Case("unknown block", TABLE, {"pointInTimeRecovery": UNKNOWN}, UNDETERMINED),
        Case("unknown flag", TABLE, {"pointInTimeRecovery": {"enabled": UNKNOWN}}, UNDETERMINED),
        Case("its replicas are another rule", TABLE, {**RECOVERABLE, "replicas": [{"regionName": SECONDARY}]}, PASS),
    ],
    ids=str,
)
def test_dynamodb_can_go_back_in_time(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-pitr", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", TABLE, OWN_KEY, PASS),
        Case("own key, not made yet", TABLE, {"serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN}}, PASS),
        Case("absent", TABLE, {}, "serverSideEncryption.enabled is not set"),
        Case("off", TABLE, {"serverSideEncryption": {"enabled": False}}, "serverSideEncryption.enabled is false"),
        Case("on with AWS's key", TABLE, {"serverSideEncryption": {"enabled": True}}, "kmsKeyArn is not set"),
        Case(
            "on with AWS's key by name",
            TABLE,
            {"serverSideEncryption": {"enabled": True, "kmsKeyArn": "arn:aws:kms:us-east-1:1:alias/aws/dynamodb"}},
            "is the key that AWS manages",
        ),
        Case("unknown block", TABLE, {"serverSideEncryption": UNKNOWN}, UNDETERMINED),
        Case("its replicas are another rule", TABLE, {**OWN_KEY, "replicas": [{"regionName": SECONDARY}]}, PASS),
        Case(
            "a key of another Region",
            TABLE,
            {"serverSideEncryption": {"enabled": True, "kmsKeyArn": FAR_KEY}},
            "is a key in us-west-2; a customer managed KMS key is required, in us-east-1",
        ),
    ],
    ids=str,
)
def test_dynamodb_uses_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-cmk", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("a table without replicas", TABLE, {}, PASS),
        Case(
            "an inline replica without",
            TABLE,
            {"replicas": [{"regionName": SECONDARY}]},
            "replicas[0].pointInTimeRecovery is not set",
        ),
        Case(
            "an inline replica off beside one on",
            TABLE,
            {"replicas": [{"pointInTimeRecovery": True}, {"pointInTimeRecovery": False}]},
            "replicas[1].pointInTimeRecovery is false",
        ),
        Case("an inline replica on", TABLE, {"replicas": [{"pointInTimeRecovery": True}]}, PASS),
        Case("unknown replicas", TABLE, {"replicas": UNKNOWN}, UNDETERMINED),
        Case("an unknown replica", TABLE, {"replicas": [UNKNOWN]}, UNDETERMINED),
        Case("a replica resource on", REPLICA, {"pointInTimeRecovery": True}, PASS, SECONDARY),
        Case("a replica resource without", REPLICA, {}, "pointInTimeRecovery is not set", SECONDARY),
        Case("a replica resource, unknown", REPLICA, {"pointInTimeRecovery": UNKNOWN}, UNDETERMINED, SECONDARY),
    ],
    ids=str,
)
def test_each_dynamodb_replica_can_go_back_in_time(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-replica-pitr", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("a table without replicas", TABLE, {}, PASS),
        Case(
            "an inline replica falls back to AWS's key",
            TABLE,
            {"replicas": [{"regionName": SECONDARY}]},
            "replicas[0].kmsKeyArn is not set",
        ),
        Case("an inline replica with its key", TABLE, {"replicas": [{"kmsKeyArn": UNKNOWN}]}, PASS),
        Case("unknown replicas", TABLE, {"replicas": UNKNOWN}, UNDETERMINED),
        Case("a replica resource with its key", REPLICA, {"kmsKeyArn": FAR_KEY}, PASS, SECONDARY),
        Case("a replica resource, key not made yet", REPLICA, {"kmsKeyArn": UNKNOWN}, PASS, SECONDARY),
        Case("a replica resource without", REPLICA, {}, "kmsKeyArn is not set", SECONDARY),
        Case(
            "an inline replica with the key of the table's Region",
            TABLE,
            {"replicas": [{"regionName": SECONDARY, "kmsKeyArn": KEY}]},
            "replicas[0].kmsKeyArn is a key in us-east-1; a customer managed KMS key is required, in us-west-2",
        ),
        Case(
            "an inline replica of an unknown Region",
            TABLE,
            {"replicas": [{"regionName": UNKNOWN, "kmsKeyArn": KEY}]},
            PASS,
        ),
        Case(
            "a replica resource with the key of the table's Region",
            REPLICA,
            {"kmsKeyArn": KEY},
            "in us-west-2",
            SECONDARY,
        ),
    ],
    ids=str,
)
def test_each_dynamodb_replica_uses_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-replica-cmk", case)


def window(days: object) -> dict[str, object]:
    return {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": days}}


@pytest.mark.parametrize(
    "case",
    [
        Case("35 days", TABLE, window(35), PASS),
        Case("the default is 35 days", TABLE, RECOVERABLE, PASS),
        Case("seven days", TABLE, window(7), "recoveryPeriodInDays is 7; at least 35 days are required (minDays"),
        Case("unknown", TABLE, window(UNKNOWN), UNDETERMINED),
        Case("an unknown block", TABLE, {"pointInTimeRecovery": UNKNOWN}, UNDETERMINED),
        Case("no recovery at all is another rule", TABLE, {}, PASS),
        Case(
            "off is another rule", TABLE, {"pointInTimeRecovery": {"enabled": False, "recoveryPeriodInDays": 1}}, PASS
        ),
    ],
    ids=str,
)
def test_dynamodb_recovery_reaches_back_far_enough(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-pitr-window", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", TABLE, OWN_KEY, PASS),
        Case("the key that AWS manages", TABLE, {"serverSideEncryption": {"enabled": True}}, PASS),
        Case("absent", TABLE, {}, "serverSideEncryption.enabled is not set; true is required"),
        Case("off", TABLE, {"serverSideEncryption": {"enabled": False}}, "serverSideEncryption.enabled is false"),
        Case("unknown", TABLE, {"serverSideEncryption": {"enabled": UNKNOWN}}, UNDETERMINED),
        Case("a replica takes part in its table's", REPLICA, {}, PASS, SECONDARY),
    ],
    ids=str,
)
def test_dynamodb_is_encrypted_with_a_kms_key(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-encrypted", case)


PROTECTED = {"deletionProtectionEnabled": True}


@pytest.mark.parametrize(
    "case",
    [
        Case("on", TABLE, PROTECTED, PASS),
        Case(
            "off", TABLE, {"deletionProtectionEnabled": False}, "deletionProtectionEnabled is false; true is required"
        ),
        Case("absent", TABLE, {}, "deletionProtectionEnabled is not set"),
        Case("unknown", TABLE, {"deletionProtectionEnabled": UNKNOWN}, UNDETERMINED),
        Case("an inline replica on", TABLE, {**PROTECTED, "replicas": [PROTECTED]}, PASS),
        Case(
            "an inline replica without",
            TABLE,
            {**PROTECTED, "replicas": [{}]},
            "replicas[0].deletionProtectionEnabled is not",
        ),
        Case("unknown replicas", TABLE, {**PROTECTED, "replicas": UNKNOWN}, UNDETERMINED),
        Case("a replica resource", REPLICA, PROTECTED, PASS, SECONDARY),
        Case("a replica resource without", REPLICA, {}, "deletionProtectionEnabled is not set", SECONDARY),
    ],
    ids=str,
)
def test_dynamodb_is_protected_against_deletion(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-deletion-protection", case)
