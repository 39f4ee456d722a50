"""Databases: what Amazon RDS refuses is refused here first, and what each component asks of it."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest
from pulumi.runtime import rpc
from pydantic import ValidationError

from components.databases.database import ADOPTED_KEEPS, PrimaryDatabase, PrimaryDatabaseArgs
from components.databases.engines import ENGINES, parameter_family, parameters, port_of
from components.databases.groups import MONITORING_POLICY, DatabaseGroups, DatabaseGroupsArgs
from components.databases.replica import (
    ReplicaDatabase,
    ReplicaDatabaseArgs,
    ReplicatedBackups,
    ReplicatedBackupsArgs,
)
from components.databases.secret import AdministratorSecret, AdministratorSecretArgs
from components.settings import DatabaseRole, DatabaseStore, limits
from components.settings.databases import Engine, problems
from components.settings.windows import DAYS
from tests.support.program import Program, Registered, registrations

INSTANCE = "aws:rds/instance:Instance"
KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
SOURCE = "arn:aws:rds:us-east-1:123456789012:db:securecart-orders-primary-g1"


def store(**said: Any) -> DatabaseStore:
    return DatabaseStore.model_validate(said)


def documentation(shape: str, member: str) -> str:
    """What botocore's model of Amazon RDS says of an input, without its markup."""
    model = botocore.session.get_session().get_service_model("rds")
    return re.sub(r"<[^>]+>", "", model.shape_for(shape).members[member].documentation)


def groups(database: DatabaseStore) -> DatabaseGroups:
    return DatabaseGroups("orders", DatabaseGroupsArgs(store=database, subnet_ids=["subnet-1", "subnet-2"]))


def primary(database: DatabaseStore, **more: Any) -> Program:
    def build() -> None:
        args = PrimaryDatabaseArgs(
            identifier="securecart-orders-primary-g1",
            store=database,
            groups=groups(database),
            security_group_id="sg-1",
            key_arn=KEY,
            password="from the secret",
            **more,
        )
        PrimaryDatabase("orders", args)

    return registrations(build)


def replica(database: DatabaseStore, role: DatabaseRole, *, ephemeral: bool = False) -> Registered:
    def build() -> None:
        args = ReplicaDatabaseArgs(
            identifier="securecart-orders-secondary-g1",
            store=database,
            groups=groups(database),
            security_group_id="sg-2",
            key_arn=KEY,
            source_arn=SOURCE,
            role=role,
            ephemeral=ephemeral,
        )
        ReplicaDatabase("orders", args)

    (instance,) = registrations(build).of(INSTANCE)
    return instance


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"engineVersion": "16"}, "versions like 16.6"),
        ({"engine": "mysql", "engineVersion": "16.6"}, "versions like 8.0.40"),
        ({"engine": "oracle"}, "'postgres' or 'mysql'"),
        ({"insightsRetentionDays": 30}, "multiple of 31"),
        ({"insightsRetentionDays": 744}, "multiple of 31"),
        ({"engine": "mysql", "instanceClass": "db.t4g.small"}, "no Performance Insights"),
        ({"backupWindow": "03:00-03:20"}, "lasts 20 minutes, 30 at least"),
        ({"maintenanceWindow": "sun:05:00-sun:05:29"}, "lasts 29 minutes, 30 at least"),
        ({"maintenanceWindow": "son:05:00-sun:06:00"}, "should match pattern"),
        ({"maintenanceWindow": "sun:25:00-sun:26:00"}, "should match pattern"),
        ({"maintenanceWindow": "tue:03:30-tue:05:00"}, "overlaps"),
        ({"backupWindow": "23:30-00:30", "maintenanceWindow": "mon:00:00-mon:01:00"}, "overlaps"),
        ({"backupWindow": "00:00-01:00", "maintenanceWindow": "sun:23:00-mon:00:30"}, "overlaps"),
        ({"backupWindow": "00:00-01:00", "maintenanceWindow": "wed:23:50-thu:00:20"}, "overlaps"),
        ({"iops": 12000}, "from 400 GiB"),
        ({"throughputMib": 500}, "from 400 GiB"),
        ({"iops": 6000, "allocatedStorageGib": 500, "maxAllocatedStorageGib": 900}, "greater than or equal to 12000"),
        ({"iops": 20001, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 900}, "at most 20000"),
        ({"throughputMib": 3001, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 900}, "at most 3000"),
        ({"monitoringIntervalSeconds": 20}, "0, 1, 5, 10, 15, 30 or 60"),
        ({"parameters": {"rds.force_ssl": "0"}}, "it stays 1"),
        ({"engine": "mysql", "parameters": {"require_secure_transport": "OFF"}}, "it stays ON"),
    ],
)
def test_what_rds_refuses_is_refused_with_the_reason(said: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        store(**said)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    "said",
    [
        {"insightsRetentionDays": 713},
        {"insightsRetentionDays": 731},
        {"engine": "mysql", "engineVersion": "8.4.3"},
        {"instanceClass": "db.t4g.small"},
        {"backupWindow": "23:30-00:30", "maintenanceWindow": "mon:00:30-mon:01:00"},
        {"backupWindow": "03:00-03:30", "maintenanceWindow": "sun:23:45-mon:00:15"},
        {"iops": 20000, "throughputMib": 4000, "allocatedStorageGib": 400, "maxAllocatedStorageGib": 900},
        {"parameters": {"rds.force_ssl": "1", "log_min_duration_statement": "500"}},
    ],
)
def test_what_rds_takes_is_taken(said: dict[str, Any]) -> None:
    assert store(**said)


