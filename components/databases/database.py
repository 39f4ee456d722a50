"""RDS databases of the primary Region, and what both Regions need to hold one: subnets and parameters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.network_groups import POSTGRES_PORT
from components.options import store_options
from components.settings import DatabaseStore
from components.tags import store_tags

ADMINISTRATOR = "securecart"
PASSWORD_LENGTH = 40
# The certificate authority that AWS recommends until 2061 (Amazon RDS user guide, SSL/TLS certificates).
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
STORAGE_TYPE = "gp3"
LOG_EXPORTS = ("postgresql", "upgrade")


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Inputs of a database, in either Region."""

    identifier: str
    store: DatabaseStore
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    ephemeral: bool = False


@dataclass(frozen=True, kw_only=True)
class PrimaryDatabaseArgs(DatabaseArgs):
    """Inputs of a database in the primary Region."""

    secret_name: str
    replica_region: str
    """Region that the administrator's secret is replicated to."""


class PrimaryDatabase(pulumi.ComponentResource):
    """A PostgreSQL instance with a standby, point-in-time recovery, and a secret that survives the Region.

    Produces the following resources:
    - `rds.Instance` (protected, deletion protection, final snapshot; automated backups outlive the instance)
    - `rds.SubnetGroup`, `rds.ParameterGroup` (TLS required)
    - `secretsmanager.Secret` (protected, replica in the other Region) and `secretsmanager.SecretVersion`

    Outputs: `arn`, `identifier`, `endpoint` (host:port), `secret_arn`.
    """

    def __init__(self, name: str, args: PrimaryDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:database:PrimaryDatabase", name, None, opts)
        store = args.store
        secret = self._secret(name, args)
        instance = aws.rds.Instance(
            f"{name}-instance",
            identifier=args.identifier,
            engine="postgres",
            engine_version=store.engine_version,
            # Both Regions keep the version that was tested until the configuration names another.
            auto_minor_version_upgrade=False,
            instance_class=store.instance_class,
            storage_type=STORAGE_TYPE,
            allocated_storage=store.allocated_storage_gib,
            max_allocated_storage=store.max_allocated_storage_gib,
            storage_encrypted=True,
            kms_key_id=args.key_arn,
            db_name=database_name(name),
            username=ADMINISTRATOR,
            # From the stored secret, not from the generator: an `up` that failed half-way leaves no two different
            # passwords.
            password=secret.secret_string.apply(lambda text: str(json.loads(text or "{}")["password"])),
            port=POSTGRES_PORT,
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
            # The provider's default would delete every automated backup together with the instance.
            delete_automated_backups=args.ephemeral,
            deletion_protection=not args.ephemeral,
            skip_final_snapshot=args.ephemeral,
            final_snapshot_identifier=None if args.ephemeral else f"{args.identifier}-final",
            tags=store_tags(name, store.data_class),
            # The administrator's password changes by rotation, never because an `up` ran.
            opts=store_options(self, ephemeral=args.ephemeral, ignore_changes=["password"]),
        )
        self.arn: pulumi.Output[str] = instance.arn
        self.identifier: pulumi.Output[str] = instance.identifier
        self.endpoint: pulumi.Output[str] = instance.endpoint
        self.register_outputs({"arn": self.arn, "endpoint": self.endpoint})

    def _secret(self, name: str, args: PrimaryDatabaseArgs) -> aws.secretsmanager.SecretVersion:
        """A secret of our own: RDS's managed password blocks read replicas (docs/adr/0006).

        The replica uses the other Region's `aws/secretsmanager` key: the data key's replica belongs to dr and does
        not exist when prod is deployed first.
        """
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            name=args.secret_name,
            description=f"Administrator of SecureCart's database {name}",
            kms_key_id=args.key_arn,
            replicas=[aws.secretsmanager.SecretReplicaArgs(region=args.replica_region)],
            recovery_window_in_days=0 if args.ephemeral else 30,
            tags=store_tags(name, args.store.data_class),
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        self.secret_arn: pulumi.Output[str] = secret.arn
        token = "aws:secretsmanager/getRandomPassword:getRandomPassword"  # noqa: S105  the token of a function, not a secret
        generated = aws.secretsmanager.get_random_password_output(
            password_length=PASSWORD_LENGTH,
            exclude_punctuation=True,  # RDS refuses / @ " and spaces (CreateDBInstance MasterUserPassword)
            opts=pulumi.InvokeOutputOptions(parent=self, provider=self.get_provider(token)),
        )
        value = pulumi.Output.secret(
            generated.random_password.apply(
                lambda password: json.dumps(
                    {
                        "engine": "postgres",
                        "dbname": database_name(name),
                        "username": ADMINISTRATOR,
                        "password": password,
                    }
                )
            )
        )
        return aws.secretsmanager.SecretVersion(
            f"{name}-secret-value",
            secret_id=secret.id,
            secret_string=value,
            # The generator answers anew on every run; the first answer stays.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString"]),
        )


def database_name(store: str) -> str:
    """PostgreSQL identifiers take no hyphen without quotes."""
    return store.replace("-", "_")


def subnet_group(parent: pulumi.Resource, name: str, subnet_ids: Sequence[pulumi.Input[str]]) -> aws.rds.SubnetGroup:
    """Where RDS may place the database and its standby."""
    return aws.rds.SubnetGroup(
        f"{name}-subnets",
        subnet_ids=list(subnet_ids),
        description=f"Private subnets of {name}",
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def parameter_group(parent: pulumi.Resource, name: str, store: DatabaseStore) -> aws.rds.ParameterGroup:
    """Parameters are regional: a promoted replica needs the same ones, so both Regions make this group."""
    return aws.rds.ParameterGroup(
        f"{name}-parameters",
        family=f"postgres{store.engine_version.split('.')[0]}",
        description=f"Parameters of {name}",
        parameters=[aws.rds.ParameterGroupParameterArgs(name="rds.force_ssl", value="1", apply_method="immediate")],
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
