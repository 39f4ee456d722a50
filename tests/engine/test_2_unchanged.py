"""A deployed estate stays as it is until someone changes it, and a change made elsewhere is seen."""

from __future__ import annotations

import subprocess

import pytest

from automation.exit_codes import ExitCode
from tests.engine.estate import PRIMARY, REPO, SECONDARY, Estate

pytestmark = pytest.mark.engine


def test_a_second_up_changes_nothing_in_the_cloud_or_in_the_work_tree(estate: Estate) -> None:
    states = {stack: estate.state(stack) for stack in ("prod", "dr")}
    status = work_tree()
    again = estate.securecart("up", "--json")
    assert again.code == 0, again.text
    assert {stack: estate.state(stack) for stack in ("prod", "dr")} == states
    assert work_tree() == status


def test_a_second_preview_of_both_stacks_expects_no_changes(estate: Estate) -> None:
    preview = estate.securecart("preview", "--expect-no-changes")
    assert preview.code == 0, preview.text


def test_right_after_up_nothing_drifted(estate: Estate) -> None:
    estate.admin("calls/reset", {})
    compared = estate.securecart("drift")
    assert compared.code == ExitCode.OK, compared.text
    assert "nothing drifted" in compared.stdout
    assert estate.unrecorded_calls("audit") == [], "docs/iam: what reads must be known"


def test_drift_made_with_boto3_is_found_and_mended_by_up(estate: Estate) -> None:
    rds = estate.client("rds", PRIMARY)
    database = rds.describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"]
    rds.modify_db_instance(DBInstanceIdentifier=database, BackupRetentionPeriod=1, ApplyImmediately=True)
    dynamodb = estate.client("dynamodb", SECONDARY)
    table = dynamodb.list_tables()["TableNames"][0]
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )

    before = {stack: estate.state(stack) for stack in ("prod", "dr")}
    compared = estate.securecart("drift", "--json")
    assert compared.code == ExitCode.DRIFTED, compared.text
    in_prod, in_dr = compared.json()["drift"]
    assert in_prod.startswith("prod: update aws:rds/instance:Instance ")
    assert in_dr.startswith("dr: update aws:dynamodb/tableReplica:TableReplica ")
    assert {stack: estate.state(stack) for stack in ("prod", "dr")} == before, "a comparison records nothing"

    mended = estate.securecart("up", "--refresh")
    assert mended.code == 0, mended.text
    described = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"][0]
    assert described["BackupRetentionPeriod"] >= 7
    recovery = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_local_cloud_keeps_everything_across_down_and_up(estate: Estate) -> None:
    down = estate.securecart("down")
    assert down.code == 0, down.text
    up = estate.securecart("local", "start")
    assert up.code == 0, up.text
    preview = estate.securecart("preview", "--expect-no-changes")
    assert preview.code == 0, preview.text


def work_tree() -> str:
    return subprocess.run(["git", "status", "--porcelain"], cwd=REPO, text=True, capture_output=True, check=True).stdout
