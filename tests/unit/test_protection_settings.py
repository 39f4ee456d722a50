"""Settings of AWS Backup: single values by pydantic, and every conflict between several at once by problems()."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from components.settings import VaultLock
from components.settings.protection import BackupRule, Kind, Protection, Switch
from components.settings.protection_rules import (
    copied_rules,
    newest_point_hours,
    problems,
    rules_of,
    worst_age_hours,
)
from components.settings.protection_windows import window_problems
from tests.support.protection import LOCK, RULES, changed_rule, protection


def test_what_securecart_ships_has_no_problem() -> None:
    assert problems(protection(), LOCK) == []


def test_the_rules_can_be_asked_for() -> None:
    assert list(copied_rules(protection())) == ["daily", "weekly", "monthly", "yearly"]
    narrowed = changed_rule("frequent", kinds=["tables"])
    assert list(rules_of(narrowed, Kind.TABLES)) == list(RULES)
    assert "frequent" not in rules_of(narrowed, Kind.VOLUMES)


def test_the_newest_recovery_point_can_be_a_gap_and_a_whole_job_old() -> None:
    daily = protection().rules["daily"]
    assert worst_age_hours(daily) == 24 + (60 + 720) // 60
    assert newest_point_hours(protection()) == 4 + 13
    assert newest_point_hours(changed_rule("frequent", kinds=["tables"])) == 24 + 13


@pytest.mark.parametrize(
    ("rule", "changed", "path", "said"),
    [
        ("daily", {"retentionDays": 3000}, "retentionDays", "PutBackupVaultLockConfiguration"),
        ("daily", {"copyRetentionDays": 5}, "copyRetentionDays", "outside vaultLock"),
        ("monthly", {"retentionDays": 100}, "retentionDays", "at least 120"),
        ("yearly", {"copyRetentionDays": 100}, "copyRetentionDays", "at least 180"),
        ("frequent", {"copyColdStorageAfterDays": 1}, "copyColdStorageAfterDays", "there is no copy"),
        ("monthly", {"kinds": ["buckets"]}, "coldStorageAfterDays", "ignores it for buckets"),
        # A job may take start and completion window, its copy two hours of retries: that is more than a day.
        ("monthly", {"coldStorageAfterDays": 1, "completionWindowMinutes": 1440}, "coldStorageAfterDays", "use 2"),
        ("frequent", {"schedule": "cron(0/30 * * * ? *)"}, "schedule", "30 minutes apart"),
        ("daily", {"completionWindowMinutes": 120, "startWindowMinutes": 90}, "completionWindowMinutes", "60 more"),
        ("yearly", {"retentionDays": 300}, "retentionDays", "between two runs"),
        ("daily", {"airGapped": True}, "airGapped", "no air-gapped vault"),
    ],
)
def test_what_aws_would_refuse_of_a_rule_is_said_with_its_path(
    rule: str, changed: dict[str, Any], path: str, said: str
) -> None:
    found = problems(changed_rule(rule, **changed), LOCK)
    assert [message for where, message in found if where == f"backup.rules.{rule}.{path}" and said in message], found


@pytest.mark.parametrize(
    ("changed", "path", "said"),
    [
        ({"retentionDays": 36}, "retentionDays", "1 to 35 days"),
        ({"kinds": ["buckets", "tables"]}, "kinds", "has tables"),
        ({"coldStorageAfterDays": 1}, "coldStorageAfterDays", "stays warm"),
        ({"airGapped": True}, "airGapped", "takes snapshots"),
    ],
)
def test_a_continuous_rule_is_held_to_what_point_in_time_recovery_can_do(
    changed: dict[str, Any], path: str, said: str
) -> None:
    rule = {"schedule": "cron(0 5 ? * * *)", "retentionDays": 35, "continuous": True, "kinds": ["buckets"]}
    assert problems(protection(RULES | {"continuous": rule}), LOCK) == []
    found = problems(protection(RULES | {"continuous": rule | changed}), LOCK)
    assert [message for where, message in found if where == f"backup.rules.continuous.{path}" and said in message]


def test_a_rule_that_takes_another_ones_place_must_be_copied_too() -> None:
    """AWS Backup developer guide, backup plan options: of overlapping rules, the one kept longest is backed up."""
    kept_here = {k: v for k, v in RULES["monthly"].items() if k != "copyRetentionDays"}
    daily, weekly = problems(protection(RULES | {"monthly": kept_here}), LOCK)
    assert daily[0] == weekly[0] == "backup.rules.monthly.copyRetentionDays"
    assert "of daily overlap (as on Wed 01 Jan, 05:00)" in daily[1]
    assert "of weekly overlap (as on Sun 01 Jun, 05:00)" in weekly[1]
    elsewhere = kept_here | {"schedule": "cron(0 12 1 * ? *)"}
    assert problems(protection(RULES | {"monthly": elsewhere}), LOCK) == []


@pytest.mark.parametrize(
    ("maintenance", "start_window", "refused"),
    [
        ("sun:05:00-sun:06:00", 60, True),
        ("sun:06:00-sun:06:30", 60, True),
        # The start window ends when the maintenance does: nothing is left to start in.
        ("sun:05:30-sun:06:00", 60, True),
        ("sun:05:00-sun:06:00", 61, False),
        ("sun:06:01-sun:07:00", 60, False),
        ("sun:03:00-sun:04:00", 60, False),
        # Over the end of the week, as Sunday is the last day here.
        ("sat:23:30-sun:06:00", 60, True),
        ("sun:23:30-mon:00:30", 60, False),
    ],
)
def test_a_job_that_a_database_in_maintenance_would_not_start_is_refused(
    maintenance: str, start_window: int, refused: bool
) -> None:
    """AWS Backup developer guide, backup plan options: none starts in the hour before maintenance, nor in it."""
    rule = {"weekly": RULES["weekly"] | {"startWindowMinutes": start_window}}
    found = window_problems(protection(rule), {"orders": maintenance})
    assert bool(found) is refused
    for path, message in found:
        assert path == "backup.rules.weekly.schedule"
        assert "Sunday, 05:00" in message
        assert "database orders" in message
    without_databases = {"weekly": rule["weekly"] | {"kinds": ["tables"]}}
    assert window_problems(protection(without_databases), {"orders": maintenance}) == []


def test_maintenance_around_the_turn_of_the_week_is_one_window() -> None:
    rule = {"weekly": RULES["weekly"] | {"schedule": "cron(0 0 ? * 2 *)"}}
    assert window_problems(protection(rule), {"orders": "sun:23:30-mon:01:00"})
    assert not window_problems(protection(rule), {"orders": "sun:23:30-mon:00:30"})


def test_a_store_has_one_continuous_rule() -> None:
    rule = {"schedule": "cron(0 5 ? * * *)", "retentionDays": 35, "continuous": True, "kinds": ["buckets"]}
    two = protection(RULES | {"one": rule, "two": rule | {"kinds": ["buckets", "databases"]}})
    ((path, message),) = problems(two, LOCK)
    assert path == "backup.rules"
    assert "2 continuous rules for buckets (one, two)" in message


@pytest.mark.parametrize("setting", ["retentionDays", "copyRetentionDays"])
def test_databases_are_kept_7_days_at_least(setting: str) -> None:
    short = changed_rule("daily", **{setting: 6})
    assert [message for path, message in problems(short, VaultLock(min_days=1)) if "row 15" in message]
    without = changed_rule("daily", **{setting: 6}, kinds=["tables", "buckets", "volumes"])
    assert not [message for path, message in problems(without, VaultLock(min_days=1)) if "row 15" in message]


@pytest.mark.parametrize(
    ("changed", "path", "said"),
    [
        ({"rules": {"frequent": RULES["frequent"]}}, "backup.rules", "no rule with copyRetentionDays"),
        ({"rules": {"daily": RULES["daily"] | {"kinds": ["tables"]}}}, "backup.rules", "leaves out databases"),
        ({"airGapped": {"minDays": 7, "maxDays": 90}}, "backup.airGapped", "no rule uses it"),
        (
            {"selectionTag": {"key": "backup", "value": "on"}, "rules": {"a": RULES["daily"] | {"kinds": ["tables"]}}},
            "backup.selectionTag",
            "no rule covers all kinds",
        ),
        (
            {"rules": {"weekly": RULES["weekly"]}, "tests": {"selectionWindowDays": 7}},
            "backup.tests.selectionWindowDays",
            "181 hours old",
        ),
        ({"rules": {"monthly": RULES["monthly"]}}, "backup.rules", "the audit can prove 1 to 744 hours"),
    ],
)
def test_what_the_whole_plan_lacks_is_said(changed: dict[str, Any], path: str, said: str) -> None:
    found = problems(protection(**changed), LOCK)
    assert [message for where, message in found if where == path and said in message], found


def test_an_air_gapped_rule_stays_within_that_vault() -> None:
    settings = protection(
        RULES | {"weekly": RULES["weekly"] | {"airGapped": True}}, airGapped={"minDays": 7, "maxDays": 60}
    )
    ((path, message),) = problems(settings, LOCK)
    assert path == "backup.rules.weekly.retentionDays"
    assert "outside airGapped (7 to 60 days)" in message


def test_every_problem_is_reported_at_once() -> None:
    settings = protection(
        RULES
        | {
            "daily": RULES["daily"] | {"retentionDays": 3},
            "monthly": RULES["monthly"] | {"coldStorageAfterDays": 390},
        }
    )
    found = problems(settings, VaultLock(min_days=7, max_days=400, mode="compliance"), key="protection")
    assert {path for path, _ in found} == {
        "protection.rules.daily.retentionDays",
        "protection.rules.monthly.retentionDays",
        "protection.rules.yearly.retentionDays",
        "protection.rules.yearly.copyRetentionDays",
        "vaultLock.confirmComplianceLock",
    }


def test_compliance_mode_needs_the_second_switch_and_repeats_the_range() -> None:
    assert VaultLock().irrevocable_after_days is None
    unconfirmed = VaultLock(mode="compliance", confirm_compliance_lock="7d-35d")
    assert unconfirmed.irrevocable_after_days is None
    assert [path for path, _ in problems(protection(), unconfirmed) if path.startswith("vaultLock")]
    confirmed = VaultLock(
        min_days=7, max_days=2555, mode="compliance", confirm_compliance_lock="7d-2555d", cooling_days=3
    )
    assert confirmed.irrevocable_after_days == 3
    assert problems(protection(), confirmed) == []
    idle = VaultLock(min_days=7, max_days=2555, confirm_compliance_lock="7d-2555d")
    ((path, _),) = problems(protection(), idle)
    assert path == "vaultLock.confirmComplianceLock"


@pytest.mark.parametrize(
    "changed",
    [
        {"rules": {}},
        {"rules": {"Daily": RULES["daily"]}},
        {"rules": {"d" * 25: RULES["daily"]}},
        {"selectionTag": {"key": "", "value": "on"}},
        {"airGapped": {"minDays": 6, "maxDays": 90}},
        {"airGapped": {"minDays": 9, "maxDays": 8}},
        {"tests": {"selectionWindowDays": 366}},
        {"tests": {"startWindowHours": 169}},
        {"tests": {"validationHours": 169}},
        {"audit": {"recoveryPointAgeHours": 745}},
        {"configRecorder": "share"},
    ],
)
def test_a_value_that_aws_refuses_by_itself_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        protection(**changed)


@pytest.mark.parametrize(
    "changed", [{"retentionDays": 0}, {"retentionDays": 36501}, {"startWindowMinutes": 59}, {"kinds": ["queues"]}]
)
def test_a_rule_is_within_the_ranges_of_aws(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BackupRule.model_validate(RULES["daily"] | changed)


def test_on_and_off_may_stand_unquoted_in_yaml() -> None:
    """YAML 1.1 reads them as booleans."""
    read = yaml.safe_load("{reports: off, tests: {state: on}}")
    assert read["reports"] is False
    settings = protection(**read)
    assert (settings.reports, settings.tests.state) == (Switch.OFF, Switch.ON)
    with pytest.raises(ValidationError, match="'on' or 'off'"):
        protection(reports="perhaps")


def test_cooling_is_3_days_at_least() -> None:
    with pytest.raises(ValidationError):
        VaultLock(cooling_days=2)


def test_the_schema_of_the_settings_names_the_source_of_a_range() -> None:
    schema = Protection.model_json_schema(by_alias=True)
    window = schema["$defs"]["BackupRule"]["properties"]["startWindowMinutes"]
    assert window["allowed"] == "60 to 52560000 minutes (AWS Backup BackupRuleInput StartWindowMinutes)"
