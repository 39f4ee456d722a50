"""The central backup plan, from its registrations: rules, copies, selections, roles."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from components.protection.backup_plan import BackupPlan, BackupPlanArgs, checked_selections, planned
from components.protection.selections import selection_name, selections
from components.protection.service_role import MANAGED_POLICIES, BackupRole, BackupRoleArgs, Duty
from components.settings import limits
from components.settings.protection import Kind, Protection
from tests.support.botocore_shapes import refusals
from tests.support.changes import changes
from tests.support.program import Program, registrations
from tests.support.protection import RULES, protection

PLAN, SELECTION = "aws:backup/plan:Plan", "aws:backup/selection:Selection"
COPY_VAULT = "arn:aws:backup:us-west-2:123456789012:backup-vault:securecart-secondary-7d-2555d"
AIR_GAPPED_VAULT = "arn:aws:backup:us-east-1:123456789012:backup-vault:securecart-air-gapped"
KEYS = ["arn:aws:kms:us-east-1:123456789012:key/mrk-1", "arn:aws:kms:us-west-2:123456789012:key/vault"]
CONTINUOUS = {"schedule": "cron(0 5 ? * * *)", "retentionDays": 35, "continuous": True, "kinds": ["buckets"]}


def arns(kind: Kind, count: int) -> dict[str, str]:
    return {f"{kind}-{number}": f"arn:aws:test:us-east-1:123456789012:{kind}/{number}" for number in range(count)}


def built(settings: Protection, stores: dict[Kind, dict[str, str]], air_gapped: str | None = None) -> Program:
    args = BackupPlanArgs(
        plan_name="securecart-primary",
        role_name="securecart-backup-us-east-1",
        vault_name="securecart-primary-7d-2555d",
        copy_vault_arn=COPY_VAULT,
        protection=settings,
        stores=stores,
        key_arns=KEYS,
        air_gapped_vault_arn=air_gapped,
    )
    return registrations(lambda: BackupPlan("backup", args))


@cache
def shipped() -> Program:
    return built(protection(), {kind: arns(kind, 2) for kind in Kind})


def sent(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as the provider hands it to AWS."""
    return {
        "RuleName": rule["ruleName"],
        "TargetBackupVaultName": rule["targetVaultName"],
        "ScheduleExpression": rule["schedule"],
        "StartWindowMinutes": int(rule["startWindow"]),
        "CompletionWindowMinutes": int(rule["completionWindow"]),
        "EnableContinuousBackup": rule["enableContinuousBackup"],
        "RecoveryPointTags": rule["recoveryPointTags"],
        "Lifecycle": {"DeleteAfterDays": int(rule["lifecycle"]["deleteAfter"])},
        "CopyActions": [{"DestinationBackupVaultArn": copy["destinationVaultArn"]} for copy in rule["copyActions"]],
    }


def test_all_rules_of_all_kinds_are_one_plan_that_the_api_takes() -> None:
    (plan,) = shipped().of(PLAN)
    rules = {rule["ruleName"]: rule for rule in plan.inputs["rules"]}
    assert list(rules) == list(RULES)
    plan_input = {"BackupPlanName": plan.inputs["name"], "Rules": [sent(rule) for rule in rules.values()]}
    assert refusals("backup", "CreateBackupPlan", {"BackupPlan": plan_input}) == ""
    for name, rule in rules.items():
        assert rule["recoveryPointTags"] == {"backup-rule": name}
        assert rule["lifecycle"]["deleteAfter"] == RULES[name]["retentionDays"]
        assert rule["lifecycle"].get("coldStorageAfter") == RULES[name].get("coldStorageAfterDays")
        assert "targetLogicallyAirGappedBackupVaultArn" not in rule


def test_the_other_region_gets_copies_of_the_rules_that_say_so_each_with_its_own_lifecycle() -> None:
    (plan,) = shipped().of(PLAN)
    copies = {rule["ruleName"]: rule["copyActions"] for rule in plan.inputs["rules"]}
    assert copies["frequent"] == []
    for name in ("daily", "weekly", "monthly", "yearly"):
        (copy,) = copies[name]
        assert copy["destinationVaultArn"] == COPY_VAULT
        assert copy["lifecycle"]["deleteAfter"] == RULES[name]["copyRetentionDays"]
    assert "coldStorageAfter" not in copies["monthly"][0]["lifecycle"]
    assert copies["yearly"][0]["lifecycle"]["coldStorageAfter"] == 90


