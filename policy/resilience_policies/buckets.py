"""What an S3 bucket is told in the several places where it can be told: inline, in resources of its own, in the names
of provider 6 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resilience_policies.estate import Estate, Member
from resilience_policies.reading import UNKNOWN, Blocks, Reading, Unknown

BUCKETS = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
VERSIONINGS = frozenset({"aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"})
ENCRYPTIONS = frozenset(
    {
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
    }
)
OBJECT_LOCKS = frozenset(
    {
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
    }
)
# What delivers logs into a bucket: type -> the top-level properties that lead to it, and the path to its name inside.
_LOG_TARGETS = {
    "aws:s3/bucketLogging:BucketLogging": (("targetBucket",),),
    "aws:s3/bucketLoggingV2:BucketLoggingV2": (("targetBucket",),),
    "aws:s3/bucket:Bucket": (("logging", "targetBucket"),),
    "aws:s3/bucketV2:BucketV2": (("loggings", 0, "targetBucket"), ("logging", "targetBucket")),
    "aws:lb/loadBalancer:LoadBalancer": (
        ("accessLogs", "bucket"),
        ("connectionLogs", "bucket"),
        ("healthCheckLogs", "bucket"),
    ),
    "aws:elb/loadBalancer:LoadBalancer": (("accessLogs", "bucket"),),
}
LOG_SOURCES = frozenset(_LOG_TARGETS) - BUCKETS
REPLICATIONS = frozenset({"aws:s3/bucketReplicationConfig:BucketReplicationConfig"})

CLAIM_TAG = "replicated-by"
COPY_TAG = "replica-of"
# Top-level properties that hold replication rules, separate and inline.
_RULE_PROPERTIES = ("rules", "replicationConfiguration", "replicationConfigurations")


def nested(reading: Reading, *names: str) -> Blocks:
    """The blocks under a path of names, each of which BucketV2 spells in the plural."""
    level: tuple[Reading, ...] = (reading,)
    has_unknown = False
    for name in names:
        found = [block.blocks(spelled) for block in level for spelled in (name, f"{name}s")]
        level = tuple(block for blocks in found for block in blocks.known)
        has_unknown = has_unknown or any(blocks.has_unknown for blocks in found)
    return Blocks(level, has_unknown)


def versioning(estate: Estate, bucket: Member) -> tuple[str | bool | Unknown | None, ...]:
    """Every statement on versioning: "Enabled" or True is what protects. A resource of its own overrules the inline
    block.
    """
    separate = estate.referring(bucket, VERSIONINGS, "bucket", to=BUCKETS)
    if separate:
        return tuple(v.stated.text("versioningConfiguration", "status") for v in separate)
    inline = nested(bucket.stated, "versioning")
    flags = tuple(block.flag("enabled") for block in inline.known)
    return (*flags, UNKNOWN) if inline.has_unknown else flags


def states_encryption(estate: Estate, bucket: Member) -> bool:
    """True when an algorithm is stated, or will be: AWS's silent default (AES256) is not a decision of the program."""
    stated = default_encryption(estate, bucket)
    return stated.has_unknown or any(block.has("sseAlgorithm") for block in stated.known)


def default_encryption(estate: Estate, bucket: Member) -> Blocks:
    """What is stated of the algorithm and key of new objects, in every form."""
    separate = estate.referring(bucket, ENCRYPTIONS, "bucket", to=BUCKETS)
    places = [nested(e.stated, "rule", "applyServerSideEncryptionByDefault") for e in separate]
    inline = ("serverSideEncryptionConfiguration", "rule", "applyServerSideEncryptionByDefault")
    places.append(nested(bucket.stated, *inline))
    return _joined(places)


def default_retentions(estate: Estate, bucket: Member) -> Blocks:
    """The default retentions of Object Lock that are stated, in every form."""
    separate = estate.referring(bucket, OBJECT_LOCKS, "bucket", to=BUCKETS)
    places = [nested(lock.stated, "rule", "defaultRetention") for lock in separate]
    places.append(nested(bucket.stated, "objectLockConfiguration", "rule", "defaultRetention"))
    return _joined(places)


def log_receivers(estate: Estate) -> frozenset[str]:
    """The URNs of the buckets into which S3 or a load balancer of this stack delivers access logs."""
    return estate.once(_log_receivers)


