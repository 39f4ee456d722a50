"""The services of which only the retention of backups is judged."""

from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import UNKNOWN, Pack, Registration

DOCDB = "aws:docdb/cluster:Cluster"
ELASTIC = "aws:docdb/elasticCluster:ElasticCluster"
NEPTUNE = "aws:neptune/cluster:Cluster"
REDSHIFT = "aws:redshift/cluster:Cluster"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"


def retention_cases(type_: str, key: str) -> list[Case]:
    return [
        Case("seven days", type_, {key: 7}, PASS),
        Case("six days", type_, {key: 6}, f"{key} is 6; at least 7 days are required (minDays, the rule's default)"),
        Case("absent", type_, {}, f"{key} is not set; at least 7 days are required"),
        Case("the default is said", type_, {}, "and the default is 1"),
        Case("unknown", type_, {key: UNKNOWN}, UNDETERMINED),
        Case("a text of digits", type_, {key: "35"}, PASS),
    ]


@pytest.mark.parametrize("case", retention_cases(DOCDB, "backupRetentionPeriod"), ids=str)
def test_documentdb(pack: Pack, case: Case) -> None:
    check(pack, "docdb-backup-retention", case)


@pytest.mark.parametrize("case", retention_cases(ELASTIC, "backupRetentionPeriod"), ids=str)
def test_documentdb_elastic(pack: Pack, case: Case) -> None:
    check(pack, "docdb-backup-retention", case)


@pytest.mark.parametrize(
    "case",
    [
        *retention_cases(NEPTUNE, "backupRetentionPeriod"),
        Case("a replica must be ready to be promoted", NEPTUNE, {"replicationSourceIdentifier": "c"}, "is not set"),
    ],
    ids=str,
)
def test_neptune(pack: Pack, case: Case) -> None:
    check(pack, "neptune-backup-retention", case)


@pytest.mark.parametrize(
    "case",
    [
        *retention_cases(REDSHIFT, "automatedSnapshotRetentionPeriod"),
        Case("off", REDSHIFT, {"automatedSnapshotRetentionPeriod": 0}, "automatedSnapshotRetentionPeriod is 0"),
    ],
    ids=str,
)
def test_redshift(pack: Pack, case: Case) -> None:
    check(pack, "redshift-snapshot-retention", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("a day", GROUP, {"snapshotRetentionLimit": 1}, PASS),
        Case("off", GROUP, {"snapshotRetentionLimit": 0}, "snapshotRetentionLimit is 0; at least 1 day is required"),
        Case("absent", GROUP, {}, "snapshotRetentionLimit is not set; at least 1 day is required"),
        Case("unknown", GROUP, {"snapshotRetentionLimit": UNKNOWN}, UNDETERMINED),
        Case("a single node", CACHE, {"engine": "redis"}, "snapshotRetentionLimit is not set"),
        Case("Memcached cannot", CACHE, {"engine": "memcached"}, PASS),
        Case("a member follows its group", CACHE, {"replicationGroupId": UNKNOWN}, PASS),
        Case("an engine not known yet", CACHE, {"engine": UNKNOWN}, UNDETERMINED),
        Case("serverless", SERVERLESS, {"engine": "valkey", "snapshotRetentionLimit": 7}, PASS),
        Case("serverless absent", SERVERLESS, {"engine": "valkey"}, "snapshotRetentionLimit is not set"),
        Case("serverless Memcached cannot", SERVERLESS, {"engine": "memcached"}, PASS),
    ],
    ids=str,
)
def test_elasticache(pack: Pack, case: Case) -> None:
    check(pack, "elasticache-snapshot-retention", case)


def test_the_threshold_can_be_set(pack: Pack) -> None:
    pack.configure({"docdb-backup-retention": {"minDays": 14}})
    found = of_rule(pack.judge(Registration(DOCDB, "it", {"backupRetentionPeriod": 7})), "docdb-backup-retention")
    assert len(found) == 1
    assert "at least 14 days are required (minDays, set in the policy configuration)" in found[0].message
