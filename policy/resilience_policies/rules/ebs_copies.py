"""Copies of EBS snapshots and images: by hand, and by Data Lifecycle Manager to another Region."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import must_be_own_key, must_be_true
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN, Reading, Unknown
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings

SNAPSHOT_COPY = "aws:ebs/snapshotCopy:SnapshotCopy"
AMI_COPY = "aws:ec2/amiCopy:AmiCopy"
LIFECYCLE_POLICY = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
_WRITE_RULE = '"encrypted": True, "cmk_arn": key_in_that_region.arn'


def copy_cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A copy is encrypted again where it arrives, so it takes a key of that Region."""
    if resource.type == LIFECYCLE_POLICY:
        yield from _lifecycle(resource.stated)
        return
    write = "encrypted=True, kms_key_id=key_in_that_region.arn"
    yield from _copy(resource.stated, "", "kmsKeyId", write, resource.region)


def _lifecycle(stated: Reading) -> Iterator[Finding]:
    """Schedules copy what they made (crossRegionCopyRules), event policies what another account shared
    (crossRegionCopies).
    """
    details = stated.blocks("policyDetails")
    unknown = ["policyDetails"] if details.has_unknown else []
    for detail in details.known:
        for name, copies_name, inner in (
            ("schedules", "crossRegionCopyRules", ""),
            ("action", "crossRegionCopies", "encryptionConfiguration"),
        ):
            holders = detail.blocks(name)
            unknown += [f"policyDetails.{name}"] if holders.has_unknown else []
            for number, holder in enumerate(holders.known):
                path = (
                    f"policyDetails.{name}[{number}].{copies_name}"
                    if name == "schedules"
                    else f"policyDetails.{name}.{copies_name}"
                )
                copies = holder.blocks(copies_name)
                unknown += [path] if copies.has_unknown else []
                for place, rule in enumerate(copies.known):
                    yield from _rule(rule, f"{path}[{place}].", inner)
    for key in unknown:
        yield not_yet(key, "each copy to another Region must be encrypted with a customer managed KMS key")


def _rule(rule: Reading, prefix: str, inner: str) -> Iterator[Finding]:
    region = rule.text("target")
    region = rule.text("targetRegion") if region is None else region
    if isinstance(region, str) and region.startswith("arn:"):
        region = None  # an Outpost
    if not inner:
        yield from _copy(rule, prefix, "cmkArn", _WRITE_RULE, region)
        return
    settings = rule.blocks(inner)
    if settings.has_unknown:
        yield not_yet(f"{prefix}{inner}", "it must be encrypted with a customer managed KMS key")
        return
    stated = settings.known[0] if settings.known else Reading({})
    write = f'"encryption_configuration": {{{_WRITE_RULE}}}'
    yield from _copy(stated, f"{prefix}{inner}.", "cmkArn", write, region)


def _copy(stated: Reading, prefix: str, key: str, write: str, region: str | Unknown | None) -> Iterator[Finding]:
    """One finding a copy: a key that is named says nothing while encryption is off."""
    encrypted = stated.flag("encrypted")
    if encrypted is True or encrypted is UNKNOWN:
        yield from must_be_own_key(stated.raw(key), f"{prefix}{key}", write, region)
    if encrypted is not True:
        yield from must_be_true(encrypted, f"{prefix}encrypted", write)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="ebs-snapshot-copy-cmk",
        service="ebs",
        severity=Severity.HIGH,
        title="Copies of snapshots and images are encrypted with a customer managed key of their Region.",
        why="The copy is what a recovery starts from: readable by nobody else, and shareable with a recovery account.",
        fix="encrypted=True, kms_key_id=key_in_that_region.arn; of Data Lifecycle Manager " + _WRITE_RULE,
        tags=(
            *controls.OWN_KEY,
            "nist-800-53r5:CP-9(8)",
            "checkov:CKV_AWS_183",
            "checkov:CKV_AWS_236",
            "checkov:CKV_AWS_253",
            "checkov:CKV_AWS_254",
            "checkov:CKV_AWS_255",
            "checkov:CKV_AWS_256",
        ),
        types=frozenset({SNAPSHOT_COPY, AMI_COPY, LIFECYCLE_POLICY}),
        check=copy_cmk,
    ),
)
