"""Data Lifecycle Manager's policies as the clock goes forward: snapshots, their copies and their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.emulator.cron import next_run
from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import Client

PRIMARY, SECONDARY = "us-east-1", "us-west-2"
HOUR, DAY = 3600, 86_400


pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture(autouse=True)
def cleared(emulator: Emulator, client: Client) -> Iterator[None]:
    """Policies, volumes and snapshots of a test end with it: an emptied cloud for each would take a second each."""
    yield
    emulator.traffic.reset()
    for found in client("dlm").get_lifecycle_policies()["Policies"]:
        client("dlm").delete_lifecycle_policy(PolicyId=found["PolicyId"])
    for region in (PRIMARY, SECONDARY):
        for made in snapshots(client, region):
            client("ec2", region).delete_snapshot(SnapshotId=made["SnapshotId"])
    for kept in client("ec2").describe_volumes()["Volumes"]:
        client("ec2").delete_volume(VolumeId=kept["VolumeId"])


def volume(client: Client, **tags: str) -> str:
    asked = [{"ResourceType": "volume", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    made = client("ec2").create_volume(Size=1, AvailabilityZone="us-east-1a", TagSpecifications=asked)
    return str(made["VolumeId"])


def policy(client: Client, **schedule: Any) -> str:
    details = {
        "ResourceTypes": ["VOLUME"],
        "TargetTags": [{"Key": "policy", "Value": "servers"}],
        "Schedules": [
            {
                "Name": "often",
                "CopyTags": True,
                "CreateRule": {"Interval": 12, "IntervalUnit": "HOURS", "Times": ["03:00"]},
                "RetainRule": {"Count": 100},
                **schedule,
            }
        ],
    }
    made = client("dlm").create_lifecycle_policy(
        ExecutionRoleArn="arn:aws:iam::123456789012:role/dlm",
        Description="servers",
        State="ENABLED",
        PolicyDetails=details,
    )
    return str(made["PolicyId"])


def snapshots(client: Client, region: str = PRIMARY) -> list[dict[str, Any]]:
    """Those of the policy, oldest first."""
    found = client("ec2", region).describe_snapshots(
        OwnerIds=["self"], Filters=[{"Name": "tag:dlm:managed", "Values": ["true"]}]
    )
    return sorted(found["Snapshots"], key=lambda snapshot: snapshot["StartTime"])


def tags_of(snapshot: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]}


def test_tagged_volumes_are_snapshotted_at_the_times_of_the_schedule(emulator: Emulator, client: Client) -> None:
    mine = volume(client, policy="servers", tier="web")
    volume(client, policy="other")
    policy_id = policy(client)
    emulator.advance_clock(2 * DAY)
    found = snapshots(client)
    assert [snapshot["VolumeId"] for snapshot in found] == [mine] * 4
    assert {snapshot["StartTime"].strftime("%H:%M") for snapshot in found} == {"03:00", "15:00"}
    tags = tags_of(found[0])
    assert (tags["tier"], tags["aws:dlm:lifecycle-policy-id"]) == ("web", policy_id)
    assert tags["aws:dlm:lifecycle-schedule-name"] == "often"


def test_no_more_than_the_count_is_kept_for_each_volume(emulator: Emulator, client: Client) -> None:
    volumes = {volume(client, policy="servers") for _ in range(2)}
    policy(client, RetainRule={"Count": 3})
    emulator.advance_clock(5 * DAY)
    found = snapshots(client)
    assert sorted(snapshot["VolumeId"] for snapshot in found) == sorted([*volumes] * 3)
    assert (found[-1]["StartTime"] - found[0]["StartTime"]).total_seconds() == DAY, "the newest are kept"


def test_snapshots_and_copies_expire_by_age_each_after_its_own(emulator: Emulator, client: Client) -> None:
    key = client("kms", SECONDARY).create_key()["KeyMetadata"]["Arn"]
    made = volume(client, policy="servers")
    copy = {
        "Target": SECONDARY,
        "Encrypted": True,
        "CmkArn": key,
        "CopyTags": True,
        "RetainRule": {"Interval": 1, "IntervalUnit": "WEEKS"},
    }
    policy_id = policy(client, RetainRule={"Interval": 2, "IntervalUnit": "DAYS"}, CrossRegionCopyRules=[copy])
    # Whole days: they hold the same number of runs whatever the time of the day is.
    emulator.advance_clock(3 * DAY)
    here, there = snapshots(client), snapshots(client, SECONDARY)
    assert (len(here), len(there)) == (4, 6)
    assert all((snapshot["Encrypted"], snapshot["KmsKeyId"]) == (True, key) for snapshot in there)
    assert tags_of(there[0])["policy"] == "servers"
    assert tags_of(here[0])["aws:dlm:expirationTime"] > here[-1]["StartTime"].isoformat()
    client("dlm").update_lifecycle_policy(PolicyId=policy_id, State="DISABLED")
    emulator.advance_clock(30 * DAY)
    assert (len(snapshots(client)), len(snapshots(client, SECONDARY))) == (4, 6), "a disabled policy deletes nothing"
    client("ec2").delete_volume(VolumeId=made)
    client("dlm").update_lifecycle_policy(PolicyId=policy_id, State="ENABLED")
    emulator.advance_clock(HOUR)
    assert snapshots(client) == snapshots(client, SECONDARY) == []


def test_a_region_that_is_out_makes_nothing_and_gets_nothing(emulator: Emulator, client: Client) -> None:
    key = client("kms", SECONDARY).create_key()["KeyMetadata"]["Arn"]
    volume(client, policy="servers")
    copy = {
        "Target": SECONDARY,
        "Encrypted": True,
        "CmkArn": key,
        "RetainRule": {"Interval": 9, "IntervalUnit": "DAYS"},
    }
    policy(client, CrossRegionCopyRules=[copy])
    emulator.traffic.take_out(SECONDARY)
    emulator.advance_clock(DAY)
    emulator.traffic.heal(SECONDARY)
    assert (len(snapshots(client)), len(snapshots(client, SECONDARY))) == (2, 0)
    emulator.traffic.take_out(PRIMARY)
    emulator.advance_clock(DAY)
    emulator.traffic.heal(PRIMARY)
    assert len(snapshots(client)) == 2
    emulator.advance_clock(1)
    assert (len(snapshots(client)), len(snapshots(client, SECONDARY))) == (3, 1)


def test_a_cron_schedule_runs_on_its_days(emulator: Emulator, client: Client) -> None:
    volume(client, policy="servers")
    policy(client, CreateRule={"CronExpression": "cron(30 4 ? * SUN *)"})
    emulator.advance_clock(14 * DAY)
    found = [snapshot["StartTime"] for snapshot in snapshots(client)]
    assert [moment.strftime("%a %H:%M") for moment in found] == ["Sun 04:30"] * 2


def test_days_of_the_week_count_from_sunday_and_years_end() -> None:
    start = datetime(2026, 11, 28, tzinfo=UTC)  # a Saturday
    assert next_run("cron(0 5 ? * 1 *)", start) == datetime(2026, 11, 29, 5, tzinfo=UTC)
    assert next_run("cron(0 5 1 1 ? 2028)", start) == datetime(2028, 1, 1, 5, tzinfo=UTC)
    assert next_run("cron(0 25 ? * 1 *)", start) is None
    assert next_run("rate(1 day)", start) is None
