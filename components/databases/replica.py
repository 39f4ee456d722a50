"""What the secondary Region holds of a database: a replica to promote.

And backups to restore from when the replica is wrong too.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.databases.database import (
    CERTIFICATE_AUTHORITY,
    LOG_EXPORTS,
    STORAGE_TYPE,
    DatabaseArgs,
    parameter_group,
    subnet_group,
)
from components.options import store_options
from components.tags import store_tags


@dataclass(frozen=True, kw_only=True)
class ReplicaDatabaseArgs(DatabaseArgs):
    """Inputs of a cross-Region replica."""

    source_arn: pulumi.Input[str]


class ReplicaDatabase(pulumi.ComponentResource):
    """A cross-Region read replica that can be promoted, with the source's automated backups replicated beside it.

    A replica repeats every mistake of its source within seconds; the replicated backups go back to a second before it
    (row 3).

    Produces the following resources:
    - `rds.Instance` (replica of `source_arn`, protected, deletion protection). Backups and Multi-AZ are on before any
      promotion, since a promoted instance keeps what its replica had (Amazon RDS user guide, promoting a read
      replica). No final snapshot: RDS takes none of a replica, and asking for one makes its deletion fail
      (terraform-provider-aws#4276).
    - `rds.InstanceAutomatedBackupsReplication` (at most 20 an account and Region, Amazon RDS user guide)
    - `rds.SubnetGroup`, `rds.ParameterGroup`

    Outputs: `arn`, `identifier`, `endpoint`, `backups_arn` (of the replicated automated backups).
    """

    def __init__(self, name: str, args: ReplicaDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:database:ReplicaDatabase", name, None, opts)
        store = args.store
        replica = aws.rds.Instance(
            f"{name}-replica",
            identifier=args.identifier,
            # Across Regions the source is an ARN, and the key one of the destination (CreateDBInstanceReadReplica).
            replicate_source_db=args.source_arn,
            kms_key_id=args.key_arn,
            storage_encrypted=True,
            instance_class=store.instance_class,
            storage_type=STORAGE_TYPE,
            max_allocated_storage=store.max_allocated_storage_gib,
            auto_minor_version_upgrade=False,
            multi_az=True,
            publicly_accessible=False,
            db_subnet_group_name=subnet_group(self, name, args.subnet_ids).name,
            vpc_security_group_ids=[args.security_group_id],
            parameter_group_name=parameter_group(self, name, store).name,
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            backup_retention_period=store.backup_retention_days,
            backup_window=store.backup_window,
            maintenance_window=store.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=args.ephemeral,
            deletion_protection=not args.ephemeral,
            skip_final_snapshot=True,
            tags=store_tags(name, store.data_class),
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        backups = aws.rds.InstanceAutomatedBackupsReplication(
            f"{name}-backups",
            source_db_instance_arn=args.source_arn,
            kms_key_id=args.key_arn,
            retention_period=store.backup_retention_days,
            # Both put the source into `modifying`; RDS refuses the second call meanwhile
            # (terraform-provider-aws#46687).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[replica], protect=not args.ephemeral),
        )
        self.arn: pulumi.Output[str] = replica.arn
        self.identifier: pulumi.Output[str] = replica.identifier
        self.endpoint: pulumi.Output[str] = replica.endpoint
        self.backups_arn: pulumi.Output[str] = backups.id
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})
