"""Snapshots of the servers' volumes: the same policy in either Region, and of what DLM takes."""

from __future__ import annotations

from functools import cache
from typing import Any

from components.settings import VolumeStore
from components.tags import SNAPSHOT_POLICY
from components.volumes.policy import SnapshotPolicyArgs, VolumeSnapshots
from components.volumes.snapshots import ServerVolumes, ServerVolumesArgs
from tests.support.botocore_shapes import refusals
from tests.support.changes import changes
from tests.support.program import Program, registrations

POLICY = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
GIVEN: dict[str, Any] = {
    "store": VolumeStore(snapshot_interval_hours=6, snapshot_retention_days=21),
    "key_arn": "arn:aws:kms:us-west-2:123456789012:key/mrk-1",
    "copy_region": "us-east-1",
    "copy_key_arn": "arn:aws:kms:us-east-1:123456789012:key/mrk-1",
    "role_name": "securecart-backend-snapshots-us-west-2",
    "account_id": "123456789012",
}


@cache
def snapshots() -> Program:
    return registrations(lambda: VolumeSnapshots("backend", SnapshotPolicyArgs(**GIVEN)))


def test_a_region_without_data_volumes_has_the_policy_and_nothing_to_lose() -> None:
    volumes = registrations(lambda: ServerVolumes("backend", ServerVolumesArgs(**GIVEN, zones=["a", "b", "c"])))
    found = changes(snapshots(), volumes)
    assert {token for token, _ in found.added} == {"aws:ebs/volume:Volume"}
    assert not found.removed | found.changed


def test_the_policy_is_one_that_dlm_takes_and_finds_volumes_by_the_fleets_tag() -> None:
    (policy,) = snapshots().of(POLICY)
    details = policy.inputs["policyDetails"]
    assert details["targetTags"] == {SNAPSHOT_POLICY: "backend"}
    (schedule,) = details["schedules"]
    (copy,) = schedule["crossRegionCopyRules"]
    assert copy["encrypted"] is True
    call = {
        "ExecutionRoleArn": policy.inputs["executionRoleArn"],
        "Description": "x",
        "State": policy.inputs["state"],
        "PolicyDetails": {
            "ResourceTypes": details["resourceTypes"],
            "TargetTags": [{"Key": key, "Value": value} for key, value in details["targetTags"].items()],
            "Schedules": [
                {
                    "Name": schedule["name"],
                    "CopyTags": schedule["copyTags"],
                    "CreateRule": {
                        "Interval": int(schedule["createRule"]["interval"]),
                        "IntervalUnit": schedule["createRule"]["intervalUnit"],
                        "Times": [schedule["createRule"]["times"]],
                    },
                    "RetainRule": _retain(schedule["retainRule"]),
                    "CrossRegionCopyRules": [
                        {
                            "Target": copy["target"],
                            "Encrypted": copy["encrypted"],
                            "CmkArn": copy["cmkArn"],
                            "RetainRule": _retain(copy["retainRule"]),
                        }
                    ],
                }
            ],
        },
    }
    assert not refusals("dlm", "CreateLifecyclePolicy", call)
    assert call["PolicyDetails"]["Schedules"][0]["RetainRule"] == {"Interval": 21, "IntervalUnit": "DAYS"}


def _retain(rule: dict[str, Any]) -> dict[str, Any]:
    return {"Interval": int(rule["interval"]), "IntervalUnit": rule["intervalUnit"]}
