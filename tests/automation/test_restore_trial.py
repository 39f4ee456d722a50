"""The regular proof and the drill: isolated, read, judged, cleaned up, the cleaning proved. Behind each database is a server."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from automation.evidence.model import EvidenceDocument
from automation.recovery.checks import Verdict
from automation.recovery.estate import Side
from automation.recovery.session import Session
from automation.restore import cleanup, drill
from automation.restore.cleanup import sweep
from automation.restore.wanted import Kind
from tests.automation.restore_commands import document, securecart, use
from tests.automation.restore_world import ACCOUNT, ADMINISTRATOR, EAST, PASSWORD, WEST, Stores

ONE_OF_EACH = {
    Kind.DATABASE: ["orders"],
    Kind.TABLE: ["order-history"],
    Kind.BUCKET: ["invoices"],
    Kind.VOLUME: ["backend"],
}


@pytest.fixture(autouse=True)
def cloud(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    use(session, monkeypatch)
    monkeypatch.setattr(drill, "stores_of", lambda _, kind: ONE_OF_EACH[kind])


@pytest.fixture
def copied(servers: None, stores: Stores) -> Stores:
    """One store of each kind in the secondary Region, each with a recovery point in its vault."""
    side = stores.estate.secondary
    if WEST not in stores.groups:
        stores.network(side)
    database = stores.database(side=side)
    with connect(stores, database) as connection:
        connection.execute("CREATE TABLE orders (number int PRIMARY KEY, at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO orders (number) VALUES (1), (2)")
    for arn in (f"arn:aws:rds:{WEST}:{ACCOUNT}:db:{database}", *filled(stores, side)):
        stores.back_up(arn, side)
    return stores


def filled(stores: Stores, side: Side) -> list[str]:
    """A table, a bucket and a volume of that side with something in each; their ARNs."""
    table, bucket, volume = stores.table(side=side), stores.bucket(side), stores.volume(side=side)
    item = {"orderId": {"S": "o1"}, "changedAt": {"S": "2026"}, "state": {"S": "paid"}}
    stores.client("dynamodb", side.region).put_item(TableName=table, Item=item)
    stores.client("s3", side.region).put_object(Bucket=bucket, Key="a", Body=b"right")
    stores.admin("volumes/write", volume_id=volume, content="right")
    return [
        f"arn:aws:dynamodb:{side.region}:{ACCOUNT}:table/{table}",
        f"arn:aws:s3:::{bucket}",
        f"arn:aws:ec2:{side.region}:{ACCOUNT}:volume/{volume}",
    ]


def connect(stores: Stores, name: str) -> psycopg.Connection[Any]:
    endpoint = stores.instance(name, WEST)["Endpoint"]
    return psycopg.connect(
        host=endpoint["Address"], port=endpoint["Port"], user=ADMINISTRATOR, password=PASSWORD, dbname="orders",
        autocommit=True,
    )  # fmt: skip


def living(stores: Stores) -> dict[str, list[str]]:
    """Names of everything in the secondary Region."""
    ec2 = stores.client("ec2", WEST)
    instances = stores.client("rds", WEST).describe_db_instances()["DBInstances"]
    return {
        "databases": sorted(one["DBInstanceIdentifier"] for one in instances),
        "tables": stores.client("dynamodb", WEST).list_tables()["TableNames"],
        "buckets": [one["Name"] for one in stores.client("s3", WEST).list_buckets()["Buckets"]],
        "volumes": sorted(one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]),
        "groups": sorted(one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]),
    }  # fmt: skip


def test_restores_of_every_store_pass_and_leave_nothing(copied: Stores, session: Session) -> None:
    before = living(copied)
    made = document("test-restores")["evidence"]
    assert made["verdict"] == "PASS"
    assert {one["kind"]: one["verdict"] for one in made["services"]} == dict.fromkeys(map(str, Kind), "PASS")
    content = made["content"]
    assert content["database orders"]["tables"] == {"orders": 2}
    assert content["table order-history"]["records"] == 1
    assert content["bucket invoices"]["records"] == 1
    assert made["declared"]["kind"] == "drill"
    assert made["cleanup"]["left"] == []
    assert len(made["cleanup"]["deleted"]) >= 5
    read = EvidenceDocument.model_validate(json.loads(json.dumps(made)))
    assert (read.declared.command, read.declared.kind) == ("test-restores", "drill")
    assert read.findings
    assert {one.verdict for one in read.findings} == {Verdict.PASS}
    assert living(copied) == before
    token = made["declared"]["token"]
    assert list(sweep(session.world, WEST, token)) == []


def test_a_store_without_a_recovery_point_fails_the_test(copied: Stores, session: Session) -> None:
    copied.clear_points(WEST, "arn:aws:s3:")
    made = document("test-restores", exit_code=6)["evidence"]
    assert made["verdict"] == "FAIL"
    assert [one["check"] for one in made["findings"] if one["verdict"] == "FAIL"] == [
        "recovery point of bucket invoices"
    ]
    assert made["cleanup"]["left"] == []


def test_a_restore_that_fails_is_a_fail_and_stops_no_other(copied: Stores, session: Session) -> None:
    copied.break_point(WEST, ":dynamodb:")
    made = document("test-restores", exit_code=6)["evidence"]
    verdicts = {one["check"]: one["verdict"] for one in made["findings"]}
    assert verdicts.pop("content of table order-history") == "FAIL"
    assert set(verdicts.values()) == {"PASS"}
    assert made["finished"]
    assert made["cleanup"]["left"] == []


def test_what_cannot_be_read_is_unknown(copied: Stores) -> None:
    secrets = copied.client("secretsmanager", WEST)
    [secret] = secrets.list_secrets()["SecretList"]
    secrets.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
    made = document("test-restores", exit_code=6)["evidence"]
    verdicts = {one["check"]: one["verdict"] for one in made["findings"]}
    assert verdicts["content of database orders"] == "UNKNOWN"
    assert made["verdict"] == "UNKNOWN"


def test_an_old_recovery_point_misses_the_rpo(copied: Stores) -> None:
    copied.advance(60 * 24 * 3600)
    made = document("test-restores", exit_code=6)["evidence"]
    assert {one["rpo"]["verdict"] for one in made["services"]} == {"FAIL"}
    assert {one["verdict"] for one in made["findings"]} == {"PASS"}


def test_a_cleaning_that_did_not_end_fails_and_the_same_command_ends_it(
    copied: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = living(copied)
    with monkeypatch.context() as patch:
        patch.setattr(cleanup, "CLEAN_SECONDS", 1.0)
        patch.setattr(cleanup, "_delete", lambda _: None)
        told = securecart("test-restores", "--approve")
    assert told.exit_code == 1
    assert "still there: database securecart-drill-" in told.output
    left = living(copied)
    assert len(left["databases"]) == 2
    made = document("test-restores")["evidence"]
    assert (made["resumed"], made["verdict"], made["cleanup"]["left"]) == (1, "PASS", [])
    assert living(copied) == before


def test_a_drill_clones_and_promotes_the_replica_and_leaves_the_living_one_alone(
    servers: None, stores: Stores, session: Session
) -> None:
    for side in (stores.estate.primary, stores.estate.secondary):
        if side.region not in stores.groups:
            stores.network(side)
    primary, replica = stores.database(), stores.estate.secondary.databases["orders"]
    rds = stores.client("rds", WEST)
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=stores.instance(primary)["DBInstanceArn"],
        KmsKeyId=stores.keys[WEST], DBSubnetGroupName="private", VpcSecurityGroupIds=[stores.groups[WEST]],
        DBParameterGroupName="parameters",
    )  # fmt: skip
    rds.modify_db_instance(DBInstanceIdentifier=replica, BackupRetentionPeriod=14, ApplyImmediately=True)
    stores.secret("orders", WEST)
    endpoint = stores.instance(primary)["Endpoint"]
    with psycopg.connect(
        host=endpoint["Address"], port=endpoint["Port"], user=ADMINISTRATOR, password=PASSWORD, dbname="orders",
        autocommit=True,
    ) as connection:  # fmt: skip
        connection.execute("CREATE TABLE orders (number int PRIMARY KEY)")
        connection.execute("INSERT INTO orders VALUES (1)")
    until_replicated(stores, replica)
    before = living(stores)
    made = document("drill", exit_code=6)["evidence"]  # no store has a recovery point here
    verdicts = {one["check"]: one for one in made["findings"]}
    assert verdicts["content of clone of orders"]["verdict"] == Verdict.PASS, verdicts
    assert living(stores) == before
    assert stores.instance(replica, WEST)["ReadReplicaSourceDBInstanceIdentifier"]
    assert made["cleanup"]["left"] == []
    assert EAST in made["origin"]["from_region"]


def until_replicated(stores: Stores, replica: str) -> None:
    for _ in range(200):
        with connect(stores, replica) as connection:
            found = connection.execute("SELECT to_regclass('orders')").fetchone()
            if found != (None,) and connection.execute("SELECT count(*) FROM orders").fetchone() == (1,):
                return
    raise AssertionError("the replica did not follow")
