"""Where an instance, a launch template and their kin describe a disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from resilience_policies.reading import Reading

INSTANCE: Final = "aws:ec2/instance:Instance"
SPOT_INSTANCE: Final = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
SPOT_FLEET: Final = "aws:ec2/spotFleetRequest:SpotFleetRequest"
LAUNCH_CONFIGURATION: Final = "aws:ec2/launchConfiguration:LaunchConfiguration"
LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
AMI: Final = "aws:ec2/ami:Ami"

_ROOT: Final = "rootBlockDevice"
WITH_KEYS: Final = frozenset({INSTANCE, SPOT_INSTANCE, SPOT_FLEET, LAUNCH_TEMPLATE})
"""The block devices of a launch configuration and of an image name no key."""


@dataclass(frozen=True)
class Place:
    """One disk: `prefix` is its property path with a dot behind, the rest what to write for a key and for encryption."""

    prefix: str
    device: Reading
    write_key: str
    write_encrypted: str = ""


@dataclass(frozen=True)
class Places:
    """The disks that are known, and the properties that are not known yet."""

    known: tuple[Place, ...] = ()
    unknown: tuple[str, ...] = ()
    unstated_root: bool = False
    """Nothing is said of the root disk, which then gets what the image says."""


def places(type_: str, stated: Reading) -> Places:
    """Every disk that a resource of one of the types above describes."""
    return _BY_TYPE[type_](stated)


def _collect(stated: Reading, *keys: str, prefix: str = "") -> Places:
    known: list[Place] = []
    unknown: list[str] = []
    for key in keys:
        devices = stated.blocks(key)
        for number, device in enumerate(devices.known):
            if device.has("noDevice"):
                continue
            path = prefix + (key if key == _ROOT else f"{key}[{number}]")
            where = "root_block_device=" if key == _ROOT else "in that block device: "
            known.append(
                Place(f"{path}.", device, f'{where}{{"kms_key_id": key.arn}}', f'{where}{{"encrypted": True}}')
            )
        if devices.has_unknown:
            unknown.append(prefix + key)
    return Places(tuple(known), tuple(unknown))


def _with_root(stated: Reading, root: str = _ROOT, prefix: str = "") -> Places:
    found = _collect(stated, root, "ebsBlockDevices", prefix=prefix)
    roots = stated.blocks(root)
    # A launch template may say it instead.
    unstated = not roots.known and not roots.has_unknown and not stated.has("launchTemplate")
    return Places(found.known, found.unknown, unstated_root=unstated)


def _image(stated: Reading) -> Places:
    """A device made of a snapshot is encrypted as the snapshot is, and the image may not say otherwise."""
    found = _collect(stated, "ebsBlockDevices")
    return Places(tuple(place for place in found.known if not place.device.has("snapshotId")), found.unknown)


def _fleet(stated: Reading) -> Places:
    specifications = stated.blocks("launchSpecifications")
    inner = [
        _with_root(specification, "rootBlockDevices", f"launchSpecifications[{number}].")
        for number, specification in enumerate(specifications.known)
    ]
    whole = ("launchSpecifications",) if specifications.has_unknown else ()
    return Places(
        tuple(place for found in inner for place in found.known),
        (*whole, *(key for found in inner for key in found.unknown)),
        unstated_root=any(found.unstated_root for found in inner),
    )


def _launch_template(stated: Reading) -> Places:
    """Mappings without `ebs` are instance stores, or switch a device off."""
    mappings = stated.blocks("blockDeviceMappings")
    known: list[Place] = []
    unknown = ["blockDeviceMappings"] if mappings.has_unknown else []
    for number, mapping in enumerate(mappings.known):
        devices = mapping.blocks("ebs")
        path = f"blockDeviceMappings[{number}].ebs"
        write = '"ebs": {"encrypted": "true"} in that mapping'
        write_key = '"ebs": {"kms_key_id": key.arn} in that mapping'
        known += [Place(f"{path}.", device, write_key, write) for device in devices.known[:1]]
        if devices.has_unknown:
            unknown.append(path)
    # Who names the image has the image decide over a root disk that nobody mentions.
    return Places(tuple(known), tuple(unknown), unstated_root=stated.has("imageId") and not known and not unknown)


_BY_TYPE: Final[Mapping[str, Callable[[Reading], Places]]] = {
    INSTANCE: _with_root,
    SPOT_INSTANCE: _with_root,
    SPOT_FLEET: _fleet,
    LAUNCH_CONFIGURATION: _with_root,
    LAUNCH_TEMPLATE: _launch_template,
    AMI: _image,
}
