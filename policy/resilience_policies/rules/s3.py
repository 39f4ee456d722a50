"""Amazon S3. All rules are stack rules: since provider 5 a bucket's versioning, encryption and replication are
resources of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import buckets
from resilience_policies.buckets import BUCKETS, CLAIM_TAG, COPY_TAG, Replication
from resilience_policies.estate import Estate
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Rule, Setting, Settings, StackRule, Undetermined, Violation


def versioning(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """Stated inline or in a BucketVersioning, which overrules."""
    for bucket in estate.of(BUCKETS):
        statements = buckets.versioning(estate, bucket)
        wrong = [value for value in statements if value not in ("Enabled", True, UNKNOWN)]
        if wrong or not statements:
            value = wrong[0] if wrong else None
            write = 's3.BucketVersioning(..., bucket=bucket.id, versioning_configuration={"status": "Enabled"})'
            yield Violation(found("versioning", value, "Enabled is required", write), bucket.urn)
        elif UNKNOWN in statements:
            yield not_yet(f"versioning of {bucket.name}", "it must be Enabled")


def encryption(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """Stated inline or in a BucketServerSideEncryptionConfiguration, with any algorithm."""
    for bucket in estate.of(BUCKETS):
        if not buckets.states_encryption(estate, bucket):
            write = (
                "s3.BucketServerSideEncryptionConfiguration(..., bucket=bucket.id, rules=[{"
                '"apply_server_side_encryption_by_default": '
                '{"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}}])'
            )
            yield Violation(found("the default encryption", None, "an algorithm must be stated", write), bucket.urn)


_WRITE_REPLICATION = (
    "s3.BucketReplicationConfig(..., bucket=bucket.id, role=role.arn, rules=["
    '{"status": "Enabled", "destination": {"bucket": bucket_in_other_region.arn}, ...}])'
)
_WRITE_FILLING = (
    "s3.BucketReplicationConfig(..., bucket=source_bucket_name, role=role.arn, rules=["
    '{"status": "Enabled", "destination": {"bucket": bucket.arn}, ...}])'
)
_REQUIRED = f"a bucket in another Region is required. Write: {_WRITE_REPLICATION}"


def replication(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Each bucket is the source of an Enabled replication to another Region, or its copy, or says which other stack owns
    it; each configuration works.
    """
    configured = tuple(buckets.replications(estate))
    for config in configured:
        yield from _works(estate, config)
    sources = {config.source.urn for config in configured if config.source is not None}
    filled = buckets.filled_by_replication(estate)
    copies = filled & buckets.filled_from_another_region(estate)
    for bucket in estate.of(BUCKETS):
        # The other half of a claim: the source lives in another stack, where nobody sees that its replication is gone.
        if buckets.is_declared_copy(bucket) and bucket.urn not in filled:
            required = f"the tag {COPY_TAG} says that an Enabled replication of this stack fills the bucket"
            yield Violation(found("the replication that fills it", None, required, _WRITE_FILLING), bucket.urn)
        if bucket.urn in sources or bucket.urn in copies:
            continue
        owner = buckets.claim(bucket)
        if owner is UNKNOWN:
            yield not_yet(f"the tag {CLAIM_TAG} of {bucket.name}", "the bucket has no replication in this stack")
        elif owner is None or owner == estate.stack or not settings.flag("acceptDeclared"):
            required = "each bucket must be replicated to another Region"
            if owner is not None:
                required += f", and the tag {CLAIM_TAG} " + (
                    "names this very stack" if owner == estate.stack else "is not accepted (acceptDeclared is false)"
                )
            otherwise = f', or tags={{"{CLAIM_TAG}": "<stack>"}} on the bucket when another stack owns its replication'
            yield Violation(found("replication", None, required, _WRITE_REPLICATION + otherwise), bucket.urn)


