"""The secondary Region's side of a database: a read replica that can be promoted, and replicated automated backups."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.database import STORAGE_TYPE, DatabasePlacement, database_groups
from components.options import store_options
from components.settings import DatabaseStore
from components.tags import store_tags


@dataclass(frozen=True, kw_only=True)
class DatabaseReplicaArgs:
    """`source_arn`: ARN of prod's instance (a cross-Region source is named by ARN). `identifier`: the replica's own."""

    store: DatabaseStore
    source_arn: pulumi.Input[str]
    identifier: str
    placement: DatabasePlacement


class DatabaseReplica(pulumi.ComponentResource):
    """What survives the primary Region of one database.

    Produces the following resources:
    - a subnet group and a parameter group of this Region
    - a cross-Region read replica, encrypted with this Region's key, with its own backups on so that it can be promoted at once
      (Amazon RDS user guide, "Promoting a read replica")
    - the source's automated backups replicated here: point-in-time recovery in this Region even if the replica carries a corruption

    Outputs: `arn`, `identifier`, `endpoint`, `replicated_backups_arn`.
    """

    def __init__(self, name: str, args: DatabaseReplicaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:rds:DatabaseReplica", name, None, opts)
        store, placement = args.store, args.placement
        subnets, parameters = database_groups(name, store, placement.subnet_ids, self)
        replica = aws.rds.Instance(
            name,
            identifier=args.identifier,
            # Engine, version, credentials and database name come from the source and must not be set (CreateDBInstanceReadReplica).
            replicate_source_db=args.source_arn,
            instance_class=store.instance_class,
            max_allocated_storage=store.max_allocated_storage_gib,
            storage_type=STORAGE_TYPE,
            storage_encrypted=True,
            kms_key_id=placement.key_arn,
            multi_az=True,
            db_subnet_group_name=subnets.name,
            parameter_group_name=parameters.name,
            vpc_security_group_ids=[placement.security_group_id],
            publicly_accessible=False,
            backup_retention_period=store.backup_retention_days,
            backup_window=store.backup_window,
            maintenance_window=store.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=placement.ephemeral,
            deletion_protection=not placement.ephemeral,
            # RDS takes no final snapshot of a replica: asking for one makes the delete fail (terraform-provider-aws#4276).
            skip_final_snapshot=True,
            auto_minor_version_upgrade=True,
            tags=store_tags(name, store.data_class),
            opts=store_options(self, ephemeral=placement.ephemeral),
        )
        backups = aws.rds.InstanceAutomatedBackupsReplication(
            name,
            source_db_instance_arn=args.source_arn,
            kms_key_id=placement.key_arn,
            retention_period=store.backup_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = replica.arn
        self.identifier: pulumi.Output[str] = replica.identifier
        self.endpoint: pulumi.Output[str] = replica.endpoint
        self.replicated_backups_arn: pulumi.Output[str] = backups.id
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})
