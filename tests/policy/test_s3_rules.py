from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Diagnostic, Pack, Registration

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
VERSIONING_V2 = "aws:s3/bucketVersioningV2:BucketVersioningV2"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ENCRYPTION_V2 = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ALGORITHM = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}}
# What AWS answers for a bucket about which nothing was said.
FILLED_IN = {
    "versioning": {"enabled": False},
    "serverSideEncryptionConfiguration": {"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}},
}


def bucket(name: str = "data", region: str = PRIMARY, type_: str = BUCKET, **inputs: Any) -> Registration:
    return Registration(type_, name, {"bucket": f"acme-{name}", **inputs}, region)


def linked(type_: str, inputs: dict[str, Any], to: str = "data") -> Registration:
    """A separate resource on a bucket that does not exist yet: its name is known, its id is not."""
    return Registration(type_, f"{to}-more", {"bucket": UNKNOWN, **inputs}, sources={"bucket": (to,)})


def named(type_: str, inputs: dict[str, Any], to: str = "data") -> Registration:
    """A separate resource that names an existing bucket literally."""
    return Registration(type_, f"{to}-more", {"bucket": f"acme-{to}", **inputs})


def versioned(status: object) -> dict[str, Any]:
    return {"versioningConfiguration": {"status": status}}


@pytest.mark.parametrize(
    "program",
    [
        (bucket(versioning={"enabled": True}),),
        (bucket(type_=BUCKET_V2, versionings=[{"enabled": True}]),),
        (bucket(), linked(VERSIONING, versioned("Enabled"))),
        (bucket(), named(VERSIONING, versioned("Enabled"))),
        (bucket(type_=BUCKET_V2), linked(VERSIONING_V2, versioned("Enabled"))),
    ],
    ids=["inline", "inline in v6", "separate and new", "separate and named literally", "separate in v6"],
)
def test_a_versioned_bucket_passes_in_every_form(pack: Pack, program: tuple[Registration, ...]) -> None:
    assert of_rule(pack.judge(*program), "s3-versioning") == []


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ((bucket(),), "versioning is not set; Enabled is required"),
        ((bucket(versioning={"enabled": False}),), "versioning is false"),
        ((bucket(), linked(VERSIONING, versioned("Suspended"))), "versioning is Suspended"),
        ((bucket(versioning={"enabled": True}), linked(VERSIONING, versioned("Suspended"))), "versioning is Suspended"),
        ((bucket(), bucket("other"), linked(VERSIONING, versioned("Enabled"), "other")), "versioning is not set"),
    ],
    ids=["absent", "inline off", "suspended", "the separate resource overrules", "that of another bucket"],
)
def test_an_unversioned_bucket_is_refused(pack: Pack, program: tuple[Registration, ...], says: str) -> None:
    found = of_rule(pack.judge(*program), "s3-versioning")
    assert [(d.resource, d.mandatory) for d in found] == [("data", True)]
    assert says in found[0].message


def test_an_unknown_versioning_is_said_once_and_hides_no_other_bucket(pack: Pack) -> None:
    found = of_rule(
        pack.judge(
            bucket(),
            linked(VERSIONING, versioned(UNKNOWN)),
            bucket("second", versioning=UNKNOWN),
            bucket("bare"),
        ),
        "s3-versioning",
    )
    assert [(d.level, d.resource) for d in found] == [("MANDATORY", "bare"), ("ADVISORY", "")]
    assert "versioning of data" in found[1].message
    assert "versioning of second" in found[1].message


@pytest.mark.parametrize(
    "program",
    [
        (bucket(serverSideEncryptionConfiguration={"rule": ALGORITHM}),),
        (
            bucket(
                type_=BUCKET_V2,
                serverSideEncryptionConfigurations=[
                    {"rules": [{"applyServerSideEncryptionByDefaults": [{"sseAlgorithm": "AES256"}]}]}
                ],
            ),
        ),
        (bucket(), linked(ENCRYPTION, {"rules": [ALGORITHM]})),
        (bucket(), named(ENCRYPTION, {"rules": [ALGORITHM]})),
        (bucket(type_=BUCKET_V2), linked(ENCRYPTION_V2, {"rules": [ALGORITHM]})),
        (bucket(), linked(ENCRYPTION, {"rules": UNKNOWN})),
    ],
    ids=[
        "inline",
        "inline in v6",
        "separate and new",
        "separate and named literally",
        "separate in v6",
        "unknown rules",
    ],
)
def test_a_bucket_that_states_its_encryption_passes_in_every_form(
    pack: Pack, program: tuple[Registration, ...]
) -> None:
    assert of_rule(pack.judge(*program), "s3-encryption") == []


