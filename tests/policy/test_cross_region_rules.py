from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

RDS, EFS, SECRETS, KEYS = "rds-cross-region", "efs-replicated", "secrets-replicated", "kms-multi-region-or-own-key"
INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
AUTOMATED = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
FILES = "aws:efs/fileSystem:FileSystem"
REPLICATION = "aws:efs/replicationConfiguration:ReplicationConfiguration"
SECRET = "aws:secretsmanager/secret:Secret"
KEY = "aws:kms/key:Key"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
TABLE = "aws:dynamodb/table:Table"
DATABASE = Registration(INSTANCE, "db", {"identifier": "orders"})
ARN = "arn:aws:rds:us-east-1:123456789012:db:orders"
FAR_KEY = "arn:aws:kms:us-west-2:123456789012:key/mrk-1"
NEAR_KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
FAR_VAULT = "arn:aws:backup:us-west-2:123456789012:backup-vault:far"
NEAR_VAULT = "arn:aws:backup:us-east-1:123456789012:backup-vault:near"


def said(pack: Pack, rule: str, *program: Registration) -> list[tuple[str, bool]]:
    return [(d.resource, d.mandatory) for d in of_rule(pack.judge(*program), rule)]


def automated(region: str = SECONDARY, **inputs: object) -> Registration:
    return Registration(
        AUTOMATED,
        "backups",
        {"sourceDbInstanceArn": UNKNOWN, **inputs},
        region,
        sources={"sourceDbInstanceArn": ("db",)},
    )


def replica(source: object = UNKNOWN, region: str = SECONDARY, **inputs: object) -> Registration:
    given = {"replicateSourceDb": source, **inputs}
    return Registration(INSTANCE, "replica", given, region, sources={"replicateSourceDb": ("db",)})


def only(registration: Registration) -> Registration:
    return Registration(registration.type, registration.name, registration.inputs, registration.region)


def backed_up(to: object, resources: object = ("*",)) -> tuple[Registration, ...]:
    chosen = list(resources) if isinstance(resources, tuple) else resources
    selection = Registration(
        "aws:backup/selection:Selection", "s", {"planId": UNKNOWN, "resources": chosen}, sources={"planId": ("plan",)}
    )
    copies = [{"destinationVaultArn": to}] if to else []
    return selection, Registration("aws:backup/plan:Plan", "plan", {"rules": [{"copyActions": copies}]})


OPEN = [("", False)]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((DATABASE, automated()), []),
        (
            (
                Registration(INSTANCE, "db", {"identifier": "orders"}, outputs={"arn": ARN}),
                Registration(AUTOMATED, "backups", {"sourceDbInstanceArn": ARN}, SECONDARY),
            ),
            [],
        ),
        ((DATABASE, replica()), []),
        ((DATABASE, *backed_up(FAR_VAULT)), []),
        ((Registration(INSTANCE, "db", {"tags": {"replicated-by": "dr"}}),), []),
        ((Registration(CLUSTER, "db", {"globalClusterIdentifier": "g", "masterUsername": "m"}),), []),
        ((only(replica(ARN)),), []),
        ((DATABASE,), [("db", True)]),
        ((DATABASE, automated(PRIMARY)), [("db", True)]),
        ((DATABASE, replica(region=PRIMARY)), [("db", True)]),
        ((DATABASE, *backed_up(NEAR_VAULT)), [("db", True)]),
        ((DATABASE, *backed_up(None)), [("db", True)]),
        ((DATABASE, *backed_up(FAR_VAULT, ("arn:aws:s3:::*",))), [("db", True)]),
        ((Registration(INSTANCE, "db", {"tags": {"replicated-by": "prod"}}),), [("db", True)]),
        ((Registration(CLUSTER, "db", {"clusterIdentifier": "orders"}),), [("db", True)]),
        ((DATABASE, *backed_up(UNKNOWN)), OPEN),
        ((DATABASE, *backed_up(FAR_VAULT, UNKNOWN)), OPEN),
        ((DATABASE, *backed_up(UNKNOWN), Registration(CLUSTER, "other", {}, SECONDARY)), [("other", True), *OPEN]),
    ],
    ids=[
        "automated backups",
        "automated backups of an existing database",
        "replica",
        "copied recovery points",
        "claimed",
        "global cluster",
        "a replica is the copy itself",
        "nothing",
        "automated backups in the Region",
        "replica in the Region",
        "copies in the Region",
        "no copies",
        "not in the plan",
        "claims itself",
        "cluster alone",
        "unknown vault",
        "unknown selection",
        "an unknown hides no other",
    ],
)
def test_a_database_has_a_copy_in_another_region(
    pack: Pack, program: tuple[Registration, ...], expected: list[tuple[str, bool]]
) -> None:
    assert said(pack, RDS, *program) == expected


