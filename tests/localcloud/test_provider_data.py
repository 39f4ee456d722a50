"""What the provider does with data stores beyond the cases of the table: indexes, databases and promotions, buckets."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.provider.codec import Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import AbortedError, Resource
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
INSTANCE = "aws:rds/instance:Instance"
TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def settled(resource: Resource, inputs: Props) -> None:
    """What was deployed reads back and deploys again without a change."""
    assert resource.read()[1] == resource.inputs
    assert resource.diff(inputs).changes == NONE


def _table(name: str, **more: Any) -> Props:
    keys = ("pk", "customer", "day") if "globalSecondaryIndexes" in more else ("pk",)
    attributes = [{"name": key, "type": "S"} for key in keys]
    return {"name": name, "hashKey": "pk", "attributes": attributes, "billingMode": "PAY_PER_REQUEST", **more}


def _index(name: str, **more: Any) -> Props:
    return {"name": name, "hashKey": "customer", "rangeKey": "day", "projectionType": "ALL", **more}


def test_indexes_come_go_and_change_in_place_one_call_each(
    providers: dict[str, Provider], world: World, client: Client
) -> None:
    narrow = _index("narrow", projectionType="INCLUDE", nonKeyAttributes=["total"])
    first = _table(world.name(), globalSecondaryIndexes=[_index("stays"), narrow, _index("goes")])
    made = Resource(providers[PRIMARY], TABLE).create(first)
    settled(made, first)
    reordered = {**first, "globalSecondaryIndexes": list(reversed(first["globalSecondaryIndexes"]))}
    assert made.diff(reordered).changes == NONE

    wider = {**narrow, "nonKeyAttributes": ["total", "tax"]}
    wanted = {**first, "globalSecondaryIndexes": [_index("stays"), wider, _index("comes", rangeKey=None)]}
    assert list(made.diff(wanted).replaces) == []
    made.update(wanted)

    live = client("dynamodb").describe_table(TableName=made.id)["Table"]["GlobalSecondaryIndexes"]
    assert {index["IndexName"]: index["Projection"].get("NonKeyAttributes") for index in live} == {
        "stays": None,
        "narrow": ["total", "tax"],
        "comes": None,
    }
    assert made.diff(wanted).changes == NONE


def test_a_table_that_loses_its_indexes_loses_the_attributes_of_their_keys(
    providers: dict[str, Provider], world: World, client: Client
) -> None:
    name = world.name()
    made = Resource(providers[PRIMARY], TABLE).create(
        _table(name, globalSecondaryIndexes=[_index("one"), _index("two")])
    )
    bare = _table(name)

    made.update(bare)

    live = client("dynamodb").describe_table(TableName=name)["Table"]
    assert live["AttributeDefinitions"] == [{"AttributeName": "pk", "AttributeType": "S"}]
    settled(made, bare)


def test_capacities_of_a_table_and_its_indexes_follow_the_billing(
    providers: dict[str, Provider], world: World, client: Client
) -> None:
    units = {"readCapacity": 5, "writeCapacity": 2}
    name = world.name()
    first = _table(name, globalSecondaryIndexes=[_index("by-day")])
    made = Resource(providers[PRIMARY], TABLE).create(first)
    provisioned = _table(name, **units, billingMode="PROVISIONED", globalSecondaryIndexes=[_index("by-day", **units)])
    made.update(provisioned)
    settled(made, provisioned)
    more = {**provisioned, "globalSecondaryIndexes": [_index("by-day", readCapacity=7, writeCapacity=2)]}
    made.update(more)
    settled(made, more)
    (index,) = client("dynamodb").describe_table(TableName=name)["Table"]["GlobalSecondaryIndexes"]
    assert index["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
    made.update(first)
    settled(made, first)


def test_expiry_and_class_of_a_table_change_and_expiry_stays_when_it_is_not_named(
    providers: dict[str, Provider], world: World, client: Client
) -> None:
    wanted = _table(
        world.name(), ttl={"enabled": True, "attributeName": "expires"}, tableClass="STANDARD_INFREQUENT_ACCESS"
    )
    made = Resource(providers[PRIMARY], TABLE).create(wanted)
    settled(made, wanted)
    without = {key: value for key, value in wanted.items() if key != "ttl"}
    assert made.diff(without).changes == NONE
    off = {**without, "tableClass": "STANDARD", "ttl": {"enabled": False, "attributeName": "expires"}}
    made.update(off)
    settled(made, off)
    status = client("dynamodb").describe_time_to_live(TableName=made.id)["TimeToLiveDescription"]
    assert status["TimeToLiveStatus"] == "DISABLED"


def test_a_replica_has_a_class_of_its_own_and_the_indexes_of_its_table(
    providers: dict[str, Provider], world: World, client: Client
) -> None:
    table = _table(
        world.name(), streamEnabled=True, streamViewType="NEW_AND_OLD_IMAGES", globalSecondaryIndexes=[_index("one")]
    )
    source = Resource(providers[PRIMARY], TABLE).create(table)
    wanted = {"globalTableArn": source.outputs["arn"], "tableClassOverride": "STANDARD_INFREQUENT_ACCESS"}
    replica = Resource(providers[SECONDARY], REPLICA).create(wanted)
    settled(replica, wanted)
    there = client("dynamodb", SECONDARY).describe_table(TableName=source.id)["Table"]
    assert there["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert [index["IndexName"] for index in there["GlobalSecondaryIndexes"]] == ["one"]
    assert list(replica.diff({**wanted, "tableClassOverride": "STANDARD"}).replaces) == ["tableClassOverride"]
    settled(source, table)


def _database(name: str, **more: Any) -> Props:
    return {
        "identifier": name, "engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
        "username": "securecart", "password": "correct-horse", "dbName": "cart", "backupRetentionPeriod": 7,
        "skipFinalSnapshot": True, **more,
    }  # fmt: skip


def test_a_mysql_database_with_insights_monitoring_and_provisioned_storage_reads_back_and_changes(
    providers: dict[str, Provider], world: World
) -> None:
    wanted = _database(
        world.name(), engine="mysql", engineVersion="8.0.40", allocatedStorage=400, storageType="gp3", iops=12000,
        storageThroughput=500, iamDatabaseAuthenticationEnabled=True, monitoringInterval=60, storageEncrypted=True,
        monitoringRoleArn=world.role_arn(), performanceInsightsEnabled=True, performanceInsightsRetentionPeriod=93,
        performanceInsightsKmsKeyId=world.key(), kmsKeyId=world.key(), databaseInsightsMode="standard",
        enabledCloudwatchLogsExports=["error", "slowquery"], multiAz=True,
    )  # fmt: skip
    made = Resource(providers[PRIMARY], INSTANCE).create(wanted)
    settled(made, wanted)
    changed = {**wanted, "iops": 15000, "monitoringInterval": 30, "iamDatabaseAuthenticationEnabled": False}
    difference = made.diff(changed)
    assert (difference.changes, list(difference.replaces)) == (SOME, [])
    made.update(changed)
    settled(made, changed)


def test_insights_without_a_period_keep_seven_days(providers: dict[str, Provider], world: World) -> None:
    wanted = _database(world.name(), performanceInsightsEnabled=True)
    made = Resource(providers[PRIMARY], INSTANCE).create(wanted)
    assert made.outputs["performanceInsightsRetentionPeriod"] == 7
    assert made.diff(wanted).changes == NONE


def test_after_a_promotion_by_the_api_and_a_refresh_the_promoted_program_changes_nothing(
    providers: dict[str, Provider], world: World, client: Client
) -> None:
    near, far = world.name(), world.name()
    encrypted = _database(near, storageEncrypted=True, kmsKeyId=world.key(), storageType="gp3")
    source = Resource(providers[PRIMARY], INSTANCE).create(encrypted)
    shared = {
        "identifier": far, "instanceClass": "db.t4g.micro", "skipFinalSnapshot": True, "storageEncrypted": True,
        "kmsKeyId": world.key(SECONDARY), "backupRetentionPeriod": 7, "copyTagsToSnapshot": True,
    }  # fmt: skip
    replica = Resource(providers[SECONDARY], INSTANCE).create({**shared, "replicateSourceDb": source.outputs["arn"]})
    client("rds", SECONDARY).promote_read_replica(DBInstanceIdentifier=far)

    _, replica.inputs, replica.outputs = replica.read()

    assert replica.diff(shared).changes == NONE
    standalone = {
        **shared, "engine": "postgres", "username": "securecart", "dbName": "cart", "allocatedStorage": 20,
        "storageType": "gp3",
    }  # fmt: skip
    assert replica.diff(standalone).changes == NONE
    # A password is no output of RDS: naming it for the first time sets it, which is an update and no replacement.
    named = replica.diff({**standalone, "password": "battery-staple"})
    assert (list(named.diffs), list(named.replaces)) == (["password"], [])
    with pytest.raises(AbortedError, match="cannot elect new source database"):
        replica.update({**shared, "replicateSourceDb": source.outputs["arn"]})


def test_a_lifecycle_with_transitions_versions_and_markers_reads_back_and_changes(
    providers: dict[str, Provider], world: World
) -> None:
    rule = {
        "id": "archive",
        "status": "Enabled",
        "filter": {"and": {"prefix": "invoices/", "tags": {"keep": "yes"}, "objectSizeGreaterThan": 1024}},
        "transitions": [
            {"days": 30, "storageClass": "STANDARD_IA"},
            {"days": 90, "storageClass": "GLACIER_IR"},
        ],
        "noncurrentVersionTransitions": [
            {"noncurrentDays": 30, "newerNoncurrentVersions": 2, "storageClass": "STANDARD_IA"}
        ],
        "noncurrentVersionExpiration": {"noncurrentDays": 365, "newerNoncurrentVersions": 5},
    }
    markers = {"id": "markers", "status": "Enabled", "filter": {"prefix": ""},
               "expiration": {"expiredObjectDeleteMarker": True}}  # fmt: skip
    wanted: Props = {"bucket": world.bucket(versioned=True), "rules": [rule, markers]}
    made = Resource(providers[PRIMARY], LIFECYCLE).create(wanted)
    settled(made, wanted)
    assert made.outputs["transitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    changed = {**wanted, "rules": [markers], "transitionDefaultMinimumObjectSize": "varies_by_storage_class"}
    made.update(changed)
    settled(made, changed)


def test_a_bucket_with_object_lock_has_it_from_the_start(providers: dict[str, Provider], world: World) -> None:
    wanted = {"bucket": world.name(), "objectLockEnabled": True}
    made = Resource(providers[PRIMARY], "aws:s3/bucket:Bucket").create(wanted)
    settled(made, wanted)
    assert list(made.diff({**wanted, "objectLockEnabled": False}).replaces) == ["objectLockEnabled"]
    lock = {"bucket": made.id, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 7}}}
    locked = Resource(providers[PRIMARY], "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").create(
        lock
    )
    settled(locked, lock)
    settled(made, wanted)
