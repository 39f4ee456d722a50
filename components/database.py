"""PostgreSQL on RDS: the primary with its secret, and the parts that a database needs in either Region."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.settings import DatabaseStore
from components.tags import store_tags

ENGINE = "postgres"
STORAGE_TYPE = "gp3"
MASTER_USER = "securecart"
PASSWORD_LENGTH = 40
SECRET_RECOVERY_WINDOW_DAYS = 30
# PostgreSQL logs that RDS can publish (Amazon RDS user guide, "Publishing PostgreSQL logs to Amazon CloudWatch Logs").
LOG_EXPORTS = ("postgresql", "upgrade")


@dataclass(frozen=True, kw_only=True)
class DatabasePlacement:
    """Where an instance lives: regional things, so each Region has its own. `key_arn` must be a key of the same Region."""

    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    ephemeral: bool = False


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """`identifier`: RDS identifier with its generation. `secret_replica_region`: where the master secret is replicated to."""

    store: DatabaseStore
    identifier: str
    placement: DatabasePlacement
    secret_replica_region: str


def database_groups(
    name: str, store: DatabaseStore, subnet_ids: list[pulumi.Output[str]], parent: pulumi.Resource
) -> tuple[aws.rds.SubnetGroup, aws.rds.ParameterGroup]:
    """The subnet group and parameter group of an instance; neither crosses Regions, so a replica has its own."""
    child = pulumi.ResourceOptions(parent=parent)
    subnets = aws.rds.SubnetGroup(
        name, description=f"SecureCart {name}: private subnets in three zones", subnet_ids=subnet_ids, opts=child
    )
    major = store.engine_version.split(".")[0]
    parameters = aws.rds.ParameterGroup(
        name,
        family=f"{ENGINE}{major}",
        description=f"SecureCart {name}: TLS only",
        parameters=[{"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"}],
        opts=child,
    )
    return subnets, parameters


class Database(pulumi.ComponentResource):
    """A Multi-AZ PostgreSQL instance with automated backups and point-in-time recovery.

    Produces the following resources:
    - a secret with the master credentials, replicated to the other Region, and its first version
    - a subnet group over three zones and a parameter group that demands TLS
    - the RDS instance: Multi-AZ, encrypted with the data key, private, protected against deletion, final snapshot kept

    Outputs: `arn`, `identifier`, `endpoint` (host:port), `secret_arn`.
    """

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:rds:Database", name, None, opts)
        store, placement = args.store, args.placement
        credentials = self._credentials(name, args)
        subnets, parameters = database_groups(name, store, placement.subnet_ids, self)
        instance = aws.rds.Instance(
            name,
            identifier=args.identifier,
            engine=ENGINE,
            engine_version=store.engine_version,
            instance_class=store.instance_class,
            allocated_storage=store.allocated_storage_gib,
            max_allocated_storage=store.max_allocated_storage_gib,
            storage_type=STORAGE_TYPE,
            storage_encrypted=True,
            kms_key_id=placement.key_arn,
            # PostgreSQL identifiers allow no hyphen unquoted.
            db_name=name.replace("-", "_"),
            username=MASTER_USER,
            password=credentials.secret_string.apply(_password),
            multi_az=True,
            db_subnet_group_name=subnets.name,
            parameter_group_name=parameters.name,
            vpc_security_group_ids=[placement.security_group_id],
            publicly_accessible=False,
            backup_retention_period=store.backup_retention_days,
            backup_window=store.backup_window,
            maintenance_window=store.maintenance_window,
            copy_tags_to_snapshot=True,
            # The provider's default is true: deleting an instance would delete the backups one wants most at that moment.
            delete_automated_backups=placement.ephemeral,
            deletion_protection=not placement.ephemeral,
            skip_final_snapshot=placement.ephemeral,
            final_snapshot_identifier=None if placement.ephemeral else f"{args.identifier}-final",
            auto_minor_version_upgrade=True,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            tags=store_tags(name, store.data_class),
            opts=store_options(self, ephemeral=placement.ephemeral),
        )
        self.arn: pulumi.Output[str] = instance.arn
        self.identifier: pulumi.Output[str] = instance.identifier
        self.endpoint: pulumi.Output[str] = instance.endpoint
        self.secret_arn: pulumi.Output[str] = credentials.secret_id
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint, "secretArn": self.secret_arn})

    def _credentials(self, name: str, args: DatabaseArgs) -> aws.secretsmanager.SecretVersion:
        """The master credentials, made by AWS once (docs/adr/0006)."""
        placement = args.placement
        password = aws.secretsmanager.get_random_password_output(
            password_length=PASSWORD_LENGTH, exclude_punctuation=True, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        secret = aws.secretsmanager.Secret(
            f"{name}-master",
            name=f"{args.identifier}/master",
            description=f"Master credentials of {args.identifier}",
            kms_key_id=placement.key_arn,
            # The replica uses the AWS managed key of its Region: dr's replica of the data key does not exist when prod is first
            # deployed, and Secrets Manager checks the key when it replicates (ReplicateSecretToRegions).
            replicas=[{"region": args.secret_replica_region}],
            recovery_window_in_days=0 if placement.ephemeral else SECRET_RECOVERY_WINDOW_DAYS,
            tags=store_tags(name, args.store.data_class),
            opts=store_options(self, ephemeral=placement.ephemeral),
        )
        return aws.secretsmanager.SecretVersion(
            f"{name}-master",
            secret_id=secret.arn,
            secret_string=pulumi.Output.secret(
                pulumi.Output.json_dumps(
                    {"dbname": name.replace("-", "_"), "engine": ENGINE, "password": password.random_password, "username": MASTER_USER}
                )
            ),
            # Every run draws another random password; only the first may ever be written.
            opts=store_options(self, ephemeral=placement.ephemeral, ignore_changes=["secretString"]),
        )


def _password(credentials: str) -> str:
    return str(json.loads(credentials)["password"])
