"""What the pack costs by itself: the real process over gRPC, on estates of 100 to 3,000 resources.

Single times of a shared machine say little, ratios more: the cost per resource must not grow with the estate, and the
SDK's own way over the same estate stands beside ours.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rich.console import Console
from rich.table import Table

from tests.policy.pack import SECONDARY, UNKNOWN, Pack, Registration, messages, running

SIZES = (100, 300, 1_000, 3_000)
# resilience_policies/fast.py: every answer by the SDK's own way, for which a larger estate takes minutes.
PLAIN = {"AWS_DATA_RESILIENCE_PLAIN": "1"}
PLAIN_SIZE = 300
RUNS = 3


@dataclass(frozen=True)
class Cost:
    """Milliseconds for each resource: all single calls together, the call for the stack, and both."""

    single: float
    stack: float

    @property
    def total(self) -> float:
        return self.single + self.stack


def estate(count: int) -> list[Registration]:
    """The first `count` resources of an estate in which groups repeat, every name its own."""
    return list(islice(_resources(), count))


def _resources() -> Iterator[Registration]:
    number = 0
    rule = {"ruleName": "daily", "targetVaultName": "vault-0000", "schedule": "cron(0 5 * * ? *)"}
    yield Registration("aws:backup/plan:Plan", "plan", {"name": "plan", "rules": [rule]})
    yield Registration(
        "aws:backup/selection:Selection",
        "selection",
        {"planId": UNKNOWN, "selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]},
        sources={"planId": ("plan",)},
    )
    while True:
        n = f"{number:04}"
        number += 1
        tags = {"data-class": "critical", "backup": "daily"}
        versioned = {"versioningConfiguration": {"status": "Enabled"}, "bucket": UNKNOWN}
        encrypted = {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}], "bucket": UNKNOWN}
        copied = {
            "bucket": UNKNOWN,
            "role": UNKNOWN,
            "rules": [
                {"id": "all", "status": "Enabled", "destination": {"bucket": UNKNOWN, "storageClass": "STANDARD"}}
            ],
        }
        database = {
            "identifier": f"db-{n}", "engine": "postgres", "engineVersion": "17.2", "instanceClass": "db.r6g.large",
            "storageEncrypted": True, "kmsKeyId": UNKNOWN, "backupRetentionPeriod": 14, "deletionProtection": True,
            "multiAz": True, "copyTagsToSnapshot": True, "skipFinalSnapshot": False, "tags": tags, "tagsAll": tags,
        }  # fmt: skip
        yield Registration(
            "aws:kms/key:Key", f"key-{n}", {"enableKeyRotation": True, "multiRegion": True, "tags": tags}
        )
        yield Registration(
            "aws:rds/instance:Instance", f"db-{n}", database, sources={"kmsKeyId": (f"key-{n}",)}, protect=True
        )
        yield Registration("aws:s3/bucket:Bucket", f"data-{n}", {"bucket": f"data-{n}", "tags": tags})
        yield Registration("aws:s3/bucket:Bucket", f"copy-{n}", {"bucket": f"copy-{n}", "tags": tags}, region=SECONDARY)
        yield Registration(
            "aws:s3/bucketVersioning:BucketVersioning", f"v-{n}", versioned, sources={"bucket": (f"data-{n}",)}
        )
        yield Registration(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            f"e-{n}",
            encrypted,
            sources={"bucket": (f"data-{n}",)},
        )
        yield Registration(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            f"r-{n}",
            copied,
            sources={"bucket": (f"data-{n}",), "rules": (f"copy-{n}",)},
        )
        yield Registration(
            "aws:dynamodb/table:Table",
            f"table-{n}",
            {
                "name": f"table-{n}",
                "hashKey": "id",
                "attributes": [{"name": "id", "type": "S"}],
                "pointInTimeRecovery": {"enabled": True},
                "serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN},
                "tags": tags,
            },
        )
        yield Registration("aws:ebs/volume:Volume", f"volume-{n}", {"encrypted": True, "size": 100, "tags": tags})
        yield Registration("aws:backup/vault:Vault", f"vault-{n}", {"name": f"vault-{n}", "kmsKeyArn": UNKNOWN})
        yield Registration(
            "aws:cloudwatch/logGroup:LogGroup", f"logs-{n}", {"retentionInDays": 365, "kmsKeyId": UNKNOWN}
        )
        yield Registration("aws:iam/role:Role", f"role-{n}", {"name": f"role-{n}", "assumeRolePolicy": "{}"})
        yield Registration("aws:ec2/subnet:Subnet", f"subnet-{n}", {"cidrBlock": "10.0.0.0/24", "tags": tags})
        yield Registration(
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            f"lock-{n}",
            {"backupVaultName": f"vault-{n}", "minRetentionDays": 35},
            sources={"backupVaultName": (f"vault-{n}",)},
        )
        yield Registration("aws:efs/fileSystem:FileSystem", f"files-{n}", {"encrypted": True, "tags": tags})
        yield Registration(
            "aws:efs/replicationConfiguration:ReplicationConfiguration",
            f"files-copy-{n}",
            {"sourceFileSystemId": UNKNOWN, "destination": {"region": SECONDARY}},
            sources={"sourceFileSystemId": (f"files-{n}",)},
        )
        yield Registration(
            "aws:secretsmanager/secret:Secret", f"secret-{n}", {"name": f"secret-{n}", "kmsKeyId": UNKNOWN}
        )
        yield Registration(
            "aws:secretsmanager/secretRotation:SecretRotation",
            f"rotation-{n}",
            {"secretId": UNKNOWN, "rotationRules": {"automaticallyAfterDays": 30}},
            sources={"secretId": (f"secret-{n}",)},
        )
        yield Registration(
            "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
            f"backups-{n}",
            {"sourceDbInstanceArn": UNKNOWN, "retentionPeriod": 14, "kmsKeyId": UNKNOWN},
            region=SECONDARY,
            sources={"sourceDbInstanceArn": (f"db-{n}",)},
        )
        yield Registration("aws:sqs/queue:Queue", f"queue-{n}", {"name": f"queue-{n}", "tags": tags})


def measured(pack: Pack, count: int) -> Cost:
    """The median of RUNS after one that is not counted."""
    costs: list[Cost] = []
    for run in range(RUNS + 1):
        singles, whole = messages(estate(count), "prod", f"bench{run}")
        start = time.perf_counter()
        for single in singles:
            pack.analyzer.Analyze(single, timeout=600)
        between = time.perf_counter()
        pack.analyzer.AnalyzeStack(whole, timeout=600)
        costs.append(Cost((between - start) * 1000 / count, (time.perf_counter() - between) * 1000 / count))
    counted = costs[1:]
    return Cost(statistics.median(c.single for c in counted), statistics.median(c.stack for c in counted))


def report(console: Console) -> None:
    """Prints the table; no cloud, no engine and no deployment are needed."""
    with running() as pack:
        pack.configure({})
        rules = len(pack.info().policies)
        found = {size: measured(pack, size) for size in SIZES}
    table = Table(title=f"the pack over gRPC, {rules} rules, ms per resource, medians of {RUNS} runs")
    for column in ("resources", "each resource", "the stack", "both", "ratio to the smallest"):
        table.add_column(column, justify="right")
    least = found[SIZES[0]].total
    for size, cost in found.items():
        table.add_row(
            f"{size:,}", f"{cost.single:.2f}", f"{cost.stack:.2f}", f"{cost.total:.2f}", f"{cost.total / least:.2f}"
        )
    console.print(table)
    with running(**PLAIN) as pack:
        pack.configure({})
        plain = measured(pack, PLAIN_SIZE)
    console.print(
        f"the SDK's own way takes {plain.total / found[PLAIN_SIZE].total:.1f} times as long "
        f"({plain.total:.2f} ms per resource, {PLAIN_SIZE} resources)"
    )


if __name__ == "__main__":
    report(Console())
