"""KMS multi-Region keys and rotation, read back by boto3 in both Regions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

WEST = "us-west-2"
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Sid": "ours", "Effect": "Allow", "Action": "kms:*", "Resource": "*",'
    ' "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]}'
)


@pytest.fixture
def primary(client: Client) -> str:
    """The ARN of a multi-Region primary key in us-east-1."""
    arn: str = client("kms").create_key(MultiRegion=True, Tags=[{"TagKey": "side", "TagValue": "east"}])["KeyMetadata"][
        "Arn"
    ]
    return arn


def replicate(client: Client, primary: str, **more: Any) -> str:
    metadata = client("kms").replicate_key(KeyId=primary, ReplicaRegion=WEST, **more)["ReplicaKeyMetadata"]
    arn: str = metadata["Arn"]
    return arn


def metadata(client: Client, key: str, region: str = "us-east-1") -> dict[str, Any]:
    described: dict[str, Any] = client("kms", region).describe_key(KeyId=key)["KeyMetadata"]
    return described


def test_primary_and_replica_name_each_other(client: Client, primary: str) -> None:
    assert metadata(client, primary)["MultiRegionConfiguration"]["ReplicaKeys"] == []
    replica = replicate(client, primary)
    expected = {
        "PrimaryKey": {"Arn": primary, "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": replica, "Region": WEST}],
    }
    for region, key, kind in (("us-east-1", primary, "PRIMARY"), (WEST, replica, "REPLICA")):
        configuration = metadata(client, key, region)["MultiRegionConfiguration"]
        assert configuration == {"MultiRegionKeyType": kind, **expected}


def test_policy_tags_description_and_aliases_are_each_keys_own(client: Client, primary: str) -> None:
    east, west = client("kms"), client("kms", WEST)
    tags = [{"TagKey": "side", "TagValue": "west"}]
    replica = replicate(client, primary, Policy=POLICY, Description="replica", Tags=tags)
    assert west.get_key_policy(KeyId=replica, PolicyName="default")["Policy"] == POLICY
    assert east.get_key_policy(KeyId=primary, PolicyName="default")["Policy"] != POLICY
    assert west.list_resource_tags(KeyId=replica)["Tags"] == tags
    assert east.list_resource_tags(KeyId=primary)["Tags"] == [{"TagKey": "side", "TagValue": "east"}]
    assert metadata(client, replica, WEST)["Description"] == "replica"
    assert metadata(client, primary)["Description"] == ""
    for kms, key in ((east, primary), (west, replica)):
        kms.create_alias(AliasName="alias/data", TargetKeyId=key)
        assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=key)["Aliases"]] == ["alias/data"]
    east.delete_alias(AliasName="alias/data")
    assert metadata(client, "alias/data", WEST)["Arn"] == replica


def test_what_one_region_encrypts_the_other_decrypts(client: Client, primary: str) -> None:
    replica = replicate(client, primary)
    cipher = client("kms").encrypt(KeyId=primary, Plaintext=b"order")["CiphertextBlob"]
    decrypted = client("kms", WEST).decrypt(KeyId=replica, CiphertextBlob=cipher)
    assert (decrypted["Plaintext"], decrypted["KeyId"]) == (b"order", replica)


def test_a_single_region_key_stays_in_its_region(client: Client) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="NotFoundException"):
        client("kms", WEST).describe_key(KeyId=key)
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        replicate(client, key)


def test_a_region_has_one_related_key(client: Client, primary: str) -> None:
    replicate(client, primary)
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        replicate(client, primary)


def test_rotation_is_set_on_the_primary_and_seen_on_the_replica(client: Client, primary: str) -> None:
    east, west = client("kms"), client("kms", WEST)
    replica = replicate(client, primary)
    assert east.get_key_rotation_status(KeyId=primary)["KeyRotationEnabled"] is False
    east.enable_key_rotation(KeyId=primary, RotationPeriodInDays=180)
    for kms, key in ((east, primary), (west, replica)):
        status = kms.get_key_rotation_status(KeyId=key)
        assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        west.enable_key_rotation(KeyId=replica)
    east.disable_key_rotation(KeyId=primary)
    assert west.get_key_rotation_status(KeyId=replica)["KeyRotationEnabled"] is False


def test_rotation_is_yearly_unless_said(client: Client, primary: str) -> None:
    east = client("kms")
    east.enable_key_rotation(KeyId=primary)
    assert east.get_key_rotation_status(KeyId=primary)["RotationPeriodInDays"] == 365


def test_a_primary_waits_for_its_replicas_to_be_deleted(client: Client, primary: str) -> None:
    replica = replicate(client, primary)
    answer = client("kms").schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    assert answer["KeyState"] == metadata(client, primary)["KeyState"] == "PendingReplicaDeletion"
    assert "DeletionDate" not in answer
    client("kms", WEST).schedule_key_deletion(KeyId=replica, PendingWindowInDays=7)
    assert metadata(client, replica, WEST)["KeyState"] == "PendingDeletion"


def test_a_key_is_disabled_enabled_and_its_deletion_cancelled_by_arn(client: Client, primary: str) -> None:
    kms = client("kms")
    kms.disable_key(KeyId=primary)
    assert metadata(client, primary)["KeyState"] == "Disabled"
    kms.enable_key(KeyId=primary)
    assert metadata(client, primary)["KeyState"] == "Enabled"
    kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    with pytest.raises(ClientError, match="KMSInvalidStateException"):
        kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=primary)
    assert metadata(client, primary)["KeyState"] == "Disabled"


SPARED = "arn:aws:iam::123456789012:role/keeper"


def denying(*actions: str, spared: str = SPARED) -> str:
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            json.loads(POLICY)["Statement"][0],
            {
                "Sid": "keep", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": list(actions), "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": spared}},
            },
        ],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("DisableKey", lambda kms, key: kms.disable_key(KeyId=key)),
        ("EnableKey", lambda kms, key: kms.enable_key(KeyId=key)),
        ("DisableKeyRotation", lambda kms, key: kms.disable_key_rotation(KeyId=key)),
        ("ScheduleKeyDeletion", lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)),
        ("PutKeyPolicy", lambda kms, key: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=POLICY)),
    ],
)
def test_what_a_key_policy_denies_is_refused_and_nothing_else(
    client: Client, primary: str, action: str, call: Callable[[Any, str], Any]
) -> None:
    kms = client("kms")
    policy = denying(f"kms:{action}")
    kms.put_key_policy(KeyId=primary, PolicyName="default", Policy=policy)
    before = metadata(client, primary)
    with pytest.raises(ClientError, match=rf"is not authorized to perform: kms:{action} .* \(keep\)") as refused:
        call(kms, primary)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert metadata(client, primary) == before
    assert kms.get_key_policy(KeyId=primary, PolicyName="default")["Policy"] == policy
    kms.tag_resource(KeyId=primary, Tags=[{"TagKey": "side", "TagValue": "still"}])


def test_a_principal_whom_the_denial_spares_is_let_through(client: Client, primary: str) -> None:
    kms = client("kms")
    kms.put_key_policy(KeyId=primary, PolicyName="default", Policy=denying("kms:DisableKey", spared="arn:aws:iam::*"))
    kms.disable_key(KeyId=primary)
    assert metadata(client, primary)["KeyState"] == "Disabled"


def test_an_alias_leads_to_the_same_refusal(client: Client, primary: str) -> None:
    kms = client("kms")
    kms.create_alias(AliasName="alias/kept", TargetKeyId=primary)
    kms.put_key_policy(KeyId=primary, PolicyName="default", Policy=denying("kms:DisableKey"))
    with pytest.raises(ClientError, match="explicit deny"):
        kms.disable_key(KeyId="alias/kept")


def test_a_denied_cancellation_leaves_the_key_on_its_way_out(client: Client, primary: str) -> None:
    kms = client("kms")
    kms.put_key_policy(KeyId=primary, PolicyName="default", Policy=denying("kms:CancelKeyDeletion"))
    kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    with pytest.raises(ClientError, match=r"kms:CancelKeyDeletion .* explicit deny"):
        kms.cancel_key_deletion(KeyId=primary)
    assert metadata(client, primary)["KeyState"] == "PendingDeletion"
