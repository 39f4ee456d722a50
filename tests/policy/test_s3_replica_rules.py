from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

RULE = "s3-replica-usable"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
CONFIG = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
FAR_KEY = "arn:aws:kms:us-west-2:123456789012:key/mrk-1"
NEAR_KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
SELECTED = {"sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}}}


def bucket(name: str, region: str, **inputs: Any) -> Registration:
    return Registration(BUCKET, name, {"bucket": f"acme-{name}", **inputs}, region)


def algorithm(value: object) -> dict[str, Any]:
    return {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": value}}]}


def encrypted(value: object) -> Registration:
    return Registration(ENCRYPTION, "encryption", {"bucket": "acme-near", **algorithm(value)})


NEAR = bucket("near", PRIMARY)
FAR = bucket("far", SECONDARY, versioning={"enabled": True})
KMS = encrypted("aws:kms")


def rule(key: object = None, arn: object = "arn:aws:s3:::acme-far", **inputs: Any) -> dict[str, Any]:
    destination: dict[str, Any] = {"bucket": arn}
    if key is not None:
        destination["encryptionConfiguration"] = {"replicaKmsKeyId": key}
    return {"status": "Enabled", "destination": destination, **inputs}


def config(*rules: dict[str, Any], source: str = "acme-near", far: bool = True) -> Registration:
    sources = {"rules": ("far",)} if far else {}
    return Registration(CONFIG, "config", {"bucket": source, "rules": list(rules)}, sources=sources)


@pytest.mark.parametrize(
    "program",
    [
        (NEAR, FAR, config(rule())),
        (NEAR, FAR, config(rule(filter={}))),
        (NEAR, FAR, config(rule(filter={"prefix": ""}))),
        (NEAR, FAR, config(rule(filter={"prefix": "hot/"}), rule())),
        (NEAR, FAR, encrypted("AES256"), config(rule())),
        (NEAR, FAR, KMS, config(rule(FAR_KEY, **SELECTED))),
        (NEAR, FAR, KMS, config(rule(UNKNOWN, **SELECTED))),
        (NEAR, FAR, KMS, config(rule(UNKNOWN, UNKNOWN, **SELECTED))),
        (FAR, config(rule(), source="acme-elsewhere")),
        (NEAR, config(rule(arn="arn:aws:s3:::acme-elsewhere"), far=False)),
        (NEAR, FAR, config(rule(FAR_KEY, filter={"prefix": "x"}, **SELECTED) | {"status": "Disabled"})),
    ],
    ids=[
        "no filter",
        "empty filter",
        "empty prefix",
        "a part and the whole",
        "without KMS",
        "KMS",
        "new key",
        "new key and bucket",
        "source elsewhere",
        "destination elsewhere",
        "a disabled rule is another rule's",
    ],
)
def test_a_usable_replica_passes(pack: Pack, program: tuple[Registration, ...]) -> None:
    assert of_rule(pack.judge(*program), RULE) == []


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ((NEAR, FAR, config(rule(filter={"prefix": "hot/"}))), "a part of the bucket only"),
        ((NEAR, FAR, config(rule(prefix="hot/"))), "a part of the bucket only"),
        ((NEAR, FAR, config(rule(filter={"tag": {"key": "a", "value": "b"}}))), "a part of the bucket only"),
        ((NEAR, FAR, config(rule(filter={"and": {"prefix": "x"}}))), "a part of the bucket only"),
        ((NEAR, bucket("far", SECONDARY), config(rule())), "versioning of the destination is not set"),
        (
            (NEAR, bucket("far", SECONDARY, versioning={"enabled": False}), config(rule())),
            "versioning of the destination is false",
        ),
        ((NEAR, FAR, KMS, config(rule(FAR_KEY))), "sseKmsEncryptedObjects.status is not set; Enabled is required"),
        (
            (
                NEAR,
                FAR,
                KMS,
                config(rule(FAR_KEY, sourceSelectionCriteria={"sseKmsEncryptedObjects": {"status": "Disabled"}})),
            ),
            "sseKmsEncryptedObjects.status is Disabled",
        ),
        ((NEAR, FAR, KMS, config(rule(**SELECTED))), "encryptionConfiguration.replicaKmsKeyId is not set"),
        ((FAR, config(rule(FAR_KEY), source="acme-elsewhere")), "sseKmsEncryptedObjects.status is not set"),
        ((FAR, config(rule(**SELECTED), source="acme-elsewhere")), "replicaKmsKeyId is not set"),
        (
            (NEAR, FAR, KMS, config(rule(NEAR_KEY, **SELECTED))),
            "is a key in us-east-1, the destination is in us-west-2",
        ),
        (
            (NEAR, KMS, config(rule(NEAR_KEY, "arn:aws:s3:::acme-elsewhere", **SELECTED), far=False)),
            "is a key in us-east-1, the Region of the source",
        ),
    ],
)
def test_a_replica_that_misses_objects_or_cannot_be_read_is_refused(
    pack: Pack, program: tuple[Registration, ...], says: str
) -> None:
    [found] = of_rule(pack.judge(*program), RULE)
    assert says in found.message
    assert "Write: " in found.message
    assert (found.resource, found.mandatory) == ("config", True)


