from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check
from tests.policy.pack import SECONDARY, UNKNOWN, Pack

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
RECOVERABLE = {"pointInTimeRecovery": {"enabled": True}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/0"
OWN_KEY = {"serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY}}


@pytest.mark.parametrize(
    "case",
    [
        Case("on", TABLE, RECOVERABLE, PASS),
        Case("off", TABLE, {"pointInTimeRecovery": {"enabled": False}}, "pointInTimeRecovery.enabled is false"),
        Case("absent", TABLE, {}, "pointInTimeRecovery.enabled is not set; true is required"),
        Case("unknown block", TABLE, {"pointInTimeRecovery": UNKNOWN}, UNDETERMINED),
        Case("unknown flag", TABLE, {"pointInTimeRecovery": {"enabled": UNKNOWN}}, UNDETERMINED),
        Case(
            "an inline replica without",
            TABLE,
            {**RECOVERABLE, "replicas": [{"regionName": SECONDARY}]},
            "replicas[0].pointInTimeRecovery is not set",
        ),
        Case(
            "an inline replica off beside one on",
            TABLE,
            {**RECOVERABLE, "replicas": [{"pointInTimeRecovery": True}, {"pointInTimeRecovery": False}]},
            "replicas[1].pointInTimeRecovery is false",
        ),
        Case("an inline replica on", TABLE, {**RECOVERABLE, "replicas": [{"pointInTimeRecovery": True}]}, PASS),
        Case("unknown replicas", TABLE, {**RECOVERABLE, "replicas": UNKNOWN}, UNDETERMINED),
        Case("an unknown replica", TABLE, {**RECOVERABLE, "replicas": [UNKNOWN]}, UNDETERMINED),
        Case("a replica resource on", REPLICA, {"pointInTimeRecovery": True}, PASS, SECONDARY),
        Case("a replica resource without", REPLICA, {}, "pointInTimeRecovery is not set", SECONDARY),
        Case("a replica resource, unknown", REPLICA, {"pointInTimeRecovery": UNKNOWN}, UNDETERMINED, SECONDARY),
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
        Case(
            "an inline replica falls back to AWS's key",
            TABLE,
            {**OWN_KEY, "replicas": [{"regionName": SECONDARY}]},
            "replicas[0].kmsKeyArn is not set",
        ),
        Case("an inline replica with its key", TABLE, {**OWN_KEY, "replicas": [{"kmsKeyArn": UNKNOWN}]}, PASS),
        Case("unknown replicas", TABLE, {**OWN_KEY, "replicas": UNKNOWN}, UNDETERMINED),
        Case("a replica resource with its key", REPLICA, {"kmsKeyArn": KEY}, PASS, SECONDARY),
        Case("a replica resource, key not made yet", REPLICA, {"kmsKeyArn": UNKNOWN}, PASS, SECONDARY),
        Case("a replica resource without", REPLICA, {}, "kmsKeyArn is not set", SECONDARY),
    ],
    ids=str,
)
def test_dynamodb_uses_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "dynamodb-cmk", case)
