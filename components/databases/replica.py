"""What the secondary Region holds of a database: a replica to promote, and backups to restore from when it is wrong too (row 3)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.databases.database import DatabaseArgs
from components.databases.secret import ADMINISTRATOR
from components.options import store_options
from components.settings import DatabaseRole, DatabaseStore
from components.settings.databases import database_name
from components.tags import store_tags


@dataclass(frozen=True, kw_only=True)
class ReplicaDatabaseArgs(DatabaseArgs):
    """Inputs of a cross-Region replica."""

    source_arn: pulumi.Input[str]
    role: DatabaseRole = DatabaseRole.REPLICA
    """`promoted` once a failover made it a database of its own."""


class ReplicaDatabase(pulumi.ComponentResource):
    """A cross-Region read replica that can be promoted; after a failover, the database.

    Promotion is never this program's doing: the failover promotes by the API, then `databaseRole` says so. From then on
    the instance is described as the database that it became. After a refresh the next update changes nothing at AWS: it notes in
    the state that a deletion would now leave a final snapshot, and the provider makes no call for that.

    Produces the following resources:
    - `rds.Instance` (replica of `source_arn`, protected, deletion protection). Backups and Multi-AZ are on before any promotion,
      since a promoted instance keeps what its replica had (Amazon RDS user guide, promoting a read replica). A replica asks for no
      final snapshot: RDS takes none of it, and asking makes its deletion fail (terraform-provider-aws#4276).

    Outputs: `arn`, `identifier`, `endpoint`.

    AWS limits:
    - An encrypted replica in another Region needs a key of that Region, and its source an ARN (CreateDBInstanceReadReplica).
    - Credentials, engine and storage come from the source and are refused on a replica.
    - A promoted instance cannot become a replica again; the way back is a new one (docs/adr/0013).

    Cost: as the primary; the transfer of changes to the other Region $0.02 a GB.
    """

    def __init__(self, name: str, args: ReplicaDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:database:ReplicaDatabase", name, None, opts)
        store = args.store
        promoted = args.role is DatabaseRole.PROMOTED
        # Of an adopted source these are its owner's: left out, the provider takes what RDS reports.
        described = promoted and not store.existing
        keeps_snapshot = promoted and not args.ephemeral
        wanted = args.instance(name)
        wanted.replicate_source_db = None if promoted else args.source_arn
        # A replica has these from its source, and RDS refuses to be told; a database of its own is described by them.
        wanted.engine = store.engine.value if promoted else None
        wanted.engine_version = store.version if described else None
        wanted.allocated_storage = store.allocated_storage_gib if described else None
        wanted.db_name = database_name(name) if described else None
        wanted.username = ADMINISTRATOR if described else None
        wanted.skip_final_snapshot = not keeps_snapshot
        wanted.final_snapshot_identifier = f"{args.identifier}-final" if keeps_snapshot else None
        instance = aws.rds.Instance(
            f"{name}-replica",
            wanted,
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        self.instance = instance
        self.arn: pulumi.Output[str] = instance.arn
        self.identifier: pulumi.Output[str] = instance.identifier
        self.endpoint: pulumi.Output[str] = instance.endpoint
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})


@dataclass(frozen=True, kw_only=True)
class ReplicatedBackupsArgs:
    """Inputs of the backups of one database in the other Region."""

    store: DatabaseStore
    source_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    after: pulumi.Resource | None = None
    """The replica of the same source, where there is one."""
    snapshot_arn: pulumi.Input[str] | None = None
    """A snapshot of the source to copy here."""
    snapshot_identifier: str = ""
    ephemeral: bool = False


class ReplicatedBackups(pulumi.ComponentResource):
    """A replica repeats every mistake of its source within seconds; these go back to a second before it.

    Produces the following resources:
    - `rds.InstanceAutomatedBackupsReplication`, unless the store has `replicatedBackups: false`
    - `rds.SnapshotCopy`, encrypted with this Region's key, where `snapshotCopy` asks for one

    Outputs: `backups_arn` (None without replicated backups).

    AWS limits:
    - 20 an account and Region (Amazon RDS user guide); components/settings/databases.py refuses more.
    - Kept 1 to 35 days; the restorable time trails by 5 to 30 minutes.
    - Two of these calls at once on one source fail: it is `modifying` meanwhile (terraform-provider-aws#46687).

    Cost: $0.095 a GB and month, and the transfer $0.02 a GB.
    """

    def __init__(self, name: str, args: ReplicatedBackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:databases:ReplicatedBackups", name, None, opts)
        after = [args.after] if args.after else []
        self.backups_arn: pulumi.Output[str] | None = None
        if args.store.replicated_backups:
            backups = aws.rds.InstanceAutomatedBackupsReplication(
                f"{name}-backups",
                source_db_instance_arn=args.source_arn,
                kms_key_id=args.key_arn,
                retention_period=args.store.backup_retention_days,
                opts=store_options(self, ephemeral=args.ephemeral, depends_on=after),
            )
            self.backups_arn = backups.id
        if args.snapshot_arn is not None:
            aws.rds.SnapshotCopy(
                f"{name}-snapshot",
                source_db_snapshot_identifier=args.snapshot_arn,
                target_db_snapshot_identifier=args.snapshot_identifier,
                kms_key_id=args.key_arn,
                copy_tags=True,
                tags=store_tags(name, args.store.data_class),
                opts=store_options(self, ephemeral=args.ephemeral),
            )
        self.register_outputs({"backupsArn": self.backups_arn})
