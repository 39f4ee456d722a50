"""Amazon EBS: volumes, the block devices of instances and launch templates, and the Region-wide default."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pulumi_policy import Severity

from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, Violation


def _must_be_true(value: object, key: str, write: str) -> Iterator[Finding]:
    if value is UNKNOWN:
        yield not_yet(key, "it must be true")
    elif value is not True:
        yield Violation(found(key, value, "true is required", write))


def _volume(stated: Reading) -> Iterator[Finding]:
    return _must_be_true(stated.flag("encrypted"), "encrypted", "encrypted=True, kms_key_id=key.arn")


def _account_default(stated: Reading) -> Iterator[Finding]:
    # The resource without `enabled` switches the default on.
    value = stated.flag("enabled") if "enabled" in stated else True
    return _must_be_true(value, "enabled", "enabled=True")


def _block_devices(stated: Reading) -> Iterator[Finding]:
    """An instance that says nothing of its root volume gets what the image says, unless a launch template says it."""
    root = stated.blocks("rootBlockDevice")
    if not root.known and not root.has_unknown and not stated.has("launchTemplate"):
        yield Violation(
            found("rootBlockDevice.encrypted", None, "true is required", 'root_block_device={"encrypted": True}')
        )
    for key, write in (
        ("rootBlockDevice", 'root_block_device={"encrypted": True}'),
        ("ebsBlockDevices", '"encrypted": True in that block device'),
    ):
        devices = stated.blocks(key)
        for number, device in enumerate(devices.known):
            if device.has("noDevice"):
                continue
            place = f"{key}.encrypted" if key == "rootBlockDevice" else f"{key}[{number}].encrypted"
            yield from _must_be_true(device.flag("encrypted"), place, write)
        if devices.has_unknown:
            yield not_yet(key, "each block device must be encrypted")


def _launch_template(stated: Reading) -> Iterator[Finding]:
    """Mappings without `ebs` are instance stores, or switch a device off."""
    mappings = stated.blocks("blockDeviceMappings")
    for number, mapping in enumerate(mappings.known):
        if mapping.has("ebs"):
            place = f"blockDeviceMappings[{number}].ebs.encrypted"
            devices = mapping.blocks("ebs")
            values = [device.flag("encrypted") for device in devices.known] or [UNKNOWN]
            yield from _must_be_true(values[0], place, '"ebs": {"encrypted": "true"} in that mapping')
    if mappings.has_unknown:
        yield not_yet("blockDeviceMappings", "each block device must be encrypted")


_BY_TYPE: dict[str, Callable[[Reading], Iterator[Finding]]] = {
    "aws:ebs/volume:Volume": _volume,
    "aws:ebs/encryptionByDefault:EncryptionByDefault": _account_default,
    "aws:ec2/instance:Instance": _block_devices,
    "aws:ec2/launchConfiguration:LaunchConfiguration": _block_devices,
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
}


def encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Wherever a block device is described."""
    return _BY_TYPE[resource.type](resource.stated)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="ebs-encrypted",
        service="ebs",
        severity=Severity.HIGH,
        title="EBS volumes are encrypted.",
        why="Snapshots and their copies in another Region inherit the choice, and it cannot be changed in place later.",
        fix="encrypted=True, kms_key_id=key.arn",
        tags=(
            "nist-800-53r5:SC-28(1)",
            "nist-800-53r5:CP-9(8)",
            "pci-dss-4.0:3.5.1",
            "gdpr:32(1)(a)",
            "cis-aws-5.0:5.1.1",
            "iso-27001-2022:A.8.24",
            "fsbp:EC2.3",
            "fsbp:EC2.7",
            "checkov:CKV_AWS_3",
            "checkov:CKV_AWS_8",
            "checkov:CKV_AWS_106",
        ),
        types=frozenset(_BY_TYPE),
        check=encrypted,
    ),
)
