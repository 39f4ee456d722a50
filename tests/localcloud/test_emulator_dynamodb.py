"""DynamoDB global tables and encryption, read back by boto3 in both Regions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator import clock
from localcloud.emulator.carrying import DEFAULT_LAG_SECONDS
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

WEST = "us-west-2"


@pytest.fixture
def keys(client: Client) -> tuple[str, str]:
    """A multi-Region key: the ARN of the primary (us-east-1) and of the replica (us-west-2)."""
    primary = client("kms").create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    replica = client("kms").replicate_key(KeyId=primary, ReplicaRegion=WEST)["ReplicaKeyMetadata"]["Arn"]
    return primary, replica


def make_table(client: Client, name: str, **more: Any) -> None:
    defaults = {
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        **{**defaults, **more},
    )


def encrypted_by(key: str) -> dict[str, Any]:
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}


def replica(action: str, **more: Any) -> dict[str, Any]:
    return {"ReplicaUpdates": [{action: {"RegionName": WEST, **more}}]}


def test_a_replica_is_active_in_its_region_with_its_own_key(client: Client, keys: tuple[str, str]) -> None:
    east, west = client("dynamodb"), client("dynamodb", WEST)
    make_table(client, "keyed", **encrypted_by(keys[0]))
    east.update_table(TableName="keyed", **replica("Create", KMSMasterKeyId=keys[1]))
    here, there = (side.describe_table(TableName="keyed")["Table"] for side in (east, west))
    assert here["Replicas"] == [{"RegionName": WEST, "ReplicaStatus": "ACTIVE", "KMSMasterKeyId": keys[1]}]
    assert there["Replicas"] == [{"RegionName": "us-east-1", "ReplicaStatus": "ACTIVE", "KMSMasterKeyId": keys[0]}]
    assert there["TableStatus"] == "ACTIVE"
    assert there["TableArn"] == "arn:aws:dynamodb:us-west-2:123456789012:table/keyed"
    assert there["SSEDescription"]["KMSMasterKeyArn"] == keys[1]
    assert there["StreamSpecification"] == here["StreamSpecification"]
    assert there["LatestStreamArn"].startswith(there["TableArn"])


def test_items_are_there_in_both_regions(client: Client) -> None:
    east, west = client("dynamodb"), client("dynamodb", WEST)
    make_table(client, "items")
    east.put_item(TableName="items", Item={"id": {"S": "before"}})
    east.update_table(TableName="items", **replica("Create"))
    west.put_item(TableName="items", Item={"id": {"S": "after"}})
    clock.advance(DEFAULT_LAG_SECONDS)
    for side in (east, west):
        assert sorted(item["id"]["S"] for item in side.scan(TableName="items")["Items"]) == ["after", "before"]
    west.delete_item(TableName="items", Key={"id": {"S": "before"}})
    clock.advance(DEFAULT_LAG_SECONDS)
    assert east.scan(TableName="items")["Count"] == 1


def test_recovery_protection_and_tags_are_each_replicas_own(client: Client) -> None:
    east, west = client("dynamodb"), client("dynamodb", WEST)
    make_table(client, "own", DeletionProtectionEnabled=True, Tags=[{"Key": "side", "Value": "east"}])
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    east.update_continuous_backups(TableName="own", PointInTimeRecoverySpecification=recovery)
    east.update_table(TableName="own", **replica("Create"))
    there = west.describe_table(TableName="own")["Table"]
    assert there["DeletionProtectionEnabled"] is False
    assert west.list_tags_of_resource(ResourceArn=there["TableArn"])["Tags"] == []

    def recovery_of(side: Any) -> dict[str, Any]:
        description: dict[str, Any] = side.describe_continuous_backups(TableName="own")["ContinuousBackupsDescription"]
        point_in_time: dict[str, Any] = description["PointInTimeRecoveryDescription"]
        return point_in_time

    assert recovery_of(east)["PointInTimeRecoveryStatus"] == "ENABLED"
    assert recovery_of(west)["PointInTimeRecoveryStatus"] == "DISABLED"
    west.update_continuous_backups(
        TableName="own", PointInTimeRecoverySpecification={**recovery, "RecoveryPeriodInDays": 14}
    )
    assert (recovery_of(east)["RecoveryPeriodInDays"], recovery_of(west)["RecoveryPeriodInDays"]) == (35, 14)
    west.tag_resource(ResourceArn=there["TableArn"], Tags=[{"Key": "side", "Value": "west"}])
    east_arn = east.describe_table(TableName="own")["Table"]["TableArn"]
    assert east.list_tags_of_resource(ResourceArn=east_arn)["Tags"] == [{"Key": "side", "Value": "east"}]
    west.update_table(TableName="own", DeletionProtectionEnabled=True)
    with pytest.raises(ClientError, match="DeletionProtectionEnabled"):
        east.update_table(TableName="own", **replica("Delete"))


def test_what_replicas_share_is_changed_in_all_of_them(client: Client) -> None:
    east, west = client("dynamodb"), client("dynamodb", WEST)
    make_table(client, "shared")
    east.update_table(TableName="shared", **replica("Create"))
    east.update_time_to_live(TableName="shared", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    assert west.describe_time_to_live(TableName="shared")["TimeToLiveDescription"]["AttributeName"] == "expires"


def test_a_deleted_replica_is_gone_and_the_table_stays(client: Client) -> None:
    east, west = client("dynamodb"), client("dynamodb", WEST)
    make_table(client, "short")
    east.put_item(TableName="short", Item={"id": {"S": "1"}})
    east.update_table(TableName="short", **replica("Create"))
    east.update_table(TableName="short", **replica("Delete"))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        west.describe_table(TableName="short")
    assert "Replicas" not in east.describe_table(TableName="short")["Table"]
    assert east.scan(TableName="short")["Count"] == 1
    east.update_table(TableName="short", **replica("Create"))
    west.delete_table(TableName="short")
    assert "Replicas" not in east.describe_table(TableName="short")["Table"]


def test_a_replica_gets_another_key(client: Client, keys: tuple[str, str]) -> None:
    east = client("dynamodb")
    make_table(client, "rekeyed", **encrypted_by(keys[0]))
    east.update_table(TableName="rekeyed", **replica("Create", KMSMasterKeyId=keys[1]))
    other = client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    east.update_table(TableName="rekeyed", **replica("Update", KMSMasterKeyId=other))
    assert east.describe_table(TableName="rekeyed")["Table"]["Replicas"][0]["KMSMasterKeyId"] == other


def test_a_replica_needs_a_stream_of_both_images(client: Client) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    make_table(client, "streamless", StreamSpecification=stream)
    with pytest.raises(ClientError, match="NEW_AND_OLD_IMAGES"):
        client("dynamodb").update_table(TableName="streamless", **replica("Create"))


def test_a_replica_of_an_encrypted_table_needs_a_key_of_its_region(client: Client, keys: tuple[str, str]) -> None:
    east = client("dynamodb")
    make_table(client, "keyless", **encrypted_by(keys[0]))
    with pytest.raises(ClientError, match="needs a KMSMasterKeyId"):
        east.update_table(TableName="keyless", **replica("Create"))
    with pytest.raises(ClientError, match="does not exist in us-west-2"):
        east.update_table(TableName="keyless", **replica("Create", KMSMasterKeyId=keys[0]))
    make_table(client, "plain")
    with pytest.raises(ClientError, match="AWS owned key"):
        east.update_table(TableName="plain", **replica("Create", KMSMasterKeyId=keys[1]))


def test_a_region_has_one_replica_and_is_not_its_own(client: Client) -> None:
    east = client("dynamodb")
    make_table(client, "twice")
    east.update_table(TableName="twice", **replica("Create"))
    with pytest.raises(ClientError, match="already has one"):
        east.update_table(TableName="twice", **replica("Create"))
    with pytest.raises(ClientError, match="local region"):
        east.update_table(TableName="twice", ReplicaUpdates=[{"Create": {"RegionName": "us-east-1"}}])
    with pytest.raises(ClientError, match="TableClassOverride of a replica is not modelled"):
        east.update_table(TableName="twice", **replica("Update", TableClassOverride="STANDARD"))


def test_the_key_of_a_table_must_exist_and_can_change(client: Client, keys: tuple[str, str]) -> None:
    east = client("dynamodb")
    with pytest.raises(ClientError, match="does not exist in us-east-1"):
        make_table(client, "unkeyed", **encrypted_by(keys[1]))
    make_table(client, "changing")
    assert "SSEDescription" not in east.describe_table(TableName="changing")["Table"]
    east.update_table(TableName="changing", **encrypted_by(keys[0]))
    assert east.describe_table(TableName="changing")["Table"]["SSEDescription"]["KMSMasterKeyArn"] == keys[0]
