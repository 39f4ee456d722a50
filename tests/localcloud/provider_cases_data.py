"""Provider cases of RDS snapshots and of S3 Object Lock."""

from __future__ import annotations

from tests.localcloud.provider_world import SECONDARY, Case, Client, World, tagged


def _database(world: World) -> str:
    return world.database_arn().rpartition(":")[2]


def _snapshot_arn(world: World) -> str:
    made = world.client("rds").create_db_snapshot(
        DBInstanceIdentifier=_database(world), DBSnapshotIdentifier=world.name()
    )
    return str(made["DBSnapshot"]["DBSnapshotArn"])


def _tag(region: str, client: Client, id_: str) -> None:
    rds = client("rds", region)
    arn = rds.describe_db_snapshots(DBSnapshotIdentifier=id_)["DBSnapshots"][0]["DBSnapshotArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "stranger", "Value": "here"}])


def _locked_bucket(world: World) -> str:
    name = world.name()
    world.client("s3").create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    world.client("s3").put_object(Bucket=name, Key="invoice", Body=b"1")
    return name


CASES: dict[str, Case] = {
    "aws:rds/snapshot:Snapshot": Case(
        lambda w: {"dbInstanceIdentifier": _database(w), "dbSnapshotIdentifier": w.name()},
        lambda _: {"sharedAccounts": ["222222222222"], "tags": {"a": "1"}},
        {"dbSnapshotIdentifier": "other"},
        lambda client, id_, _: _tag("us-east-1", client, id_),
        "tags",
    ),
    "aws:rds/snapshotCopy:SnapshotCopy": Case(
        lambda w: {
            "sourceDbSnapshotIdentifier": _snapshot_arn(w),
            "targetDbSnapshotIdentifier": w.name(),
            "kmsKeyId": w.key(SECONDARY),
            "copyTags": True,
        },
        tagged(a="1"),
        {"targetDbSnapshotIdentifier": "other"},
        lambda client, id_, _: _tag(SECONDARY, client, id_),
        "tags",
        SECONDARY,
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": Case(
        lambda w: {"bucket": _locked_bucket(w), "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 7}}},
        lambda _: {"rule": {"defaultRetention": {"mode": "GOVERNANCE", "years": 1}}},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_object_lock_configuration(
            Bucket=id_,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
            },
        ),
        "rule",
        ends=False,
    ),
}
