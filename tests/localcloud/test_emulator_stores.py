"""Classes and indexes of tables, copies of snapshots and Object Lock of buckets, read back by boto3."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")


def name() -> str:
    return f"n-{uuid.uuid4().hex}"


def make_table(client: Client, **more: Any) -> str:
    made = client("dynamodb").create_table(
        TableName=name(),
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        **more,
    )
    return str(made["TableDescription"]["TableName"])


def class_of(client: Client, table: str, region: str = "us-east-1") -> str | None:
    described = client("dynamodb", region).describe_table(TableName=table)["Table"]
    return described.get("TableClassSummary", {}).get("TableClass")


def test_a_class_is_kept_changed_and_overridden_in_a_replica(client: Client) -> None:
    dynamodb = client("dynamodb")
    table = make_table(client, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert class_of(client, table) == "STANDARD_INFREQUENT_ACCESS"
    create = {"RegionName": "us-west-2", "TableClassOverride": "STANDARD_INFREQUENT_ACCESS"}
    dynamodb.update_table(TableName=table, ReplicaUpdates=[{"Create": create}])
    dynamodb.update_table(TableName=table, TableClass="STANDARD")
    assert class_of(client, table) == "STANDARD"
    assert class_of(client, table, "us-west-2") == "STANDARD_INFREQUENT_ACCESS"
    (replica,) = dynamodb.describe_table(TableName=table)["Table"]["Replicas"]
    assert replica["ReplicaTableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_a_table_that_never_had_another_class_tells_none(client: Client) -> None:
    assert class_of(client, make_table(client)) is None


def make_snapshot(client: Client) -> str:
    rds, database = client("rds"), name()
    rds.create_db_instance(
        DBInstanceIdentifier=database, Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="securecart", MasterUserPassword="correct-horse", StorageEncrypted=True,
    )  # fmt: skip
    made = rds.create_db_snapshot(DBInstanceIdentifier=database, DBSnapshotIdentifier=name())
    return str(made["DBSnapshot"]["DBSnapshotArn"])


def test_a_copy_of_an_encrypted_snapshot_in_another_region_needs_a_key_and_knows_its_source(client: Client) -> None:
    source, west = make_snapshot(client), client("rds", "us-west-2")
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        west.copy_db_snapshot(SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name())
    key = client("kms", "us-west-2").create_key()["KeyMetadata"]["Arn"]
    target = name()
    west.copy_db_snapshot(SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=target, KmsKeyId=key)
    (copied,) = west.describe_db_snapshots(DBSnapshotIdentifier=target)["DBSnapshots"]
    assert (copied["SourceDBSnapshotIdentifier"], copied["SourceRegion"]) == (source, "us-east-1")
    assert (copied["KmsKeyId"], copied["Encrypted"]) == (key, True)


def test_a_copy_in_the_same_region_keeps_the_key_and_tells_no_source(client: Client) -> None:
    source, rds = make_snapshot(client), client("rds")
    copied = rds.copy_db_snapshot(SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name())["DBSnapshot"]
    (original,) = rds.describe_db_snapshots(DBSnapshotIdentifier=source.rpartition(":")[2])["DBSnapshots"]
    assert copied["KmsKeyId"] == original["KmsKeyId"]
    assert "SourceRegion" not in copied


def lock(days: int) -> dict[str, Any]:
    retention = {"Mode": "GOVERNANCE", "Days": days}
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}


def test_the_default_retention_of_a_bucket_with_objects_is_set_changed_and_taken_away(client: Client) -> None:
    s3, bucket = client("s3"), name()
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=bucket, Key="invoice", Body=b"1")
    for days in (7, 30):
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock(days))
        assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == lock(days)
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }


def test_object_lock_needs_versioning_and_holds_it(client: Client) -> None:
    s3, bucket = client("s3"), name()
    s3.create_bucket(Bucket=bucket)
    with pytest.raises(ClientError, match="InvalidBucketState"):
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock(7))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock(7))
    with pytest.raises(ClientError, match="InvalidBucketState"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
