"""Amazon EBS: volumes, their keys, and what a Region encrypts by default."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import block_devices, controls
from resilience_policies.checks import must_be_own_key, must_be_true
from resilience_policies.estate import Estate
from resilience_policies.messages import not_yet
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, StackRule, Violation

VOLUME = "aws:ebs/volume:Volume"
ENCRYPTION_BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault"
DEFAULT_KEY = "aws:ebs/defaultKmsKey:DefaultKmsKey"
_KEYED = block_devices.WITH_KEYS | {VOLUME}


def encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The disks of instances and launch templates are ec2-block-device-encrypted."""
    yield from must_be_true(resource.stated.flag("encrypted"), "encrypted", "encrypted=True, kms_key_id=key.arn")


def final_snapshot(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The provider deletes a volume without a snapshot unless told otherwise."""
    yield from must_be_true(resource.stated.flag("finalSnapshot"), "finalSnapshot", "final_snapshot=True")


def default_encryption(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The resource without `enabled` switches the default on."""
    value = resource.stated.flag("enabled") if "enabled" in resource.stated else True
    yield from must_be_true(value, "enabled", "enabled=True")


def cmk(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """A disk without a key of its own takes the default key of its Region, which the stack may have made its own."""
    settled = {member.region for member in estate.of({DEFAULT_KEY})}
    for member in estate.of(_KEYED):
        if member.type == VOLUME:
            places = block_devices.Places((block_devices.Place("", member.stated, "kms_key_id=key.arn"),))
        else:
            places = block_devices.places(member.type, member.stated)
        for place in places.known:
            key = place.device.raw("kmsKeyId")
            if not key and member.region in settled:
                continue
            write = f"{place.write_key}, or ebs.DefaultKmsKey(..., key_arn=key.arn) in its Region"
            for finding in must_be_own_key(key, f"{place.prefix}kmsKeyId", write, member.region):
                yield Violation(finding.message, member.urn) if isinstance(finding, Violation) else finding
        for unknown in places.unknown:
            yield not_yet(f"{unknown} of {member.name}", "each needs a customer managed KMS key")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="ebs-encrypted",
        service="ebs",
        severity=Severity.HIGH,
        title="EBS volumes are encrypted.",
        why="Snapshots and their copies in another Region inherit the choice, and it cannot be changed in place later.",
        fix="encrypted=True, kms_key_id=key.arn",
        tags=(*controls.ENCRYPTED, "cis-aws-5.0:5.1.1", "security-hub:EC2.3", "checkov:CKV_AWS_3"),
        types=frozenset({VOLUME}),
        check=encrypted,
    ),
    ResourceRule(
        id="ebs-default-encryption",
        service="ebs",
        severity=Severity.HIGH,
        title="EBS encryption by default stays on.",
        why="It covers what no program describes: volumes made by hand, by a restore or by another service.",
        fix="enabled=True",
        tags=(*controls.ENCRYPTED, "cis-aws-5.0:5.1.1", "security-hub:EC2.7", "checkov:CKV_AWS_106"),
        types=frozenset({ENCRYPTION_BY_DEFAULT}),
        check=default_encryption,
    ),
    ResourceRule(
        id="ebs-final-snapshot",
        service="ebs",
        severity=Severity.MEDIUM,
        # A volume that a backup plan reaches loses hours; ebs-in-backup-plan is the rule that blocks.
        level="advisory",
        title="EBS volumes leave a final snapshot when they are deleted.",
        why="Moving a volume to another zone replaces it: the snapshot is all that remains of what it held.",
        fix="final_snapshot=True",
        tags=controls.KEPT,
        types=frozenset({VOLUME}),
        check=final_snapshot,
    ),
    StackRule(
        id="ebs-cmk",
        service="ebs",
        severity=Severity.MEDIUM,
        level="advisory",
        title="EBS volumes and block devices are encrypted with a customer managed key.",
        why="Snapshots under the key that AWS manages cannot be shared with a recovery account, nor the key withdrawn.",
        fix="encrypted=True, kms_key_id=key.arn",
        tags=(*controls.OWN_KEY, "checkov:CKV_AWS_189"),
        types=_KEYED | {DEFAULT_KEY},
        check=cmk,
    ),
)