def test_the_ranges_are_those_of_botocores_model() -> None:
    assert "Valid Values: 0 | 1 | 5 | 10 | 15 | 30 | 60" in documentation(
        "CreateDBInstanceMessage", "MonitoringInterval"
    )
    assert f"between .5 and {limits.RDS_IOPS_PER_GIB_MAXIMUM} of the storage" in documentation(
        "CreateDBInstanceMessage", "Iops"
    )
    for window in ("PreferredBackupWindow", "PreferredMaintenanceWindow"):
        text = documentation("CreateDBInstanceMessage", window)
        assert f"Must be at least {limits.RDS_WINDOW_MINIMUM_MINUTES} minutes" in text
    assert " | ".join(DAYS) in documentation("CreateDBInstanceMessage", "PreferredMaintenanceWindow")
    exports = documentation("CreateDBInstanceMessage", "EnableCloudwatchLogsExports")
    for engine, name in ((Engine.POSTGRES, "PostgreSQL"), (Engine.MYSQL, "MySQL")):
        (allowed,) = re.findall(rf"RDS for {name} - ([\w| -]+)", exports)
        assert set(ENGINES[engine].log_exports) <= set(allowed.split(" | "))


def test_a_store_may_not_be_called_by_a_reserved_word_of_its_engine() -> None:
    ((key, message),) = problems({"user": store(), "user-accounts": store(), "orders": store()})
    assert key == "databases.user"
    assert "reserves" in message
    assert not problems({"user": store(engine="mysql")})
    assert problems({"rank": store(engine="mysql")})
    assert not problems({"user": store(existing="legacy-users")}), "what exists has a name already"


def test_more_replicated_backups_than_aws_allows_are_refused() -> None:
    twenty = {f"orders-{number}": store() for number in range(20)}
    assert not problems(twenty)
    ((key, message),) = problems({**twenty, "payments": store()})
    assert key == "databases"
    assert "21 have replicatedBackups: true, Amazon RDS allows 20" in message
    assert not problems({**twenty, "payments": store(replicatedBackups=False)})


@pytest.mark.parametrize(
    ("engine", "version", "family", "port"),
    [
        ("postgres", "16.6", "postgres16", 5432),
        ("mysql", "8.0.40", "mysql8.0", 3306),
        ("mysql", "8.4.3", "mysql8.4", 3306),
    ],
)
def test_each_engine_has_its_family_and_port(engine: str, version: str, family: str, port: int) -> None:
    assert parameter_family(Engine(engine), version) == family
    assert port_of(Engine(engine)) == port


