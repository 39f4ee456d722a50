"""RDS instances: primary and cross-Region replica."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.rds import live_tags, set_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

# Input property -> member of CreateDBInstance, CreateDBInstanceReadReplica and ModifyDBInstance, with the member that describes it.
_SIMPLE = {
    "allocatedStorage": "AllocatedStorage",
    "maxAllocatedStorage": "MaxAllocatedStorage",
    "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "backupRetentionPeriod": "BackupRetentionPeriod",
    "copyTagsToSnapshot": "CopyTagsToSnapshot",
    "deletionProtection": "DeletionProtection",
    "engineVersion": "EngineVersion",
    "instanceClass": "DBInstanceClass",
    "iops": "Iops",
    "multiAz": "MultiAZ",
    "port": "Port",
    "publiclyAccessible": "PubliclyAccessible",
    "storageThroughput": "StorageThroughput",
    "storageType": "StorageType",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "backupWindow": "PreferredBackupWindow",
    "maintenanceWindow": "PreferredMaintenanceWindow",
    "parameterGroupName": "DBParameterGroupName",
    "caCertIdentifier": "CACertificateIdentifier",
    "databaseInsightsMode": "DatabaseInsightsMode",
    "monitoringInterval": "MonitoringInterval",
    "monitoringRoleArn": "MonitoringRoleArn",
    "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
}
_ONLY_AT_CREATION = {
    "engine": "Engine",
    "dbName": "DBName",
    "username": "MasterUsername",
    "storageEncrypted": "StorageEncrypted",
    "kmsKeyId": "KmsKeyId",
    "dbSubnetGroupName": "DBSubnetGroupName",
    "availabilityZone": "AvailabilityZone",
}
# CreateDBInstanceReadReplica takes these from the source and refuses them.
_FROM_SOURCE = (
    "engine",
    "engineVersion",
    "dbName",
    "username",
    "storageEncrypted",
    "backupRetentionPeriod",
    "backupWindow",
    "maintenanceWindow",
)
# Not parameters of CreateDBInstanceReadReplica; the official provider modifies the replica right after.
_AFTER_REPLICA = ("backupRetentionPeriod", "backupWindow", "maintenanceWindow")


class Instance(ResourceType):
    token = "aws:rds/instance:Instance"
    replace_on = frozenset(
        {
            "identifier",
            "engine",
            "dbName",
            "username",
            "storageEncrypted",
            "kmsKeyId",
            "availabilityZone",
            "characterSetName",
            "timezone",
        }
    )
    modelled = frozenset(
        {
            *_SIMPLE,
            *_ONLY_AT_CREATION,
            "identifier",
            "replicateSourceDb",
            "vpcSecurityGroupIds",
            "enabledCloudwatchLogsExports",
        }
    )
    state_only = frozenset(
        {
            "password",
            "skipFinalSnapshot",
            "finalSnapshotIdentifier",
            "deleteAutomatedBackups",
            "applyImmediately",
            "allowMajorVersionUpgrade",
        }
    )
    kept = frozenset(
        {
            "allocatedStorage", "availabilityZone", "backupRetentionPeriod", "backupWindow", "caCertIdentifier", "dbName",
            "dbSubnetGroupName", "engine", "engineVersion", "identifier", "kmsKeyId", "maintenanceWindow", "multiAz", "iops",
            "databaseInsightsMode", "monitoringRoleArn", "performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod",
            "parameterGroupName", "port", "storageEncrypted", "storageThroughput", "storageType", "username", "vpcSecurityGroupIds",
        }
    )  # fmt: skip
    defaults: ClassVar = {
        "autoMinorVersionUpgrade": True,
        "copyTagsToSnapshot": False,
        "deletionProtection": False,
        "iamDatabaseAuthenticationEnabled": False,
        "monitoringInterval": 0,
        "performanceInsightsEnabled": False,
        "publiclyAccessible": False,
    }
    secrets = frozenset({"password"})
    sent = frozenset({"password"})
    unordered = frozenset({"vpcSecurityGroupIds", "enabledCloudwatchLogsExports"})
    computed = ("arn", "address", "endpoint", "hostedZoneId", "resourceId", "status", "replicas", "port")
    name_property = "identifier"

    def create(self, c: Context, p: Props) -> str:
        made = self._replica(c, p) if p.get("replicateSourceDb") else self._primary(c, p)
        return str(made["DBInstance"]["DbiResourceId"])

    def _shared(self, c: Context, p: Props, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
        members = {**_SIMPLE, **_ONLY_AT_CREATION}
        return {
            **{member: p[key] for key, member in members.items() if key not in leave_out and p.get(key) is not None},
            **some(
                VpcSecurityGroupIds=p.get("vpcSecurityGroupIds"),
                EnableCloudwatchLogsExports=p.get("enabledCloudwatchLogsExports"),
            ),
            "DBInstanceIdentifier": p["identifier"],
            "Tags": tag_list(c.all_tags(p)),
        }

    def _primary(self, c: Context, p: Props) -> Any:
        # Not a rule of Check: a promotion and an import leave them out.
        if missing := [key for key in ("engine", "username", "password", "allocatedStorage") if not p.get(key)]:
            raise ValueError(f"{', '.join(missing)} must be set unless replicateSourceDb is")
        return c.client("rds").create_db_instance(**self._shared(c, p), **some(MasterUserPassword=p.get("password")))

    def _replica(self, c: Context, p: Props) -> Any:
        rds = c.client("rds")
        source = p["replicateSourceDb"]
        region = some(SourceRegion=source.split(":")[3] if source.startswith("arn:") else None)
        return rds.create_db_instance_read_replica(
            SourceDBInstanceIdentifier=source, **region, **self._shared(c, p, leave_out=_FROM_SOURCE)
        )

    def finish(self, c: Context, id_: str, p: Props) -> None:
        after = {_SIMPLE[key]: p[key] for key in _AFTER_REPLICA if p.get(key) is not None}
        if after and p.get("replicateSourceDb"):
            c.client("rds").modify_db_instance(DBInstanceIdentifier=p["identifier"], ApplyImmediately=True, **after)

    def inputs_of(self, live: Props) -> Props:
        """A replica has from its source what CreateDBInstanceReadReplica refuses."""
        inputs = super().inputs_of(live)
        left_out = ("engine", "engineVersion", "dbName", "username") if live.get("replicateSourceDb") else ()
        return {key: value for key, value in inputs.items() if key not in left_out}

    def _find(self, c: Context, id_: str, identifier: str | None) -> dict[str, Any] | None:
        """By resource id, which outlives a rename and tells a new instance of the same name from the old one."""
        for page in c.client("rds").get_paginator("describe_db_instances").paginate():
            for instance in page["DBInstances"]:
                if id_ in (instance["DbiResourceId"], instance["DBInstanceIdentifier"]):
                    return dict(instance)
        return None

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = self._find(c, id_, state.get("identifier"))
        if live is None:
            return None
        endpoint = live.get("Endpoint", {})
        groups = live.get("DBParameterGroups") or [{}]
        return {
            **{key: live.get(member) for key, member in {**_SIMPLE, **_ONLY_AT_CREATION}.items()},
            "arn": live["DBInstanceArn"],
            "identifier": live["DBInstanceIdentifier"],
            "resourceId": live["DbiResourceId"],
            "address": endpoint.get("Address"),
            "endpoint": f"{endpoint.get('Address')}:{endpoint.get('Port')}" if endpoint else None,
            "hostedZoneId": endpoint.get("HostedZoneId"),
            # The local cloud's servers share an address, so each has a port of its own; this is the one that was asked for.
            "port": live.get("DbInstancePort") or endpoint.get("Port"),
            "status": live["DBInstanceStatus"],
            "iamDatabaseAuthenticationEnabled": live.get("IAMDatabaseAuthenticationEnabled"),
            "performanceInsightsEnabled": live.get("PerformanceInsightsEnabled"),
            "dbSubnetGroupName": (live.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
            "parameterGroupName": groups[0].get("DBParameterGroupName"),
            "vpcSecurityGroupIds": sorted(g["VpcSecurityGroupId"] for g in live.get("VpcSecurityGroups", [])),
            "enabledCloudwatchLogsExports": sorted(live.get("EnabledCloudwatchLogsExports") or []),
            "replicateSourceDb": live.get("ReadReplicaSourceDBInstanceIdentifier") or None,
            "replicas": live.get("ReadReplicaDBInstanceIdentifiers") or [],
            "tagsAll": tag_map(live.get("TagList")) or live_tags(c, live["DBInstanceArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        rds = c.client("rds")
        identifier = old["identifier"]
        if "replicateSourceDb" in changed:
            if new.get("replicateSourceDb"):
                raise ValueError("cannot elect new source database for replication")  # the official provider's words
            rds.promote_read_replica(DBInstanceIdentifier=identifier)
        modify = {_SIMPLE[key]: new[key] for key in changed if key in _SIMPLE and new.get(key) is not None}
        # AWS keeps what it is not told, so a property that was left out is told its default.
        removed = {key for key in changed & set(_SIMPLE) if new.get(key) is None}
        modify |= {_SIMPLE[key]: value for key, value in self.defaults.items() if key in removed}
        if "password" in changed:
            modify["MasterUserPassword"] = new["password"]
        if "vpcSecurityGroupIds" in changed:
            modify["VpcSecurityGroupIds"] = new.get("vpcSecurityGroupIds") or []
        if "dbSubnetGroupName" in changed:
            modify["DBSubnetGroupName"] = new["dbSubnetGroupName"]
        if "enabledCloudwatchLogsExports" in changed:
            before, after = (
                set(old.get("enabledCloudwatchLogsExports") or []),
                set(new.get("enabledCloudwatchLogsExports") or []),
            )
            modify["CloudwatchLogsExportConfiguration"] = {
                "EnableLogTypes": sorted(after - before),
                "DisableLogTypes": sorted(before - after),
            }
        if modify:
            rds.modify_db_instance(DBInstanceIdentifier=identifier, ApplyImmediately=True, **modify)
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        final: dict[str, Any] = {"SkipFinalSnapshot": True}
        if not state.get("skipFinalSnapshot") and not state.get("replicateSourceDb"):
            if not state.get("finalSnapshotIdentifier"):
                raise ValueError("finalSnapshotIdentifier is required when skipFinalSnapshot is false")
            final = {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": state["finalSnapshotIdentifier"]}
        c.client("rds").delete_db_instance(
            DBInstanceIdentifier=state["identifier"],
            DeleteAutomatedBackups=state.get("deleteAutomatedBackups", True),
            **final,
        )
