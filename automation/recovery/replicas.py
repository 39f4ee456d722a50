"""New replicas of the database that serves, and the end of a database that no longer does: kept as a snapshot."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.recovery import databases
from automation.recovery.aws import code_of
from automation.recovery.estate import Side
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from components.databases.database import CERTIFICATE_AUTHORITY
from components.databases.engines import ENGINES
from components.naming import PROJECT
from components.tags import store_tags

# CreateDBInstanceReadReplica: what a replica may be given; the rest it has from its source, or after its creation.
_COPIED = (
    "DBInstanceClass",
    "MultiAZ",
    "StorageType",
    "MaxAllocatedStorage",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "PubliclyAccessible",
    "AutoMinorVersionUpgrade",
    "CopyTagsToSnapshot",
)
_AFTERWARDS = ("BackupRetentionPeriod", "PreferredBackupWindow", "PreferredMaintenanceWindow")


def create(world: World, store: str, source: Side, target: Side, like: str) -> Facts:
    """CreateDBInstanceReadReplica in `target`, shaped like the instance `like` that was there before; once."""
    identifier = target.databases[store]
    if databases.describe(world, target.region, identifier):
        return {"identifier": identifier}
    model = databases.describe(world, target.region, like)
    if model is None:
        raise SecurecartError(
            f"{like} is not in {target.region}: nothing says in which network {identifier} belongs.",
            "finish or abandon the failback that removed it (securecart failback)",
        )
    key = world.aws.call("kms", target.region, "describe_key", KeyId=f"alias/{PROJECT}/data")["KeyMetadata"]["Arn"]
    asked: dict[str, Any] = {name: model[name] for name in _COPIED if model.get(name) not in (None, "")}
    settings = world.estate.settings.databases[store]
    if model.get("PerformanceInsightsEnabled"):
        asked |= {
            "EnablePerformanceInsights": True,
            "PerformanceInsightsKMSKeyId": key,
            "PerformanceInsightsRetentionPeriod": settings.insights_retention_days,
        }
    world.aws.call(
        "rds", target.region, "create_db_instance_read_replica",
        DBInstanceIdentifier=identifier,
        SourceDBInstanceIdentifier=_arn(world, source, store),
        SourceRegion=source.region,
        KmsKeyId=key,
        DBSubnetGroupName=model["DBSubnetGroup"]["DBSubnetGroupName"],
        VpcSecurityGroupIds=[one["VpcSecurityGroupId"] for one in model["VpcSecurityGroups"]],
        DBParameterGroupName=model["DBParameterGroups"][0]["DBParameterGroupName"],
        EnableIAMDatabaseAuthentication=bool(model.get("IAMDatabaseAuthenticationEnabled")),
        EnableCloudwatchLogsExports=list(ENGINES[settings.engine].log_exports),
        CACertificateIdentifier=model.get("CACertificateIdentifier") or CERTIFICATE_AUTHORITY,
        DeletionProtection=bool(model.get("DeletionProtection")),
        # A tag of the model names its generation's stack and store; the new instance is the same store.
        Tags=model.get("TagList") or [{"Key": k, "Value": v} for k, v in store_tags(store, settings.data_class).items()],
        **asked,
    )  # fmt: skip
    return {"identifier": identifier, "like": like}


def replicating(world: World, store: str, source: Side, target: Side, like: str) -> Settled:
    """Available, with the backups of the instance before it, and close behind its source."""
    identifier = target.databases[store]
    found = databases.describe(world, target.region, identifier)
    if found is None:
        return Settled(False, f"{identifier} does not exist")
    replicates, wanted = databases.source_of(found), _arn(world, source, store)
    if replicates and replicates not in (wanted, source.databases[store]):
        raise SecurecartError(
            f"{identifier} replicates {replicates}, not {wanted}: somebody else made it.",
            f"delete it (aws rds delete-db-instance --region {target.region}), then run this again",
        )
    if not replicates:
        # A later run of the same failback: it was promoted since.
        return Settled(True, "", {"identifier": identifier, "already": "promoted"})
    if found["DBInstanceStatus"] != databases.AVAILABLE:
        return Settled(False, f"{identifier} is {found['DBInstanceStatus']}")
    days = world.estate.settings.databases[store].backup_retention_days
    if int(found.get("BackupRetentionPeriod") or 0) != days:
        _keep_backups(world, store, target)
        return Settled(False, f"{identifier} gets its backups")
    lag = databases.replica_lag(world, target.region, identifier)
    limit = world.estate.settings.watch.replica_lag_seconds
    close = lag.seconds is not None and lag.seconds <= limit
    facts = {"identifier": identifier, "endpoint": databases.endpoint_of(found), "lag": lag.document(), "like": like}
    return Settled(close, f"{identifier}: {lag.text()}, {limit} s wanted", facts)


def _keep_backups(world: World, store: str, target: Side) -> None:
    """Backups before promotion: a promoted instance keeps what its replica had."""
    settings = world.estate.settings.databases[store]
    world.aws.call(
        "rds", target.region, "modify_db_instance",
        DBInstanceIdentifier=target.databases[store],
        BackupRetentionPeriod=settings.backup_retention_days,
        PreferredBackupWindow=settings.backup_window,
        PreferredMaintenanceWindow=settings.maintenance_window,
        ApplyImmediately=True,
    )  # fmt: skip


def final_snapshot(identifier: str) -> str:
    """A name of its own: the program's final snapshot may be asked for on another day."""
    return f"{identifier}-before-failback"