def test_a_stores_own_parameters_come_after_ours_and_before_tls() -> None:
    wanted = parameters(Engine.MYSQL, {"slow_query_log": "0", "long_query_time": "2"})
    assert wanted == {
        "log_output": "FILE",
        "slow_query_log": "0",
        "long_query_time": "2",
        "require_secure_transport": "ON",
    }


def test_a_parameter_group_waits_with_what_may_be_static_and_not_with_tls() -> None:
    made = registrations(lambda: groups(store(parameters={"max_connections": "200"})))
    (group,) = made.of("aws:rds/parameterGroup:ParameterGroup")
    assert {p["name"]: (p["value"], p["applyMethod"]) for p in group.inputs["parameters"]} == {
        "max_connections": ("200", "pending-reboot"),
        "rds.force_ssl": ("1", "immediate"),
    }
    assert not [r for r in made.resources if r.type.startswith("aws:iam")]


def test_enhanced_monitoring_comes_with_its_role_and_not_without() -> None:
    made = primary(store(monitoringIntervalSeconds=30))
    (instance,) = made.of(INSTANCE)
    assert instance.inputs["monitoringInterval"] == 30
    assert ":iam:" in instance.inputs["monitoringRoleArn"]
    (role,) = made.of("aws:iam/role:Role")
    assert "monitoring.rds.amazonaws.com" in role.inputs["assumeRolePolicy"]
    (attached,) = made.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attached.inputs["policyArn"] == MONITORING_POLICY
    (plain,) = primary(store()).of(INSTANCE)
    assert not {"monitoringInterval", "monitoringRoleArn"} & set(plain.inputs)


def test_storage_is_as_fast_as_asked_in_both_regions() -> None:
    fast = store(iops=20000, throughputMib=4000, allocatedStorageGib=400, maxAllocatedStorageGib=900)
    (instance,) = primary(fast).of(INSTANCE)
    for made in (instance, replica(fast, DatabaseRole.REPLICA)):
        assert (made.inputs["iops"], made.inputs["storageThroughput"]) == (20000, 4000)


def test_a_primary_database_stands_by_recovers_and_shows_what_it_does() -> None:
    (instance,) = primary(store(engine="mysql", insightsRetentionDays=93)).of(INSTANCE)
    given = instance.inputs
    assert (given["engine"], given["engineVersion"], given["port"]) == ("mysql", "8.0.40", 3306)
    assert given["performanceInsightsKmsKeyId"] == given["kmsKeyId"] == KEY
    assert given["performanceInsightsRetentionPeriod"] == 93
    assert given["iamDatabaseAuthenticationEnabled"] is True
    assert given["enabledCloudwatchLogsExports"] == ["error", "slowquery"]
    assert given["multiAz"] is True
    assert given["deleteAutomatedBackups"] is False
    assert instance.ignore_changes == ("password",)
    assert instance.protect


def test_a_snapshot_of_a_generation_is_taken_only_where_asked() -> None:
    token = "aws:rds/snapshot:Snapshot"
    (snapshot,) = primary(store(snapshotCopy=True)).of(token)
    assert snapshot.inputs["dbSnapshotIdentifier"] == "securecart-orders-primary-g1-baseline"
    assert snapshot.protect
    assert not [r for r in primary(store()).resources if r.type == token]


def test_a_replica_says_nothing_that_rds_takes_from_its_source() -> None:
    made = replica(store(), DatabaseRole.REPLICA)
    assert made.inputs["replicateSourceDb"] == SOURCE
    refused = {
        "engine",
        "engineVersion",
        "allocatedStorage",
        "dbName",
        "username",
        "password",
        "finalSnapshotIdentifier",
    }
    assert not refused & set(made.inputs)
    assert made.inputs["skipFinalSnapshot"] is True


def test_a_promoted_replica_is_described_as_the_database_that_it_became() -> None:
    before, after = (replica(store(), role) for role in (DatabaseRole.REPLICA, DatabaseRole.PROMOTED))
    assert "replicateSourceDb" not in after.inputs
    said = {"engine": "postgres", "engineVersion": "16.6", "dbName": "orders", "username": "securecart"}
    assert said.items() <= after.inputs.items()
    assert after.inputs["finalSnapshotIdentifier"] == "securecart-orders-secondary-g1-final"
    assert "password" not in after.inputs
    # Whatever else it is, it was before the promotion: a preview after the failover has nothing to change at AWS.
    described = {*said, "allocatedStorage", "replicateSourceDb", "skipFinalSnapshot", "finalSnapshotIdentifier"}
    same = {key: value for key, value in after.inputs.items() if key not in described}
    assert same == {key: value for key, value in before.inputs.items() if key not in described}
    assert after.protect
    assert after.inputs["deletionProtection"] is True


