"""The keys of copies: multi-Region, or a key of the copy's own Region."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import stores
from resilience_policies.buckets import CLAIM_TAG
from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Unknown
from resilience_policies.rule import Finding, Rule, Settings, StackRule, Violation
from resilience_policies.rules.cross_region import AUTOMATED, SECRET

KEYS = frozenset({"aws:kms/key:Key", "aws:kms/externalKey:ExternalKey"})
REPLICA_KEYS = frozenset({"aws:kms/replicaKey:ReplicaKey", "aws:kms/replicaExternalKey:ReplicaExternalKey"})
# A copy that is a resource of its own -> the property that names its key.
_COPIES = {
    stores.RDS_INSTANCE: "kmsKeyId",
    stores.RDS_CLUSTER: "kmsKeyId",
    stores.TABLE_REPLICA: "kmsKeyArn",
    AUTOMATED: "kmsKeyId",
}
# A resource that holds its copies -> their block, and in it the properties that name Region and key.
_HELD = {
    stores.TABLE: ("replicas", "regionName", "kmsKeyArn"),
    SECRET: ("replicas", "region", "kmsKeyId"),
    stores.EFS_REPLICATION: ("destination", "region", "kmsKeyId"),
}
# AWS KMS developer guide, multi-Region keys: their identifiers begin with this.
_MULTI_REGION = "mrk-"


def own_key(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """A replica key has a multi-Region primary; every other copy names a key of its own Region."""
    for replica in estate.of(REPLICA_KEYS):
        yield from _replica(estate, replica)
    for key in estate.of(KEYS):
        if stores.claimed(estate, key, CLAIM_TAG) is not None:
            required = f"the tag {CLAIM_TAG} says that another stack replicates the key, so true is required"
            yield from _multi_region(key, required, key.urn)
    copied = stores.copies(estate)
    for type_, property_ in _COPIES.items():
        for copy in estate.of({type_}):
            if copy.urn in copied or type_ == AUTOMATED:
                yield from _in_region(copy, property_, copy.stated.text(property_), copy.region)
    for type_, (block, region, property_) in _HELD.items():
        for owner in estate.of({type_}):
            for number, held in enumerate(owner.stated.blocks(block).known):
                place = held.text(region)
                if isinstance(place, str):
                    yield from _in_region(owner, f"{block}[{number}].{property_}", held.text(property_), place)


def _replica(estate: Estate, replica: Member) -> Iterator[Finding]:
    primaries = estate.linked(replica, "primaryKeyArn", KEYS, matching=("arn",))
    for primary in primaries:
        yield from _multi_region(primary, f"{replica.name} replicates the key, so true is required", primary.urn)
        if primary.region is not None and primary.region == replica.region:
            yield _same_region(replica, primary.region)
    arn = replica.stated.text("primaryKeyArn")
    if isinstance(arn, str) and not primaries:
        if region_in_arn(arn) == replica.region and replica.region is not None:
            yield _same_region(replica, replica.region)
        if not arn.rsplit("/", maxsplit=1)[-1].startswith(_MULTI_REGION):
            yield Violation(
                "primaryKeyArn names a key of a single Region; a multi-Region key is required. Write: "
                "primary_key_arn of a kms.Key with multi_region=True, chosen when it is created",
                replica.urn,
            )


def _multi_region(key: Member, required: str, urn: str) -> Iterator[Finding]:
    value = key.stated.flag("multiRegion")
    if value is UNKNOWN:
        yield not_yet(f"multiRegion of {key.name}", required, urn)
    elif value is not True:
        chosen = f"{required}; it can only be chosen when the key is created"
        yield Violation(found("multiRegion", value, chosen, "multi_region=True"), urn)


def _same_region(replica: Member, region: str) -> Violation:
    return Violation(
        f"primaryKeyArn lies in {region}, the Region of the replica; another Region is required. "
        "Write: region=other_region on the ReplicaKey",
        replica.urn,
    )


def _in_region(owner: Member, key: str, arn: str | Unknown | None, region: str | None) -> Iterator[Finding]:
    place = region_in_arn(arn) if isinstance(arn, str) else None
    if None not in (place, region) and place != region:
        yield Violation(
            f"{key} is a key in {place}, the copy is in {region}; a key of the copy's own Region is required (a "
            "replica of a multi-Region key, or a key made there). Write: the ARN of a key in that Region",
            owner.urn,
        )


RULES: tuple[Rule, ...] = (
    StackRule(
        id="kms-multi-region-or-own-key",
        service="kms",
        severity=Severity.HIGH,
        title="Copies in another Region are encrypted with a key of that Region.",
        why="A copy whose key is away with the lost Region cannot be read. Prowler's kms_cmk_not_multi_region refuses "
        "multi-Region keys, and does not ask where copies find theirs.",
        fix='kms.ReplicaKey("...", primary_key_arn=key.arn, region=other_region) of a kms.Key with multi_region=True',
        tags=(
            "nist-800-53r5:CP-6",
            "nist-800-53r5:CP-9(8)",
            "nist-800-53r5:SC-12",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.24",
        ),
        types=KEYS | REPLICA_KEYS | frozenset(_COPIES) | frozenset(_HELD) | stores.COPYING,
        check=own_key,
    ),
)
