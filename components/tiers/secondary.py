"""The secondary Region's tier: a copy of every store that can take over, and backups of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.buckets.bucket import ProtectedBucket
from components.buckets.replication import (
    BucketReplication,
    BucketReplicationArgs,
    ReplicationRole,
    ReplicationRoleArgs,
    Side,
)
from components.databases.replica import ReplicaDatabase, ReplicaDatabaseArgs
from components.keys import RegionalKey, ReplicaOfKey, ReplicaOfKeyArgs
from components.links import PrimarySideLinks, PrimarySideLinksArgs, ReplicatedTable
from components.naming import Names
from components.network import PrivateNetwork, PrivateNetworkArgs
from components.outputs import PrimaryOutputs, agreed
from components.protection.plan import BackupPlan, BackupPlanArgs
from components.protection.vault import LockedVault
from components.settings import Role
from components.tiers.shared import TierArgs, bucket_args, vault_args, vault_key_args
from components.volumes.encryption import VolumeEncryption, VolumeEncryptionArgs


@dataclass(frozen=True, kw_only=True)
class SecondaryTierArgs(TierArgs):
    """Inputs of the secondary tier."""

    primary: PrimaryOutputs
    primary_provider: aws.Provider


class SecondaryTier(pulumi.ComponentResource):
    """Everything of the `dr` stack.

    Produces the following resources: one PrivateNetwork, ReplicaOfKey, RegionalKey, LockedVault, BackupPlan,
    VolumeEncryption and PrimarySideLinks; for each database a ReplicaDatabase; for each bucket a ProtectedBucket, a
    BucketReplication and a ReplicationRole of either direction.

    Outputs: `outputs`, the stack's exports (components/outputs.py).
    """

    def __init__(self, name: str, args: SecondaryTierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:secondary:SecondaryTier", name, None, opts)
        self._settings = settings = args.settings
        self._primary = args.primary
        self._names = Names(settings=settings)
        self._child = pulumi.ResourceOptions(parent=self)
        self._network = PrivateNetwork(
            "network", PrivateNetworkArgs(cidr_block=settings.network.cidr_block, region=settings.region), self._child
        )
        self._make_keys()
        VolumeEncryption("volumes", VolumeEncryptionArgs(key_arn=self._data_key.arn), self._child)
        self._databases = {store: self._database(store) for store in settings.databases}
        self._buckets = {
            store: ProtectedBucket(store, bucket_args(settings, self._names, store, self._data_key.arn), self._child)
            for store in settings.buckets
        }
        self._links = self._link(args.primary_provider)
        self._vault = LockedVault("backup", vault_args(settings, self._names, self._vault_key.arn), self._child)
        self._plan = self._backup_plan()
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
                ephemeral=settings.ephemeral,
            ),
            self._child,
        )
        self._vault_key = RegionalKey("vault", vault_key_args(settings, names), self._child)

    def _database(self, store: str) -> ReplicaDatabase:
        settings = self._settings
        args = ReplicaDatabaseArgs(
            identifier=self._names.database(store, Role.SECONDARY),
            store=settings.databases[store],
            subnet_ids=self._network.subnet_ids,
            security_group_id=self._network.data_group_id,
            key_arn=self._data_key.arn,
            source_arn=self._primary.value("databases", store, "arn"),
            ephemeral=settings.ephemeral,
        )
        return ReplicaDatabase(store, args, self._child)

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
        tables = {
            store: ReplicatedTable(
                arn=self._primary.value("tables", store, "arn"), key_arn=self._data_key.arn, data_class=table.data_class
            )
            for store, table in settings.tables.items()
        }
        args = PrimarySideLinksArgs(
            links=settings.links,
            buckets=forward,
            tables=tables,
            primary_provider=primary_provider,
            ephemeral=settings.ephemeral,
        )
        return PrimarySideLinks("links", args, self._child)

    def _direction(self, name: str, source: Side, destination: Side) -> BucketReplicationArgs:
        role = ReplicationRole(
            name,
            ReplicationRoleArgs(role_name=self._names.role_name(name), source=source, destination=destination),
            self._child,
        )
        return BucketReplicationArgs(source=source, destination=destination, role_arn=role.arn)

    def _backup_plan(self) -> BackupPlan:
        """dr's own plan: after a failover this Region holds the only live copy. Its copies go back to prod's vault."""
        args = BackupPlanArgs(
            plan_name=self._names.plan(Role.SECONDARY),
            role_name=self._names.role_name("backup"),
            vault_name=self._vault.vault_name,
            copy_vault_arn=self._names.vault_arn(Role.PRIMARY),
            backup=self._settings.backup,
            stores={
                "databases": [database.arn for database in self._databases.values()],
                "tables": list(self._links.table_arns.values()),
                "buckets": [bucket.arn for bucket in self._buckets.values()],
            },
        )
        return BackupPlan("backup", args, self._child)

    def _outputs(self) -> dict[str, Any]:
        names, settings = self._names, self._settings
        return {
            "dataKeyArn": self._data_key.arn,
            "vault": {
                "name": self._vault.vault_name,
                "arn": agreed("vault", self._vault.arn, names.vault_arn(Role.SECONDARY)),
                "copyArn": names.vault_arn(Role.PRIMARY),
            },
            "backupPlan": {"id": self._plan.plan_id, "arn": self._plan.arn, "roleArn": self._plan.role_arn},
            "databases": {
                store: {
                    "arn": d.arn,
                    "identifier": d.identifier,
                    "endpoint": d.endpoint,
                    "replicatedBackupsArn": d.backups_arn,
                }
                for store, d in self._databases.items()
            },
            "tables": {
                store: {"arn": arn, "name": names.table(store)} for store, arn in self._links.table_arns.items()
            },
            "buckets": {
                store: {"arn": b.arn, "name": agreed("bucket", b.bucket_name, names.bucket(store, settings.region))}
                for store, b in self._buckets.items()
            },
            "network": {"vpcId": self._network.vpc_id, "subnetIds": self._network.subnet_ids},
            "links": settings.links.value,
        }
