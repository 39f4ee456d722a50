"""Backup plans run on the clock, for what their selections mean, at the times of their rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_cron import check_schedule, next_run
from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import ACCOUNT, DAY, HOUR, ROLE, World
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def world(emulator: Emulator, client: Client) -> Iterator[World]:
    made = World(emulator, client)
    yield made
    made.end_plans()


def plan(world: World, vault: str, *rules: dict[str, Any], **selection: Any) -> str:
    """A plan with one selection; returns its id."""
    whole = [
        {"RuleName": f"rule-{number}", "TargetBackupVaultName": vault, "Lifecycle": {"DeleteAfterDays": 35}, **rule}
        for number, rule in enumerate(rules)
    ]
    made = world.backup.create_backup_plan(BackupPlan={"BackupPlanName": world.name("plan"), "Rules": whole})
    world.backup.create_backup_selection(
        BackupPlanId=made["BackupPlanId"],
        BackupSelection={"SelectionName": "selected", "IamRoleArn": ROLE, **selection},
    )
    identifier: str = made["BackupPlanId"]
    return identifier


def backed_up(world: World, vault: str) -> list[str]:
    return sorted({point["ResourceArn"] for point in world.points(vault)})


def test_a_daily_rule_runs_at_its_time_and_says_who_made_the_backup(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    rule = {"ScheduleExpression": "cron(30 3 * * ? *)", "RecoveryPointTags": {"backup-rule": "daily"}}
    identifier = plan(world, vault, rule, Resources=[world.table_arn(table)])
    world.advance(2 * DAY)
    points = world.points(vault)
    times = [point["CreationDate"].astimezone(UTC) for point in points]
    assert [(time.hour, time.minute) for time in times] == [(3, 30), (3, 30)]
    creator = points[0]["CreatedBy"]
    read = world.backup.get_backup_plan(BackupPlanId=identifier)
    assert (creator["BackupPlanId"], creator["BackupPlanVersion"]) == (identifier, read["VersionId"])
    assert creator["BackupRuleId"] == read["BackupPlan"]["Rules"][0]["RuleId"]
    assert read["LastExecutionDate"].astimezone(UTC) == times[0].replace(
        microsecond=read["LastExecutionDate"].microsecond
    )
    assert world.backup.list_tags(ResourceArn=points[0]["RecoveryPointArn"])["Tags"] == {"backup-rule": "daily"}
    assert (
        len(
            world.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault, ByBackupPlanId=identifier)[
                "RecoveryPoints"
            ]
        )
        == 2
    )


def test_each_backup_holds_what_there_was_at_its_time(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    plan(world, vault, {"ScheduleExpression": "cron(0 * * * ? *)"}, Resources=[world.table_arn(table)])
    world.advance(HOUR)
    world.put_order(table, 2)
    world.advance(HOUR)
    held = []
    for point in world.points(vault)[::-1]:
        name = world.name("restored")
        world.restore(point["RecoveryPointArn"], targetTableName=name)
        held.append(world.orders(name))
    assert held == [[1], [1, 2]]


def test_a_rule_follows_the_summer_time_of_its_zone() -> None:
    noon = "cron(0 12 * * ? *)"
    winter = next_run(noon, "Europe/London", datetime(2026, 1, 10, tzinfo=UTC))
    summer = next_run(noon, "Europe/London", datetime(2026, 7, 10, tzinfo=UTC))
    assert (winter, summer) == (datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 7, 10, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        # 2026-11-29 is a Sunday, day 1 of AWS's week.
        ("cron(0 5 ? * 1 *)", ["11-29 05:00", "12-06 05:00"]),
        ("cron(0 5 ? * MON-FRI *)", ["11-30 05:00", "12-01 05:00"]),
        ("cron(0 5 ? * 2#1 *)", ["12-07 05:00"]),
        ("cron(0 0/12 * * ? *)", ["11-29 12:00", "11-30 00:00"]),
        ("cron(15 0 L * ? *)", ["11-30 00:15", "12-31 00:15"]),
        ("cron(0 5 1 1 ? 2028)", []),
    ],
)
def test_six_fields_of_aws_are_read_as_aws_reads_them(expression: str, runs: list[str]) -> None:
    check_schedule(expression, "Etc/UTC")
    moment = datetime(2026, 11, 29, 0, 30, tzinfo=UTC)
    if not runs:
        assert next_run(expression, "Etc/UTC", moment) == datetime(2028, 1, 1, 5, tzinfo=UTC)
    for run in runs:
        found = next_run(expression, "Etc/UTC", moment)
        assert found is not None
        assert f"{found:%m-%d %H:%M}" == run
        moment = found


@pytest.mark.parametrize(
    "schedule",
    [
        {"ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpression": "cron(0 5 * * ?)"},
        {"ScheduleExpression": "cron(0 25 * * ? *)"},
        {"ScheduleExpression": "cron(0 5 * * ? *)", "ScheduleExpressionTimezone": "Moon/Crater"},
    ],
)
def test_what_is_no_schedule_is_refused(world: World, schedule: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        plan(world, world.vault(), schedule, Resources=["*"])


def test_selections_mean_arns_wildcards_tags_and_conditions(world: World) -> None:
    world.backup.update_region_settings(ResourceTypeOptInPreference={"S3": True, "DynamoDB": True})
    gold = world.table(1, tags={world.token: "gold", "side": "east"})
    silver = world.table(1, tags={world.token: "silver"})
    plain, bucket = world.table(1), world.bucket({"a": b"1"})
    tables = [world.table_arn(name) for name in (gold, silver, plain)]
    bucket_arn = f"arn:aws:s3:::{bucket}"
    anything_here = f"arn:aws:dynamodb:{PRIMARY}:{ACCOUNT}:table/orders-{world.token}-*"

    def equals(key: str, value: str) -> list[dict[str, str]]:
        return [{"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value}]

    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": world.token}
    meanings: list[tuple[dict[str, Any], list[str]]] = [
        ({"Resources": [tables[0], bucket_arn]}, [tables[0], bucket_arn]),
        ({"Resources": [anything_here], "NotResources": [tables[1]]}, [tables[0], tables[2]]),
        ({"ListOfTags": [{**tag, "ConditionValue": value} for value in ("gold", "silver")]}, tables[:2]),
        ({"Resources": [bucket_arn], "ListOfTags": [{**tag, "ConditionValue": "gold"}]}, [tables[0], bucket_arn]),
        ({"Resources": ["*"], "Conditions": {"StringEquals": equals(world.token, "gold")}}, [tables[0]]),
        (
            {
                "Resources": [anything_here],
                "Conditions": {"StringLike": equals(world.token, "*"), "StringNotEquals": equals("side", "east")},
            },
            [tables[1]],
        ),
        ({"Resources": [anything_here], "Conditions": {"StringNotLike": equals(world.token, "g*")}}, tables[1:]),
    ]
    vaults = [world.vault() for _ in meanings]
    plans = []
    for vault, (selection, _) in zip(vaults, meanings, strict=True):
        # A minute each: rules of the same moment would be one backup.
        schedule = {"ScheduleExpression": f"cron({len(plans)} * * * ? *)"}
        plans.append(plan(world, vault, schedule, **selection))
    world.advance(HOUR)
    for vault, (_, meant) in zip(vaults, meanings, strict=True):
        assert backed_up(world, vault) == sorted(meant)


def test_a_wildcard_reaches_opted_in_services_of_the_region_only(world: World) -> None:
    world.backup.update_region_settings(ResourceTypeOptInPreference={"S3": False, "DynamoDB": True})
    vault, named, table, bucket = world.vault(), world.vault(), world.table(1), world.bucket({"a": b"1"})
    far = world.elsewhere().table(1)
    plan(world, vault, {"ScheduleExpression": "cron(0 * * * ? *)"}, Resources=["*"])
    plan(world, named, {"ScheduleExpression": "cron(5 * * * ? *)"}, Resources=[f"arn:aws:s3:::{bucket}"])
    world.advance(HOUR)
    reached = backed_up(world, vault)
    assert world.table_arn(table) in reached
    assert not any(far in arn or ":s3:" in arn for arn in reached)
    assert backed_up(world, named) == [f"arn:aws:s3:::{bucket}"]


def test_of_rules_that_run_at_once_the_one_that_keeps_longest_makes_the_backup(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    rules = [
        {"ScheduleExpression": "cron(0 5 * * ? *)", "Lifecycle": {"DeleteAfterDays": days}} for days in (7, 365, 30)
    ]
    plan(world, vault, *rules, Resources=[world.table_arn(table)])
    world.advance(DAY)
    assert [point["Lifecycle"]["DeleteAfterDays"] for point in world.points(vault)] == [365]


def test_a_deleted_plan_and_a_region_that_is_out_make_no_backups(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    schedule = {"ScheduleExpression": "cron(0 * * * ? *)"}
    identifier = plan(world, vault, schedule, Resources=[world.table_arn(table)])
    world.emulator.traffic.take_out(PRIMARY)
    world.advance(3 * HOUR)
    world.emulator.traffic.heal(PRIMARY)
    assert world.points(vault) == []
    world.advance(HOUR)
    assert len(world.points(vault)) == 1
    (entry,) = world.backup.list_backup_selections(BackupPlanId=identifier)["BackupSelectionsList"]
    world.backup.delete_backup_selection(BackupPlanId=identifier, SelectionId=entry["SelectionId"])
    world.backup.delete_backup_plan(BackupPlanId=identifier)
    world.advance(3 * HOUR)
    assert len(world.points(vault)) == 1


def test_a_changed_rule_goes_on_and_a_new_one_starts_with_the_change(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    daily = {"RuleName": "rule-0", "TargetBackupVaultName": vault, "ScheduleExpression": "cron(0 3 * * ? *)"}
    identifier = plan(world, vault, daily, Resources=[world.table_arn(table)])
    world.advance(DAY)
    hourly = {"RuleName": "hourly", "TargetBackupVaultName": vault, "ScheduleExpression": "cron(30 * * * ? *)"}
    world.backup.update_backup_plan(
        BackupPlanId=identifier, BackupPlan={"BackupPlanName": "changed", "Rules": [daily, hourly]}
    )
    before = clock.now()
    world.advance(DAY)
    names = [point["CreatedBy"]["BackupRuleName"] for point in world.points(vault)]
    assert (names.count("rule-0"), names.count("hourly")) == (2, 24)
    assert min(p["CreationDate"] for p in world.points(vault)[:-1]) > before - timedelta(seconds=1)


def test_a_running_cloud_carries_out_what_falls_due_without_being_asked(world: World) -> None:
    vault, table = world.vault(), world.table(1)
    plan(world, vault, {"ScheduleExpression": "cron(0 * * * ? *)"}, Resources=[world.table_arn(table)])
    # As if an hour had passed: nothing looked at the duties meanwhile.
    clock.advance(HOUR)
    assert world.points(vault) == []
    world.emulator.carry_out_due()
    assert len(world.points(vault)) == 1
    world.emulator.carry_out_due()
    assert len(world.points(vault)) == 1


def test_rules_without_a_time_run_at_five(world: World) -> None:
    vault, table = world.elsewhere().vault(), world.elsewhere().table(1)
    west = world.elsewhere()
    plan(west, vault, {}, Resources=[west.table_arn(table)])
    world.advance(DAY)
    (point,) = west.points(vault)
    assert point["CreationDate"].astimezone(ZoneInfo("Etc/UTC")).hour == 5
    assert point["BackupVaultArn"].split(":")[3] == SECONDARY
