"""Replicas of S3 buckets can be used: all objects arrive, with versions, readable, where they may be."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import buckets
from resilience_policies.buckets import Replication, nested
from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Reading, Unknown
from resilience_policies.rule import Finding, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.truth import Truth, all_of, any_of

_KMS = ("aws:kms", "aws:kms:dsse")


def usable(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Each replication configuration of the stack; whether a bucket has one at all is asked by s3-replication."""
    for config in buckets.replications(estate):
        enabled = [(n, r) for n, r in enumerate(config.rules.known) if r.raw("status") in ("Enabled", UNKNOWN)]
        if settings.flag("wholeBucket") and enabled and not config.rules.has_unknown:
            yield from _whole(config, [rule for _, rule in enabled])
        encrypted = _uses_kms(estate, config.source)
        for number, rule in enabled:
            candidates, arn = buckets.destination_buckets(estate, config, rule)
            # While the ARN is not known there may be several candidates: only what holds for all of them is said.
            destination = candidates[0] if len(candidates) == 1 and (arn is not UNKNOWN or len(enabled) == 1) else None
            if destination is not None:
                yield from _destination(estate, config, number, destination, settings)
            yield from _kms(config, number, rule, encrypted, destination)
            yield from _delete_markers(config, number, rule, settings)


def _whole(config: Replication, rules: list[Reading]) -> Iterator[Finding]:
    answer = any_of(_covers_all(rule) for rule in rules)
    required = "the whole bucket must be replicated (wholeBucket)"
    if answer is Truth.UNKNOWN:
        yield not_yet(f"the filter of {config.owner.name}", required, config.owner.urn)
    elif answer is Truth.NO:
        yield Violation(
            f"every Enabled rule replicates a part of the bucket only, by prefix or tag; {required}. "
            'Write: a rule with "filter": {"prefix": ""}',
            config.owner.urn,
        )


def _covers_all(rule: Reading) -> Truth:
    filters = nested(rule, "filter")
    parts = [_is_empty(reading.raw("prefix")) for reading in (rule, *filters.known)]
    parts += [_is_empty(block.raw(key)) for block in filters.known for key in ("tag", "tags", "and")]
    return all_of([*parts, Truth.UNKNOWN] if filters.has_unknown else parts)


def _is_empty(value: object) -> Truth:
    # A nested list or object is a filter when it holds anything.
    if value is UNKNOWN:
        return Truth.UNKNOWN
    return Truth.of(not value)


def _destination(
    estate: Estate, config: Replication, number: int, destination: Member, settings: Settings
) -> Iterator[Finding]:
    allowed = settings.texts("allowedRegions")
    if allowed and destination.region is not None and destination.region not in allowed:
        yield Violation(
            f"rules[{number}].destination.bucket lies in {destination.region}; one of {', '.join(allowed)} is required "
            "(allowedRegions). Write: the ARN of a bucket in an allowed Region",
            config.owner.urn,
        )
    statements = buckets.versioning(estate, destination)
    if not any(value in ("Enabled", True, UNKNOWN) for value in statements):
        required = f"Enabled is required on {destination.name}, or S3 refuses the replication"
        write = 's3.BucketVersioning(..., bucket=destination.id, versioning_configuration={"status": "Enabled"})'
        value = statements[0] if statements else None
        yield Violation(found("versioning of the destination", value, required, write), config.owner.urn)


def _kms(
    config: Replication, number: int, rule: Reading, encrypted: Truth, destination: Member | None
) -> Iterator[Finding]:
    """Without both the selection and the replica's key, S3 leaves out objects under SSE-KMS, in silence."""
    selected = _selects_kms(rule)
    key = _replica_key(rule)
    asked = encrypted | Truth.of(selected is True) | Truth.of(key is not None)
    if asked is not Truth.YES:
        return
    why = "S3 skips objects under SSE-KMS otherwise"
    place = f"rules[{number}]"
    if selected is UNKNOWN:
        yield not_yet(f"{place}.sourceSelectionCriteria of {config.owner.name}", why, config.owner.urn)
    elif selected is not True:
        name = f"{place}.sourceSelectionCriteria.sseKmsEncryptedObjects.status"
        value = "Disabled" if selected is False else None
        write = '"source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}}'
        yield Violation(found(name, value, f"Enabled is required: {why}", write), config.owner.urn)
    name = f"{place}.destination.encryptionConfiguration.replicaKmsKeyId"
    write = '"encryption_configuration": {"replica_kms_key_id": key_in_that_region.arn} in the destination'
    if key is None:
        required = f"a key of the destination's Region is required: {why}"
        yield Violation(found(name, None, required, write), config.owner.urn)
    region = region_in_arn(key) if isinstance(key, str) else None
    if region is None:
        return
    target = destination.region if destination is not None else None
    if (target is not None and region != target) or (target is None and region == config.region):
        where = f"the destination is in {target}" if target is not None else "the Region of the source"
        yield Violation(
            f"{name} is a key in {region}, {where}; a key of the destination's Region is required. Write: {write}",
            config.owner.urn,
        )


