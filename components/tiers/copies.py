"""What the secondary Region holds of every store, by strategy: the data tiers of dr."""

from __future__ import annotations

from dataclasses import dataclass

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
from components.links import PrimarySideLinks, PrimarySideLinksArgs, ReplicatedTable
from components.naming import Names
from components.network import PrivateNetwork
from components.outputs import PrimaryOutputs
from components.protection.reports_role import reports_role_arn
from components.settings import DatabaseRole, Role, Settings
from components.strategy.parts import Part, Secondary
from components.tiers.shared import all_buckets, bucket_args


@dataclass(frozen=True, kw_only=True)
class DataCopiesArgs:
    """Inputs of the copies."""

    settings: Settings
    parts: Secondary
    """The parts that this run builds."""
    primary: PrimaryOutputs
    primary_provider: aws.Provider
    network: PrivateNetwork
    data_key_arn: pulumi.Input[str]


class DataCopies(pulumi.ComponentResource):
    """A copy of every database, table and bucket that can take over, as far as the strategy keeps one.

    Produces the following resources: for each database DatabaseGroups, ReplicatedBackups and, from pilot light on, a
    ReplicaDatabase; for each bucket a ProtectedBucket, a BucketReplication, a ReplicationRole and a BatchReplicationRole of either
    direction; one PrimarySideLinks, with the replicas of the tables from pilot light on.

    Outputs: `groups`, `replicas`, `backups` and `buckets` by store, `table_arns`.

    AWS limits:
    - Of each part: see its own page.

    Cost: of each part.
    """

    def __init__(self, name: str, args: DataCopiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:secondary:DataCopies", name, None, opts)
        self._args, self._settings = args, args.settings
        self._primary, self._parts = args.primary, args.parts
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        settings = self._settings
        self.groups = {store: self._database_groups(store) for store in settings.databases}
        self.replicas = self._database_replicas()
        self.backups = {store: self._replicated_backups(store) for store in settings.databases}
        self.buckets = {
            store: ProtectedBucket(
                store,
                bucket_args(settings, self._names, store, args.data_key_arn, reports_role_arn(settings.account_id)),
                self._child,
            )
            for store in all_buckets(settings)
        }
        self.table_arns: dict[str, pulumi.Output[str]] = self._link(args.primary_provider).table_arns
        self.register_outputs({"tableArns": self.table_arns})

    def _deletable(self, part: Part) -> bool:
        """Without protection: the stack is one that may go, or the part is on its way out."""
        return self._settings.ephemeral or part in self._parts.retires

    def _database_groups(self, store: str) -> DatabaseGroups:
        args = DatabaseGroupsArgs(
            store=self._settings.databases[store],
            subnet_ids=self._args.network.subnet_ids,
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
                    groups=self.groups[store],
                    security_group_id=self._args.network.data_group_id,
                    key_arn=self._args.data_key_arn,
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
        replica = self.replicas.get(store)
        args = ReplicatedBackupsArgs(
            store=database,
            source_arn=self._primary.value("databases", store, "arn"),
            key_arn=self._args.data_key_arn,
            after=replica.instance if replica else None,
            snapshot_arn=self._primary.value("databases", store, "snapshotArn") if database.snapshot_copy else None,
            snapshot_identifier=self._names.snapshot(store, Role.SECONDARY),
            ephemeral=settings.ephemeral,
        )
        return ReplicatedBackups(store, args, self._child)

    def _link(self, primary_provider: aws.Provider) -> PrimarySideLinks:
        settings = self._settings
        forward: dict[str, BucketReplicationArgs] = {}
        for store, bucket in self.buckets.items():
            # The versioned name makes either direction wait for versioning here, which S3 wants of a destination first.
            here = Side(
                bucket_name=bucket.versioned_bucket_name,
                bucket_arn=bucket.versioned_bucket_name.apply(lambda name: f"arn:aws:s3:::{name}"),
                key_arn=self._args.data_key_arn,
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
                arn=self._primary.value("tables", store, "arn"),
                key_arn=self._args.data_key_arn,
                data_class=table.data_class,
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