def test_a_continuous_rule_of_buckets_is_a_plan_of_its_own_that_reaches_no_database() -> None:
    recorded = built(protection(RULES | {"continuous": CONTINUOUS}), {kind: arns(kind, 1) for kind in Kind})
    plans = {plan.inputs["name"]: plan for plan in recorded.of(PLAN)}
    assert set(plans) == {"securecart-primary", "securecart-primary-buckets"}
    (rule,) = plans["securecart-primary-buckets"].inputs["rules"]
    assert rule["enableContinuousBackup"] is True
    assert not any(r["enableContinuousBackup"] for r in plans["securecart-primary"].inputs["rules"])
    reached = [s for s in recorded.of(SELECTION) if s.inputs["planId"] == "backup-buckets-plan-id"]
    assert [s.inputs["resources"] for s in reached] == [list(arns(Kind.BUCKETS, 1).values())]


def test_the_widest_plan_comes_first_and_kinds_are_in_one_order() -> None:
    narrow = RULES["daily"] | {"kinds": ["volumes", "tables"]}
    settings = protection({"a": narrow, "b": RULES["daily"], "c": narrow | {"kinds": ["tables", "volumes"]}})
    assert {suffix: list(rules) for suffix, rules in planned(settings).items()} == {
        "": ["b"],
        "-tables-volumes": ["a", "c"],
    }
    assert next(iter(planned(settings))) == ""


def test_an_air_gapped_rule_names_that_vault_and_needs_one() -> None:
    settings = protection(
        RULES | {"monthly": RULES["monthly"] | {"airGapped": True}}, airGapped={"minDays": 7, "maxDays": 400}
    )
    (plan,) = built(settings, {}, AIR_GAPPED_VAULT).of(PLAN)
    targets = {r["ruleName"]: r.get("targetLogicallyAirGappedBackupVaultArn") for r in plan.inputs["rules"]}
    assert targets["monthly"] == AIR_GAPPED_VAULT
    assert [name for name, target in targets.items() if target] == ["monthly"]
    with pytest.raises(ValueError, match="air_gapped_vault_arn"):
        built(settings, {})


def test_every_store_is_selected_by_its_arn() -> None:
    chosen = shipped().of(SELECTION)
    assert sorted(s.name for s in chosen) == sorted(f"backup-{kind}" for kind in Kind)
    for selection in chosen:
        assert selection.inputs["iamRoleArn"].endswith("backup-role")
        assert (
            refusals(
                "backup",
                "CreateBackupSelection",
                {
                    "BackupPlanId": selection.inputs["planId"],
                    "BackupSelection": {
                        "SelectionName": selection.inputs["name"],
                        "IamRoleArn": selection.inputs["iamRoleArn"],
                        "Resources": selection.inputs["resources"],
                    },
                },
            )
            == ""
        )
    assert {arn for s in chosen for arn in s.inputs["resources"]} == {
        arn for kind in Kind for arn in arns(kind, 2).values()
    }


def test_stores_that_are_not_ours_join_by_tag_in_a_selection_of_their_own() -> None:
    recorded = built(protection(selectionTag={"key": "backup", "value": "securecart"}), {})
    (tagged,) = recorded.of(SELECTION)
    assert tagged.inputs["selectionTags"] == [{"type": "STRINGEQUALS", "key": "backup", "value": "securecart"}]
    assert "resources" not in tagged.inputs


def test_more_stores_than_a_selection_takes_are_split_and_none_is_lost() -> None:
    """AWS Backup BackupSelection Resources: 500 ARNs."""
    many = arns(Kind.TABLES, 1200)
    parts = selections("tables", many)
    assert len(parts) > 2
    assert all(0 < len(part) <= limits.BACKUP_SELECTION_ARNS for part in parts.values())
    assert {key: arn for part in parts.values() for key, arn in part.items()} == many
    assert sum(map(len, parts.values())) == 1200
    assert list(selections("tables", arns(Kind.TABLES, 500))) == ["tables"]
    assert selections("tables", {}) == {}


def test_a_store_is_in_the_same_selection_on_every_machine() -> None:
    """Python's own hash differs from one process to the next: each preview would replace every selection."""
    parts = selections("tables", arns(Kind.TABLES, 501))
    places = [next(name for name, part in parts.items() if f"tables-{number}" in part) for number in range(6)]
    assert places == ["tables-0", "tables-0", "tables-1", "tables-0", "tables-0", "tables-1"]
    assert selection_name("tables", {"b": "arn:b", "a": "arn:a"}) == "tables-7e18f737"


