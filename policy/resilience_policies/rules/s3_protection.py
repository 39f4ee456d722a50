"""Amazon S3: the key of a bucket's objects, write once read many, and what a destroy takes along."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import buckets, controls, data_class
from resilience_policies.buckets import BUCKETS
from resilience_policies.checks import days, must_be_own_key, must_not_be_true
from resilience_policies.estate import Estate, Member
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.rule import (
    Finding,
    Resource,
    ResourceRule,
    Rule,
    Setting,
    Settings,
    StackRule,
    Violation,
)

DIRECTORY_BUCKET = "aws:s3/directoryBucket:DirectoryBucket"
_KMS = ("aws:kms", "aws:kms:dsse")
_WRITE_KMS = (
    "s3.BucketServerSideEncryptionConfiguration(..., bucket=bucket.id, rules=[{"
    '"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}}])'
)
_WRITE_LOCK = (
    "s3.BucketObjectLockConfiguration(..., bucket=bucket.id, "
    'rule={"default_retention": {"mode": "GOVERNANCE", "days": 30}})'
)


def kms(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """A bucket that receives access logs is left out: S3 and load balancers deliver only under S3's own key."""
    receivers = buckets.log_receivers(estate)
    for bucket in estate.of(BUCKETS):
        if bucket.urn in receivers:
            continue
        defaults = buckets.default_encryption(estate, bucket)
        if defaults.has_unknown:
            yield not_yet(f"the default encryption of {bucket.name}", "it must be aws:kms")
        for finding in _default(defaults.known, bucket) if defaults.known or not defaults.has_unknown else ():
            yield Violation(finding.message, bucket.urn) if isinstance(finding, Violation) else finding


def _default(defaults: tuple[Reading, ...], bucket: Member) -> Iterator[Finding]:
    if not defaults:
        yield Violation(found("the default encryption", None, "aws:kms is required", _WRITE_KMS))
    for default in defaults:
        algorithm = default.raw("sseAlgorithm")
        if algorithm is UNKNOWN:
            yield not_yet(f"sseAlgorithm of {bucket.name}", "it must be aws:kms")
        elif algorithm not in _KMS:
            shown = "AES256, S3's own key" if algorithm == "AES256" else "not a KMS algorithm"
            yield Violation(f"sseAlgorithm is {shown}; aws:kms is required. Write: {_WRITE_KMS}")
        else:
            yield from must_be_own_key(default.raw("kmsMasterKeyId"), "kmsMasterKeyId", _WRITE_KMS, bucket.region)


def object_lock(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Without a default retention only those objects are locked whose writer asks for it. S3 delivers no access logs
    into a bucket with a default retention.
    """
    receivers = buckets.log_receivers(estate)
    for bucket in estate.of(BUCKETS):
        if bucket.urn in receivers:
            continue
        own = settings.of(data_class.of(bucket.stated))
        minimum = own.integer("minDays")
        required = f"a default retention of at least {days(minimum)} is required ({own.origin('minDays')})"
        retentions = buckets.default_retentions(estate, bucket)
        kept = [_days(retention) for retention in retentions.known]
        if any(isinstance(count, int | float) and count >= minimum for count in kept):
            continue
        if retentions.has_unknown or UNKNOWN in kept:
            yield not_yet(f"the Object Lock of {bucket.name}", required)
        else:
            longest = max((count for count in kept if isinstance(count, int | float)), default=None)
            shown = "not set" if longest is None else f"{longest} days"
            yield Violation(
                f"the default retention of Object Lock is {shown}; {required}. Write: {_WRITE_LOCK}", bucket.urn
            )


def _days(retention: Reading) -> object:
    years = retention.number("years")
    return years * 365 if isinstance(years, int | float) else (years or retention.number("days"))


def force_destroy(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """AWS itself refuses to delete a bucket that is not empty."""
    value = resource.stated.flag("forceDestroy")
    yield from must_not_be_true(value, "forceDestroy", "force_destroy=False")


RULES: tuple[Rule, ...] = (
    StackRule(
        id="s3-kms",
        service="s3",
        severity=Severity.MEDIUM,
        level="advisory",
        title="S3 buckets are encrypted with a customer managed KMS key.",
        why="Whoever may read the bucket may read its objects otherwise; a key of your own is a second lock, and audited.",
        fix=_WRITE_KMS,
        tags=(*controls.OWN_KEY, "security-hub:S3.17", "checkov:CKV_AWS_145"),
        types=BUCKETS | buckets.ENCRYPTIONS | buckets.LOG_SOURCES,
        check=kms,
    ),
    StackRule(
        id="s3-object-lock",
        service="s3",
        severity=Severity.MEDIUM,
        level="advisory",
        title="S3 buckets keep every object for a time in which nobody can delete it.",
        why="Whoever may write to a bucket may delete its versions too; a lock outlasts stolen credentials.",
        fix=_WRITE_LOCK,
        tags=(
            "nist-800-53r5:CP-9",
            "nist-800-53r5:CP-6(2)",
            "pci-dss-4.0:10.3.4",
            "iso-27001-2022:A.8.13",
            "security-hub:S3.15",
            "checkov:CKV_AWS_143",
        ),
        # S3 retains 1 day to 100 years = 36,500 days (PutObjectLockConfiguration, DefaultRetention).
        settings=(Setting("minDays", "integer", 1, "Fewest days of default retention.", minimum=1, maximum=36500),),
        types=BUCKETS | buckets.OBJECT_LOCKS | buckets.LOG_SOURCES,
        check=object_lock,
    ),
    ResourceRule(
        id="s3-force-destroy",
        service="s3",
        severity=Severity.HIGH,
        title="S3 buckets with objects in them cannot be destroyed.",
        why="With forceDestroy, one destroy or replacement deletes every object and every version.",
        fix="force_destroy=False",
        tags=controls.KEPT,
        types=BUCKETS | {DIRECTORY_BUCKET},
        check=force_destroy,
    ),
)
