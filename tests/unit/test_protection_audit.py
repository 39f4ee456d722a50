"""The audit framework: which controls, what they prove, and that every parameter follows from the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.protection.audit import BackupAudit, BackupAuditArgs
from components.protection.controls import PROVES, Audited, Control, audited_rule, checked, controls
from components.settings import limits
from components.settings.protection import Kind, Protection
from tests.support.botocore_shapes import refusals
from tests.support.program import registrations
from tests.support.protection import LOCK, RULES, changed_rule, protection

ALL_TYPES = ("RDS", "DynamoDB", "S3", "EBS")


def audited(settings: Protection | None = None, **changed: Any) -> Audited:
    given = Audited(
        protection=settings or protection(),
        lock=LOCK,
        plan_name="securecart-primary",
        copy_region="us-west-2",
        rto_minutes=240,
    )
    return replace(given, **changed)


def by_name(given: Audited) -> dict[str, Control]:
    return {control.name: control for control in controls(given)}


def test_each_control_is_there_once_and_proves_something_to_an_auditor() -> None:
    made = controls(audited())
    assert len({control.name for control in made}) == len(made) == 9
    assert {control.name for control in made} == PROVES.keys() - {"RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT"}
    for control in made:
        proved = " ".join(PROVES[control.name])
        assert "NIST" in proved
        assert "GDPR" in proved


def test_the_plan_is_held_to_its_longest_kept_daily_rule() -> None:
    control = by_name(audited())["BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"]
    assert dict(control.parameters) == {
        "requiredFrequencyUnit": "hours",
        "requiredFrequencyValue": "24",
        "requiredRetentionDays": "35",
    }
    assert control.tag == ("Name", "securecart-primary")
    longer = by_name(audited(changed_rule("daily", retentionDays=60)))
    assert dict(longer[control.name].parameters)["requiredRetentionDays"] == "60"


def test_without_a_daily_rule_the_most_frequent_one_counts_in_days() -> None:
    settings = protection({"weekly": RULES["weekly"], "monthly": RULES["monthly"]})
    assert audited_rule(settings) == settings.rules["weekly"]
    control = by_name(audited(settings))["BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"]
    assert dict(control.parameters)["requiredFrequencyUnit"] == "days"
    assert dict(control.parameters)["requiredFrequencyValue"] == "7"


def test_a_plan_less_frequent_than_the_audit_can_prove_is_refused() -> None:
    """AWS Config, backup-plan-min-frequency-and-min-retention-check: 24 for hours, 31 for days."""
    with pytest.raises(ValueError, match="every 366 days"):
        controls(audited(protection({"yearly": RULES["yearly"]})))


def test_recovery_points_of_databases_are_proved_to_be_kept_7_days() -> None:
    control = by_name(audited())["BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"]
    ((_, days),) = control.parameters
    assert int(days) == limits.DATABASE_RECOVERY_POINT_DAYS == 7
    # Of every recovery point, those of databases among them.
    assert control.resource_types == ()
    assert control.tag is None
    stronger = by_name(audited(changed_rule("frequent", retentionDays=14)))[control.name]
    assert stronger.parameters == (("requiredRetentionDays", "14"),)
    shorter_copy = by_name(audited(changed_rule("frequent", retentionDays=14, copyRetentionDays=9)))[control.name]
    assert shorter_copy.parameters == (("requiredRetentionDays", "9"),)


def test_lock_region_age_and_restore_time_follow_from_the_settings() -> None:
    made = by_name(audited())
    assert dict(made["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"].parameters) == {
        "minRetentionDays": "7",
        "maxRetentionDays": "2555",
    }
    assert made["BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"].parameters == (("crossRegionList", "us-west-2"),)
    assert dict(made["BACKUP_LAST_RECOVERY_POINT_CREATED"].parameters) == {
        "recoveryPointAgeUnit": "hours",
        "recoveryPointAgeValue": "17",
    }
    assert made["RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"].parameters == (("maxRestoreTime", "240"),)
    told = protection(audit={"maxRestoreMinutes": 60, "recoveryPointAgeHours": 30})
    made = by_name(audited(told))
    assert made["RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"].parameters == (("maxRestoreTime", "60"),)
    assert dict(made["BACKUP_LAST_RECOVERY_POINT_CREATED"].parameters)["recoveryPointAgeValue"] == "30"


def test_every_kind_is_evaluated_and_copies_only_where_there_are_some() -> None:
    made = by_name(audited())
    assert made["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"].resource_types == ALL_TYPES
    assert made["BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"].resource_types == ALL_TYPES
    some = protection(
        {"daily": RULES["daily"] | {"kinds": ["tables", "buckets"]}, "frequent": RULES["frequent"]},
    )
    made = by_name(audited(some))
    assert made["BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"].resource_types == ("DynamoDB", "S3")


def test_without_restore_tests_nobody_claims_a_restore_time() -> None:
    assert "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET" not in by_name(audited(protection(tests={"state": "off"})))


def test_the_air_gapped_vault_is_proved_where_there_is_one() -> None:
    settings = protection(
        RULES | {"weekly": RULES["weekly"] | {"airGapped": True}}, airGapped={"minDays": 7, "maxDays": 400}
    )
    control = by_name(audited(settings))["RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT"]
    assert dict(control.parameters) == {"recoveryPointAgeUnit": "days", "recoveryPointAgeValue": "8"}
    assert control.resource_types == ALL_TYPES
    tables_more_often = settings.rules | {
        "often": settings.rules["daily"].model_copy(update={"air_gapped": True, "kinds": (Kind.TABLES,)})
    }
    both = by_name(audited(settings.model_copy(update={"rules": tables_more_often})))[control.name]
    assert both.parameters == control.parameters
    rare = protection(
        RULES | {"yearly": RULES["yearly"] | {"airGapped": True}}, airGapped={"minDays": 7, "maxDays": 2555}
    )
    with pytest.raises(ValueError, match="prove 91 at most"):
        controls(audited(rare))


def test_roles_that_could_delete_are_named_five_at_most_and_an_empty_list_is_left_out() -> None:
    name = "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"
    assert by_name(audited())[name].parameters == ()
    roles = [f"arn:aws:iam::123456789012:role/admin-{n}" for n in range(6)]
    assert by_name(audited(exempt_role_arns=roles[:2]))[name].parameters == (("principalArnList", ",".join(roles[:2])),)
    with pytest.raises(ValueError, match="takes 5"):
        controls(audited(exempt_role_arns=roles))


def test_more_controls_than_an_account_has_are_refused() -> None:
    """AWS Backup developer guide, controls and remediation: 50 an account and Region."""
    made = controls(audited())
    assert checked(made, elsewhere=50 - len(made)) == made
    with pytest.raises(ValueError, match="allows 50"):
        checked(made, elsewhere=51 - len(made))


def test_the_framework_waits_for_the_recorder_and_the_api_takes_it() -> None:
    args = BackupAuditArgs(framework_name="securecart-primary", audited=audited(), recorder_name="default")
    (framework,) = registrations(lambda: BackupAudit("audit", args)).of("aws:backup/framework:Framework")
    assert framework.inputs["name"] == "securecart_primary"
    assert framework.inputs["description"].endswith("AWS Config recorder default")
    assert len(framework.inputs["controls"]) == 9
    sent = [
        {
            "ControlName": control["name"],
            "ControlInputParameters": [
                {"ParameterName": p["name"], "ParameterValue": p["value"]} for p in control["inputParameters"]
            ],
            "ControlScope": {
                key: control["scope"][ours]
                for key, ours in (("ComplianceResourceTypes", "complianceResourceTypes"), ("Tags", "tags"))
                if ours in control.get("scope", {})
            },
        }
        for control in framework.inputs["controls"]
    ]
    call = {
        "FrameworkName": framework.inputs["name"],
        "FrameworkDescription": framework.inputs["description"],
        "FrameworkControls": sent,
    }
    assert refusals("backup", "CreateFramework", call) == ""