def _selects_kms(rule: Reading) -> bool | Unknown | None:
    criteria = nested(rule, "sourceSelectionCriteria", "sseKmsEncryptedObjects")
    for block in criteria.known:
        status, flag = block.text("status"), block.flag("enabled")
        if UNKNOWN in (status, flag):
            return Unknown.VALUE
        return status == "Enabled" if status is not None else flag
    return Unknown.VALUE if criteria.has_unknown else None


def _replica_key(rule: Reading) -> str | Unknown | None:
    destinations = nested(rule, "destination")
    configurations = nested(rule, "destination", "encryptionConfiguration")
    keys = [block.text("replicaKmsKeyId") for block in (*destinations.known, *configurations.known)]
    given = next((key for key in keys if key is not None), None)
    if given is None and (destinations.has_unknown or configurations.has_unknown):
        return Unknown.VALUE
    return given


def _uses_kms(estate: Estate, source: Member | None) -> Truth:
    """Open for a source in another stack: nobody here sees how it is encrypted."""
    if source is None:
        return Truth.UNKNOWN
    stated = buckets.default_encryption(estate, source)
    algorithms = [block.text("sseAlgorithm") for block in stated.known]
    if any(algorithm in _KMS for algorithm in algorithms):
        return Truth.YES
    unknown = UNKNOWN in algorithms or stated.has_unknown
    return Truth.UNKNOWN if unknown else Truth.NO


def _delete_markers(config: Replication, number: int, rule: Reading, settings: Settings) -> Iterator[Finding]:
    if not settings.flag("requireDeleteMarkers"):
        return
    separate = [block.text("status") for block in nested(rule, "deleteMarkerReplication").known]
    status = rule.text("deleteMarkerReplicationStatus") if not separate else separate[0]
    if status not in ("Enabled", UNKNOWN):
        yield Violation(
            found(
                f"rules[{number}].deleteMarkerReplication.status",
                status,
                "Enabled is required (requireDeleteMarkers)",
                '"delete_marker_replication": {"status": "Enabled"}',
            ),
            config.owner.urn,
        )


RULES: tuple[Rule, ...] = (
    StackRule(
        id="s3-replica-usable",
        service="s3",
        severity=Severity.HIGH,
        title="Replicas of S3 buckets are complete, versioned and readable.",
        why="Replication reports success while it skips every object under a KMS key that it was not told of.",
        fix='"source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}}, '
        '"destination": {"bucket": bucket.arn, "encryption_configuration": {"replica_kms_key_id": key.arn}}',
        tags=(
            "nist-800-53r5:CP-6",
            "nist-800-53r5:CP-6(1)",
            "nist-800-53r5:CP-9(8)",
            "nist-800-53r5:CP-10",
            "gdpr:32(1)(b)",
            "iso-27001-2022:A.8.14",
            "iso-27001-2022:A.5.30",
        ),
        settings=(
            Setting("allowedRegions", "array", (), "Regions that a bucket may be replicated to; empty allows any."),
            Setting("wholeBucket", "boolean", True, "One rule of each configuration replicates the whole bucket."),
            Setting("requireDeleteMarkers", "boolean", False, "Delete markers must be replicated as well."),
        ),
        types=buckets.BUCKETS | buckets.REPLICATIONS | buckets.VERSIONINGS | buckets.ENCRYPTIONS,
        check=usable,
    ),
)
