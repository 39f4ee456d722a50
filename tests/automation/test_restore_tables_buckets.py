"""Tables, buckets and volumes come back as they were, beside the old ones, and what came back is read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.checks import Verdict
from automation.recovery.evidence import step_facts
from automation.recovery.session import Session
from automation.restore import objects
from automation.restore.selection import restorer, wanted
from automation.restore.wanted import Kind
from localcloud.emulator import clock
from tests.automation.restore_world import EAST, Stores, asked, bring_back


def test_a_table_comes_back_as_it_was_and_the_living_one_is_left_alone(stores: Stores, session: Session) -> None:
    table = stores.table()
    stores.put(table, o1="paid", o2="paid")
    at = stores.advance(60)
    stores.put(table, o1="DAMAGED", o3="new")
    (one,) = wanted(session.world, asked("table", "order-history", at))
    journal, (found,) = bring_back(session, [one])
    assert stores.states(one.name) == {"o1": "paid", "o2": "paid"}
    assert stores.states(table) == {"o1": "DAMAGED", "o2": "paid", "o3": "new"}
    assert found.verdict is Verdict.PASS
    read = step_facts(journal.events, "verify table order-history")
    assert read["live"] == {"same": 1, "changedSince": 1, "goneSince": 0, "newSince": 1}
    assert read["records"] == 2


def test_a_restored_table_is_protected_as_the_store_is(stores: Stores, session: Session) -> None:
    table = stores.table()
    stores.put(table, o1="paid")
    at = stores.advance(60)
    (one,) = wanted(session.world, asked("table", "order-history", at))
    bring_back(session, [one])
    dynamodb = stores.client("dynamodb")
    made = dynamodb.describe_table(TableName=one.name)["Table"]
    assert made["DeletionProtectionEnabled"]
    assert made["SSEDescription"]["KMSMasterKeyArn"] == stores.keys[EAST]
    assert made["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    recovery = dynamodb.describe_continuous_backups(TableName=one.name)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    tags = {tag["Key"]: tag["Value"] for tag in dynamodb.list_tags_of_resource(ResourceArn=made["TableArn"])["Tags"]}
    assert tags.items() >= {"restored-from": table, "data-class": "critical"}.items()


def test_a_deleted_table_comes_back_from_its_recovery_point(stores: Stores, session: Session) -> None:
    table = stores.table()
    stores.put(table, o1="paid")
    dynamodb = stores.client("dynamodb")
    arn = stores.back_up(dynamodb.describe_table(TableName=table)["Table"]["TableArn"])
    stores.put(table, o2="later")
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)
    (one,) = wanted(session.world, asked("table", "order-history", arn=arn))
    _, (found,) = bring_back(session, [one])
    assert stores.states(one.name) == {"o1": "paid"}
    assert found.verdict is Verdict.PASS


def test_a_table_comes_back_from_a_backup_that_dynamodb_made(stores: Stores, session: Session) -> None:
    table = stores.table()
    stores.put(table, o1="paid")
    made = stores.client("dynamodb").create_backup(TableName=table, BackupName="by-hand")
    stores.put(table, o1="DAMAGED")
    arn = made["BackupDetails"]["BackupArn"]
    (one,) = wanted(session.world, asked("table", "order-history", arn=arn))
    _, (found,) = bring_back(session, [one])
    assert stores.states(one.name) == {"o1": "paid"}
    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize("seconds", [-3600, 7200])
def test_a_moment_outside_of_the_window_is_refused_with_the_window(
    stores: Stores, session: Session, seconds: int
) -> None:
    stores.table()
    stores.advance(60)
    (one,) = wanted(session.world, asked("table", "order-history", clock.now() + timedelta(seconds=seconds)))
    with pytest.raises(SecurecartError, match=r"allowed: 20\S+ to 20\S+; nothing was changed") as refused:
        restorer(session.world, one).check()
    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert "--at 20" in refused.value.fix


def test_a_bucket_comes_back_to_a_moment_with_its_deleted_objects_gone(stores: Stores, session: Session) -> None:
    bucket = stores.bucket(stores.estate.primary)
    tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*",
           "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip
    stores.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [tls]}))
    stores.write(bucket, kept="1", changed="right", deleted="there", marked="x")
    stores.client("s3").delete_object(Bucket=bucket, Key="marked")
    at = stores.advance(60)
    stores.write(bucket, changed="WRONG", new="1", marked="back")
    stores.client("s3").delete_object(Bucket=bucket, Key="deleted")
    (one,) = wanted(session.world, asked("bucket", "invoices", at))
    journal, (found,) = bring_back(session, [one])
    assert stores.objects(one.name) == {"kept": "1", "changed": "right", "deleted": "there"}
    assert stores.objects(bucket) == {"kept": "1", "changed": "WRONG", "new": "1", "marked": "back"}
    assert found.verdict is Verdict.PASS, found.said
    assert step_facts(journal.events, "verify bucket invoices")["expected"] == 3
    s3 = stores.client("s3")
    assert s3.head_object(Bucket=one.name, Key="kept")["Metadata"] == {"made": "here"}
    assert f"arn:aws:s3:::{one.name}/*" in s3.get_bucket_policy(Bucket=one.name)["Policy"]
    assert s3.get_bucket_versioning(Bucket=one.name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=one.name)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]


def test_objects_above_the_limit_of_a_copy_are_copied_in_parts(
    stores: Stores, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "LARGEST_COPY_BYTES", 3)
    bucket = stores.bucket(stores.estate.primary)
    stores.write(bucket, large="four")
    stores.client("s3").put_object_tagging(
        Bucket=bucket, Key="large", Tagging={"TagSet": [{"Key": "paid", "Value": "yes"}]}
    )
    (one,) = wanted(session.world, asked("bucket", "invoices", stores.advance(60)))
    _, (found,) = bring_back(session, [one])
    assert stores.objects(one.name) == {"large": "four"}
    assert found.verdict is Verdict.PASS, found.said
    assert stores.client("s3").get_object_tagging(Bucket=one.name, Key="large")["TagSet"]


def test_what_was_changed_in_a_restored_bucket_is_found(stores: Stores, session: Session) -> None:
    bucket = stores.bucket(stores.estate.primary)
    stores.write(bucket, a="right", b="right")
    (one,) = wanted(session.world, asked("bucket", "invoices", stores.advance(60)))
    bring_back(session, [one])
    stores.write(one.name, a="WRONG")
    stores.client("s3").delete_object(Bucket=one.name, Key="b")
    _, (found,) = bring_back(session, [one])
    assert found.verdict is Verdict.FAIL
    assert "1 missing, 1 different" in found.said


def test_a_bucket_comes_back_from_its_recovery_point(stores: Stores, session: Session) -> None:
    bucket = stores.bucket(stores.estate.primary)
    stores.write(bucket, a="right")
    arn = stores.back_up(f"arn:aws:s3:::{bucket}")
    stores.advance(60)
    stores.write(bucket, a="WRONG", b="new")
    (one,) = wanted(session.world, asked("bucket", "invoices", arn=arn))
    _, (found,) = bring_back(session, [one])
    assert stores.objects(one.name) == {"a": "right"}
    assert found.verdict is Verdict.PASS, found.said


def test_a_volume_comes_back_from_the_last_snapshot_before_the_moment(stores: Stores, session: Session) -> None:
    volume = stores.volume()
    stores.admin("volumes/write", volume_id=volume, content="right")
    stores.snapshot(volume)
    at = stores.advance(3600) + timedelta(seconds=60)
    stores.admin("volumes/write", volume_id=volume, content="WRONG")
    stores.snapshot(volume)
    (one,) = wanted(session.world, asked("volume", "backend", at))
    journal, (found,) = bring_back(session, [one])
    made = step_facts(journal.events, "restore volume backend backend-0")["volume"]
    assert stores.admin("volumes/read", volume_id=made)["content"] == "right"
    assert found.verdict is Verdict.PASS, found.said
    described = stores.client("ec2").describe_volumes(VolumeIds=[made])["Volumes"][0]
    assert described["Encrypted"]
    assert described["KmsKeyId"] == stores.keys[EAST]
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"]}
    assert tags.items() >= {"restored-from": "backend-0", "snapshot-policy": "backend"}.items()


def test_a_volume_comes_back_from_its_recovery_point(stores: Stores, session: Session) -> None:
    volume = stores.volume()
    stores.admin("volumes/write", volume_id=volume, content="right")
    arn = stores.back_up(f"arn:aws:ec2:{EAST}:123456789012:volume/{volume}")
    stores.admin("volumes/write", volume_id=volume, content="WRONG")
    (one,) = wanted(session.world, asked("volume", "backend", arn=arn))
    journal, (found,) = bring_back(session, [one])
    made = step_facts(journal.events, "restore volume backend backend-0")["volume"]
    assert stores.admin("volumes/read", volume_id=made)["content"] == "right"
    assert found.verdict is Verdict.PASS, found.said


def test_a_volume_that_is_gone_comes_back_from_what_its_snapshots_say(stores: Stores, session: Session) -> None:
    volume = stores.volume()
    stores.admin("volumes/write", volume_id=volume, content="right")
    stores.snapshot(volume)
    stores.client("ec2").delete_volume(VolumeId=volume)
    (one,) = wanted(session.world, asked("volume", "backend", stores.advance(60)))
    journal, (found,) = bring_back(session, [one])
    made = step_facts(journal.events, "restore volume backend backend-0")["volume"]
    assert stores.admin("volumes/read", volume_id=made)["content"] == "right"
    assert found.verdict is Verdict.PASS, found.said


def test_one_plan_brings_several_stores_back_and_a_second_run_only_reads(stores: Stores, session: Session) -> None:
    table, bucket, volume = stores.table(), stores.bucket(stores.estate.primary), stores.volume()
    stores.put(table, o1="paid")
    stores.write(bucket, a="1")
    stores.snapshot(volume)
    at = stores.advance(60)
    several = [("table", "order-history"), ("bucket", "invoices"), ("volume", "backend")]
    found = [one for what, store in several for one in wanted(session.world, asked(what, store, at))]
    _, first = bring_back(session, found)
    assert [one.verdict for one in first[:2]] == [Verdict.PASS, Verdict.PASS]
    tables = stores.client("dynamodb").list_tables()["TableNames"]
    journal, second = bring_back(session, found)
    assert [one.said for one in first] == [one.said for one in second]
    assert stores.client("dynamodb").list_tables()["TableNames"] == tables
    assert step_facts(journal.events, "restore table order-history")["outcome"] == "already so"


def test_all_means_every_configured_store(stores: Stores, session: Session) -> None:
    stores.volume()
    found = wanted(session.world, asked("all", at=clock.now()))
    settings = stores.estate.settings
    assert {one.store for one in found if one.kind is Kind.DATABASE} == set(settings.databases)
    assert {one.store for one in found if one.kind is Kind.TABLE} == set(settings.tables)
    assert {one.store for one in found if one.kind is Kind.BUCKET} == set(settings.buckets)
    assert {one.original for one in found if one.kind is Kind.VOLUME} == {"backend-0"}
    assert len({one.name for one in found}) == len(found)
    assert all(len(one.name) <= 63 for one in found)
