"""What was restored takes the place of what is damaged: as an order of its own, read again before, and never by surprise."""

from __future__ import annotations

from datetime import datetime

import pytest

from automation.errors import SecurecartError
from automation.recovery.session import Session
from automation.restore import swap
from automation.restore.selection import restorer, wanted
from automation.restore.swap import Terms, swap_plan
from tests.automation.restore_commands import ORDER, document, securecart, use
from tests.automation.restore_world import EAST, Stores, asked, bring_back, carry_out


@pytest.fixture(autouse=True)
def cloud(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    use(session, monkeypatch)


def damaged_table(stores: Stores) -> tuple[str, ...]:
    """A table that was right at the moment of the returned options."""
    table = stores.table()
    stores.put(table, o1="paid", o2="paid")
    at = stores.advance(60)
    stores.put(table, o1="DAMAGED", o3="new")
    stores.client("dynamodb").delete_item(TableName=table, Key={"orderId": {"S": "o2"}, "changedAt": {"S": "2026"}})
    return ("restore", "table", "order-history", "--at", at.isoformat())


def test_a_table_gets_its_content_back_and_the_announcement_counts_what_that_overwrites(stores: Stores) -> None:
    command = damaged_table(stores)
    document(*command)
    told = securecart(*command, "--swap", "--reason", "a test")
    assert told.exit_code == 2
    assert "overwrites 1 items that changed since, brings 1 back, deletes 1 that came since" in told.output
    assert stores.states("securecart-order-history") == {"o1": "DAMAGED", "o3": "new"}
    made = document(*command, "--swap")["evidence"]
    assert stores.states("securecart-order-history") == {"o1": "paid", "o2": "paid"}
    assert (made["verdict"], made["declared"]["command"], made["declared"]["mode"][-6:]) == (
        "PASS",
        "restore",
        "--swap",
    )


def test_orders_that_came_since_are_kept_on_request(stores: Stores) -> None:
    command = damaged_table(stores)
    document(*command)
    document(*command, "--swap", "--keep-new")
    assert stores.states("securecart-order-history") == {"o1": "paid", "o2": "paid", "o3": "new"}


def test_a_swap_of_what_was_not_restored_is_refused(stores: Stores) -> None:
    command = damaged_table(stores)
    told = securecart(*command, "--swap", *ORDER)
    assert told.exit_code == 5
    assert "was not brought back from" in told.output


def test_a_swap_without_a_way_back_is_refused(stores: Stores) -> None:
    command = damaged_table(stores)
    document(*command)
    off = {"PointInTimeRecoveryEnabled": False}
    name = "securecart-order-history"
    stores.client("dynamodb").update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=off)
    told = securecart(*command, "--swap", *ORDER)
    assert told.exit_code != 0
    assert "point-in-time recovery" in told.output
    assert stores.states(name) == {"o1": "DAMAGED", "o3": "new"}


def test_a_bucket_gets_its_objects_back(stores: Stores) -> None:
    bucket = stores.bucket(stores.estate.primary)
    stores.write(bucket, kept="1", changed="right", deleted="there")
    at = stores.advance(60)
    stores.write(bucket, changed="WRONG", new="1")
    stores.client("s3").delete_object(Bucket=bucket, Key="deleted")
    command = ("restore", "bucket", "invoices", "--at", at.isoformat())
    document(*command)
    document(*command, "--swap")
    assert stores.objects(bucket) == {"kept": "1", "changed": "right", "deleted": "there"}


def test_a_restored_store_that_was_changed_does_not_get_into_place(stores: Stores, session: Session) -> None:
    bucket = stores.bucket(stores.estate.primary)
    stores.write(bucket, a="right")
    at = stores.advance(60)
    command = ("restore", "bucket", "invoices", "--at", at.isoformat())
    document(*command)
    (one,) = wanted(session.world, asked("bucket", "invoices", at))
    stores.write(one.name, a="TAMPERED")
    stores.write(bucket, a="now")
    told = securecart(*command, "--swap", *ORDER)
    assert told.exit_code != 0
    assert "is not proved: FAIL" in told.output
    assert stores.objects(bucket) == {"a": "now"}