def declared(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """One line per owning stack: what this stack takes on trust, for whoever reviews it."""
    sources = {config.source.urn for config in buckets.replications(estate) if config.source is not None}
    claims: dict[str, list[str]] = {}
    for bucket in estate.of(BUCKETS):
        owner = buckets.claim(bucket)
        if bucket.urn not in sources and isinstance(owner, str) and owner != estate.stack:
            claims.setdefault(owner, []).append(bucket.name)
    for owner, names in sorted(claims.items()):
        count = "1 bucket" if len(names) == 1 else f"{len(names)} buckets"
        listed = ", ".join(sorted(names))
        yield Violation(f"replication of {count} ({listed}) is declared to be owned by stack {owner}; proved there")


def _works(estate: Estate, config: Replication) -> Iterator[Finding]:
    statuses = [rule.raw("status") for rule in config.rules.known]
    enabled = [rule for rule in config.rules.known if rule.raw("status") in ("Enabled", UNKNOWN)]
    if not enabled and not config.rules.has_unknown:
        status = statuses[0] if statuses else None
        required = "at least one rule must be Enabled"
        yield Violation(found("rules[].status", status, required, '"status": "Enabled"'), config.owner.urn)
    elif "Enabled" not in statuses:
        yield not_yet(f"rules of {config.owner.name}", "at least one must be Enabled")
    judged = [_destination(estate, config, number) for number, rule in enumerate(config.rules.known) if rule in enabled]
    # One rule to another Region is what protects; further rules may well copy inside the Region (log aggregation).
    failed = [finding for finding in judged if finding is not None]
    if len(failed) == len(judged):
        open_questions = [finding for finding in failed if isinstance(finding, Undetermined)]
        yield from open_questions or failed


def _destination(estate: Estate, config: Replication, number: int) -> Finding | None:
    rule = config.rules.known[number]
    key = f"rules[{number}].destination.bucket"
    candidates, arn = buckets.destination_buckets(estate, config, rule)
    source_name = (config.source or config.owner).text("bucket")
    if arn is None:
        return Violation(
            found(key, None, "a bucket in another Region is required", _WRITE_REPLICATION), config.owner.urn
        )
    if isinstance(arn, str) and isinstance(source_name, str) and arn.rsplit(":", maxsplit=1)[-1] == source_name:
        return Violation(f"{key} is the source bucket itself; {_REQUIRED}", config.owner.urn)
    regions = {candidate.region for candidate in candidates}
    if regions and regions == {config.region} and config.region is not None:
        return Violation(f"{key} lies in {config.region}, the Region of the source; {_REQUIRED}", config.owner.urn)
    # A known ARN of a bucket outside this stack says nothing of its Region: it differs from the source, which is all
    # that can be seen.
    if arn is UNKNOWN and not regions:
        return Undetermined(
            f"undetermined: {key} of {config.owner.name} is not known yet; it must be in another Region"
        )
    return None


RULES: tuple[Rule, ...] = (
    StackRule(
        id="s3-versioning",
        service="s3",
        severity=Severity.HIGH,
        title="S3 buckets keep versions.",
        why="An overwrite or a delete is final without versions, and neither replication nor AWS Backup works.",
        fix='s3.BucketVersioning("...", bucket=bucket.id, versioning_configuration={"status": "Enabled"})',
        tags=(
            "nist-800-53r5:CP-9",
            "nist-800-53r5:CP-10",
            "nist-800-53r5:SI-13(5)",
            "pci-dss-4.0:10.3.4",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            "security-hub:S3.14",
            "checkov:CKV_AWS_21",
        ),
        types=BUCKETS | buckets.VERSIONINGS,
        check=versioning,
    ),
    StackRule(
        id="s3-encryption",
        service="s3",
        severity=Severity.MEDIUM,
        title="S3 buckets state how objects are encrypted.",
        why="Unstated means a key that AWS owns: nobody can audit it, withdraw it or prove it.",
        fix="s3.BucketServerSideEncryptionConfiguration(...)",
        tags=(
            "nist-800-53r5:SC-28(1)",
            "nist-800-53r5:CP-9(8)",
            "pci-dss-4.0:3.5.1",
            "gdpr:32(1)(a)",
            "iso-27001-2022:A.8.24",
            "checkov:CKV_AWS_19",
        ),
        types=BUCKETS | buckets.ENCRYPTIONS,
        check=encryption,
    ),
    StackRule(
        id="s3-replication",
        service="s3",
        severity=Severity.HIGH,
        title="S3 buckets are replicated to another Region.",
        why="A bucket lives in one Region; when that is away, so is every object that was not replicated.",
        fix=_WRITE_REPLICATION,
        tags=(
            "nist-800-53r5:CP-6",
            "nist-800-53r5:CP-6(1)",
            "nist-800-53r5:CP-6(2)",
            "nist-800-53r5:CP-10",
            "gdpr:32(1)(b)",
            "iso-27001-2022:A.8.14",
            "iso-27001-2022:A.5.30",
            "security-hub:S3.7",
            "checkov:CKV_AWS_144",
        ),
        settings=(
            Setting(
                "acceptDeclared",
                "boolean",
                True,
                f"Accept the tag {CLAIM_TAG} = another stack instead of a replication in this one; it is proved there.",
            ),
        ),
        types=BUCKETS | buckets.REPLICATIONS,
        check=replication,
    ),
    StackRule(
        id="s3-replication-declared",
        service="s3",
        severity=Severity.LOW,
        level="advisory",
        listing=True,
        title="S3 buckets whose replication another stack owns are listed.",
        why="A claim is accepted here and proved there: a reviewer must see it.",
        fix=f'tags={{"{CLAIM_TAG}": "dr"}} on the bucket, and its BucketReplicationConfig in the stack dr',
        tags=("nist-800-53r5:CP-6(1)", "iso-27001-2022:A.5.30"),
        types=BUCKETS | buckets.REPLICATIONS,
        check=declared,
    ),
)
