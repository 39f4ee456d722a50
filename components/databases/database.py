"""RDS databases of the primary Region (rows 1, 2 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.databases.engines import ENGINES, port_of
from components.databases.groups import DatabaseGroups
from components.databases.secret import ADMINISTRATOR
from components.options import store_options
from components.settings import DatabaseStore
from components.settings.databases import database_name
from components.tags import store_tags

# The certificate authority that AWS recommends until 2061 (Amazon RDS user guide, SSL/TLS certificates).
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
STORAGE_TYPE = "gp3"
# What an adopted instance keeps as it is. The first five cannot change without another instance (terraform-provider-aws,
# aws_db_instance, ForceNew), the others not without a move to our network, a restart or another size: its owner's to decide.
ADOPTED_KEEPS = (
    "dbName",
    "engine",
    "kmsKeyId",
    "storageEncrypted",
    "username",
    "allocatedStorage",
    "caCertIdentifier",
    "dbSubnetGroupName",
    "engineVersion",
    "instanceClass",
    "iops",
    "maxAllocatedStorage",
    "monitoringInterval",
    "monitoringRoleArn",
    "parameterGroupName",
    "performanceInsightsKmsKeyId",
    "port",
    "storageThroughput",
    "storageType",
    "vpcSecurityGroupIds",
)


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Inputs of a database, in either Region."""

    identifier: str
    store: DatabaseStore
    groups: DatabaseGroups
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    ephemeral: bool = False

    def instance(self, name: str) -> aws.rds.InstanceArgs:
        """What an instance has in either Region: a promoted replica keeps these, so it must have them from the beginning."""
        store = self.store
        return aws.rds.InstanceArgs(
            identifier=self.identifier,
            # Both Regions keep the version that was tested until the configuration names another.
            auto_minor_version_upgrade=False,
            instance_class=store.instance_class,
            storage_type=STORAGE_TYPE,
            max_allocated_storage=store.max_allocated_storage_gib,
            iops=store.iops,
            storage_throughput=store.throughput_mib,
            storage_encrypted=True,
            kms_key_id=self.key_arn,
            multi_az=True,
            publicly_accessible=False,
            db_subnet_group_name=self.groups.subnet_group_name,
            vpc_security_group_ids=[self.security_group_id],
            parameter_group_name=self.groups.parameter_group_name,
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            iam_database_authentication_enabled=True,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=self.key_arn,
            performance_insights_retention_period=store.insights_retention_days,
            # Without enhanced monitoring neither is said: RDS refuses a role together with an interval of 0.
            monitoring_interval=store.monitoring_interval_seconds or None,
            monitoring_role_arn=self.groups.monitoring_role_arn,
            enabled_cloudwatch_logs_exports=list(ENGINES[store.engine].log_exports),
            backup_retention_period=store.backup_retention_days,
            backup_window=store.backup_window,
            maintenance_window=store.maintenance_window,
            copy_tags_to_snapshot=True,
            # The provider's default would delete every automated backup together with the instance.
            delete_automated_backups=self.ephemeral,
            deletion_protection=not self.ephemeral,
            tags=store_tags(name, store.data_class),
        )


@dataclass(frozen=True, kw_only=True)
class PrimaryDatabaseArgs(DatabaseArgs):
    """Inputs of a database in the primary Region."""

    password: pulumi.Input[str] | None
    """None for an adopted instance, whose password is its owner's."""
    imports: bool = False
    """True takes an instance of that identifier, which exists already, into the state as it is."""


class PrimaryDatabase(pulumi.ComponentResource):
    """An instance with a standby in another zone and recovery to any second of `backup_retention_days`.

    An adopted instance (`existing`) gets the standby, the backups and their windows, the protections, the log exports and IAM
    authentication; it keeps its engine, size, network, parameters, administrator and key. Its engine and version are stated as they
    are: the parameters of its replica follow them. What adoption cannot do: encrypt. An instance without encryption must be
    restored from an encrypted copy of a snapshot (Amazon RDS user guide, "Encrypting Amazon RDS resources"), which the policy pack
    says and this program never does by itself.

    Produces the following resources:
    - `rds.Instance` (Multi-AZ, encrypted with our key, protected, deletion protection, final snapshot; automated backups outlive
      the instance)
    - `rds.Snapshot` of this generation, where `snapshotCopy` asks for one

    Outputs: `arn`, `identifier`, `endpoint` (host:port), `snapshot_arn` (None without one).

    AWS limits:
    - Automated backups are kept 35 days at most; 0 turns them, and every replica, off (CreateDBInstance BackupRetentionPeriod).
    - Backup and maintenance window must not overlap (CreateDBInstance PreferredBackupWindow).
    - Storage of 400 GiB and more takes IOPS and throughput of your own (Amazon RDS user guide, gp3 storage).

    Cost: a db.t3.large with a standby about $199 a month, without about $99; backup storage beyond the size of the database $0.095
    a GB and month.
    """

    def __init__(self, name: str, args: PrimaryDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:database:PrimaryDatabase", name, None, opts)
        store = args.store
        described = args.instance(name)
        described.engine = store.engine.value
        described.engine_version = store.version
        described.allocated_storage = store.allocated_storage_gib
        described.db_name = database_name(name)
        described.username = ADMINISTRATOR
        described.password = args.password
        described.port = port_of(store.engine)
        described.skip_final_snapshot = args.ephemeral
        described.final_snapshot_identifier = None if args.ephemeral else f"{args.identifier}-final"
        instance = aws.rds.Instance(
            f"{name}-instance",
            described,
            opts=store_options(
                self,
                ephemeral=args.ephemeral,
                # The administrator's password changes by rotation, never because an `up` ran.
                ignore_changes=["password", *(ADOPTED_KEEPS if store.existing else ())],
                imports=args.identifier if args.imports else None,
            ),
        )
        self.arn: pulumi.Output[str] = instance.arn
        self.identifier: pulumi.Output[str] = instance.identifier
        self.endpoint: pulumi.Output[str] = instance.endpoint
        self.snapshot_arn: pulumi.Output[str] | None = None
        if store.snapshot_copy:
            snapshot = aws.rds.Snapshot(
                f"{name}-snapshot",
                db_instance_identifier=instance.identifier,
                db_snapshot_identifier=f"{args.identifier}-baseline",
                tags=store_tags(name, store.data_class),
                opts=store_options(self, ephemeral=args.ephemeral),
            )
            self.snapshot_arn = snapshot.db_snapshot_arn
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})