@pytest.mark.parametrize(
    ("copy", "says"),
    [
        ({}, PASS),
        ({"retentionPeriod": 7}, PASS),
        ({"retentionPeriod": 6}, "retentionPeriod is 6; at least 7 days are required (minDays, the rule's default)"),
        ({"retentionPeriod": UNKNOWN}, UNDETERMINED),
        ({"sourceDbInstanceArn": ARN.replace("east-1", "west-2")}, "lies in us-west-2, the Region of the copy"),
    ],
)
def test_replicated_automated_backups_are_kept_and_lie_elsewhere(
    pack: Pack, copy: dict[str, object], says: str
) -> None:
    found = of_rule(pack.judge(DATABASE, automated(**copy)), RDS)
    assert [d.resource for d in found] == ([] if says == PASS else [""] if says == UNDETERMINED else ["backups"])
    assert all(says in d.message for d in found)


def test_copies_of_recovery_points_can_be_found_too_little(pack: Pack) -> None:
    pack.configure({RDS: {"acceptBackupCopies": False}})
    assert said(pack, RDS, DATABASE, *backed_up(FAR_VAULT)) == [("db", True)]
    assert said(pack, RDS, DATABASE, automated()) == []


SYSTEM = Registration(FILES, "files", {"encrypted": True})


def replicated(region: object, **destination: object) -> Registration:
    inputs = {"sourceFileSystemId": UNKNOWN, "destination": {"region": region, **destination}}
    return Registration(REPLICATION, "replication", inputs, sources={"sourceFileSystemId": ("files",)})


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((SYSTEM, replicated(SECONDARY)), []),
        ((SYSTEM, *backed_up(FAR_VAULT)), []),
        ((SYSTEM,), [("files", True)]),
        ((SYSTEM, replicated(PRIMARY)), [("files", True)]),
        ((SYSTEM, replicated(UNKNOWN)), OPEN),
        (
            (
                SYSTEM,
                Registration(FILES, "copy", {}, SECONDARY),
                Registration(
                    REPLICATION,
                    "replication",
                    {"sourceFileSystemId": UNKNOWN, "destination": {"region": SECONDARY, "fileSystemId": UNKNOWN}},
                    sources={"sourceFileSystemId": ("files",), "destination": ("copy",)},
                ),
            ),
            [],
        ),
    ],
    ids=["replicated", "copied", "nothing", "in the Region", "unknown", "the copy is not asked for one"],
)
def test_a_file_system_has_a_copy_in_another_region(
    pack: Pack, program: tuple[Registration, ...], expected: list[tuple[str, bool]]
) -> None:
    assert said(pack, EFS, *program) == expected


def secret(*regions: object) -> dict[str, Any]:
    return {"replicas": [{"region": region} for region in regions]}


@pytest.mark.parametrize(
    "case",
    [
        Case("replicated", SECRET, secret(SECONDARY), PASS),
        Case("no replicas", SECRET, {}, "names no replica in another Region; one is required"),
        Case("empty", SECRET, secret(), "names no replica"),
        Case("in its own Region", SECRET, secret(PRIMARY), "names no replica"),
        Case("unknown", SECRET, {"replicas": UNKNOWN}, UNDETERMINED),
        Case("unknown Region", SECRET, secret(UNKNOWN), UNDETERMINED),
    ],
    ids=str,
)
def test_a_secret_is_replicated(pack: Pack, case: Case) -> None:
    check(pack, SECRETS, case)