@pytest.mark.parametrize("count", [3, 499, 1200])
@pytest.mark.parametrize("added", ["aaa-first", "zzz-last"])
def test_adding_a_store_touches_one_selection(count: int, added: str) -> None:
    before = arns(Kind.TABLES, count)
    old = selections("tables", before)
    new = selections("tables", before | {added: "arn:added"})
    assert old.keys() == new.keys()
    (touched,) = [name for name in old if old[name] != new[name]]
    assert added in new[touched]
    assert selection_name(touched, old[touched]) != selection_name(touched, new[touched])


def test_a_full_selection_becomes_two_and_leaves_the_others_alone() -> None:
    full = next(
        parts
        for count in range(1200, 3000)
        if 500 in map(len, (parts := selections("tables", arns(Kind.TABLES, count))).values())
    )
    stores = {key: arn for part in full.values() for key, arn in part.items()}
    brimming = next(name for name, part in full.items() if len(part) == 500)
    overflowing = next(
        (key, new)
        for key in map("more-{}".format, range(10_000))
        if brimming not in (new := selections("tables", stores | {key: "arn:more"}))
    )[1]
    assert full.keys() - overflowing.keys() == {brimming}
    assert overflowing.keys() - full.keys() == {f"{brimming}0", f"{brimming}1"}
    assert all(overflowing[name] == part for name, part in full.items() if name != brimming)


def test_a_preview_of_one_more_store_shows_one_changed_selection() -> None:
    """The same from the engine's side: nothing is added or removed, and one selection's inputs differ."""
    stores = {kind: arns(kind, 700 if kind is Kind.TABLES else 2) for kind in Kind}
    more = stores | {Kind.TABLES: stores[Kind.TABLES] | {"added": "arn:aws:test:us-east-1:123456789012:tables/added"}}
    difference = changes(built(protection(), stores), built(protection(), more))
    assert not difference.added
    assert not difference.removed
    assert {(token, name) for token, name, _ in difference.changed} == {
        (SELECTION, next(name for _, name, _ in difference.changed))
    }
    assert {prop for _, _, prop in difference.changed} == {"name", "resources"}


def test_more_selections_than_a_plan_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="AWS Backup allows 100 a plan"):
        checked_selections([Kind.TABLES], {Kind.TABLES: arns(Kind.TABLES, 60_000)})


def test_the_longest_name_of_a_selection_fits() -> None:
    """AWS Backup BackupSelectionName: 50 characters."""
    parts = selections("databases", arns(Kind.DATABASES, 20_000))
    assert max(len(selection_name(name, part)) for name, part in parts.items()) <= 50


def test_the_account_opts_in_before_a_plan_and_the_settings_stay() -> None:
    (settings,) = shipped().of("aws:backup/regionSettings:RegionSettings")
    assert settings.retain_on_delete
    assert settings.inputs["resourceTypeManagementPreference"]["DynamoDB"] is True
    for service in ("DynamoDB", "EBS", "RDS", "S3"):
        assert settings.inputs["resourceTypeOptInPreference"][service] is True
    (plan,) = shipped().of(PLAN)
    assert settings.urn in plan.depends_on


@pytest.mark.parametrize("duty", list(Duty))
def test_a_role_has_the_rights_of_one_duty_and_the_keys_that_the_managed_policies_leave_out(duty: Duty) -> None:
    args = BackupRoleArgs(role_name="securecart-backup", duty=duty, key_arns=KEYS)
    recorded = registrations(lambda: BackupRole("backup", args))
    attached = {a.inputs["policyArn"] for a in recorded.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    assert attached == set(MANAGED_POLICIES[duty].values())
    (role,) = recorded.of("aws:iam/role:Role")
    assert "backup.amazonaws.com" in role.inputs["assumeRolePolicy"]
    (rights,) = recorded.of("aws:iam/rolePolicy:RolePolicy")
    use, grant = json.loads(rights.inputs["policy"])["Statement"]
    assert use["Resource"] == grant["Resource"] == KEYS
    assert {"kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"} <= set(use["Action"])
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert "iam:PassRole" not in rights.inputs["policy"]


def test_no_policy_is_shared_by_the_two_duties() -> None:
    assert not set(MANAGED_POLICIES[Duty.BACKUP].values()) & set(MANAGED_POLICIES[Duty.RESTORE].values())
