from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check
from tests.policy.pack import UNKNOWN, Pack

TRAIL = "aws:cloudtrail/trail:Trail"
LAKE = "aws:cloudtrail/eventDataStore:EventDataStore"
TOPIC = "aws:sns/topic:Topic"
EFS = "aws:efs/fileSystem:FileSystem"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0"


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", TRAIL, {"kmsKeyId": KEY}, PASS),
        Case("own key, not made yet", TRAIL, {"kmsKeyId": UNKNOWN}, PASS),
        Case("absent", TRAIL, {}, "kmsKeyId is not set; a customer managed KMS key is required"),
        Case("AWS's key", TRAIL, {"kmsKeyId": "alias/aws/s3"}, "kmsKeyId is the key that AWS manages"),
        Case("a lake", LAKE, {"kmsKeyId": KEY}, PASS),
        Case("a lake without", LAKE, {}, "kmsKeyId is not set"),
    ],
    ids=str,
)
def test_cloudtrail_uses_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "cloudtrail-cmk", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("on", TRAIL, {"enableLogFileValidation": True}, PASS),
        Case("off", TRAIL, {"enableLogFileValidation": False}, "enableLogFileValidation is false; true is required"),
        Case("absent", TRAIL, {}, "enableLogFileValidation is not set"),
        Case("unknown", TRAIL, {"enableLogFileValidation": UNKNOWN}, UNDETERMINED),
        Case("a lake needs none", LAKE, {}, PASS),
    ],
    ids=str,
)
def test_cloudtrail_signs_its_logs(pack: Pack, case: Case) -> None:
    check(pack, "cloudtrail-log-validation", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("all Regions", TRAIL, {"isMultiRegionTrail": True}, PASS),
        Case("one Region", TRAIL, {"isMultiRegionTrail": False}, "isMultiRegionTrail is false; true is required"),
        Case("absent", TRAIL, {}, "isMultiRegionTrail is not set"),
        Case("unknown", TRAIL, {"isMultiRegionTrail": UNKNOWN}, UNDETERMINED),
        Case(
            "off",
            TRAIL,
            {"isMultiRegionTrail": True, "enableLogging": False},
            "enableLogging is false; true is required",
        ),
        Case("a lake is of all Regions", LAKE, {}, PASS),
        Case("a lake of one Region", LAKE, {"multiRegionEnabled": False}, "multiRegionEnabled is false"),
        Case("a lake, unknown", LAKE, {"multiRegionEnabled": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_cloudtrail_records_every_region(pack: Pack, case: Case) -> None:
    check(pack, "cloudtrail-multi-region", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", TOPIC, {"kmsMasterKeyId": KEY}, PASS),
        Case("not known yet", TOPIC, {"kmsMasterKeyId": UNKNOWN}, PASS),
        Case("AWS's key", TOPIC, {"kmsMasterKeyId": "alias/aws/sns"}, PASS),
        Case("absent", TOPIC, {}, "kmsMasterKeyId is not set; a KMS key is required"),
    ],
    ids=str,
)
def test_topics_are_encrypted(pack: Pack, case: Case) -> None:
    check(pack, "sns-kms", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", TOPIC, {"kmsMasterKeyId": KEY}, PASS),
        Case("not known yet", TOPIC, {"kmsMasterKeyId": UNKNOWN}, PASS),
        Case("AWS's key", TOPIC, {"kmsMasterKeyId": "alias/aws/sns"}, "kmsMasterKeyId is the key that AWS manages"),
        Case("absent", TOPIC, {}, "kmsMasterKeyId is not set; a customer managed KMS key is required"),
    ],
    ids=str,
)
def test_topics_use_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "sns-cmk", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("encrypted", EFS, {"encrypted": True}, PASS),
        Case("clear", EFS, {"encrypted": False}, "encrypted is false; true is required, and can only be chosen"),
        Case("absent", EFS, {}, "encrypted is not set"),
        Case("unknown", EFS, {"encrypted": UNKNOWN}, UNDETERMINED),
        Case("a file system that receives a replication", EFS, {"encrypted": True, "protection": {}}, PASS),
    ],
    ids=str,
)
def test_file_systems_are_encrypted(pack: Pack, case: Case) -> None:
    check(pack, "efs-encrypted", case)
