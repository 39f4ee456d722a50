"""The deployed estate with something in it, ears on its alerts, and what an attacker would call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.engine.estate import PRIMARY, SECONDARY, Estate

ACCOUNT = "123456789012"
ROLES = {PRIMARY: "primary", SECONDARY: "secondary"}
WHY = ("--reason", "an attack is rehearsed", "--approve", "--json")
ITEMS = {f"o{n}": f"paid {n}" for n in range(25)}
OBJECTS = {f"2026/{n}.pdf": f"invoice {n}".encode() for n in range(5)}
TABLE = "securecart-order-history"
Clients = Callable[[str, str], Any]


@dataclass
class Attacked:
    """What was deployed, and what was backed up before the attack."""

    estate: Estate
    made: dict[tuple[str, str], Any] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    """By store: of the primary Region's vault."""
    copies: dict[str, str] = field(default_factory=dict)
    """The same, of the secondary Region's."""

    def build(self) -> Attacked:
        self.done("up", "--json")
        dynamodb, s3 = self.root("dynamodb", PRIMARY), self.root("s3", PRIMARY)
        for order, state in ITEMS.items():
            item = {"orderId": {"S": order}, "changedAt": {"S": "2026"}, "state": {"S": state}}
            dynamodb.put_item(TableName=TABLE, Item=item)
        for key, body in OBJECTS.items():
            s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        for kind, store in (("table", "order-history"), ("bucket", "invoices")):
            (self.points[store],) = self.done("backup", "now", kind, store, *WHY)["recoveryPoints"].values()
            (self.copies[store],) = self.done("copy", self.points[store], *WHY)["recoveryPoints"].values()
        self.listen()
        return self

    def root(self, service: str, region: str) -> Any:
        """A client of the account's root user (keys of no user and no role)."""
        if (service, region) not in self.made:
            self.made[service, region] = self.estate.client(service, region)
        return self.made[service, region]

    @cached_property
    def analyst(self) -> Clients:
        """A role that is none of `administratorRoles`."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/analyst"
        self.root("iam", PRIMARY).create_role(
            RoleName="analyst", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
        )
        keys = self.root("sts", PRIMARY).assume_role(RoleArn=arn, RoleSessionName="attack")["Credentials"]
        return lambda service, region: boto3.client(
            service, region_name=region, endpoint_url=self.estate.exports["AWS_ENDPOINT_URL"],
            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )  # fmt: skip

    def done(self, *arguments: str) -> dict[str, Any]:
        finished = self.estate.securecart(*arguments)
        assert finished.code == 0, finished.text[-6000:]
        return dict(finished.json())

    def listen(self) -> None:
        """A queue at the alert topic of either Region: a subscriber like any other."""
        for region in ROLES:
            sns, sqs = self.root("sns", region), self.root("sqs", region)
            (topic,) = [one["TopicArn"] for one in sns.list_topics()["Topics"] if one["TopicArn"].endswith("alerts")]
            self.queues[region] = sqs.create_queue(QueueName="on-call")["QueueUrl"]
            endpoint = f"arn:aws:sqs:{region}:{ACCOUNT}:on-call"
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)

    def heard(self) -> list[dict[str, str]]:
        """The alerts of both Regions since the last look, each as the facts that its text tells."""
        return [facts for region, url in self.queues.items() for facts in self._heard(region, url)]

    def _heard(self, region: str, url: str) -> Iterator[dict[str, str]]:
        sqs = self.root("sqs", region)
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                text = json.loads(message["Body"])["Message"]
                if text.startswith('"SecureCart alert'):  # vaults tell the same topic of their jobs
                    lines = [json.loads(line) for line in text.splitlines()]
                    yield dict(line.split(": ", 1) for line in lines if ": " in line)

    def vault(self, region: str) -> str:
        (name,) = [
            one["BackupVaultName"]
            for one in self.root("backup", region).list_backup_vaults()["BackupVaultList"]
            if one["BackupVaultName"].startswith("securecart")
        ]
        return str(name)

    def held(self, region: str) -> set[str]:
        """The recovery points of the Region's vault."""
        pages = self.root("backup", region).get_paginator("list_recovery_points_by_backup_vault")
        found = pages.paginate(BackupVaultName=self.vault(region))
        return {point["RecoveryPointArn"] for page in found for point in page["RecoveryPoints"]}

    def key(self, alias: str, region: str) -> str:
        return str(self.root("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])

    def items(self, table: str, region: str) -> dict[str, str]:
        found = self.root("dynamodb", region).scan(TableName=table)["Items"]
        return {item["orderId"]["S"]: item["state"]["S"] for item in found}

    def objects(self, bucket: str, region: str) -> dict[str, bytes]:
        s3 = self.root("s3", region)
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    @cached_property
    def bucket(self) -> str:
        return f"securecart-invoices-{ACCOUNT}-{PRIMARY}"


def refusal(call: Callable[[], Any]) -> str:
    """The code of the refusal; empty when the call was let through."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def on_a_vault(clients: Clients, region: str, vault: str, points: set[str]) -> dict[str, Callable[[], Any]]:
    """What would rob a vault of what it holds, or of what keeps it: call by operation."""
    backup = clients("backup", region)
    every = json.dumps({"Version": "2012-10-17", "Statement": []})
    named = [{"BackupVaultName": vault, "RecoveryPointArn": point} for point in sorted(points)]
    return {
        "DeleteRecoveryPoint": lambda: [backup.delete_recovery_point(**one) for one in named],
        "UpdateRecoveryPointLifecycle": lambda: [
            backup.update_recovery_point_lifecycle(**one, Lifecycle={"DeleteAfterDays": 8}) for one in named
        ],
        "DeleteBackupVault": lambda: backup.delete_backup_vault(BackupVaultName=vault),
        "DeleteBackupVaultLockConfiguration": lambda: backup.delete_backup_vault_lock_configuration(
            BackupVaultName=vault
        ),
        "PutBackupVaultLockConfiguration": lambda: backup.put_backup_vault_lock_configuration(
            BackupVaultName=vault, MinRetentionDays=1
        ),
        "DeleteBackupVaultAccessPolicy": lambda: backup.delete_backup_vault_access_policy(BackupVaultName=vault),
        "PutBackupVaultAccessPolicy": lambda: backup.put_backup_vault_access_policy(
            BackupVaultName=vault, Policy=every
        ),
    }