def test_a_volume_takes_the_name_and_tags_of_the_old_one(stores: Stores) -> None:
    volume = stores.volume()
    stores.admin("volumes/write", volume_id=volume, content="right")
    stores.snapshot(volume)
    at = stores.advance(60)
    stores.admin("volumes/write", volume_id=volume, content="WRONG")
    command = ("restore", "volume", "backend", "--at", at.isoformat())
    document(*command)
    document(*command, "--swap")
    found = stores.client("ec2").describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["backend-0"]}])["Volumes"]
    assert [stores.admin("volumes/read", volume_id=one["VolumeId"])["content"] for one in found] == ["right"]
    old = stores.client("ec2").describe_volumes(VolumeIds=[volume])["Volumes"][0]
    tags = {tag["Key"]: tag["Value"] for tag in old["Tags"]}
    assert tags["retired-by"] == found[0]["VolumeId"]
    assert "snapshot-policy" not in tags


def test_an_attached_volume_is_exchanged_at_a_stopped_server_only(stores: Stores) -> None:
    volume, ec2 = stores.volume(), stores.client("ec2")
    [server] = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
    ec2.attach_volume(VolumeId=volume, InstanceId=server["InstanceId"], Device="/dev/sdf")
    stores.snapshot(volume)
    command = ("restore", "volume", "backend", "--at", stores.advance(60).isoformat())
    document(*command)
    told = securecart(*command, "--swap", *ORDER)
    assert told.exit_code == 5
    assert "which is running: its file system would be torn" in told.output
    ec2.stop_instances(InstanceIds=[server["InstanceId"]])
    document(*command, "--swap")
    [found] = ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["backend-0"]}])["Volumes"]
    assert found["VolumeId"] != volume
    assert [(one["InstanceId"], one["Device"]) for one in found["Attachments"]] == [(server["InstanceId"], "/dev/sdf")]
    ec2.terminate_instances(InstanceIds=[server["InstanceId"]])


@pytest.mark.parametrize("interrupted_after", ["", "retire database orders"])
def test_an_instance_takes_the_name_and_the_old_one_is_kept(
    stores: Stores, session: Session, monkeypatch: pytest.MonkeyPatch, interrupted_after: str
) -> None:
    if EAST not in stores.groups:
        stores.network(stores.estate.primary)
    name = stores.database()
    old = stores.instance(name)["DbiResourceId"]
    (one,) = wanted(session.world, asked("database", "orders", datetime.now(tz=session.world.now().tzinfo)))
    bring_back(session, [one])
    restored = stores.instance(one.name)["DbiResourceId"]
    terms = Terms(accept_unknown=True)  # no server stands behind it here
    if interrupted_after:
        rename = session.world.aws.call("rds", EAST, "modify_db_instance", DBInstanceIdentifier=name,
                                        NewDBInstanceIdentifier=one.retired, ApplyImmediately=True)  # fmt: skip
        assert rename
    plan = swap_plan(session.world, [restorer(session.world, one)], terms)
    carry_out(session, plan)
    assert stores.instance(name)["DbiResourceId"] == restored
    assert stores.instance(one.retired)["DbiResourceId"] == old
    assert stores.instance(one.retired)["DeletionProtection"]


def test_what_could_not_be_read_gets_into_place_only_when_somebody_says_so(stores: Stores, session: Session) -> None:
    if EAST not in stores.groups:
        stores.network(stores.estate.primary)
    name = stores.database()
    old = stores.instance(name)["DbiResourceId"]
    (one,) = wanted(session.world, asked("database", "orders", session.world.now()))
    bring_back(session, [one])
    with pytest.raises(SecurecartError, match="is not proved: UNKNOWN"):
        carry_out(session, swap_plan(session.world, [restorer(session.world, one)], Terms()))
    assert stores.instance(name)["DbiResourceId"] == old
    assert swap.RENAME_SECONDS > 0
