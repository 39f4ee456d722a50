"""The primary Region's tier: SecureCart's stores and what protects them. Stands alone; needs nothing of dr."""

from __future__ import annotations

from typing import Any

import pulumi

from components.buckets.bucket import ProtectedBucket
from components.databases.database import PrimaryDatabase, PrimaryDatabaseArgs
from components.keys import MultiRegionKey, MultiRegionKeyArgs, RegionalKey
from components.naming import Names, key_arn_in
from components.network import PrivateNetwork, PrivateNetworkArgs
from components.protection.plan import BackupPlan, BackupPlanArgs
from components.protection.vault import LockedVault
from components.settings import Role
from components.tables.table import ProtectedTable, ProtectedTableArgs
from components.tiers.shared import TierArgs, bucket_args, vault_args, vault_key_args
from components.volumes.encryption import VolumeEncryption, VolumeEncryptionArgs
from components.volumes.snapshots import ServerVolumes, ServerVolumesArgs


class PrimaryTier(pulumi.ComponentResource):
    """Everything of the `prod` stack.

    Produces the following resources: one PrivateNetwork, MultiRegionKey, RegionalKey, LockedVault, BackupPlan and
    VolumeEncryption; one PrimaryDatabase, ProtectedTable, ProtectedBucket or ServerVolumes for each store.

    Outputs: `outputs`, the stack's exports (components/outputs.py).
    """

    def __init__(self, name: str, args: TierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:primary:PrimaryTier", name, None, opts)
        self._settings = settings = args.settings
        self._names = Names(settings=settings)
        self._child = pulumi.ResourceOptions(parent=self)
        self._network = PrivateNetwork(
            "network", PrivateNetworkArgs(cidr_block=settings.network.cidr_block, region=settings.region), self._child
        )
        self._make_keys()
        self._databases = {store: self._database(store) for store in settings.databases}
        self._tables = {store: self._table(store) for store in settings.tables}
        self._buckets = {store: self._bucket(store) for store in settings.buckets}
        VolumeEncryption("volumes", VolumeEncryptionArgs(key_arn=self._data_key.arn), self._child)
        self._volumes = {store: self._server_volumes(store) for store in settings.volumes}
        self._vault = LockedVault("backup", vault_args(settings, self._names, self._vault_key.arn), self._child)
        self._plan = self._backup_plan()
        self.outputs = self._outputs()
        self.register_outputs({})

    def _make_keys(self) -> None:
        settings, names = self._settings, self._names
        self._data_key = MultiRegionKey(
            "data",
            MultiRegionKeyArgs(
                alias=names.key_alias("data"),
                description="SecureCart's data; replicated to the secondary Region",
                replica_region=settings.regions.secondary,
                account_id=settings.account_id,
                deletion_window_days=settings.key_deletion_window_days,
                administrator_roles=settings.administrator_roles,
                ephemeral=settings.ephemeral,
            ),
            self._child,
        )
        self._vault_key = RegionalKey("vault", vault_key_args(settings, names), self._child)

    def _database(self, store: str) -> PrimaryDatabase:
        settings, names = self._settings, self._names
        args = PrimaryDatabaseArgs(
            identifier=names.database(store, Role.PRIMARY),
            store=settings.databases[store],
            subnet_ids=self._network.subnet_ids,
            security_group_id=self._network.data_group_id,
            key_arn=self._data_key.arn,
            secret_name=names.secret(store),
            replica_region=settings.regions.secondary,
            ephemeral=settings.ephemeral,
        )
        return PrimaryDatabase(store, args, self._child)

    def _table(self, store: str) -> ProtectedTable:
        args = ProtectedTableArgs(
            table_name=self._names.table(store),
            store=self._settings.tables[store],
            key_arn=self._data_key.arn,
            ephemeral=self._settings.ephemeral,
        )
        return ProtectedTable(store, args, self._child)

    def _bucket(self, store: str) -> ProtectedBucket:
        return ProtectedBucket(store, bucket_args(self._settings, self._names, store, self._data_key.arn), self._child)

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
        )
        return ServerVolumes(store, args, self._child)

    def _backup_plan(self) -> BackupPlan:
        args = BackupPlanArgs(
            plan_name=self._names.plan(Role.PRIMARY),
            role_name=self._names.role_name("backup"),
            vault_name=self._vault.vault_name,
            copy_vault_arn=self._names.vault_arn(Role.SECONDARY),
            backup=self._settings.backup,
            stores={
                "databases": [database.arn for database in self._databases.values()],
                "tables": [table.arn for table in self._tables.values()],
                "buckets": [bucket.arn for bucket in self._buckets.values()],
                "volumes": [arn for volumes in self._volumes.values() for arn in volumes.arns],
            },
        )
        return BackupPlan("backup", args, self._child)

    def _outputs(self) -> dict[str, Any]:
        return {
            "dataKeyArn": self._data_key.arn,
            "vault": {
                "name": self._vault.vault_name,
                "arn": self._vault.arn,
                "copyArn": self._names.vault_arn(Role.SECONDARY),
            },
            "backupPlan": {"id": self._plan.plan_id, "arn": self._plan.arn, "roleArn": self._plan.role_arn},
            "databases": {
                store: {"arn": d.arn, "identifier": d.identifier, "endpoint": d.endpoint, "secretArn": d.secret_arn}
                for store, d in self._databases.items()
            },
            "tables": {store: {"arn": t.arn, "name": t.table_name} for store, t in self._tables.items()},
            "buckets": {store: {"arn": b.arn, "name": b.bucket_name} for store, b in self._buckets.items()},
            "volumes": {
                store: {"arns": v.arns, "ids": v.volume_ids, "snapshotPolicyArn": v.snapshot_policy_arn}
                for store, v in self._volumes.items()
            },
            "network": {"vpcId": self._network.vpc_id, "subnetIds": self._network.subnet_ids},
        }
