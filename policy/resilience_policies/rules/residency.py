"""Data stays in the Regions where it may be: one list for stores, replicas, copies of backups and snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import stores
from resilience_policies.estate import region_in_arn
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN, Reading, Unknown
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation
from resilience_policies.rules.cross_region import AUTOMATED, SECRET
from resilience_policies.selections import PLAN

# Where a resource sends data: type -> path of blocks, and the property of the innermost that names Region or ARN.
_TARGETS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    stores.TABLE: ((("replicas",), "regionName"),),
    SECRET: ((("replicas",), "region"),),
    stores.EFS_REPLICATION: ((("destination",), "region"),),
    PLAN: ((("rules", "copyActions"), "destinationVaultArn"),),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": (
        (("policyDetails", "schedules", "crossRegionCopyRules"), "target"),
        (("policyDetails", "schedules", "crossRegionCopyRules"), "targetRegion"),
        (("policyDetails", "actions", "crossRegionCopies"), "target"),
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": (
        (("replicationConfiguration", "rules", "destinations"), "region"),
    ),
    "aws:rds/snapshotCopy:SnapshotCopy": (((), "destinationRegion"),),
}
# What holds data in the Region that it is in.
_HOLDERS = frozenset({*stores.BACKED_UP, AUTOMATED, SECRET, "aws:ebs/snapshotCopy:SnapshotCopy"})


def residency(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Silent until allowedRegions says where data may be."""
    allowed = settings.texts("allowedRegions")
    if not allowed:
        return
    required = f"one of {', '.join(allowed)} is required (allowedRegions, set in the policy configuration)"
    if resource.type in _HOLDERS:
        if resource.region is None:
            yield not_yet("the Region", required)
        elif resource.region not in allowed:
            yield Violation(f"it lies in {resource.region}; {required}. Write: region=allowed_region")
    for path, key in _TARGETS.get(resource.type, ()):
        for place, value in _values(resource.stated, path, key):
            region = region_in_arn(value) if isinstance(value, str) and value.startswith("arn:") else value
            if region is UNKNOWN:
                yield not_yet(place, required)
            elif region is not None and region not in allowed:
                yield Violation(f"{place} sends data to {region}; {required}. Write: a target in an allowed Region")


def _values(reading: Reading, path: tuple[str, ...], key: str) -> Iterator[tuple[str, str | Unknown | None]]:
    if not path:
        yield key, reading.text(key)
        return
    blocks = reading.blocks(path[0])
    for number, block in enumerate(blocks.known):
        for place, value in _values(block, path[1:], key):
            yield f"{path[0]}[{number}].{place}", value
    if blocks.has_unknown:
        yield path[0], UNKNOWN


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="data-residency",
        service="residency",
        severity=Severity.HIGH,
        title="Data stays in the allowed Regions.",
        why="A copy in another Region may be a transfer to another country. One list allows here what AWS Control "
        "Tower's AWS-GR_RESTRICT_S3_CROSS_REGION_REPLICATION forbids as a whole.",
        fix="region=allowed_region on the resource, and targets of copies in allowed Regions",
        tags=("nist-800-53r5:SA-9(5)", "gdpr:44", "iso-27001-2022:A.5.34"),
        settings=(Setting("allowedRegions", "array", (), "Regions where data may be; empty allows any."),),
        types=_HOLDERS | frozenset(_TARGETS),
        check=residency,
    ),
)
