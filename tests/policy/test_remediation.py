"""What the pack changes by itself at the level `remediate`: in place, only what is broken, and with every secret kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf import json_format

from resilience_policies.clock import today
from resilience_policies.registry import RULES
from resilience_policies.rule import ResourceRule
from tests.policy.case import of_rule
from tests.policy.pack import UNKNOWN, Pack, Registration, messages, secret

INSTANCE, CLUSTER = "aws:rds/instance:Instance", "aws:rds/cluster:Cluster"
TABLE, REPLICA = "aws:dynamodb/table:Table", "aws:dynamodb/tableReplica:TableReplica"
KEY, LOGS = "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"
PITR = "pointInTimeRecovery"
PROTECTED = "deletionProtectionEnabled"


@dataclass(frozen=True)
class Mended:
    """Inputs before, and the properties that differ after; nothing = the pack leaves the resource alone."""

    rule: str
    type: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}: {dict(self.before)}"


CASES = [
    Mended("rds-backup-retention", INSTANCE, {}, {"backupRetentionPeriod": 7}),
    Mended("rds-backup-retention", CLUSTER, {"backupRetentionPeriod": 1}, {"backupRetentionPeriod": 7}),
    Mended("rds-backup-retention", INSTANCE, {"backupRetentionPeriod": 35}, {}),
    Mended("rds-backup-retention", INSTANCE, {"backupRetentionPeriod": UNKNOWN}, {}),
    Mended("rds-backup-retention", INSTANCE, {"replicateSourceDb": "orders"}, {}),
    Mended("rds-deletion-protection", INSTANCE, {"deletionProtection": False}, {"deletionProtection": True}),
    Mended("rds-deletion-protection", CLUSTER, {}, {"deletionProtection": True}),
    Mended("rds-copy-tags-to-snapshot", INSTANCE, {}, {"copyTagsToSnapshot": True}),
    Mended("dynamodb-pitr", TABLE, {}, {PITR: {"enabled": True}}),
    Mended(
        "dynamodb-pitr",
        TABLE,
        {PITR: {"enabled": False, "recoveryPeriodInDays": 20}},
        {PITR: {"enabled": True, "recoveryPeriodInDays": 20}},
    ),
    Mended("dynamodb-pitr", TABLE, {PITR: UNKNOWN}, {}),
    Mended("dynamodb-deletion-protection", TABLE, {}, {PROTECTED: True}),
    Mended("dynamodb-deletion-protection", REPLICA, {}, {PROTECTED: True}),
    Mended(
        "dynamodb-deletion-protection",
        TABLE,
        {PROTECTED: True, "replicas": [{"regionName": "us-west-2"}, {"regionName": "eu-west-1", PROTECTED: True}]},
        {"replicas": [{"regionName": "us-west-2", PROTECTED: True}, {"regionName": "eu-west-1", PROTECTED: True}]},
    ),
    Mended("kms-rotation", KEY, {"enableKeyRotation": False}, {"enableKeyRotation": True}),
    Mended("kms-rotation", KEY, {"keyUsage": "SIGN_VERIFY"}, {}),
    Mended("logs-retention", LOGS, {"retentionInDays": 30}, {"retentionInDays": 365}),
    Mended("logs-retention", LOGS, {}, {}),
    Mended("logs-retention", LOGS, {"retentionInDays": 0}, {}),
]


def remediated(pack: Pack, rule: str, registration: Registration, **config: Any) -> list[Any]:
    pack.configure({rule: {"enforcementLevel": "remediate"}, **config})
    singles, _ = messages([registration], "prod", "p")
    return list(pack.analyzer.Remediate(singles[0], timeout=30).remediations)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_broken_rule_is_mended_in_place_and_nothing_else_is_touched(pack: Pack, case: Mended) -> None:
    others = {"name": "it", "password": secret("hunter2"), "later": UNKNOWN, "list": [secret("a"), {"x": secret(1)}]}
    found = remediated(pack, case.rule, Registration(case.type, "it", {**others, **case.before}))
    if not case.after:
        assert found == []
        return
    [made] = found
    assert (made.policyName, made.diagnostic) == (case.rule, "")
    assert json_format.MessageToDict(made.properties) == {**others, **case.before, **case.after}
    assert (
        of_rule(pack.judge(Registration(case.type, "it", json_format.MessageToDict(made.properties))), case.rule) == []
    )


def test_a_secret_that_is_changed_stays_secret(pack: Pack) -> None:
    inputs = {"backupRetentionPeriod": secret(1)}
    [made] = remediated(pack, "rds-backup-retention", Registration(INSTANCE, "db", inputs))
    assert json_format.MessageToDict(made.properties) == {"backupRetentionPeriod": secret(7)}


def test_the_number_follows_the_data_class(pack: Pack) -> None:
    settings = {"enforcementLevel": "remediate", "byDataClass": {"payments": {"minDays": 35}}}
    database = Registration(INSTANCE, "db", {"tags": {"data-class": "payments"}})
    [made] = remediated(pack, "rds-backup-retention", database, **{"rds-backup-retention": settings})
    assert made.properties["backupRetentionPeriod"] == 35


def test_nothing_is_changed_by_default_nor_at_another_level(pack: Pack) -> None:
    singles, _ = messages([Registration(INSTANCE, "db", {})], "prod", "p")
    for config in ({}, {"rds-backup-retention": {"enforcementLevel": "mandatory"}}):
        pack.configure(config)
        assert list(pack.analyzer.Remediate(singles[0], timeout=30).remediations) == []


def test_what_is_waived_or_ignored_is_left_alone(pack: Pack) -> None:
    value = f"expires={today() + timedelta(days=1)} owner=a reason=b"
    waived = Registration(INSTANCE, "db", {"tags": {"policy-waiver/rds-backup-retention": value}})
    ignored = Registration(INSTANCE, "db", {}, ignore_changes=("backupRetentionPeriod",))
    assert remediated(pack, "rds-backup-retention", waived) == []
    assert remediated(pack, "rds-backup-retention", ignored) == []


def test_several_remedies_build_on_one_another(pack: Pack) -> None:
    other = {"rds-deletion-protection": {"enforcementLevel": "remediate"}}
    made = remediated(pack, "rds-backup-retention", Registration(INSTANCE, "db", {"name": "it"}), **other)
    assert [m.policyName for m in made] == ["rds-backup-retention", "rds-deletion-protection"]
    assert json_format.MessageToDict(made[-1].properties) == {
        "name": "it",
        "backupRetentionPeriod": 7,
        "deletionProtection": True,
    }


def test_what_no_remedy_mends_blocks(pack: Pack) -> None:
    pack.configure({"rds-storage-encrypted": {"enforcementLevel": "remediate"}})
    found = of_rule(pack.judge(Registration(INSTANCE, "db", {})), "rds-storage-encrypted")
    assert [d.mandatory for d in found] == [True]


def test_every_remedy_has_a_case() -> None:
    with_remedy = {rule.id for rule in RULES if isinstance(rule, ResourceRule) and rule.remedy is not None}
    assert {case.rule for case in CASES if case.after} == with_remedy