def _log_receivers(estate: Estate) -> frozenset[str]:
    known = {bucket.urn for bucket in estate.of(BUCKETS)}
    found: set[str] = set()
    for member in estate.of(_LOG_TARGETS):
        for path in _LOG_TARGETS[member.type]:
            name = member.stated.text(*path)
            sources = member.sources.get(str(path[0]), ()) if name is not None else ()
            by_dependency = (known & set(sources)) - {member.urn}
            by_name = {b.urn for b in estate.named(BUCKETS, "bucket", name)} if isinstance(name, str) else set()
            found |= by_dependency or by_name
    return frozenset(found)


def _joined(places: Iterable[Blocks]) -> Blocks:
    listed = tuple(places)
    return Blocks(tuple(block for place in listed for block in place.known), any(place.has_unknown for place in listed))


@dataclass(frozen=True)
class Replication:
    """One replication configuration: on a resource of its own, or inline on the bucket (then `owner` is the bucket)."""

    owner: Member
    source: Member | None
    rules: Blocks

    @property
    def region(self) -> str | None:
        return self.source.region if self.source is not None else self.owner.region


def replications(estate: Estate) -> tuple[Replication, ...]:
    """Every replication configuration of the stack; the source is None when the bucket lives in another stack."""
    return estate.once(_replications)


def _replications(estate: Estate) -> tuple[Replication, ...]:
    found: list[Replication] = []
    for config in estate.of(REPLICATIONS):
        sources = estate.linked(config, "bucket", BUCKETS)
        found.append(Replication(config, sources[0] if sources else None, config.stated.blocks("rules")))
    for bucket in estate.of(BUCKETS):
        inline = nested(bucket.stated, "replicationConfiguration", "rule")
        if inline.known or inline.has_unknown:
            found.append(Replication(bucket, bucket, inline))
    return tuple(found)


def destination_buckets(
    estate: Estate, replication: Replication, rule: Reading
) -> tuple[tuple[Member, ...], str | Unknown | None]:
    """The buckets of this stack that a rule may replicate to, and the ARN that it names.

    While the ARN is not known, the buckets that the configuration took values from are the candidates.
    """
    arns = [block.text("bucket") for block in nested(rule, "destination").known]
    arn = arns[0] if arns else (UNKNOWN if nested(rule, "destination").has_unknown else None)
    if isinstance(arn, str):
        name = arn.rsplit(":", maxsplit=1)[-1]
        found = (*estate.named(BUCKETS, "arn", arn), *estate.named(BUCKETS, "bucket", name))
        return tuple({bucket.urn: bucket for bucket in found}.values()), arn
    if arn is None:
        return (), None
    taken_from = dict.fromkeys(urn for key in _RULE_PROPERTIES for urn in replication.owner.sources.get(key, ()))
    source_urn = replication.source.urn if replication.source is not None else ""
    members = (estate.member(urn) for urn in taken_from if urn != source_urn)
    return tuple(member for member in members if member is not None and member.type in BUCKETS), UNKNOWN


def claim(bucket: Member) -> str | Unknown | None:
    """The stack that the bucket's tag says owns its replication; the tag may be one of the provider's defaults."""
    stated = bucket.stated.text("tags", CLAIM_TAG)
    return stated if stated is not None else bucket.stated.text("tagsAll", CLAIM_TAG)


def is_declared_copy(bucket: Member) -> bool:
    """True when the bucket's tag says that a replication of this stack fills it."""
    return bucket.stated.has("tags", COPY_TAG) or bucket.stated.has("tagsAll", COPY_TAG)


def filled_by_replication(estate: Estate) -> frozenset[str]:
    """The URNs of the buckets that an Enabled replication rule of this stack leads to, or may lead to."""
    return estate.once(_filled)


def _filled(estate: Estate) -> frozenset[str]:
    return frozenset(
        destination.urn
        for replication in replications(estate)
        for rule in replication.rules.known
        if rule.raw("status") in ("Enabled", UNKNOWN)
        for destination in destination_buckets(estate, replication, rule)[0]
    )


def filled_from_another_region(estate: Estate) -> frozenset[str]:
    """The URNs of the buckets that a replication of this stack brings copies to from another Region."""
    return frozenset(
        destination.urn
        for replication in replications(estate)
        for rule in replication.rules.known
        for destination in destination_buckets(estate, replication, rule)[0]
        if replication.source is None
        or None in (replication.region, destination.region)
        or replication.region != destination.region
    )
