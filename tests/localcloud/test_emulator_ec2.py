"""EBS encryption and security group rules, read back by boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def key(client: Client) -> str:
    arn: str = client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def test_the_default_key_of_a_region_is_set_and_reset(client: Client, key: str) -> None:
    east, west = client("ec2"), client("ec2", "us-west-2")
    managed = east.get_ebs_default_kms_key_id()["KmsKeyId"]
    assert east.modify_ebs_default_kms_key_id(KmsKeyId=key)["KmsKeyId"] == key
    assert east.get_ebs_default_kms_key_id()["KmsKeyId"] == key
    assert west.get_ebs_default_kms_key_id()["KmsKeyId"].startswith("arn:aws:kms:us-west-2:")
    assert east.reset_ebs_default_kms_key_id()["KmsKeyId"] == managed
    assert east.get_ebs_default_kms_key_id()["KmsKeyId"] == managed
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        west.modify_ebs_default_kms_key_id(KmsKeyId=key)


def test_a_volume_is_encrypted_by_default_where_the_region_says_so(client: Client, key: str) -> None:
    ec2 = client("ec2")
    assert ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["Encrypted"] is False
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)
    ec2.enable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)
    assert (volume["Encrypted"], volume["KmsKeyId"]) == (True, key)
    ec2.disable_ebs_encryption_by_default()
    ec2.reset_ebs_default_kms_key_id()


def test_a_snapshot_has_the_key_of_its_volume_and_a_copy_the_key_of_its_region(client: Client, key: str) -> None:
    east, west = client("ec2"), client("ec2", "us-west-2")
    volume = east.create_volume(AvailabilityZone="us-east-1a", Size=8, Encrypted=True, KmsKeyId=key)["VolumeId"]
    snapshot = east.create_snapshot(VolumeId=volume)["SnapshotId"]
    assert east.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["KmsKeyId"] == key
    west_key = client("kms", "us-west-2").create_key()["KeyMetadata"]["Arn"]
    for asked, expected in (
        ({"KmsKeyId": west_key}, west_key),
        ({}, west.get_ebs_default_kms_key_id()["KmsKeyId"]),
    ):
        copied = west.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=snapshot, Encrypted=True, **asked)
        (read,) = west.describe_snapshots(SnapshotIds=[copied["SnapshotId"]])["Snapshots"]
        assert (read["Encrypted"], read["KmsKeyId"]) == (True, expected)


def test_a_volume_needs_a_key_of_its_region(client: Client, key: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        client("ec2", "us-west-2").create_volume(AvailabilityZone="us-west-2a", Size=8, Encrypted=True, KmsKeyId=key)


@pytest.fixture
def group(client: Client) -> str:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group_id: str = ec2.create_security_group(GroupName="data", Description="data", VpcId=vpc)["GroupId"]
    return group_id


def add_rule(client: Client, group: str, **permission: Any) -> str:
    answer = client("ec2").authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **permission}]
    )
    rule_id: str = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    return rule_id


def rule(client: Client, rule_id: str) -> dict[str, Any]:
    (found,) = client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
    read: dict[str, Any] = found
    return read


@pytest.mark.parametrize("kind", ["IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"])
def test_every_kind_of_rule_keeps_its_description(client: Client, group: str, kind: str) -> None:
    peer = {
        "IpRanges": {"CidrIp": "10.0.0.0/16"},
        "Ipv6Ranges": {"CidrIpv6": "fd00::/8"},
        "PrefixListIds": {"PrefixListId": "pl-63a5400a"},
        "UserIdGroupPairs": {"GroupId": group},
    }[kind]
    rule_id = add_rule(client, group, **{kind: [{**peer, "Description": "from the servers"}]})
    assert rule(client, rule_id)["Description"] == "from the servers"


def test_a_rule_changes_its_ports_description_and_group(client: Client, group: str) -> None:
    ec2 = client("ec2")
    vpc = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"]
    other = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    rule_id = add_rule(client, group, UserIdGroupPairs=[{"GroupId": group, "Description": "before"}])
    asked = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "ReferencedGroupId": other, "Description": "after"}
    ec2.modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": asked}]
    )
    changed = rule(client, rule_id)
    assert (changed["FromPort"], changed["ToPort"], changed["Description"]) == (443, 443, "after")
    assert changed["ReferencedGroupInfo"]["GroupId"] == other


def test_a_rule_changes_to_all_protocols(client: Client, group: str) -> None:
    rule_id = add_rule(client, group, IpRanges=[{"CidrIp": "10.0.0.0/16"}])
    asked = {"IpProtocol": "-1", "CidrIpv4": "10.1.0.0/16"}
    client("ec2").modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": asked}]
    )
    changed = rule(client, rule_id)
    assert (changed["IpProtocol"], changed["CidrIpv4"]) == ("-1", "10.1.0.0/16")
    fresh = rule(client, add_rule(client, group, IpProtocol="-1", IpRanges=[{"CidrIp": "10.2.0.0/16"}]))
    assert (changed["FromPort"], changed["ToPort"]) == (fresh["FromPort"], fresh["ToPort"]) == (-1, -1)
