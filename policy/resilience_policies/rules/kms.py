"""AWS KMS."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls, remediation
from resilience_policies.checks import at_least_days
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation

KEY = "aws:kms/key:Key"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
EXTERNAL_KEY = "aws:kms/externalKey:ExternalKey"
REPLICA_EXTERNAL_KEY = "aws:kms/replicaExternalKey:ReplicaExternalKey"


def rotation(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Only symmetric encryption keys in AWS's own key store rotate by themselves; a replica key follows its primary
    (another type).
    """
    spec = resource.stated.text("customerMasterKeySpec")
    usage = resource.stated.text("keyUsage")
    symmetric = spec in (None, UNKNOWN, "SYMMETRIC_DEFAULT") and usage in (None, UNKNOWN, "ENCRYPT_DECRYPT")
    if not symmetric or resource.stated.has("customKeyStoreId"):
        return
    value = resource.stated.flag("enableKeyRotation")
    if value is True:
        return
    undecided = [
        key
        for key, read in (("enableKeyRotation", value), ("customerMasterKeySpec", spec), ("keyUsage", usage))
        if read is UNKNOWN
    ]
    if undecided:
        yield not_yet(undecided[0], "a symmetric encryption key must rotate")
    else:
        yield Violation(found("enableKeyRotation", value, "true is required", "enable_key_rotation=True"))


def deletion_window(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """AWS waits 30 days when the program says nothing."""
    value = resource.stated.number("deletionWindowInDays")
    yield from at_least_days(value, "deletionWindowInDays", settings, "deletion_window_in_days", default=30)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="kms-rotation",
        service="kms",
        severity=Severity.MEDIUM,
        title="Customer managed KMS keys rotate.",
        why="Rotation bounds what one leaked version of the key material opens; old data stays readable.",
        fix="enable_key_rotation=True",
        tags=(
            "nist-800-53r5:SC-12",
            "pci-dss-4.0:3.7.4",
            "cis-aws-5.0:3.6",
            "iso-27001-2022:A.8.24",
            "security-hub:KMS.4",
            "checkov:CKV_AWS_7",
        ),
        types=frozenset({KEY}),
        check=rotation,
        remedy=remediation.switch_on("enableKeyRotation"),
    ),
    ResourceRule(
        id="kms-deletion-window",
        service="kms",
        severity=Severity.HIGH,
        title="KMS keys wait long enough before they are deleted.",
        why="With the key goes everything that it encrypts, backups included; the window is when somebody can notice.",
        fix="deletion_window_in_days=30",
        tags=(*controls.KEPT, "nist-800-53r5:SC-12", "security-hub:KMS.3"),
        # KMS waits 7 to 30 days (ScheduleKeyDeletion, PendingWindowInDays).
        settings=(Setting("minDays", "integer", 14, "Fewest days before a key is deleted.", minimum=7, maximum=30),),
        types=frozenset({KEY, REPLICA_KEY, EXTERNAL_KEY, REPLICA_EXTERNAL_KEY}),
        check=deletion_window,
    ),
)