def retire(world: World, region: str, identifier: str) -> Facts:
    """DeleteDBInstance with a final snapshot and its automated backups kept; only a database of its own that is available.

    Raises SecurecartError while replicas still depend on it.
    """
    found = databases.describe(world, region, identifier)
    if found is None or found["DBInstanceStatus"] != databases.AVAILABLE:
        return {}
    replicas = found.get("ReadReplicaDBInstanceIdentifiers") or []
    if replicas or databases.source_of(found):
        raise SecurecartError(
            f"{identifier} in {region} is in use: {', '.join(map(str, replicas)) or 'it is a replica'}; it was not deleted."
        )
    if found.get("DeletionProtection"):
        asked = {"DeletionProtection": False, "ApplyImmediately": True}
        world.aws.call("rds", region, "modify_db_instance", DBInstanceIdentifier=identifier, **asked)
    try:
        world.aws.call(
            "rds", region, "delete_db_instance", DBInstanceIdentifier=identifier, SkipFinalSnapshot=False,
            FinalDBSnapshotIdentifier=final_snapshot(identifier), DeleteAutomatedBackups=False,
        )  # fmt: skip
    except ClientError as refusal:
        # Asked a moment ago, by an answer that was lost: it goes already.
        if code_of(refusal) not in ("InvalidDBInstanceState", "DBInstanceNotFound"):
            raise
    return {"finalSnapshot": final_snapshot(identifier)}


def retired(world: World, region: str, identifier: str) -> Settled:
    """Gone, and its last state there as a snapshot."""
    found = databases.describe(world, region, identifier)
    if found is not None:
        retire(world, region, identifier)
        return Settled(False, f"{identifier} is {found['DBInstanceStatus']}")
    name = final_snapshot(identifier)
    asked = {"DBSnapshotIdentifier": name}
    snapshot = world.one("rds", region, "describe_db_snapshots", "DBSnapshots", "DBSnapshotNotFound", **asked)
    if snapshot is None:
        raise SecurecartError(
            f"{identifier} is gone from {region} and left no snapshot {name}: somebody else deleted it.",
            "look for its automated backups (aws rds describe-db-instance-automated-backups)",
        )
    facts = {"finalSnapshot": name, "snapshotArn": snapshot.get("DBSnapshotArn")}
    return Settled(snapshot["Status"] == databases.AVAILABLE, f"{name} is {snapshot['Status']}", facts)


def replicate_backups(world: World, store: str, source: Side, target: Side) -> Facts:
    """StartDBInstanceAutomatedBackupsReplication of the new primary into the other Region."""
    if backups_replicated(world, store, source, target).done:
        return {}
    key = world.aws.call("kms", target.region, "describe_key", KeyId=f"alias/{PROJECT}/data")["KeyMetadata"]["Arn"]
    world.aws.call(
        "rds", target.region, "start_db_instance_automated_backups_replication",
        SourceDBInstanceArn=_arn(world, source, store), SourceRegion=source.region, KmsKeyId=key,
        BackupRetentionPeriod=world.estate.settings.databases[store].backup_retention_days,
    )  # fmt: skip
    return {}


def backups_replicated(world: World, store: str, source: Side, target: Side) -> Settled:
    """A replication of that source's automated backups exists in `target`."""
    arn = replicated_backups_arn(world, _arn(world, source, store), target)
    return Settled(arn is not None, "no replicated automated backups yet", {"backupsArn": arn})


def replicated_backups_arn(world: World, source_arn: str, target: Side) -> str | None:
    found = world.aws.pages(
        "rds", target.region, "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups"
    )
    mine = [one for one in found if one.get("DBInstanceArn") == source_arn and one.get("Status") != "retained"]
    arns = [str(one["DBInstanceAutomatedBackupsArn"]) for one in mine if one.get("DBInstanceAutomatedBackupsArn")]
    return arns[0] if arns else None


def _arn(world: World, side: Side, store: str) -> str:
    return f"arn:aws:rds:{side.region}:{world.estate.account_id}:db:{side.databases[store]}"
