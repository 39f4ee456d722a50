"""S3 bucket configurations that have to read back exactly."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

KEY = "arn:aws:kms:us-west-2:123456789012:key/mrk-1"


@pytest.fixture
def buckets(client: Client) -> tuple[str, str]:
    """A versioned bucket in each Region: source and destination."""
    name = uuid.uuid4().hex
    for region, configuration in (
        ("us-east-1", {}),
        ("us-west-2", {"CreateBucketConfiguration": {"LocationConstraint": "us-west-2"}}),
    ):
        s3 = client("s3", region)
        s3.create_bucket(Bucket=f"{name}-{region}", **configuration)
        s3.put_bucket_versioning(Bucket=f"{name}-{region}", VersioningConfiguration={"Status": "Enabled"})
    return f"{name}-us-east-1", f"{name}-us-west-2"


def replication_to(bucket: str) -> dict[str, Any]:
    return {
        "Role": "arn:aws:iam::123456789012:role/replication",
        "Rules": [
            {
                "ID": "invoices",
                "Priority": 1,
                "Status": "Enabled",
                "Filter": {"And": {"Prefix": "invoices/", "Tags": [{"Key": "keep", "Value": "yes"}]}},
                "SourceSelectionCriteria": {
                    "SseKmsEncryptedObjects": {"Status": "Enabled"},
                    "ReplicaModifications": {"Status": "Enabled"},
                },
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": {
                    "Bucket": f"arn:aws:s3:::{bucket}",
                    "StorageClass": "STANDARD_IA",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
                    "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
                    "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
                },
            },
            {
                "ID": "all",
                "Priority": 2,
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                "DeleteMarkerReplication": {"Status": "Enabled"},
                "Destination": {
                    "Bucket": f"arn:aws:s3:::{bucket}",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
                },
            },
        ],
    }


def test_a_replication_configuration_reads_back_exactly(client: Client, buckets: tuple[str, str]) -> None:
    s3 = client("s3")
    document = replication_to(buckets[1])
    s3.put_bucket_replication(Bucket=buckets[0], ReplicationConfiguration=document)
    assert s3.get_bucket_replication(Bucket=buckets[0])["ReplicationConfiguration"] == document
    with pytest.raises(ClientError, match="InvalidBucketState"):
        s3.put_bucket_versioning(Bucket=buckets[0], VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_replication(Bucket=buckets[0])
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        s3.get_bucket_replication(Bucket=buckets[0])
    s3.put_bucket_versioning(Bucket=buckets[0], VersioningConfiguration={"Status": "Suspended"})


def without(document: dict[str, Any], *path: str) -> dict[str, Any]:
    """The document without one member of its first rule."""
    changed = copy.deepcopy(document)
    *parents, last = path
    holder = changed["Rules"][0]
    for parent in parents:
        holder = holder[parent]
    del holder[last]
    return changed


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (("Destination", "EncryptionConfiguration"), "ReplicaKmsKeyID must be specified"),
        (("DeleteMarkerReplication",), "DeleteMarkerReplication must be specified"),
        (("Priority",), "Priority must be specified"),
    ],
)
def test_a_replication_rule_that_lacks_what_aws_asks_for_is_refused(
    client: Client, buckets: tuple[str, str], path: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        client("s3").put_bucket_replication(
            Bucket=buckets[0], ReplicationConfiguration=without(replication_to(buckets[1]), *path)
        )


def test_delete_markers_are_not_replicated_by_tag(client: Client, buckets: tuple[str, str]) -> None:
    document = replication_to(buckets[1])
    document["Rules"][0]["DeleteMarkerReplication"]["Status"] = "Enabled"
    with pytest.raises(ClientError, match="Tag filter"):
        client("s3").put_bucket_replication(Bucket=buckets[0], ReplicationConfiguration=document)


def test_the_destination_must_exist_and_be_versioned(client: Client, buckets: tuple[str, str]) -> None:
    s3 = client("s3")
    plain = f"{buckets[0]}-plain"
    s3.create_bucket(Bucket=plain)
    with pytest.raises(ClientError, match="Destination bucket must exist"):
        s3.put_bucket_replication(Bucket=buckets[0], ReplicationConfiguration=replication_to("missing"))
    with pytest.raises(ClientError, match="Destination bucket must have versioning enabled"):
        s3.put_bucket_replication(Bucket=buckets[0], ReplicationConfiguration=replication_to(plain))
    with pytest.raises(ClientError, match="InvalidRequest"):
        s3.put_bucket_replication(Bucket=plain, ReplicationConfiguration=replication_to(buckets[1]))


def test_a_lifecycle_reads_back_exactly(client: Client, buckets: tuple[str, str]) -> None:
    s3 = client("s3", "us-west-2")
    rules = [
        {
            "ID": "versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionTransitions": [
                {"NoncurrentDays": 30, "StorageClass": "STANDARD_IA", "NewerNoncurrentVersions": 3}
            ],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 365, "NewerNoncurrentVersions": 5},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
        {
            "ID": "logs",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": 128}},
            "Transitions": [{"Days": 30, "StorageClass": "INTELLIGENT_TIERING"}],
            "Expiration": {"Days": 400},
        },
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=buckets[1], LifecycleConfiguration={"Rules": rules})
    read = s3.get_bucket_lifecycle_configuration(Bucket=buckets[1])
    assert read["Rules"] == rules
    assert read["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.delete_bucket_lifecycle(Bucket=buckets[1])
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=buckets[1])


def test_a_bucket_is_encrypted_by_s3_until_a_key_is_given_and_again_after(
    client: Client, buckets: tuple[str, str]
) -> None:
    s3 = client("s3")

    def rules() -> Any:
        return s3.get_bucket_encryption(Bucket=buckets[0])["ServerSideEncryptionConfiguration"]["Rules"]

    by_s3 = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    by_key = [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
            "BucketKeyEnabled": True,
        }
    ]
    assert rules() == by_s3
    s3.put_bucket_encryption(Bucket=buckets[0], ServerSideEncryptionConfiguration={"Rules": by_key})
    assert rules() == by_key
    s3.delete_bucket_encryption(Bucket=buckets[0])
    assert rules() == by_s3
