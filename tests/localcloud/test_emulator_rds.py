"""RDS instances, cross-Region replicas and replicated backups, read back by boto3 in both Regions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

WEST = "us-west-2"


@dataclass(frozen=True)
class Database:
    """A Multi-AZ, encrypted instance in us-east-1, and the key that its copies use in us-west-2."""

    name: str
    arn: str
    key: str
    west_key: str


@pytest.fixture(scope="module")
def keys(empty_cloud: None, client: Client) -> tuple[str, str]:
    """A key in each Region, beside a subnet group and a parameter group in each."""
    made = []
    for region in ("us-east-1", WEST):
        ec2, rds = client("ec2", region), client("rds", region)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"{region}{zone}")
            for index, zone in enumerate("abc")
        ]
        rds.create_db_subnet_group(
            DBSubnetGroupName="data",
            DBSubnetGroupDescription="data",
            SubnetIds=[subnet["Subnet"]["SubnetId"] for subnet in subnets],
        )
        rds.create_db_parameter_group(
            DBParameterGroupName="tls", DBParameterGroupFamily="postgres16", Description="tls"
        )
        rds.modify_db_parameter_group(
            DBParameterGroupName="tls",
            Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}],
        )
        made.append(client("kms", region).create_key()["KeyMetadata"]["Arn"])
    return made[0], made[1]


@pytest.fixture
def database(client: Client, keys: tuple[str, str]) -> Database:
    name = f"orders-{uuid.uuid4().hex[:8]}"
    instance = client("rds").create_db_instance(DBInstanceIdentifier=name, KmsKeyId=keys[0], **SETTINGS)["DBInstance"]
    return Database(name, instance["DBInstanceArn"], *keys)


SETTINGS: dict[str, Any] = {
    "DBInstanceClass": "db.m6g.large",
    "Engine": "postgres",
    "EngineVersion": "16.4",
    "AllocatedStorage": 20,
    "MaxAllocatedStorage": 100,
    "StorageType": "gp3",
    "StorageEncrypted": True,
    "MasterUsername": "orders",
    "MasterUserPassword": "not-a-secret",
    "MultiAZ": True,
    "BackupRetentionPeriod": 7,
    "DBSubnetGroupName": "data",
    "DBParameterGroupName": "tls",
    "DeletionProtection": True,
    "CopyTagsToSnapshot": True,
    "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
    "PreferredBackupWindow": "03:00-04:00",
    "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
    "EnablePerformanceInsights": True,
    "PerformanceInsightsRetentionPeriod": 7,
    "AutoMinorVersionUpgrade": False,
    "PubliclyAccessible": False,
    "Tags": [{"Key": "side", "Value": "east"}],
}
READ_AS_GIVEN = (
    "MultiAZ",
    "BackupRetentionPeriod",
    "StorageEncrypted",
    "DeletionProtection",
    "CopyTagsToSnapshot",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
    "PerformanceInsightsRetentionPeriod",
    "AutoMinorVersionUpgrade",
    "PubliclyAccessible",
    "AllocatedStorage",
    "MaxAllocatedStorage",
    "EngineVersion",
)


def describe(client: Client, name: str, region: str = "us-east-1") -> dict[str, Any]:
    found: dict[str, Any] = client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def make_replica(client: Client, database: Database, **more: Any) -> str:
    name = f"{database.name}-replica"
    client("rds", WEST).create_db_instance_read_replica(
        DBInstanceIdentifier=name,
        SourceDBInstanceIdentifier=database.arn,
        **{"KmsKeyId": database.west_key, "DBSubnetGroupName": "data", **more},
    )
    return name


def test_an_instance_reads_back_as_it_was_made(client: Client, database: Database) -> None:
    instance = describe(client, database.name)
    assert {name: instance[name] for name in READ_AS_GIVEN} == {name: SETTINGS[name] for name in READ_AS_GIVEN}
    assert instance["KmsKeyId"] == database.key
    assert instance["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert instance["DBParameterGroups"][0]["DBParameterGroupName"] == "tls"
    assert instance["PerformanceInsightsEnabled"] is True
    assert instance["TagList"] == SETTINGS["Tags"]


def test_a_modified_instance_reads_back_as_modified(client: Client, database: Database) -> None:
    client("rds").modify_db_instance(
        DBInstanceIdentifier=database.name,
        MultiAZ=False,
        BackupRetentionPeriod=14,
        DeletionProtection=False,
        CopyTagsToSnapshot=False,
        EnablePerformanceInsights=False,
        CloudwatchLogsExportConfiguration={"DisableLogTypes": ["upgrade"]},
        ApplyImmediately=True,
    )
    instance = describe(client, database.name)
    assert (instance["MultiAZ"], instance["BackupRetentionPeriod"]) == (False, 14)
    assert (instance["DeletionProtection"], instance["CopyTagsToSnapshot"]) == (False, False)
    assert instance["PerformanceInsightsEnabled"] is False
    assert instance["EnabledCloudwatchLogsExports"] == ["postgresql"]


def test_instances_have_resource_ids_of_their_own(client: Client, database: Database) -> None:
    replica = make_replica(client, database)
    ids = {describe(client, database.name)["DbiResourceId"], describe(client, replica, WEST)["DbiResourceId"]}
    assert len(ids) == 2


def test_a_replica_in_another_region_has_settings_of_its_own(client: Client, database: Database) -> None:
    name = make_replica(client, database, MultiAZ=False, Tags=[{"Key": "side", "Value": "west"}])
    replica, source = describe(client, name, WEST), describe(client, database.name)
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == database.arn
    assert source["ReadReplicaDBInstanceIdentifiers"] == [replica["DBInstanceArn"]]
    assert (replica["StorageEncrypted"], replica["KmsKeyId"]) == (True, database.west_key)
    assert (replica["MultiAZ"], replica["BackupRetentionPeriod"], replica["DeletionProtection"]) == (False, 0, False)
    assert replica["EnabledCloudwatchLogsExports"] == []
    assert replica["StatusInfos"][0]["Status"] == "replicating"
    assert replica["TagList"] == [{"Key": "side", "Value": "west"}]
    for inherited in ("Engine", "EngineVersion", "DBInstanceClass", "AllocatedStorage", "MasterUsername"):
        assert replica[inherited] == source[inherited]
    client("rds", WEST).modify_db_instance(
        DBInstanceIdentifier=name,
        BackupRetentionPeriod=7,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]},
        DBParameterGroupName="tls",
    )
    replica = describe(client, name, WEST)
    assert replica["BackupRetentionPeriod"] == 7
    assert replica["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert replica["DBParameterGroups"][0]["DBParameterGroupName"] == "tls"
    assert describe(client, database.name)["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]


def test_a_promoted_replica_stands_alone_in_both_regions(client: Client, database: Database) -> None:
    name = make_replica(client, database)
    client("rds", WEST).promote_read_replica(DBInstanceIdentifier=name, BackupRetentionPeriod=7)
    promoted = describe(client, name, WEST)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in promoted
    assert promoted["BackupRetentionPeriod"] == 7
    assert promoted["StatusInfos"] == []
    assert describe(client, database.name)["ReadReplicaDBInstanceIdentifiers"] == []
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        client("rds", WEST).promote_read_replica(DBInstanceIdentifier=name)


def test_a_replica_is_deleted_also_when_its_source_is_gone(client: Client, database: Database) -> None:
    name = make_replica(client, database)
    east, west = client("rds"), client("rds", WEST)
    east.modify_db_instance(DBInstanceIdentifier=database.name, DeletionProtection=False)
    east.delete_db_instance(DBInstanceIdentifier=database.name, SkipFinalSnapshot=True)
    west.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        describe(client, name, WEST)


def test_a_replica_needs_a_key_of_its_region_and_a_source_with_backups(client: Client, database: Database) -> None:
    with pytest.raises(ClientError, match="KmsKeyId of its own Region"):
        client("rds", WEST).create_db_instance_read_replica(
            DBInstanceIdentifier="keyless", SourceDBInstanceIdentifier=database.arn
        )
    with pytest.raises(ClientError, match="KMSKeyNotAccessible"):
        make_replica(client, database, KmsKeyId=database.key)
    client("rds").modify_db_instance(DBInstanceIdentifier=database.name, BackupRetentionPeriod=0)
    with pytest.raises(ClientError, match="Automated backups are not enabled"):
        make_replica(client, database)


@pytest.mark.parametrize("retention_days", [-1, 36, 99])
def test_a_retention_that_aws_has_not_is_refused(client: Client, database: Database, retention_days: int) -> None:
    rds = client("rds")
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        rds.modify_db_instance(DBInstanceIdentifier=database.name, BackupRetentionPeriod=retention_days)
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        rds.create_db_instance(
            DBInstanceIdentifier="never",
            DBInstanceClass="db.m6g.large",
            Engine="postgres",
            BackupRetentionPeriod=retention_days,
        )


def test_a_protected_instance_is_not_deleted_and_its_data_is_not_forgotten(client: Client, database: Database) -> None:
    rds = client("rds")
    with pytest.raises(ClientError, match="protected"):
        rds.delete_db_instance(DBInstanceIdentifier=database.name, SkipFinalSnapshot=True)
    rds.modify_db_instance(DBInstanceIdentifier=database.name, DeletionProtection=False)
    with pytest.raises(ClientError, match="FinalDBSnapshotIdentifier is required"):
        rds.delete_db_instance(DBInstanceIdentifier=database.name)
    rds.delete_db_instance(DBInstanceIdentifier=database.name, FinalDBSnapshotIdentifier=f"{database.name}-last")
    snapshot = rds.describe_db_snapshots(DBSnapshotIdentifier=f"{database.name}-last")["DBSnapshots"][0]
    assert snapshot["DBInstanceIdentifier"] == database.name


def test_replicated_backups_are_described_in_their_region_until_stopped(client: Client, database: Database) -> None:
    west = client("rds", WEST)
    started = west.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=database.arn, BackupRetentionPeriod=14, KmsKeyId=database.west_key
    )["DBInstanceAutomatedBackup"]
    arn = started["DBInstanceAutomatedBackupsArn"]
    assert arn.startswith("arn:aws:rds:us-west-2:123456789012:auto-backup:ab-")
    (backup,) = west.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)[
        "DBInstanceAutomatedBackups"
    ]
    assert (backup["Status"], backup["BackupRetentionPeriod"]) == ("replicating", 14)
    assert (backup["DBInstanceArn"], backup["KmsKeyId"]) == (database.arn, database.west_key)
    source = describe(client, database.name)
    assert source["DBInstanceAutomatedBackupsReplications"] == [{"DBInstanceAutomatedBackupsArn": arn}]
    with pytest.raises(ClientError, match="already started"):
        west.start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=database.arn, KmsKeyId=database.west_key
        )
    west.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=database.arn)
    assert describe(client, database.name)["DBInstanceAutomatedBackupsReplications"] == []
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        west.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn)


def test_backup_replication_needs_a_key_another_region_and_35_days_at_most(client: Client, database: Database) -> None:
    west = client("rds", WEST)
    with pytest.raises(ClientError, match="KmsKeyId is required"):
        west.start_db_instance_automated_backups_replication(SourceDBInstanceArn=database.arn)
    with pytest.raises(ClientError, match="between 1 and 35"):
        west.start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=database.arn, KmsKeyId=database.west_key, BackupRetentionPeriod=36
        )
    with pytest.raises(ClientError, match="another Region"):
        client("rds").start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=database.arn, KmsKeyId=database.key
        )


def test_an_instance_shows_its_own_automated_backups(client: Client, database: Database) -> None:
    (backup,) = client("rds").describe_db_instance_automated_backups(DBInstanceIdentifier=database.name)[
        "DBInstanceAutomatedBackups"
    ]
    assert (backup["Status"], backup["BackupRetentionPeriod"]) == ("active", 7)


def test_user_parameters_are_told_from_the_engines(client: Client, keys: tuple[str, str]) -> None:
    parameters = client("rds", WEST).describe_db_parameters(DBParameterGroupName="tls", Source="user")["Parameters"]
    assert [(item["ParameterName"], item["ParameterValue"]) for item in parameters] == [("rds.force_ssl", "1")]
