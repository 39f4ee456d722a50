"""The secondary Region's tier: what the strategy keeps of every store, ready to take over, and backups of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.buckets.batch import BatchReplicationRole, BatchReplicationRoleArgs
from components.buckets.bucket import ProtectedBucket
from components.buckets.replication import (
    BucketReplication,
    BucketReplicationArgs,
    ReplicationRole,
    ReplicationRoleArgs,
    Side,
)
from components.databases.groups import DatabaseGroups, DatabaseGroupsArgs
from components.databases.replica import (
    ReplicaDatabase,
    ReplicaDatabaseArgs,
    ReplicatedBackups,
    ReplicatedBackupsArgs,
)
from components.keys import ReplicaOfKey, ReplicaOfKeyArgs
from components.links import PrimarySideLinks, PrimarySideLinksArgs, ReplicatedTable
from components.naming import AUDIT, Names
from components.network import PrivateNetwork
from components.outputs import PrimaryOutputs, agreed
from components.protection.reports_role import reports_role_arn
from components.servers.elastic_recovery import ElasticRecovery, ElasticRecoveryArgs
from components.settings import DatabaseRole, Role
from components.settings.protection import Kind
from components.strategy.parts import Part, Secondary, servers_percent
from components.strategy.report import recovery_output
from components.tables.scaling import TableScaling, TableScalingArgs
from components.tiers.protected import RegionProtection, RegionProtectionArgs
from components.tiers.routed import Routing, RoutingArgs
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
from components.watch.alerts import AlertTopic


@dataclass(frozen=True, kw_only=True)
class SecondaryTierArgs(TierArgs):
    """Inputs of the secondary tier."""

    primary: PrimaryOutputs
    primary_provider: aws.Provider
    secondary: Secondary
    """The parts that this run builds."""


class SecondaryTier(pulumi.ComponentResource):
    """Everything of the `dr` stack.

    Produces the following resources: one PrivateNetwork, ReplicaOfKey, AlertTopic, VolumeEncryption,
    PrimarySideLinks, Routing, RegionProtection and RegionWatch; for each database DatabaseGroups, ReplicatedBackups and, from pilot
    light on, a ReplicaDatabase; for each bucket a ProtectedBucket, a BucketReplication, a ReplicationRole of either direction and a
    BatchReplicationRole; from pilot light on a ServerFleet, from warm standby on a FrontDoor; ElasticRecovery where it is enabled.

    Outputs: `outputs`, the stack's exports (components/outputs.py).
    """

    def __init__(self, name: str, args: SecondaryTierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:secondary:SecondaryTier", name, None, opts)
        self._args, self._settings = args, args.settings
        self._primary, self._parts = args.primary, args.secondary
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        settings = self._settings
        self._network = PrivateNetwork(
            "network", network_args(settings, public=self._parts.builds(Part.FRONT_DOOR)), self._child
        )
        self._make_keys()
        VolumeEncryption("volumes", VolumeEncryptionArgs(key_arn=self._data_key.arn), self._child)
        self._groups = {store: self._database_groups(store) for store in settings.databases}
        self._replicas = self._database_replicas()
        self._backups = {store: self._replicated_backups(store) for store in settings.databases}
        self._buckets = {
            store: ProtectedBucket(
                store,
                bucket_args(settings, self._names, store, self._data_key.arn, reports_role_arn(settings.account_id)),
                self._child,
            )
            for store in all_buckets(settings)
        }
        self._links = self._link(args.primary_provider)
        self._make_servers()
        self._routing = self._route()
        self._protection = self._protected()
        self._watch()
        self.outputs = self._outputs()
        self.register_outputs({})

    def _make_keys(self) -> None:
        settings, names = self._settings, self._names
        self._data_key = ReplicaOfKey(
            "data",
            ReplicaOfKeyArgs(
                primary_key_arn=self._primary.value("dataKeyArn"),
                alias=names.key_alias("data"),
                description="SecureCart's data; replica of the primary Region's key",
                account_id=settings.account_id,
                deletion_window_days=settings.key_deletion_window_days,
                administrator_roles=settings.administrator_roles,
                service_uses=data_key_uses(settings, names),
                statements=data_key_statements(settings, reports_role_arn(settings.account_id)),
                ephemeral=settings.ephemeral,
            ),
            self._child,
        )
        self._topic = AlertTopic("alerts", alert_topic_args(settings, names), self._child)

    def _deletable(self, part: Part) -> bool:
        """Without protection: the stack is one that may go, or the part is on its way out."""
        return self._settings.ephemeral or part in self._parts.retires

    def _database_groups(self, store: str) -> DatabaseGroups:
        args = DatabaseGroupsArgs(
            store=self._settings.databases[store],
            subnet_ids=self._network.subnet_ids,
            role_name=self._names.role_name(f"{store}-monitoring"),
        )
        return DatabaseGroups(store, args, self._child)

    def _database_replicas(self) -> dict[str, ReplicaDatabase]:
        settings = self._settings
        # A promoted database is the only one: no strategy takes it away.
        if not (self._parts.builds(Part.DATABASE_REPLICAS) or settings.database_role is DatabaseRole.PROMOTED):
            return {}
        return {
            store: ReplicaDatabase(
                store,
                ReplicaDatabaseArgs(
                    identifier=self._names.database(store, Role.SECONDARY),
                    store=database,
                    groups=self._groups[store],
                    security_group_id=self._network.data_group_id,
                    key_arn=self._data_key.arn,
                    source_arn=self._primary.value("databases", store, "arn"),
                    role=settings.database_role,
                    ephemeral=self._deletable(Part.DATABASE_REPLICAS),
                ),
                self._child,
            )
            for store, database in settings.databases.items()
        }

    def _replicated_backups(self, store: str) -> ReplicatedBackups:
        settings, database = self._settings, self._settings.databases[store]
        replica = self._replicas.get(store)
        args = ReplicatedBackupsArgs(
            store=database,
            source_arn=self._primary.value("databases", store, "arn"),
            key_arn=self._data_key.arn,
            after=replica.instance if replica else None,
            snapshot_arn=self._primary.value("databases", store, "snapshotArn") if database.snapshot_copy else None,
            snapshot_identifier=self._names.snapshot(store, Role.SECONDARY),
            ephemeral=settings.ephemeral,
        )
        return ReplicatedBackups(store, args, self._child)

    def _link(self, primary_provider: aws.Provider) -> PrimarySideLinks:
        settings = self._settings
        forward: dict[str, BucketReplicationArgs] = {}
        for store, bucket in self._buckets.items():
            # The versioned name makes either direction wait for versioning here, which S3 wants of a destination first.
            here = Side(
                bucket_name=bucket.versioned_bucket_name,
                bucket_arn=bucket.versioned_bucket_name.apply(lambda name: f"arn:aws:s3:::{name}"),
                key_arn=self._data_key.arn,
                region=settings.region,
            )
            there = Side(
                bucket_name=self._primary.value("buckets", store, "name"),
                bucket_arn=self._primary.value("buckets", store, "arn"),
                key_arn=self._primary.value("dataKeyArn"),
                region=settings.other_region,
            )
            forward[store] = self._direction(f"{store}-to-secondary", there, here)
            BucketReplication(f"{store}-to-primary", self._direction(f"{store}-to-primary", here, there), self._child)
        return PrimarySideLinks(
            "links",
            PrimarySideLinksArgs(
                links=settings.links,
                buckets=forward,
                tables=self._table_replicas(),
                primary_provider=primary_provider,
                deletable_tables=self._deletable(Part.TABLE_REPLICAS),
            ),
            self._child,
        )

    def _table_replicas(self) -> dict[str, ReplicatedTable]:
        if not self._parts.builds(Part.TABLE_REPLICAS):
            return {}
        return {
            store: ReplicatedTable(
                arn=self._primary.value("tables", store, "arn"), key_arn=self._data_key.arn, data_class=table.data_class
            )
            for store, table in self._settings.tables.items()
        }

    def _direction(self, name: str, source: Side, destination: Side) -> BucketReplicationArgs:
        """The roles of one direction: of what is written from now on, and of what was there before."""
        role = ReplicationRole(
            name,
            ReplicationRoleArgs(role_name=self._names.role_name(name), source=source, destination=destination),
            self._child,
        )
        batch = BatchReplicationRoleArgs(
            role_name=self._names.role_name(f"{name}-batch"), account_id=self._settings.account_id, source=source
        )
        BatchReplicationRole(name, batch, self._child)
        return BucketReplicationArgs(source=source, destination=destination, role_arn=role.arn)

    def _make_servers(self) -> None:
        settings, names, key_arn = self._settings, self._names, self._data_key.arn
        self._front = (
            front_door(settings, names, self._network, self._child, retires=Part.FRONT_DOOR in self._parts.retires)
            if self._parts.builds(Part.FRONT_DOOR)
            else None
        )
        percent = servers_percent(settings, self._args.decision.strategy)
        self._fleet = (
            fleet(settings, names, self._network, key_arn, self._front, percent=percent, opts=self._child)
            if self._parts.builds(Part.SERVERS)
            else None
        )
        for store, arn in self._links.table_arns.items():
            table = settings.tables[store]
            if table.provisioned:
                scaling = TableScalingArgs(
                    table_name=arn.apply(lambda text: text.rsplit("/", 1)[1]),
                    provisioned=table.provisioned,
                    indexes=tuple(table.indexes),
                )
                TableScaling(store, scaling, self._child)
        if settings.elastic_recovery.enabled:
            blocks = ElasticRecoveryArgs(
                settings=settings.elastic_recovery,
                staging_subnet_id=self._network.subnet_ids[0],
                security_group_id=self._network.application_group_id,
                key_arn=key_arn,
            )
            ElasticRecovery("servers", blocks, self._child)

    def _route(self) -> Routing:
        args = RoutingArgs(
            settings=self._settings,
            decision=self._args.decision,
            parts=self._parts,
            primary=self._primary,
            front=self._front,
            fleet=self._fleet,
            replicas={store: replica.arn for store, replica in self._replicas.items()},
            data_key_arn=self._data_key.arn,
        )
        return Routing("routing", args, self._child)

    def _protected(self) -> RegionProtection:
        """dr's own: after a failover this Region holds the only live copy. Its copies go back to prod's vault."""
        settings, names = self._settings, self._names
        args = RegionProtectionArgs(
            settings=settings,
            data_key_arns=[self._data_key.arn, self._primary.value("dataKeyArn")],
            stores={
                Kind.DATABASES: {
                    names.database(s, Role.SECONDARY): replica.arn for s, replica in self._replicas.items()
                },
                Kind.TABLES: {names.table(s): arn for s, arn in self._links.table_arns.items()},
                Kind.BUCKETS: {names.bucket(s, settings.region): bucket.arn for s, bucket in self._buckets.items()},
            },
            topic_arn=self._topic.arn,
            audit_bucket_name=self._buckets[AUDIT].ready_bucket_name,
            audit_bucket_arn=self._buckets[AUDIT].arn,
            subnet_group_name=next(iter(self._groups.values())).subnet_group_name,
            security_group_id=self._network.data_group_id,
        )
        return RegionProtection("backup", args, self._child)

    def _watch(self) -> None:
        databases = [self._names.database(store, Role.SECONDARY) for store in self._replicas]
        args = RegionWatchArgs(
            settings=self._settings,
            topic_arn=self._topic.arn,
            data_key_arn=self._data_key.arn,
            audit_bucket_name=self._buckets[AUDIT].ready_bucket_name,
            databases=databases,
            replicas=databases if self._settings.database_role is DatabaseRole.REPLICA else (),
            tables=list(self._links.table_arns),
        )
        RegionWatch("watch", args, self._child)

    def _outputs(self) -> dict[str, Any]:
        names, settings, vault = self._names, self._settings, self._protection.vault
        return {
            "recovery": recovery_output(settings, self._args.decision),
            "strategy": self._args.decision.strategy.value,
            "holds": sorted(part.value for part in self._parts.parts),
            "databaseRole": settings.database_role.value,
            "generations": {store: database.generation for store, database in settings.databases.items()},
            "dataKeyArn": self._data_key.arn,
            "alertTopicArn": self._topic.arn,
            "vault": {
                "name": vault.vault_name,
                "arn": agreed("vault", vault.arn, names.vault_arn(Role.SECONDARY)),
                "copyArn": names.vault_arn(Role.PRIMARY),
            },
            "backupPlan": {
                "id": self._protection.plan.plan_id,
                "arn": self._protection.plan.arn,
                "roleArn": self._protection.plan.role_arn,
            },
            "databases": {
                store: {
                    "arn": replica.arn,
                    "identifier": replica.identifier,
                    "endpoint": replica.endpoint,
                    "replicatedBackupsArn": self._backups[store].backups_arn,
                }
                for store, replica in self._replicas.items()
            },
            "tables": {
                store: {"arn": arn, "name": names.table(store)} for store, arn in self._links.table_arns.items()
            },
            "buckets": {
                store: {"arn": b.arn, "name": agreed("bucket", b.bucket_name, names.bucket(store, settings.region))}
                for store, b in self._buckets.items()
            },
            "servers": {"groupName": self._fleet.group_name if self._fleet else None},
            "routing": self._routing.outputs,
            "network": {"vpcId": self._network.vpc_id, "subnetIds": self._network.subnet_ids},
            "links": settings.links.value,
        }
