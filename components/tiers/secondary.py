"""The secondary Region's tier: what the strategy keeps of every store, ready to take over, and backups of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.keys import ReplicaOfKey, ReplicaOfKeyArgs
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
from components.tiers.copies import DataCopies, DataCopiesArgs
from components.tiers.protected import RegionProtection, RegionProtectionArgs
from components.tiers.routed import Routing, RoutingArgs
from components.tiers.serving import fleet, front_door
from components.tiers.shared import (
    TierArgs,
    alert_topic_args,
    data_key_statements,
    data_key_uses,
    network_args,
)
from components.tiers.watched import RegionWatch, RegionWatchArgs
from components.volumes.encryption import VolumeEncryption, VolumeEncryptionArgs
from components.volumes.policy import SnapshotPolicyArgs, VolumeSnapshots
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

    Produces the following resources: one PrivateNetwork, ReplicaOfKey, AlertTopic, VolumeEncryption, DataCopies, Routing,
    RegionProtection and RegionWatch; from pilot light on a ServerFleet with its VolumeSnapshots, from warm standby on a FrontDoor;
    a TableScaling for each replica with provisioned capacity, and ElasticRecovery where it is enabled.

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
        copies = DataCopiesArgs(
            settings=settings,
            parts=args.secondary,
            primary=args.primary,
            primary_provider=args.primary_provider,
            network=self._network,
            data_key_arn=self._data_key.arn,
        )
        self._copies = DataCopies("copies", copies, self._child)
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
        if self._fleet and (store := settings.servers.volume_store):
            self._server_snapshots(store)
        for store, arn in self._copies.table_arns.items():
            table = settings.tables[store]
            if table.provisioned:
                scaling = TableScalingArgs(
                    # Waits until the replica is in this Region.
                    table_name=pulumi.Output.all(names.table(store), arn).apply(lambda made: str(made[0])),
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

    def _server_snapshots(self, store: str) -> None:
        """Of the servers that run here; after a failover they are the ones that change."""
        settings = self._settings
        snapshots = SnapshotPolicyArgs(
            store=settings.volumes[store],
            key_arn=self._data_key.arn,
            copy_region=settings.other_region,
            copy_key_arn=self._primary.value("dataKeyArn"),
            role_name=self._names.role_name(f"{store}-snapshots"),
            account_id=settings.account_id,
        )
        VolumeSnapshots(store, snapshots, self._child)

    def _route(self) -> Routing:
        args = RoutingArgs(
            settings=self._settings,
            decision=self._args.decision,
            parts=self._parts,
            primary=self._primary,
            front=self._front,
            fleet=self._fleet,
            replicas={store: replica.arn for store, replica in self._copies.replicas.items()},
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
                    names.database(s, Role.SECONDARY): replica.arn for s, replica in self._copies.replicas.items()
                },
                Kind.TABLES: {names.table(s): arn for s, arn in self._copies.table_arns.items()},
                Kind.BUCKETS: {
                    names.bucket(s, settings.region): bucket.arn for s, bucket in self._copies.buckets.items()
                },
            },
            topic_arn=self._topic.arn,
            audit_bucket_name=self._copies.buckets[AUDIT].ready_bucket_name,
            audit_bucket_arn=self._copies.buckets[AUDIT].arn,
            subnet_group_name=next(iter(self._copies.groups.values())).subnet_group_name,
            security_group_id=self._network.data_group_id,
        )
        return RegionProtection("backup", args, self._child)

    def _watch(self) -> None:
        databases = [self._names.database(store, Role.SECONDARY) for store in self._copies.replicas]
        args = RegionWatchArgs(
            settings=self._settings,
            topic_arn=self._topic.arn,
            data_key_arn=self._data_key.arn,
            audit_bucket_name=self._copies.buckets[AUDIT].ready_bucket_name,
            databases=databases,
            replicas=databases if self._settings.database_role is DatabaseRole.REPLICA else (),
            tables=list(self._copies.table_arns),
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
                    "replicatedBackupsArn": self._copies.backups[store].backups_arn,
                }
                for store, replica in self._copies.replicas.items()
            },
            "tables": {
                store: {"arn": arn, "name": names.table(store)} for store, arn in self._copies.table_arns.items()
            },
            "buckets": {
                store: {"arn": b.arn, "name": agreed("bucket", b.bucket_name, names.bucket(store, settings.region))}
                for store, b in self._copies.buckets.items()
            },
            "servers": {"groupName": self._fleet.group_name if self._fleet else None},
            "routing": self._routing.outputs,
            "network": {"vpcId": self._network.vpc_id, "subnetIds": self._network.subnet_ids},
            "links": settings.links.value,
        }
