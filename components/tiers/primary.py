"""The primary Region's tier: SecureCart's stores and what protects them. Stands alone; needs nothing of dr."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulumi

from components.buckets.bucket import ProtectedBucket
from components.databases.database import PrimaryDatabase, PrimaryDatabaseArgs
from components.databases.groups import DatabaseGroups, DatabaseGroupsArgs
from components.databases.secret import AdministratorSecret, AdministratorSecretArgs
from components.keys import MultiRegionKey, MultiRegionKeyArgs
from components.naming import AUDIT, SECONDARY_STACK, Names, key_arn_in
from components.network import PrivateNetwork
from components.protection.reports_role import ReportsRole, ReportsRoleArgs
from components.settings import Role
from components.settings.protection import Kind
from components.strategy.report import recovery_output
from components.tables.scaling import TableScaling, TableScalingArgs
from components.tables.table import ProtectedTable, ProtectedTableArgs
from components.tiers.protected import RegionProtection, RegionProtectionArgs
from components.tiers.serving import fleet, front_door
from components.tiers.shared import (
    TierArgs,
    alert_topic_args,
    all_buckets,
    bucket_args,
    data_key_statements,
    data_key_uses,
    network_args,
)
from components.tiers.watched import RegionWatch, RegionWatchArgs
from components.volumes.encryption import VolumeEncryption, VolumeEncryptionArgs
from components.volumes.snapshots import ServerVolumes, ServerVolumesArgs
from components.watch.alerts import AlertTopic


class PrimaryTier(pulumi.ComponentResource):
    """Everything of the `prod` stack.

    Produces the following resources: one PrivateNetwork, FrontDoor, ServerFleet, MultiRegionKey, RegionalKey (alerts),
    AlertTopic, ReportsRole, VolumeEncryption, RegionProtection and RegionWatch; for each store a PrimaryDatabase with its
    DatabaseGroups and AdministratorSecret, a ProtectedTable, a ProtectedBucket or ServerVolumes.

    Outputs: `outputs`, the stack's exports (components/outputs.py).
    """

    def __init__(self, name: str, args: TierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:primary:PrimaryTier", name, None, opts)
        self._args, self._settings = args, args.settings
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        settings = self._settings
        self._network = PrivateNetwork("network", network_args(settings, public=True), self._child)
        self._make_keys()
        self._groups = {store: self._database_groups(store) for store in settings.databases}
        self._secrets: dict[str, AdministratorSecret] = {}
        self._databases = {store: self._database(store) for store in settings.databases}
        self._tables = {store: self._table(store) for store in settings.tables}
        self._make_buckets()
        VolumeEncryption("volumes", VolumeEncryptionArgs(key_arn=self._data_key.arn), self._child)
        self._volumes = {store: self._server_volumes(store) for store in settings.volumes}
        self._make_servers()
        self._protection = self._protected()
        self._watch()
        self.outputs = self._outputs()
        self.register_outputs({})

    def _make_keys(self) -> None:
        settings, names = self._settings, self._names
        reports = ReportsRoleArgs(account_id=settings.account_id, ownership=settings.backup.reports_role)
        self._reports_role = ReportsRole("reports", reports, self._child)
        self._data_key = MultiRegionKey(
            "data",
            MultiRegionKeyArgs(
                alias=names.key_alias("data"),
                description="SecureCart's data; replicated to the secondary Region",
                replica_region=settings.regions.secondary,
                replicated_by=SECONDARY_STACK,
                account_id=settings.account_id,
                deletion_window_days=settings.key_deletion_window_days,
                administrator_roles=settings.administrator_roles,
                service_uses=data_key_uses(settings, names),
                statements=data_key_statements(settings, self._reports_role.arn),
                ephemeral=settings.ephemeral,
            ),
            self._child,
        )
        self._topic = AlertTopic("alerts", alert_topic_args(settings, names), self._child)

    def _database_groups(self, store: str) -> DatabaseGroups:
        args = DatabaseGroupsArgs(
            store=self._settings.databases[store],
            subnet_ids=self._network.subnet_ids,
            role_name=self._names.role_name(f"{store}-monitoring"),
        )
        return DatabaseGroups(store, args, self._child)

    def _database(self, store: str) -> PrimaryDatabase:
        settings, names = self._settings, self._names
        secret = AdministratorSecretArgs(
            secret_name=names.secret(store),
            store=settings.databases[store],
            key_arn=self._data_key.arn,
            replica_region=settings.regions.secondary,
            ephemeral=settings.ephemeral,
        )
        self._secrets[store] = administrator = AdministratorSecret(store, secret, self._child)
        args = PrimaryDatabaseArgs(
            identifier=names.database(store, Role.PRIMARY),
            store=settings.databases[store],
            groups=self._groups[store],
            security_group_id=self._network.data_group_id,
            key_arn=self._data_key.arn,
            password=administrator.password,
            ephemeral=settings.ephemeral,
            imports=self._imports("databases", store),
        )
        return PrimaryDatabase(store, args, self._child)

    def _table(self, store: str) -> ProtectedTable:
        settings = self._settings
        args = ProtectedTableArgs(
            table_name=self._names.table(store),
            store=settings.tables[store],
            key_arn=self._data_key.arn,
            ephemeral=settings.ephemeral,
            imports=self._imports("tables", store),
        )
        table = ProtectedTable(store, args, self._child)
        if provisioned := settings.tables[store].provisioned:
            scaling = TableScalingArgs(
                table_name=table.table_name, provisioned=provisioned, indexes=tuple(settings.tables[store].indexes)
            )
            TableScaling(store, scaling, self._child)
        return table

    def _make_buckets(self) -> None:
        settings = self._settings
        self._buckets = {
            store: ProtectedBucket(
                store,
                replace(
                    bucket_args(settings, self._names, store, self._data_key.arn, self._reports_role.arn),
                    imports=store != AUDIT and self._imports("buckets", store),
                ),
                self._child,
            )
            for store in all_buckets(settings)
        }

    def _server_volumes(self, store: str) -> ServerVolumes:
        settings = self._settings
        args = ServerVolumesArgs(
            store=settings.volumes[store],
            zones=self._network.zones,
            key_arn=self._data_key.arn,
            copy_region=settings.regions.secondary,
            # The replica that dr will make of the data key has this ARN; until then copies wait, local snapshots do
            # not.
            copy_key_arn=self._data_key.arn.apply(lambda arn: key_arn_in(arn, settings.regions.secondary)),
            role_name=self._names.role_name(f"{store}-snapshots"),
            account_id=settings.account_id,
            ephemeral=settings.ephemeral,
            imports=self._imports("volumes", store),
        )
        return ServerVolumes(store, args, self._child)

    def _make_servers(self) -> None:
        """At full size: this Region serves, or did until a moment ago."""
        self._front = front_door(self._settings, self._names, self._network, self._child)
        self._fleet = fleet(
            self._settings, self._names, self._network, self._data_key.arn, self._front, percent=100, opts=self._child
        )

    def _imports(self, kind: str, store: str) -> bool:
        """Whether this update takes the store into the state: it was there before, and no earlier update took it."""
        return bool(getattr(self._settings, kind)[store].existing) and store not in self._args.last.adopted(kind)

    def _protected(self) -> RegionProtection:
        settings, names = self._settings, self._names
        args = RegionProtectionArgs(
            settings=settings,
            data_key_arns=[
                self._data_key.arn,
                self._data_key.arn.apply(lambda arn: key_arn_in(arn, settings.regions.secondary)),
            ],
            stores={
                Kind.DATABASES: {
                    names.database(store, Role.PRIMARY): database.arn for store, database in self._databases.items()
                },
                Kind.TABLES: {names.table(store): table.arn for store, table in self._tables.items()},
                Kind.BUCKETS: {
                    names.bucket(store, settings.region): bucket.arn for store, bucket in self._buckets.items()
                },
                Kind.VOLUMES: {
                    f"{store}-{number}": arn
                    for store, volumes in self._volumes.items()
                    for number, arn in enumerate(volumes.arns)
                },
            },
            topic_arn=self._topic.arn,
            audit_bucket_name=self._buckets[AUDIT].ready_bucket_name,
            audit_bucket_arn=self._buckets[AUDIT].arn,
            subnet_group_name=next(iter(self._groups.values())).subnet_group_name,
            security_group_id=self._network.data_group_id,
        )
        return RegionProtection("backup", args, self._child)

    def _watch(self) -> None:
        args = RegionWatchArgs(
            settings=self._settings,
            topic_arn=self._topic.arn,
            data_key_arn=self._data_key.arn,
            audit_bucket_name=self._buckets[AUDIT].ready_bucket_name,
            databases=[self._names.database(store, Role.PRIMARY) for store in self._settings.databases],
            # Under every strategy, so that changing it changes nothing here: without a replica there is nothing to report.
            tables=list(self._settings.tables),
        )
        RegionWatch("watch", args, self._child)

    def _outputs(self) -> dict[str, Any]:
        settings, vault = self._settings, self._protection.vault
        return {
            "recovery": recovery_output(settings, self._args.decision),
            "adopted": {
                kind: [store for store, one in getattr(settings, kind).items() if one.existing]
                for kind in ("databases", "tables", "buckets", "volumes")
            },
            "dataKeyArn": self._data_key.arn,
            "alertTopicArn": self._topic.arn,
            "vault": {"name": vault.vault_name, "arn": vault.arn, "copyArn": self._names.vault_arn(Role.SECONDARY)},
            "backupPlan": {
                "id": self._protection.plan.plan_id,
                "arn": self._protection.plan.arn,
                "roleArn": self._protection.plan.role_arn,
            },
            "databases": {
                store: {
                    "arn": d.arn,
                    "identifier": d.identifier,
                    "endpoint": d.endpoint,
                    "secretArn": self._secrets[store].arn,
                    "snapshotArn": d.snapshot_arn,
                }
                for store, d in self._databases.items()
            },
            "tables": {store: {"arn": t.arn, "name": t.table_name} for store, t in self._tables.items()},
            "buckets": {store: {"arn": b.arn, "name": b.bucket_name} for store, b in self._buckets.items()},
            "volumes": {
                store: {"arns": v.arns, "ids": v.volume_ids, "snapshotPolicyArn": v.snapshot_policy_arn}
                for store, v in self._volumes.items()
            },
            "servers": {"groupArn": self._fleet.arn, "groupName": self._fleet.group_name},
            "frontDoor": {"dnsName": self._front.dns_name, "zoneId": self._front.zone_id},
            "network": {"vpcId": self._network.vpc_id, "subnetIds": self._network.subnet_ids},
        }
