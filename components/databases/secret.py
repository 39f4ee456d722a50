"""The administrator's password: made once by AWS, kept in a secret that survives the Region."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.settings import DatabaseStore
from components.settings.databases import database_name
from components.tags import store_tags

ADMINISTRATOR = "securecart"
PASSWORD_LENGTH = 40


@dataclass(frozen=True, kw_only=True)
class AdministratorSecretArgs:
    """Inputs of a secret."""

    secret_name: str
    store: DatabaseStore
    key_arn: pulumi.Input[str]
    replica_region: str
    """Region that the secret is replicated to."""
    ephemeral: bool = False


class AdministratorSecret(pulumi.ComponentResource):
    """A secret of our own: RDS's managed password blocks read replicas (docs/adr/0006).

    The replica uses the other Region's `aws/secretsmanager` key: the data key's replica belongs to dr and does not exist when prod
    is deployed first.

    Produces the following resources:
    - `secretsmanager.Secret` (protected, replica in the other Region) and `secretsmanager.SecretVersion`; of an adopted database
      the secret alone: its password is its owner's, who puts it there (PutSecretValue)

    Outputs: `arn`, `password` (secret; None of an adopted database).

    AWS limits:
    - A deleted secret's name stays taken for its recovery window of 7 to 30 days (DeleteSecret).
    - A replica is read-only until it is promoted to a secret of its own (StopReplicationToReplica).

    Cost: a secret, and each replica of it, is billed by month; not priced here.
    """

    def __init__(self, name: str, args: AdministratorSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:databases:AdministratorSecret", name, None, opts)
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
        self.arn: pulumi.Output[str] = secret.arn
        # A generated one would be the wrong password of a database that has one.
        self.password = None if args.store.existing else self._stored(name, args.store, secret)
        self.register_outputs({"arn": self.arn})

    def _stored(self, name: str, store: DatabaseStore, secret: aws.secretsmanager.Secret) -> pulumi.Output[str]:
        version = aws.secretsmanager.SecretVersion(
            f"{name}-secret-value",
            secret_id=secret.id,
            secret_string=self._generated(name, store),
            # The generator answers anew on every run; the first answer stays.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString"]),
        )
        # From the stored secret, not from the generator: an `up` that failed half-way leaves no two different passwords.
        password: pulumi.Output[str] = version.secret_string.apply(
            lambda text: str(json.loads(text or "{}")["password"])
        )
        return password

    def _generated(self, name: str, store: DatabaseStore) -> pulumi.Output[str]:
        token = "aws:secretsmanager/getRandomPassword:getRandomPassword"  # noqa: S105  the token of a function, not a secret
        generated = aws.secretsmanager.get_random_password_output(
            password_length=PASSWORD_LENGTH,
            exclude_punctuation=True,  # RDS refuses / @ " and spaces (CreateDBInstance MasterUserPassword)
            opts=pulumi.InvokeOutputOptions(parent=self, provider=self.get_provider(token)),
        )
        about = {"engine": store.engine.value, "dbname": database_name(name), "username": ADMINISTRATOR}
        return pulumi.Output.secret(
            generated.random_password.apply(lambda password: json.dumps({**about, "password": password}))
        )