def test_the_regions_of_a_secret_can_be_demanded(pack: Pack) -> None:
    pack.configure({SECRETS: {"requiredRegions": [PRIMARY, "eu-west-1"]}})
    [found] = of_rule(pack.judge(Registration(SECRET, "it", secret(SECONDARY))), SECRETS)
    assert "names no replica in eu-west-1 (requiredRegions)" in found.message
    assert said(pack, SECRETS, Registration(SECRET, "it", secret(SECONDARY, "eu-west-1"))) == []


def key(**inputs: object) -> Registration:
    return Registration(KEY, "key", inputs)


def replica_key(arn: object = UNKNOWN, region: str = SECONDARY) -> Registration:
    return Registration(REPLICA_KEY, "replica", {"primaryKeyArn": arn}, region, sources={"primaryKeyArn": ("key",)})


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ((key(multiRegion=True), replica_key()), ""),
        ((only(replica_key(NEAR_KEY)),), ""),
        ((key(),), ""),
        ((key(multiRegion=True, tags={"replicated-by": "dr"}),), ""),
        ((only(replica(ARN, kmsKeyId=FAR_KEY)),), ""),
        ((only(replica(ARN, kmsKeyId=UNKNOWN)),), ""),
        ((Registration(TABLE, "t", {"replicas": [{"regionName": SECONDARY, "kmsKeyArn": FAR_KEY}]}),), ""),
        ((Registration(INSTANCE, "db", {"kmsKeyId": FAR_KEY}),), ""),
        ((key(), replica_key()), "multiRegion is not set; replica replicates the key, so true is required"),
        ((key(multiRegion=False), replica_key()), "multiRegion is false"),
        ((key(multiRegion=UNKNOWN), replica_key()), "undetermined: multiRegion of key"),
        (
            (key(multiRegion=True), replica_key(region=PRIMARY)),
            "primaryKeyArn lies in us-east-1, the Region of the replica",
        ),
        ((only(replica_key(NEAR_KEY, PRIMARY)),), "primaryKeyArn lies in us-east-1"),
        ((only(replica_key(NEAR_KEY.replace("mrk-", ""))),), "primaryKeyArn names a key of a single Region"),
        ((key(tags={"replicated-by": "dr"}),), "the tag replicated-by says that another stack replicates the key"),
        ((only(replica(ARN, kmsKeyId=NEAR_KEY)),), "kmsKeyId is a key in us-east-1, the copy is in us-west-2"),
        ((Registration(AUTOMATED, "a", {"kmsKeyId": NEAR_KEY}, SECONDARY),), "kmsKeyId is a key in us-east-1"),
        (
            (Registration("aws:dynamodb/tableReplica:TableReplica", "r", {"kmsKeyArn": NEAR_KEY}, SECONDARY),),
            "kmsKeyArn is a key in us-east-1",
        ),
        (
            (Registration(TABLE, "t", {"replicas": [{"regionName": SECONDARY, "kmsKeyArn": NEAR_KEY}]}),),
            "replicas[0].kmsKeyArn is a key in us-east-1, the copy is in us-west-2",
        ),
        (
            (Registration(SECRET, "s", {"replicas": [{"region": SECONDARY, "kmsKeyId": NEAR_KEY}]}),),
            "replicas[0].kmsKeyId is a key in us-east-1",
        ),
        ((SYSTEM, replicated(SECONDARY, kmsKeyId=NEAR_KEY)), "destination[0].kmsKeyId is a key in us-east-1"),
    ],
)
def test_a_copy_is_encrypted_with_a_key_of_its_own_region(
    pack: Pack, program: tuple[Registration, ...], says: str
) -> None:
    found = of_rule(pack.judge(*program), KEYS)
    assert len(found) == bool(says), found
    assert all(says in d.message for d in found)
    assert all(d.mandatory != ("undetermined" in says) for d in found)
