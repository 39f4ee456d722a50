from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import UNKNOWN, Pack, Registration
from tests.policy.test_s3_rules import BUCKET, BUCKET_V2, ENCRYPTION, ENCRYPTION_V2, bucket, linked, named

LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LOCK_V2 = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0"
FAR_KEY = "arn:aws:kms:us-west-2:123456789012:key/0"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def encrypted(algorithm: object = "aws:kms", key: object = KEY) -> dict[str, Any]:
    return {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, "kmsMasterKeyId": key}}


def rules(*args: object) -> dict[str, Any]:
    return {"rules": [encrypted(*args)]}


@pytest.mark.parametrize(
    "program",
    [
        (bucket(serverSideEncryptionConfiguration={"rule": encrypted()}),),
        (
            bucket(
                type_=BUCKET_V2,
                serverSideEncryptionConfigurations=[
                    {
                        "rules": [
                            {
                                "applyServerSideEncryptionByDefaults": [
                                    {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
                                ]
                            }
                        ]
                    }
                ],
            ),
        ),
        (bucket(), linked(ENCRYPTION, rules())),
        (bucket(), named(ENCRYPTION, rules("aws:kms:dsse"))),
        (bucket(), linked(ENCRYPTION, rules("aws:kms", UNKNOWN))),
        (bucket(type_=BUCKET_V2), linked(ENCRYPTION_V2, rules())),
    ],
    ids=["inline", "inline in v6", "separate", "two layers, named literally", "a key not made yet", "separate in v6"],
)
def test_a_bucket_under_a_key_of_ours_passes_in_every_form(pack: Pack, program: tuple[Registration, ...]) -> None:
    assert of_rule(pack.judge(*program), "s3-kms") == []


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ((bucket(),), "the default encryption is not set; aws:kms is required. Write: s3.BucketServerSideEnc"),
        (
            (bucket(), linked(ENCRYPTION, rules("AES256", None))),
            "sseAlgorithm is AES256, S3's own key; aws:kms is required",
        ),
        (
            (bucket(), linked(ENCRYPTION, rules("aws:kms", None))),
            "kmsMasterKeyId is not set; a customer managed KMS key",
        ),
        (
            (bucket(), linked(ENCRYPTION, rules("aws:kms", "alias/aws/s3"))),
            "kmsMasterKeyId is the key that AWS manages",
        ),
        ((bucket(), linked(ENCRYPTION, rules("aws:kms", FAR_KEY))), "kmsMasterKeyId is a key in us-west-2"),
        ((bucket(), linked(ENCRYPTION, {"rules": UNKNOWN})), UNDETERMINED),
        ((bucket(), linked(ENCRYPTION, rules(UNKNOWN))), UNDETERMINED),
    ],
    ids=["absent", "S3's key", "no key", "AWS's key", "another Region's key", "unknown rules", "unknown algorithm"],
)
def test_a_bucket_without_a_key_of_ours_is_told(pack: Pack, program: tuple[Registration, ...], says: str) -> None:
    found = of_rule(pack.judge(*program), "s3-kms")
    assert len(found) == 1
    assert says in found[0].message
    assert not found[0].mandatory


LOG_SOURCES = [
    Registration("aws:s3/bucketLogging:BucketLogging", "more", {"bucket": "other", "targetBucket": "acme-data"}),
    Registration(
        "aws:s3/bucketLogging:BucketLogging", "more", {"targetBucket": UNKNOWN}, sources={"targetBucket": ("data",)}
    ),
    Registration("aws:s3/bucketLoggingV2:BucketLoggingV2", "more", {"targetBucket": "acme-data"}),
    Registration(BALANCER, "more", {"accessLogs": {"bucket": "acme-data"}}),
    Registration(BALANCER, "more", {"connectionLogs": {"bucket": UNKNOWN}}, sources={"connectionLogs": ("data",)}),
    Registration("aws:elb/loadBalancer:LoadBalancer", "more", {"accessLogs": {"bucket": "acme-data"}}),
]


@pytest.mark.parametrize(
    "source", LOG_SOURCES, ids=["name", "link", "v6", "load balancer", "its connections", "classic"]
)
@pytest.mark.parametrize("rule", ["s3-kms", "s3-object-lock"])
def test_a_bucket_that_receives_access_logs_is_left_out(pack: Pack, source: Registration, rule: str) -> None:
    assert of_rule(pack.judge(bucket(), source), rule) == []


def test_a_bucket_whose_logs_go_elsewhere_is_judged(pack: Pack) -> None:
    program = (bucket(logging={"targetBucket": "acme-logs"}), bucket("logs"))
    assert [d.resource for d in of_rule(pack.judge(*program), "s3-object-lock")] == ["data"]


def retained(**retention: object) -> dict[str, Any]:
    return {"rule": {"defaultRetention": {"mode": "GOVERNANCE", **retention}}}


@pytest.mark.parametrize(
    "program",
    [
        (bucket(objectLockEnabled=True), linked(LOCK, retained(days=30))),
        (bucket(), named(LOCK, retained(years=1))),
        (bucket(objectLockConfiguration={"objectLockEnabled": "Enabled", **retained(days=1)}),),
        (bucket(type_=BUCKET_V2), linked(LOCK_V2, retained(days=1))),
    ],
    ids=["separate", "years, named literally", "inline", "separate in v6"],
)
def test_a_bucket_that_locks_its_objects_passes_in_every_form(pack: Pack, program: tuple[Registration, ...]) -> None:
    assert of_rule(pack.judge(*program), "s3-object-lock") == []


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (
            (bucket(),),
            "the default retention of Object Lock is not set; a default retention of at least 1 day is required",
        ),
        ((bucket(objectLockEnabled=True),), "the default retention of Object Lock is not set"),
        ((bucket(), linked(LOCK, {"objectLockEnabled": "Enabled"})), "is not set"),
        ((bucket(), linked(LOCK, {"rule": UNKNOWN})), UNDETERMINED),
        ((bucket(), linked(LOCK, retained(days=UNKNOWN))), UNDETERMINED),
    ],
    ids=["absent", "no default", "no rule", "unknown rule", "unknown days"],
)
def test_a_bucket_without_a_default_retention_is_told(pack: Pack, program: tuple[Registration, ...], says: str) -> None:
    found = of_rule(pack.judge(*program), "s3-object-lock")
    assert len(found) == 1
    assert says in found[0].message


def test_the_retention_that_is_required_can_be_set(pack: Pack) -> None:
    pack.configure({"s3-object-lock": {"minDays": 90}})
    found = of_rule(pack.judge(bucket(), linked(LOCK, retained(days=30))), "s3-object-lock")
    assert len(found) == 1
    assert "is 30 days; a default retention of at least 90 days is required (minDays, set in" in found[0].message


@pytest.mark.parametrize(
    "case",
    [
        Case("off", BUCKET, {"forceDestroy": False}, PASS),
        Case("absent", BUCKET, {}, PASS),
        Case(
            "on", BUCKET, {"forceDestroy": True}, "forceDestroy is true; false is required. Write: force_destroy=False"
        ),
        Case("unknown", BUCKET, {"forceDestroy": UNKNOWN}, UNDETERMINED),
        Case("on in v6", BUCKET_V2, {"forceDestroy": True}, "forceDestroy is true"),
        Case(
            "a directory bucket",
            "aws:s3/directoryBucket:DirectoryBucket",
            {"forceDestroy": True},
            "forceDestroy is true",
        ),
    ],
    ids=str,
)
def test_a_bucket_with_objects_is_not_destroyed(pack: Pack, case: Case) -> None:
    check(pack, "s3-force-destroy", case)
