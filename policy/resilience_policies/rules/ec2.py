"""Amazon EC2: the block devices of whatever becomes an instance."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import block_devices, controls
from resilience_policies.checks import must_be_true
from resilience_policies.messages import found, not_yet
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, Violation

AMI_COPY = "aws:ec2/amiCopy:AmiCopy"
_DESCRIBED = frozenset(
    {
        block_devices.INSTANCE,
        block_devices.SPOT_INSTANCE,
        block_devices.SPOT_FLEET,
        block_devices.LAUNCH_CONFIGURATION,
        block_devices.LAUNCH_TEMPLATE,
        block_devices.AMI,
    }
)
_WRITE_ROOT = 'root_block_device={"encrypted": True}'
# Where a type that says nothing of its root disk would say it, and how.
_ROOTS = {
    block_devices.SPOT_FLEET: (
        "launchSpecifications[].rootBlockDevices",
        '"root_block_devices": [{"encrypted": True}]',
    ),
    block_devices.LAUNCH_TEMPLATE: (
        "blockDeviceMappings[].ebs",
        'block_device_mappings=[{"device_name": image.root_device_name, "ebs": {"encrypted": "true"}}]',
    ),
}


def encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A copy of an image says it once for all its snapshots; an image made of an instance takes what that has."""
    if resource.type == AMI_COPY:
        value = resource.stated.flag("encrypted")
        yield from must_be_true(value, "encrypted", "encrypted=True, kms_key_id=key_in_that_region.arn")
        return
    described = block_devices.places(resource.type, resource.stated)
    if described.unstated_root:
        root, write = _ROOTS.get(resource.type, ("rootBlockDevice", _WRITE_ROOT))
        yield Violation(found(f"{root}.encrypted", None, "true is required", write))
    for place in described.known:
        yield from must_be_true(place.device.flag("encrypted"), f"{place.prefix}encrypted", place.write_encrypted)
    for key in described.unknown:
        yield not_yet(key, "each block device must be encrypted")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="ec2-block-device-encrypted",
        service="ec2",
        severity=Severity.HIGH,
        title="The disks of instances, launch templates, launch configurations and images are encrypted.",
        why="Every snapshot and image made of a disk inherits the choice, and it cannot be changed in place later.",
        fix=_WRITE_ROOT,
        tags=(
            *controls.ENCRYPTED,
            "security-hub:EC2.3",
            "checkov:CKV_AWS_8",
            "checkov:CKV_AWS_204",
            "checkov:CKV_AWS_235",
        ),
        types=_DESCRIBED | {AMI_COPY},
        check=encrypted,
    ),
)