@pytest.mark.parametrize(
    "program",
    [
        (bucket(),),
        (bucket(), bucket("other"), linked(ENCRYPTION, {"rules": [ALGORITHM]}, "other")),
        (bucket(), linked(ENCRYPTION, {"rules": [{"bucketKeyEnabled": True}]})),
    ],
    ids=["absent", "that of another bucket", "rules without an algorithm"],
)
def test_a_bucket_without_a_stated_encryption_is_refused(pack: Pack, program: tuple[Registration, ...]) -> None:
    found = of_rule(pack.judge(*program), "s3-encryption")
    assert ("data", True) in [(d.resource, d.mandatory) for d in found]
    assert "an algorithm must be stated" in found[0].message


def test_what_aws_filled_in_is_not_taken_for_what_the_program_stated(pack: Pack) -> None:
    existing = Registration(BUCKET, "data", {"bucket": "acme-data"}, outputs=FILLED_IN)
    found = pack.judge(existing)
    assert "versioning is not set" in of_rule(found, "s3-versioning")[0].message
    assert len(of_rule(found, "s3-encryption")) == 1


def replicating(
    source: str, target: object, status: str = "Enabled", region: str = PRIMARY, **links: Any
) -> Registration:
    """A replication by literal source name; `target` is an ARN or UNKNOWN."""
    rules = [{"status": status, "destination": {"bucket": target}}]
    return Registration(
        REPLICATION, f"{source}-replication", {"bucket": f"acme-{source}", "rules": rules}, region, **links
    )


def arn(name: str) -> str:
    return f"arn:aws:s3:::acme-{name}"


def replication_findings(pack: Pack, *program: Registration, stack: str = "prod") -> list[tuple[str, bool]]:
    return [(d.resource, d.mandatory) for d in of_rule(pack.judge(*program, stack=stack), "s3-replication")]


TWO_WAY = (
    bucket(),
    bucket("copy", SECONDARY),
    replicating("data", arn("copy")),
    replicating("copy", arn("data"), region=SECONDARY),
)


def test_two_buckets_that_replicate_each_other_across_regions_pass(pack: Pack) -> None:
    assert replication_findings(pack, *TWO_WAY) == []


def test_a_destination_that_does_not_exist_yet_is_found_by_what_the_rules_took_their_value_from(pack: Pack) -> None:
    near = replicating("data", UNKNOWN, sources={"rules": ("near",)})
    found = of_rule(pack.judge(bucket(), bucket("near"), near), "s3-replication")
    assert ("data-replication", True) in [(d.resource, d.mandatory) for d in found]
    assert "lies in us-east-1, the Region of the source" in found[0].message
    far = replicating("data", UNKNOWN, sources={"rules": ("far",)})
    assert ("data-replication", True) not in replication_findings(pack, bucket(), bucket("far", SECONDARY), far)


def test_an_unknown_destination_from_nowhere_is_undetermined_once(pack: Pack) -> None:
    assert replication_findings(pack, bucket(), replicating("data", UNKNOWN)) == [("", False)]


@pytest.mark.parametrize(
    "broken",
    [
        replicating("data", arn("copy"), status="Disabled"),
        replicating("data", arn("near")),
        replicating("data", arn("data")),
        Registration(REPLICATION, "data-replication", {"bucket": "acme-data", "rules": []}),
    ],
    ids=["not enabled", "same Region", "onto itself", "no rule"],
)
def test_a_replication_that_does_not_protect_is_refused_itself(pack: Pack, broken: Registration) -> None:
    tags = {"replicated-by": "elsewhere"}
    program = (bucket(), bucket("copy", SECONDARY, tags=tags), bucket("near", tags=tags), broken)
    assert replication_findings(pack, *program) == [("data-replication", True)]