@pytest.mark.parametrize(
    "program",
    [
        (NEAR, FAR, KMS, config(rule(FAR_KEY, sourceSelectionCriteria=UNKNOWN))),
        (NEAR, FAR, config(rule(filter=UNKNOWN))),
        (NEAR, FAR, config(rule(filter={"prefix": UNKNOWN}))),
    ],
    ids=["criteria", "filter", "prefix"],
)
def test_what_is_not_known_is_undetermined(pack: Pack, program: tuple[Registration, ...]) -> None:
    [found] = of_rule(pack.judge(*program), RULE)
    assert "undetermined: " in found.message
    assert not found.mandatory


def test_an_unknown_hides_no_other_violation(pack: Pack) -> None:
    found = of_rule(pack.judge(NEAR, bucket("far", SECONDARY), config(rule(filter=UNKNOWN))), RULE)
    assert [(d.resource, d.mandatory) for d in found] == [("config", True), ("", False)]


def inline(type_: str, **changed: Any) -> Registration:
    """A bucket that replicates by itself, as provider 6 and 7 write it."""
    v2 = type_ == BUCKET_V2
    destination = {"bucket": "arn:aws:s3:::acme-far", "replicaKmsKeyId": changed.get("key", FAR_KEY)}
    criteria: Any = {"sseKmsEncryptedObjects": [{"enabled": True}] if v2 else {"enabled": True}}
    written = {
        "status": "Enabled",
        "destinations" if v2 else "destination": [destination] if v2 else destination,
        **changed.get(
            "more", {"sourceSelectionCriterias" if v2 else "sourceSelectionCriteria": [criteria] if v2 else criteria}
        ),
    }
    replication: Any = {"role": "arn:aws:iam::123456789012:role/r", "rules": [written]}
    name = "replicationConfigurations" if v2 else "replicationConfiguration"
    return Registration(type_, "near", {"bucket": "acme-near", name: [replication] if v2 else replication})


@pytest.mark.parametrize("type_", [BUCKET, BUCKET_V2])
def test_replication_inside_the_bucket_is_judged_alike(pack: Pack, type_: str) -> None:
    assert of_rule(pack.judge(inline(type_), FAR), RULE) == []
    [found] = of_rule(pack.judge(inline(type_, more={}), FAR), RULE)
    assert "sseKmsEncryptedObjects.status is not set" in found.message
    [found] = of_rule(pack.judge(inline(type_, key=NEAR_KEY), FAR), RULE)
    assert "is a key in us-east-1" in found.message
    assert found.resource == "near"


def test_regions_parts_and_delete_markers_are_configured(pack: Pack) -> None:
    pack.configure({RULE: {"allowedRegions": ["eu-west-1"], "requireDeleteMarkers": True, "wholeBucket": False}})
    part = rule(filter={"prefix": "hot/"})
    found = [d.message for d in of_rule(pack.judge(NEAR, FAR, config(part)), RULE)]
    assert len(found) == 2
    assert "lies in us-west-2; one of eu-west-1 is required (allowedRegions)" in found[0]
    assert "deleteMarkerReplication.status is not set; Enabled is required (requireDeleteMarkers)" in found[1]
    pack.configure({RULE: {"requireDeleteMarkers": True}})
    assert of_rule(pack.judge(NEAR, FAR, config(rule(deleteMarkerReplication={"status": "Enabled"}))), RULE) == []