def test_a_replica_on_its_way_out_is_released_and_a_protected_one_is_not() -> None:
    released = replica(store(), DatabaseRole.REPLICA, ephemeral=True)
    assert not released.protect
    assert released.inputs["deletionProtection"] is False


def backups(database: DatabaseStore, snapshot_arn: str | None = None) -> Program:
    def build() -> None:
        args = ReplicatedBackupsArgs(
            store=database,
            source_arn=SOURCE,
            key_arn=KEY,
            snapshot_arn=snapshot_arn,
            snapshot_identifier="securecart-orders-secondary-g1-baseline",
        )
        ReplicatedBackups("orders", args)

    return registrations(build)


def test_replicated_backups_are_kept_as_long_as_those_of_the_source_and_encrypted_here() -> None:
    token = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    (made,) = backups(store(backupRetentionDays=21)).of(token)
    assert made.inputs == {"sourceDbInstanceArn": SOURCE, "kmsKeyId": KEY, "retentionPeriod": 21}
    assert made.protect
    assert not [r for r in backups(store(replicatedBackups=False)).resources if r.type == token]


def test_a_snapshots_copy_has_a_key_of_its_own_region() -> None:
    snapshot = "arn:aws:rds:us-east-1:123456789012:snapshot:securecart-orders-primary-g1-baseline"
    (copy,) = backups(store(snapshotCopy=True), snapshot).of("aws:rds/snapshotCopy:SnapshotCopy")
    assert copy.inputs["sourceDbSnapshotIdentifier"] == snapshot
    assert copy.inputs["kmsKeyId"] == KEY
    assert copy.protect


def secret(database: DatabaseStore) -> Program:
    args = AdministratorSecretArgs(
        secret_name="securecart/orders/administrator-g1", store=database, key_arn=KEY, replica_region="us-west-2"
    )
    return registrations(lambda: AdministratorSecret("orders", args))


def test_the_secret_names_the_engine_and_its_value_is_secret_in_the_state() -> None:
    made = secret(store(engine="mysql"))
    (version,) = made.of("aws:secretsmanager/secretVersion:SecretVersion")
    assert rpc.is_rpc_secret(version.inputs["secretString"])
    said = json.loads(rpc.unwrap_rpc_secret(version.inputs["secretString"]))
    assert (said["engine"], said["dbname"], said["username"]) == ("mysql", "orders", "securecart")
    assert [token for token, _ in made.invokes] == ["aws:secretsmanager/getRandomPassword:getRandomPassword"]


def test_an_adopted_database_has_a_secret_but_no_password_of_ours() -> None:
    made = secret(store(existing="legacy-orders"))
    assert made.of("aws:secretsmanager/secret:Secret")
    assert not [r for r in made.resources if "secretVersion" in r.type]
    assert not made.invokes


def test_an_adopted_instance_keeps_what_its_owner_chose_and_gets_what_protects_it() -> None:
    (instance,) = primary(store(existing="legacy-orders")).of(INSTANCE)
    assert instance.ignore_changes == ("password", *ADOPTED_KEEPS)
    protected = {
        "multiAz",
        "backupRetentionPeriod",
        "deletionProtection",
        "copyTagsToSnapshot",
        "deleteAutomatedBackups",
    }
    assert protected <= set(instance.inputs)
    assert not protected & set(ADOPTED_KEEPS)
    assert instance.protect


def test_the_replica_of_an_adopted_instance_is_not_described_by_our_names_after_its_promotion() -> None:
    promoted = replica(store(existing="legacy-orders"), DatabaseRole.PROMOTED)
    assert promoted.inputs["engine"] == "postgres"
    assert not {"engineVersion", "allocatedStorage", "dbName", "username"} & set(promoted.inputs)
