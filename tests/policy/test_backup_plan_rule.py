from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

RULE = "backup-plan-copies-to-other-region"
PLAN = "aws:backup/plan:Plan"
VAULT = "aws:backup/vault:Vault"
TABLE = Registration("aws:dynamodb/table:Table", "carts", {})
FAR = "arn:aws:backup:us-west-2:123456789012:backup-vault:far"
NEAR = "arn:aws:backup:us-east-1:123456789012:backup-vault:near"


def plan(*destinations: object, sources: dict[str, tuple[str, ...]] | None = None) -> Registration:
    copies = [{"destinationVaultArn": destination} for destination in destinations]
    return of_rules([{"ruleName": "daily", "copyActions": copies}], sources)


def of_rules(rules: Any, sources: dict[str, tuple[str, ...]] | None = None) -> Registration:
    return Registration(PLAN, "plan", {"rules": rules}, sources=sources or {})


def findings(pack: Pack, *program: Registration) -> list[tuple[str, bool]]:
    return [(d.resource, d.mandatory) for d in of_rule(pack.judge(*program), RULE)]


@pytest.mark.parametrize(
    "program",
    [
        (plan(FAR),),
        (plan(NEAR, FAR),),
        (of_rules([{"ruleName": "hourly"}, {"ruleName": "daily", "copyActions": [{"destinationVaultArn": FAR}]}]),),
        (Registration(VAULT, "far", {}, SECONDARY), plan(UNKNOWN, sources={"rules": ("far",)})),
        (Registration(VAULT, "far", {"region": SECONDARY}), plan(UNKNOWN, sources={"rules": ("far",)})),
    ],
    ids=["another Region", "one of two", "one rule of two", "a vault of this program", "a vault with its own Region"],
)
def test_a_plan_that_copies_to_another_region_passes(pack: Pack, program: tuple[Registration, ...]) -> None:
    assert findings(pack, *program, TABLE) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (plan(), "destinationVaultArn is not set; a vault in another Region is required"),
        (of_rules([{"ruleName": "daily"}]), "destinationVaultArn is not set"),
        (plan(NEAR), "lies in the plan's own Region"),
    ],
    ids=["empty copies", "no copies", "same Region"],
)
def test_a_plan_that_stays_in_its_region_is_refused(pack: Pack, broken: Registration, says: str) -> None:
    [found] = of_rule(pack.judge(broken, TABLE), RULE)
    assert (found.resource, found.mandatory) == ("plan", True)
    assert says in found.message


def test_the_vault_that_a_plan_fills_is_not_taken_for_the_destination_of_its_copies(pack: Pack) -> None:
    near = Registration(VAULT, "near", {}, PRIMARY)
    filling = [{"targetVaultName": UNKNOWN, "copyActions": [{"destinationVaultArn": UNKNOWN}]}]
    assert findings(pack, near, of_rules(filling, {"rules": ("near",)})) == [("", False)]
    assert findings(pack, near, of_rules([{"targetVaultName": UNKNOWN}], {"rules": ("near",)})) == [("plan", True)]


@pytest.mark.parametrize(
    "undecided", [plan(UNKNOWN), of_rules(UNKNOWN), of_rules([{"copyActions": UNKNOWN}])], ids=repr
)
def test_an_unknown_destination_is_undetermined(pack: Pack, undecided: Registration) -> None:
    assert findings(pack, undecided) == [("", False)]


def test_an_undetermined_plan_hides_no_other(pack: Pack) -> None:
    other = Registration(PLAN, "other", {"rules": []})
    assert findings(pack, plan(UNKNOWN), other) == [("other", True), ("", False)]


def test_stores_without_any_plan_are_refused_unless_the_stack_is_excused(pack: Pack) -> None:
    assert findings(pack, TABLE) == [("", True)]
    pack.configure({RULE: {"requirePlan": False}})
    assert findings(pack, TABLE) == []


def test_a_stack_of_copies_needs_no_plan_of_its_own(pack: Pack) -> None:
    replica = Registration(
        "aws:rds/instance:Instance", "db", {"replicateSourceDb": "arn:aws:rds:us-east-1:1:db:x"}, SECONDARY
    )
    copy = Registration("aws:s3/bucket:Bucket", "copy", {"bucket": "acme-copy"}, SECONDARY)
    rules = [{"status": "Enabled", "destination": {"bucket": UNKNOWN}}]
    filling = Registration(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "filling",
        {"bucket": "acme-data", "rules": rules},
        sources={"rules": ("copy",)},
    )
    assert findings(pack, replica, copy, filling) == []
    assert findings(pack, replica, copy) == [("", True)]
    assert findings(pack, Registration("aws:kms/key:Key", "key", {})) == []
