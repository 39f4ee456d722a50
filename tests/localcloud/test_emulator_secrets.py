"""Secrets Manager replicas, read back by boto3 in both Regions."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

WEST = "us-west-2"


@pytest.fixture
def keys(client: Client) -> tuple[str, str]:
    """A key in each Region."""
    east, west = (client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in ("us-east-1", WEST))
    return east, west


def test_a_secret_and_its_replica_have_keys_of_their_own_and_one_value(client: Client, keys: tuple[str, str]) -> None:
    east, west = client("secretsmanager"), client("secretsmanager", WEST)
    password = east.get_random_password(PasswordLength=32, ExcludePunctuation=True)["RandomPassword"]
    assert len(password) == 32
    made = east.create_secret(
        Name="orders", KmsKeyId=keys[0], AddReplicaRegions=[{"Region": WEST, "KmsKeyId": keys[1]}]
    )
    east.put_secret_value(SecretId="orders", SecretString=password)
    status = {"Region": WEST, "KmsKeyId": keys[1], "Status": "InSync", "StatusMessage": "Replication succeeded"}
    assert made["ReplicationStatus"] == [status]
    here, there = east.describe_secret(SecretId="orders"), west.describe_secret(SecretId="orders")
    assert (here["KmsKeyId"], there["KmsKeyId"]) == keys
    assert here["ReplicationStatus"] == [status]
    assert there["PrimaryRegion"] == "us-east-1"
    assert west.get_secret_value(SecretId="orders")["SecretString"] == password


def test_replicas_are_added_and_removed(client: Client, keys: tuple[str, str]) -> None:
    east, west = client("secretsmanager"), client("secretsmanager", WEST)
    arn = east.create_secret(Name="payments", SecretString="one")["ARN"]
    added = east.replicate_secret_to_regions(
        SecretId="payments", AddReplicaRegions=[{"Region": WEST, "KmsKeyId": keys[1]}]
    )
    assert added["ARN"] == arn
    assert added["ReplicationStatus"][0]["KmsKeyId"] == keys[1]
    with pytest.raises(ClientError, match="replica regions"):
        east.delete_secret(SecretId="payments", ForceDeleteWithoutRecovery=True)
    removed = east.remove_regions_from_replication(SecretId="payments", RemoveReplicaRegions=[WEST])
    assert (removed["ARN"], removed["ReplicationStatus"]) == (arn, [])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        west.describe_secret(SecretId="payments")


def test_a_replica_whose_key_is_not_in_its_region_fails_as_a_status(client: Client, keys: tuple[str, str]) -> None:
    east = client("secretsmanager")
    made = east.create_secret(Name="keyless", AddReplicaRegions=[{"Region": WEST, "KmsKeyId": keys[0]}])
    assert made["ReplicationStatus"][0]["Status"] == "Failed"
    assert "does not exist in us-west-2" in made["ReplicationStatus"][0]["StatusMessage"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("secretsmanager", WEST).describe_secret(SecretId="keyless")
