from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import SECONDARY, UNKNOWN, Pack, Registration

VOLUME = "aws:ebs/volume:Volume"
DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
DEFAULT_KEY = "aws:ebs/defaultKmsKey:DefaultKmsKey"
INSTANCE = "aws:ec2/instance:Instance"
SPOT = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
AMI = "aws:ec2/ami:Ami"
AMI_COPY = "aws:ec2/amiCopy:AmiCopy"
SNAPSHOT_COPY = "aws:ebs/snapshotCopy:SnapshotCopy"
POLICY = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
ROOT = {"rootBlockDevice": {"encrypted": True}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/0"
FAR_KEY = "arn:aws:kms:us-west-2:123456789012:key/0"


@pytest.mark.parametrize(
    "case",
    [
        Case("a volume", VOLUME, {"encrypted": True}, PASS),
        Case("a clear volume", VOLUME, {"encrypted": False}, "encrypted is false; true is required"),
        Case("a volume that does not say", VOLUME, {}, "encrypted is not set"),
        Case("an unknown volume", VOLUME, {"encrypted": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_volumes_are_encrypted(pack: Pack, case: Case) -> None:
    check(pack, "ebs-encrypted", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("on", VOLUME, {"finalSnapshot": True}, PASS),
        Case("off", VOLUME, {"finalSnapshot": False}, "finalSnapshot is false; true is required"),
        Case("absent", VOLUME, {}, "finalSnapshot is not set"),
        Case("unknown", VOLUME, {"finalSnapshot": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_volumes_leave_a_final_snapshot(pack: Pack, case: Case) -> None:
    check(pack, "ebs-final-snapshot", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("on", DEFAULT, {"enabled": True}, PASS),
        Case("on by being there", DEFAULT, {}, PASS),
        Case("off", DEFAULT, {"enabled": False}, "enabled is false; true is required"),
        Case("unknown", DEFAULT, {"enabled": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_encryption_by_default_stays_on(pack: Pack, case: Case) -> None:
    check(pack, "ebs-default-encryption", case)


def template(*devices: object) -> dict[str, Any]:
    return {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": device} for device in devices]}


@pytest.mark.parametrize(
    "case",
    [
        Case("an instance", INSTANCE, ROOT, PASS),
        Case("an instance that does not say", INSTANCE, {}, "rootBlockDevice.encrypted is not set"),
        Case("an instance of a template", INSTANCE, {"launchTemplate": {"id": UNKNOWN}}, PASS),
        Case("a clear root", INSTANCE, {"rootBlockDevice": {"encrypted": False}}, "rootBlockDevice.encrypted is false"),
        Case("an unknown root", INSTANCE, {"rootBlockDevice": UNKNOWN}, UNDETERMINED),
        Case("a clear data disk", INSTANCE, {**ROOT, "ebsBlockDevices": [{}]}, "ebsBlockDevices[0].encrypted is not"),
        Case("a spot instance", SPOT, ROOT, PASS),
        Case("a clear spot instance", SPOT, {}, "rootBlockDevice.encrypted is not set"),
        Case("a fleet", FLEET, {"launchSpecifications": [{"rootBlockDevices": [{"encrypted": True}]}]}, PASS),
        Case(
            "a clear fleet", FLEET, {"launchSpecifications": [{}]}, "launchSpecifications[].rootBlockDevices.encrypted"
        ),
        Case(
            "a fleet with a clear disk",
            FLEET,
            {"launchSpecifications": [{"rootBlockDevices": [{"encrypted": True}], "ebsBlockDevices": [{}]}]},
            "launchSpecifications[0].ebsBlockDevices[0].encrypted is not set",
        ),
        Case("a fleet of templates", FLEET, {"launchTemplateConfigs": [{}]}, PASS),
        Case("an unknown fleet", FLEET, {"launchSpecifications": UNKNOWN}, UNDETERMINED),
        Case("a launch configuration", CONFIGURATION, ROOT, PASS),
        Case(
            "a clear launch configuration",
            CONFIGURATION,
            {"rootBlockDevice": {}},
            "rootBlockDevice.encrypted is not set",
        ),
        Case("a device that is switched off", CONFIGURATION, {**ROOT, "ebsBlockDevices": [{"noDevice": True}]}, PASS),
        Case("a template", TEMPLATE, template({"encrypted": "true"}), PASS),
        Case("a clear template", TEMPLATE, template({"encrypted": "false"}), "Mappings[0].ebs.encrypted is false"),
        Case("a template that does not say", TEMPLATE, template({"volumeSize": 8}), "is not set"),
        Case(
            "a template that leaves the root to its image",
            TEMPLATE,
            {"imageId": UNKNOWN},
            "Mappings[].ebs.encrypted is not",
        ),
        Case("a template that leaves the image to others", TEMPLATE, {"instanceType": "t4g.large"}, PASS),
        Case("an instance store", TEMPLATE, {"blockDeviceMappings": [{"virtualName": "ephemeral0"}]}, PASS),
        Case("unknown mappings", TEMPLATE, {"blockDeviceMappings": UNKNOWN}, UNDETERMINED),
        Case("an unknown disk", TEMPLATE, template(UNKNOWN), UNDETERMINED),
        Case("an image", AMI, {"ebsBlockDevices": [{"encrypted": True}]}, PASS),
        Case("an image with a clear disk", AMI, {"ebsBlockDevices": [{}]}, "ebsBlockDevices[0].encrypted is not set"),
        Case("an image of a snapshot", AMI, {"ebsBlockDevices": [{"snapshotId": UNKNOWN}]}, PASS),
        Case("an image without disks", AMI, {}, PASS),
        Case("a copied image", AMI_COPY, {"encrypted": True}, PASS),
        Case("a clear copy", AMI_COPY, {}, "encrypted is not set; true is required"),
    ],
    ids=str,
)
def test_disks_are_encrypted_wherever_one_is_described(pack: Pack, case: Case) -> None:
    check(pack, "ec2-block-device-encrypted", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", VOLUME, {"kmsKeyId": KEY}, PASS),
        Case("own key, not made yet", VOLUME, {"kmsKeyId": UNKNOWN}, PASS),
        Case("absent", VOLUME, {}, "kmsKeyId is not set; a customer managed KMS key is required"),
        Case("AWS's key", VOLUME, {"kmsKeyId": "alias/aws/ebs"}, "kmsKeyId is the key that AWS manages"),
        Case("a key of another Region", VOLUME, {"kmsKeyId": FAR_KEY}, "kmsKeyId is a key in us-west-2"),
        Case("a root", INSTANCE, {"rootBlockDevice": {"kmsKeyId": KEY}}, PASS),
        Case("a root without", INSTANCE, {"rootBlockDevice": {}}, "rootBlockDevice.kmsKeyId is not set"),
        Case("a template", TEMPLATE, template({"kmsKeyId": KEY}), PASS),
        Case("a template without", TEMPLATE, template({}), "blockDeviceMappings[0].ebs.kmsKeyId is not set"),
        Case("an unknown disk", TEMPLATE, template(UNKNOWN), UNDETERMINED),
        Case("a launch configuration names no keys", CONFIGURATION, ROOT, PASS),
    ],
    ids=str,
)
def test_disks_use_a_key_of_ours(pack: Pack, case: Case) -> None:
    found = of_rule(pack.judge(Registration(case.type, "it", case.inputs, case.region)), "ebs-cmk")
    assert len(found) == (case.says != PASS), found
    assert all(case.says in d.message and not d.mandatory for d in found)


@pytest.mark.parametrize(("region", "count"), [("us-east-1", 0), (SECONDARY, 1)])
def test_a_disk_without_a_key_takes_the_default_of_its_region(pack: Pack, region: str, count: int) -> None:
    program = (
        Registration(VOLUME, "disk", {"encrypted": True}),
        Registration(DEFAULT_KEY, "key", {"keyArn": UNKNOWN}, region),
    )
    assert len(of_rule(pack.judge(*program), "ebs-cmk")) == count


def schedule(*rules: object) -> dict[str, Any]:
    return {"policyDetails": {"schedules": [{"name": "daily", "crossRegionCopyRules": list(rules)}]}}


def event(*copies: object) -> dict[str, Any]:
    return {"policyDetails": {"action": {"name": "copy", "crossRegionCopies": list(copies)}}}


WHOLE = {"target": SECONDARY, "encrypted": True, "cmkArn": FAR_KEY}
FIRST_RULE = "policyDetails.schedules[0].crossRegionCopyRules[0]"


@pytest.mark.parametrize(
    "case",
    [
        Case("a snapshot", SNAPSHOT_COPY, {"encrypted": True, "kmsKeyId": FAR_KEY}, PASS, SECONDARY),
        Case("a key not made yet", SNAPSHOT_COPY, {"encrypted": True, "kmsKeyId": UNKNOWN}, PASS, SECONDARY),
        Case("clear", SNAPSHOT_COPY, {"kmsKeyId": FAR_KEY}, "encrypted is not set; true is required", SECONDARY),
        Case("without a key", SNAPSHOT_COPY, {"encrypted": True}, "kmsKeyId is not set", SECONDARY),
        Case(
            "the source's key", SNAPSHOT_COPY, {"encrypted": True, "kmsKeyId": KEY}, "is a key in us-east-1", SECONDARY
        ),
        Case("not known", SNAPSHOT_COPY, {"encrypted": UNKNOWN, "kmsKeyId": UNKNOWN}, UNDETERMINED, SECONDARY),
        Case("an image", AMI_COPY, {"encrypted": True, "kmsKeyId": FAR_KEY}, PASS, SECONDARY),
        Case("an image without a key", AMI_COPY, {"encrypted": True}, "kmsKeyId is not set", SECONDARY),
        Case("a schedule", POLICY, schedule(WHOLE), PASS),
        Case("a schedule without copies", POLICY, schedule(), PASS),
        Case("a clear schedule", POLICY, schedule({**WHOLE, "encrypted": False}), f"{FIRST_RULE}.encrypted is false"),
        Case(
            "a schedule without a key",
            POLICY,
            schedule({"target": SECONDARY, "encrypted": True}),
            f"{FIRST_RULE}.cmkArn is not",
        ),
        Case(
            "a key of this Region",
            POLICY,
            schedule({**WHOLE, "cmkArn": KEY}),
            "a key in us-east-1; a customer managed",
        ),
        Case(
            "the old name of the target", POLICY, schedule({**WHOLE, "target": None, "targetRegion": SECONDARY}), PASS
        ),
        Case("to an Outpost", POLICY, schedule({**WHOLE, "target": "arn:aws:outposts:us-east-1:1:outpost/op-1"}), PASS),
        Case("an unknown schedule", POLICY, {"policyDetails": {"schedules": UNKNOWN}}, UNDETERMINED),
        Case("unknown copies", POLICY, schedule(UNKNOWN), UNDETERMINED),
        Case("unknown details", POLICY, {"policyDetails": UNKNOWN}, UNDETERMINED),
        Case(
            "an event policy",
            POLICY,
            event({"target": SECONDARY, "encryptionConfiguration": {"encrypted": True, "cmkArn": FAR_KEY}}),
            PASS,
        ),
        Case(
            "a clear event policy", POLICY, event({"target": SECONDARY}), "encryptionConfiguration.encrypted is not set"
        ),
        Case("an unknown event policy", POLICY, event({"encryptionConfiguration": UNKNOWN}), UNDETERMINED),
    ],
    ids=str,
)
def test_copies_use_a_key_of_their_region(pack: Pack, case: Case) -> None:
    check(pack, "ebs-snapshot-copy-cmk", case)
