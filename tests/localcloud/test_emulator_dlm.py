"""Data Lifecycle Manager policies, read back by boto3."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

ROLE = "arn:aws:iam::123456789012:role/dlm"
DETAILS = {
    "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
    "ResourceTypes": ["VOLUME"],
    "ResourceLocations": ["CLOUD"],
    "TargetTags": [{"Key": "backup", "Value": "ebs"}],
    "Schedules": [
        {
            "Name": "daily",
            "CopyTags": True,
            "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"]},
            "RetainRule": {"Count": 7},
            "CrossRegionCopyRules": [
                {
                    "Target": "us-west-2",
                    "Encrypted": True,
                    "CmkArn": "arn:aws:kms:us-west-2:123456789012:key/mrk-1",
                    "CopyTags": True,
                    "RetainRule": {"Interval": 7, "IntervalUnit": "DAYS"},
                }
            ],
        }
    ],
}


def make(client: Client, region: str = "us-east-1") -> str:
    policy_id: str = client("dlm", region).create_lifecycle_policy(
        ExecutionRoleArn=ROLE, Description="servers", State="ENABLED", PolicyDetails=DETAILS, Tags={"a": "1"}
    )["PolicyId"]
    return policy_id


def test_a_policy_reads_back_exactly_and_only_in_its_region(client: Client) -> None:
    policy_id = make(client)
    policy = client("dlm").get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert policy["PolicyDetails"] == DETAILS
    assert (policy["State"], policy["ExecutionRoleArn"], policy["Tags"]) == ("ENABLED", ROLE, {"a": "1"})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client("dlm", "us-west-2").get_lifecycle_policy(PolicyId=policy_id)


def test_an_update_changes_what_it_names_and_no_more(client: Client) -> None:
    dlm = client("dlm")
    policy_id = make(client)
    other_tags = [{"Key": "tier", "Value": "web"}]
    dlm.update_lifecycle_policy(
        PolicyId=policy_id, State="DISABLED", PolicyDetails={**DETAILS, "TargetTags": other_tags}
    )
    policy = dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert policy["State"] == "DISABLED"
    assert policy["Description"] == "servers"
    assert policy["PolicyDetails"]["TargetTags"] == other_tags
    assert policy["PolicyDetails"]["Schedules"] == DETAILS["Schedules"]


def test_tags_change_and_are_listed(client: Client) -> None:
    dlm = client("dlm")
    arn = dlm.get_lifecycle_policy(PolicyId=make(client))["Policy"]["PolicyArn"]
    dlm.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    dlm.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert dlm.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_policies_are_listed_by_state_until_deleted(client: Client) -> None:
    dlm = client("dlm", "us-west-2")
    policy_id = make(client, "us-west-2")
    assert [policy["PolicyId"] for policy in dlm.get_lifecycle_policies(State="ENABLED")["Policies"]] == [policy_id]
    assert dlm.get_lifecycle_policies(State="DISABLED")["Policies"] == []
    dlm.delete_lifecycle_policy(PolicyId=policy_id)
    assert dlm.get_lifecycle_policies()["Policies"] == []


def test_what_is_not_modelled_is_refused_by_name(client: Client) -> None:
    with pytest.raises(ClientError, match="DefaultPolicy is not modelled"):
        client("dlm").create_lifecycle_policy(
            ExecutionRoleArn=ROLE, Description="all", State="ENABLED", DefaultPolicy="VOLUME"
        )
    with pytest.raises(ClientError, match="TargetTags is not modelled"):
        client("dlm").get_lifecycle_policies(TargetTags=["a=1"])
