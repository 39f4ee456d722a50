from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

TESTS, AUDIT, GUARDDUTY = "restore-testing-covers", "audit-framework-present", "guardduty-enabled-everywhere"
PLAN = Registration("aws:backup/plan:Plan", "plan", {"rules": []})
VAULT = Registration("aws:backup/vault:Vault", "vault", {"name": "main"})
TABLE = Registration("aws:dynamodb/table:Table", "table", {"name": "orders"})
ALL = Registration(
    "aws:backup/selection:Selection", "all", {"planId": UNKNOWN, "resources": ["*"]}, sources={"planId": ("plan",)}
)
VAULT_ARN = "arn:aws:backup:us-east-1:123456789012:backup-vault:main"


def restore_tests(*included: object, excluded: Any = (), region: str = PRIMARY, **sources: Any) -> Registration:
    chosen = {"includeVaults": list(included), "excludeVaults": list(excluded)}
    type_ = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
    return Registration(type_, "tests", {"recoveryPointSelection": chosen}, region, sources=sources)


def kind(name: object = "DynamoDB") -> Registration:
    type_ = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
    return Registration(type_, "kind", {"protectedResourceType": name})


def said(pack: Pack, rule: str, *program: Registration) -> list[str]:
    found = of_rule(pack.judge(*program), rule)
    assert not any(d.mandatory for d in found)
    return ["?" if "undetermined: " in d.message else d.resource for d in found]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((PLAN, VAULT, restore_tests("*")), []),
        ((PLAN, VAULT, restore_tests(VAULT_ARN)), []),
        ((PLAN, VAULT, restore_tests(UNKNOWN, recoveryPointSelection=("vault",))), []),
        ((PLAN, VAULT, TABLE, ALL, restore_tests("*"), kind()), []),
        ((PLAN, VAULT, TABLE, restore_tests("*")), []),
        ((VAULT,), []),
        ((PLAN, VAULT), ["plan"]),
        ((PLAN, restore_tests("*", region=SECONDARY)), ["plan"]),
        ((PLAN, VAULT, restore_tests(VAULT_ARN.replace("main", "other"))), ["vault"]),
        ((PLAN, VAULT, restore_tests("*", excluded=[VAULT_ARN])), ["vault"]),
        ((PLAN, VAULT, restore_tests(UNKNOWN, recoveryPointSelection=("plan",))), ["vault"]),
        ((PLAN, VAULT, restore_tests(UNKNOWN)), ["?"]),
        ((PLAN, VAULT, TABLE, ALL, restore_tests("*"), kind("RDS")), ["tests"]),
        ((PLAN, VAULT, TABLE, ALL, restore_tests("*"), kind(UNKNOWN)), ["?"]),
    ],
    ids=[
        "all vaults",
        "by ARN",
        "new vault",
        "every kind",
        "a store in no plan",
        "no plan",
        "no tests",
        "tests elsewhere",
        "another vault",
        "excluded",
        "another new vault",
        "unknown",
        "a kind is missing",
        "unknown kind",
    ],
)
def test_restores_of_every_vault_and_kind_are_tested(
    pack: Pack, program: tuple[Registration, ...], expected: list[str]
) -> None:
    assert said(pack, TESTS, *program) == expected


CONTROLS = [
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
    "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
    "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
    "BACKUP_RECOVERY_POINT_ENCRYPTED",
    "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
]


def framework(*names: object, name: str = "framework", region: str = PRIMARY) -> Registration:
    controls = [{"name": control} for control in names]
    return Registration("aws:backup/framework:Framework", name, {"controls": controls}, region)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((PLAN, framework(*CONTROLS)), []),
        ((PLAN, framework(*CONTROLS[:2]), framework(*CONTROLS[2:], name="second")), []),
        ((TABLE,), []),
        ((PLAN,), ["plan"]),
        ((PLAN, framework(*CONTROLS, region=SECONDARY)), ["plan"]),
        ((PLAN, framework(*CONTROLS[1:])), ["framework"]),
        ((PLAN, framework(*CONTROLS[1:], UNKNOWN)), ["?"]),
    ],
    ids=["complete", "together", "no plan", "none", "elsewhere", "a control is missing", "unknown"],
)
def test_a_framework_watches_the_plans(pack: Pack, program: tuple[Registration, ...], expected: list[str]) -> None:
    assert said(pack, AUDIT, *program) == expected


def test_the_controls_of_a_framework_are_configured(pack: Pack) -> None:
    pack.configure({AUDIT: {"requiredControls": ["BACKUP_LAST_RECOVERY_POINT_CREATED"]}})
    [found] = of_rule(pack.judge(PLAN, framework(*CONTROLS)), AUDIT)
    assert "lacks BACKUP_LAST_RECOVERY_POINT_CREATED" in found.message
    assert "(requiredControls, set in the policy configuration)" in found.message


def detector(region: str | None = PRIMARY, **inputs: object) -> Registration:
    return Registration("aws:guardduty/detector:Detector", f"detector-{region}", inputs, region)


FAR_BUCKET = Registration("aws:s3/bucket:Bucket", "far", {"bucket": "far"}, SECONDARY)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((TABLE, detector()), []),
        ((TABLE, detector(enable=True)), []),
        ((TABLE, detector(enable=UNKNOWN)), []),
        ((TABLE, FAR_BUCKET, detector(), detector(SECONDARY)), []),
        ((Registration("aws:kms/key:Key", "key", {}),), []),
        ((TABLE,), [""]),
        ((TABLE, FAR_BUCKET, detector()), [""]),
        ((TABLE, detector(enable=False)), ["detector-us-east-1"]),
        ((TABLE, detector(None)), ["?"]),
    ],
    ids=[
        "default",
        "enabled",
        "unknown",
        "both Regions",
        "no data",
        "none",
        "one Region",
        "suspended",
        "Region unknown",
    ],
)
def test_guardduty_watches_every_region_with_data(
    pack: Pack, program: tuple[Registration, ...], expected: list[str]
) -> None:
    assert said(pack, GUARDDUTY, *program) == expected


def test_guardduty_of_the_organization_and_required_regions_are_configured(pack: Pack) -> None:
    pack.configure({GUARDDUTY: {"requireDetector": False}})
    assert said(pack, GUARDDUTY, TABLE) == []
    pack.configure({GUARDDUTY: {"requiredRegions": [PRIMARY, SECONDARY]}})
    [found] = of_rule(pack.judge(TABLE, detector()), GUARDDUTY)
    assert "a GuardDuty detector in us-west-2 is not set" in found.message
