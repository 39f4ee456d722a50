"""Thresholds that follow from the data class of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from resilience_policies.registry import RULES
from resilience_policies.rule import StackRule
from tests.policy.case import of_rule
from tests.policy.pack import UNKNOWN, Diagnostic, Pack, Registration

RULE = "rds-backup-retention"
CONFIG: Mapping[str, Mapping[str, Any]] = {RULE: {"minDays": 7, "byDataClass": {"payments": {"minDays": 35}}}}


def judged(pack: Pack, config: Mapping[str, Mapping[str, Any]], **inputs: Any) -> list[Diagnostic]:
    pack.configure(config)
    return of_rule(
        pack.judge(Registration("aws:rds/instance:Instance", "db", {"backupRetentionPeriod": 14, **inputs})), RULE
    )


@pytest.mark.parametrize("place", ["tags", "tagsAll"])
def test_the_number_of_the_data_class_decides_and_the_message_says_so(pack: Pack, place: str) -> None:
    [violation] = judged(pack, CONFIG, **{place: {"data-class": "payments"}})
    assert violation.mandatory
    assert (
        "is 14; at least 35 days are required (minDays for data class payments, set in the policy configuration)"
        in (violation.message)
    )


@pytest.mark.parametrize("tags", [{}, {"data-class": "logs"}, {"class": "payments"}])
def test_other_classes_keep_the_general_number(pack: Pack, tags: dict[str, str]) -> None:
    assert judged(pack, CONFIG, tags=tags) == []


def test_the_tag_that_decides_can_be_named(pack: Pack) -> None:
    assert judged(pack, {**CONFIG, "data-class-tag": {"tagKey": "class"}}, tags={"class": "payments"})


def test_an_unknown_class_is_undetermined_once_and_judged_by_the_general_number(pack: Pack) -> None:
    [open_question] = judged(pack, CONFIG, tags={"data-class": UNKNOWN})
    assert not open_question.mandatory
    assert "undetermined: the data class is not known yet, and minDays depends on it" in open_question.message
    found = judged(pack, CONFIG, tags={"data-class": UNKNOWN}, backupRetentionPeriod=1)
    assert [d.mandatory for d in found] == [True, False]
    assert "at least 7 days are required (minDays, the rule's default)" in found[0].message


def test_an_unknown_class_does_not_matter_where_no_number_depends_on_it(pack: Pack) -> None:
    assert judged(pack, {}, tags={"data-class": UNKNOWN}) == []


PAYMENTS = {"data-class": "payments"}
# A program that each stack rule lets pass by its default, and the number of the class that it then breaks.
STACK_RULES: dict[str, tuple[list[Registration], dict[str, int]]] = {
    "s3-object-lock": (
        [
            Registration(
                "aws:s3/bucket:Bucket",
                "data",
                {"tags": PAYMENTS, "objectLockConfiguration": {"rule": {"defaultRetention": {"days": 30}}}},
            )
        ],
        {"minDays": 365},
    ),
    "backup-vault-locked": (
        [
            Registration("aws:backup/vault:Vault", "vault", {"name": "vault", "tags": PAYMENTS}),
            Registration(
                "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
                "lock",
                {"backupVaultName": "vault", "minRetentionDays": 35, "changeableForDays": 3},
            ),
        ],
        {"minDays": 365},
    ),
    "rds-cross-region": (
        [
            Registration(
                "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
                "copy",
                {"retentionPeriod": 14, "tags": PAYMENTS},
            )
        ],
        {"minDays": 35},
    ),
    "strategy-meets-rto": (
        [
            Registration(
                "aws:resiliencehub/v2Policy:V2Policy",
                "p",
                {"tags": PAYMENTS, "multiRegion": {"rtoInMinutes": 60}},
            )
        ],
        {"maxMinutes": 15},
    ),
    "backup-schedule-meets-rpo": (
        [
            Registration("aws:ebs/volume:Volume", "volume", {"tags": PAYMENTS}),
            Registration("aws:backup/plan:Plan", "plan", {"rules": [{"schedule": "cron(0 5 * * ? *)"}]}),
            Registration(
                "aws:backup/selection:Selection",
                "selection",
                {"planId": UNKNOWN, "resources": ["*"]},
                sources={"planId": ("plan",)},
            ),
        ],
        {"maxMinutes": 60},
    ),
}


@pytest.mark.parametrize("rule", STACK_RULES)
def test_stack_rules_follow_the_class_of_each_resource(pack: Pack, rule: str) -> None:
    program, numbers = STACK_RULES[rule]
    pack.configure({})
    assert of_rule(pack.judge(*program), rule) == []
    pack.configure({rule: {"byDataClass": {"payments": numbers}}})
    messages = [d.message for d in of_rule(pack.judge(*program), rule)]
    assert any(f"{next(iter(numbers))} for data class payments, set in the policy" in message for message in messages)


def test_no_stack_rule_with_numbers_is_forgotten() -> None:
    assert {rule.id for rule in RULES if isinstance(rule, StackRule) and rule.by_class} == set(STACK_RULES)