def test_a_replication_of_a_bucket_in_another_stack_is_judged_by_the_region_of_its_own_provider(pack: Pack) -> None:
    local = bucket("copy", SECONDARY)
    back = replicating("copy", arn("data"), region=SECONDARY)
    assert replication_findings(pack, local, back, replicating("data", arn("copy")), stack="dr") == []
    wrong = replicating("data", arn("copy"), region=SECONDARY)
    assert replication_findings(pack, local, back, wrong, stack="dr") == [("data-replication", True)]


def test_one_rule_across_regions_is_enough_beside_one_inside_the_region(pack: Pack) -> None:
    rules = [{"status": "Enabled", "destination": {"bucket": arn(name)}} for name in ("near", "copy")]
    both = Registration(REPLICATION, "data-replication", {"bucket": "acme-data", "rules": rules})
    tags = {"replicated-by": "elsewhere"}
    assert (
        replication_findings(pack, bucket(), bucket("near", tags=tags), bucket("copy", SECONDARY, tags=tags), both)
        == []
    )


def test_an_inline_replication_counts(pack: Pack) -> None:
    rules = [{"status": "Enabled", "destination": {"bucket": arn("elsewhere")}}]
    assert replication_findings(pack, bucket(replicationConfiguration={"role": UNKNOWN, "rules": rules})) == []
    plural = [{"rules": [{"status": "Enabled", "destinations": [{"bucket": arn("elsewhere")}]}]}]
    assert replication_findings(pack, bucket(type_=BUCKET_V2, replicationConfigurations=plural)) == []


def test_a_bucket_that_nobody_replicates_is_refused(pack: Pack) -> None:
    assert replication_findings(pack, bucket()) == [("data", True)]
    assert replication_findings(pack, *TWO_WAY, bucket("other")) == [("other", True)]


def test_a_declared_copy_must_be_filled_by_a_replication_of_its_own_stack(pack: Pack) -> None:
    copy = bucket("copy", SECONDARY, tags={"replica-of": "acme-data"})
    back = replicating("copy", arn("data"), region=SECONDARY)
    assert replication_findings(pack, copy, back, replicating("data", arn("copy")), stack="dr") == []
    new = replicating("data", UNKNOWN, sources={"rules": ("copy",)})
    assert replication_findings(pack, copy, back, new, stack="dr") == []
    found = of_rule(pack.judge(copy, back, stack="dr"), "s3-replication")
    assert [(d.resource, d.mandatory) for d in found] == [("copy", True)]
    assert "the replication that fills it is not set; the tag replica-of says" in found[0].message
    off = replicating("data", arn("copy"), status="Disabled")
    assert ("copy", True) in replication_findings(pack, copy, back, off, stack="dr")


CLAIMED = bucket(tags={"replicated-by": "dr"})


def test_a_claim_on_another_stack_is_accepted_and_listed_once(pack: Pack) -> None:
    found = pack.judge(CLAIMED, bucket("second", tagsAll={"replicated-by": "dr"}))
    assert of_rule(found, "s3-replication") == []
    [listed] = of_rule(found, "s3-replication-declared")
    assert not listed.mandatory
    assert "replication of 2 buckets (data, second) is declared to be owned by stack dr; proved there" in listed.message


def test_a_claim_on_the_stack_itself_proves_nothing(pack: Pack) -> None:
    found: list[Diagnostic] = pack.judge(CLAIMED, stack="dr")
    assert [(d.resource, d.mandatory) for d in of_rule(found, "s3-replication")] == [("data", True)]
    assert "names this very stack" in of_rule(found, "s3-replication")[0].message
    assert of_rule(found, "s3-replication-declared") == []


def test_claims_can_be_switched_off(pack: Pack) -> None:
    pack.configure({"s3-replication": {"acceptDeclared": False}})
    assert replication_findings(pack, CLAIMED) == [("data", True)]


def test_a_claim_that_is_not_known_yet_is_undetermined(pack: Pack) -> None:
    assert replication_findings(pack, bucket(tags={"replicated-by": UNKNOWN})) == [("", False)]


def test_a_bucket_that_another_region_fills_needs_no_replication_back(pack: Pack) -> None:
    copy = bucket("copy", SECONDARY)
    assert replication_findings(pack, bucket(), copy, replicating("data", arn("copy"))) == []
    # One that gathers inside the Region is no copy elsewhere.
    near = bucket("copy")
    assert ("copy", True) in replication_findings(pack, bucket(), near, replicating("data", arn("copy")))
