"""RDS: keys, and what remains of a deleted database."""

from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check
from tests.policy.pack import SECONDARY, UNKNOWN, Pack

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
MEMBER = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL = "aws:rds/globalCluster:GlobalCluster"
BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
SOURCE_ARN = "arn:aws:rds:us-east-1:123456789012:db:orders"
NEAR_REPLICA = {"replicateSourceDb": "orders"}
FAR_REPLICA = {"replicateSourceDb": SOURCE_ARN}
UNKNOWN_REPLICA = {"replicateSourceDb": UNKNOWN}
KEY = {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0"}
FAR_KEY = {"kmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/0"}
INSIGHTS = {"performanceInsightsEnabled": True}
AWS_KEY = {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:alias/aws/rds"}


@pytest.mark.parametrize(
    "case",
    [
        Case("own key", INSTANCE, KEY, PASS),
        Case("own key, not made yet", INSTANCE, {"kmsKeyId": UNKNOWN}, PASS),
        Case("own key by alias", INSTANCE, {"kmsKeyId": "alias/orders"}, PASS),
        Case("absent", INSTANCE, {}, "kmsKeyId is not set; a customer managed KMS key is required"),
        Case("AWS's key", INSTANCE, AWS_KEY, "kmsKeyId is the key that AWS manages"),
        Case("cluster", CLUSTER, KEY, PASS),
        Case("cluster absent", CLUSTER, {}, "kmsKeyId is not set"),
        Case("a cluster member has no storage of its own", MEMBER, {}, PASS),
        Case("its insights", INSTANCE, {**KEY, **INSIGHTS, "performanceInsightsKmsKeyId": UNKNOWN}, PASS),
        Case("its insights without", INSTANCE, {**KEY, **INSIGHTS}, "performanceInsightsKmsKeyId is not set"),
        Case("a member's insights without", MEMBER, INSIGHTS, "performanceInsightsKmsKeyId is not set"),
        Case("a replica in the Region takes over its source's", INSTANCE, NEAR_REPLICA, PASS),
        Case("a replica elsewhere", INSTANCE, {**FAR_REPLICA, **FAR_KEY}, PASS, SECONDARY),
        Case("a replica elsewhere without", INSTANCE, FAR_REPLICA, "kmsKeyId is not set", SECONDARY),
        Case("a replica with its source's key", INSTANCE, {**FAR_REPLICA, **KEY}, "is a key in us-east-1", SECONDARY),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, UNDETERMINED),
    ],
    ids=str,
)
def test_rds_uses_a_key_of_ours(pack: Pack, case: Case) -> None:
    check(pack, "rds-storage-cmk", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("encrypted", GLOBAL, {"storageEncrypted": True}, PASS),
        Case("not encrypted", GLOBAL, {"storageEncrypted": False}, "storageEncrypted is false; true is required"),
        Case("absent", GLOBAL, {}, "storageEncrypted is not set"),
        Case("unknown", GLOBAL, {"storageEncrypted": UNKNOWN}, UNDETERMINED),
        Case("made of a cluster", GLOBAL, {"sourceDbClusterIdentifier": UNKNOWN}, PASS),
        Case(
            "made of a cluster, and says no",
            GLOBAL,
            {"sourceDbClusterIdentifier": "c", "storageEncrypted": False},
            "is false",
        ),
    ],
    ids=str,
)
def test_global_databases_are_encrypted(pack: Pack, case: Case) -> None:
    check(pack, "rds-global-encrypted", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("a key there", BACKUPS, FAR_KEY, PASS, SECONDARY),
        Case("a key there, not made yet", BACKUPS, {"kmsKeyId": UNKNOWN}, PASS, SECONDARY),
        Case("absent", BACKUPS, {}, "kmsKeyId is not set; a customer managed KMS key is required", SECONDARY),
        Case("AWS's key", BACKUPS, AWS_KEY, "kmsKeyId is the key that AWS manages", SECONDARY),
        Case(
            "the key of the source",
            BACKUPS,
            KEY,
            "a key in us-east-1; a customer managed KMS key is required, in",
            SECONDARY,
        ),
        Case("a Region that is not known", BACKUPS, KEY, PASS, None),
        Case("an ARN of no Region", BACKUPS, {"kmsKeyId": "arn:aws:kms:hunter2:123456789012:key/0"}, PASS, SECONDARY),
    ],
    ids=str,
)
def test_replicated_backups_use_a_key_of_their_region(pack: Pack, case: Case) -> None:
    check(pack, "rds-backup-replication-cmk", case)


NAMED = {"finalSnapshotIdentifier": "orders-final"}


@pytest.mark.parametrize(
    "case",
    [
        Case("named", INSTANCE, NAMED, PASS),
        Case("a name not known yet", INSTANCE, {"finalSnapshotIdentifier": UNKNOWN}, PASS),
        Case("skipped", INSTANCE, {**NAMED, "skipFinalSnapshot": True}, "skipFinalSnapshot is true; false is required"),
        Case("without a name", INSTANCE, {"skipFinalSnapshot": False}, "finalSnapshotIdentifier is not set"),
        Case("absent", INSTANCE, {}, "finalSnapshotIdentifier is not set; a name is required"),
        Case("unknown", INSTANCE, {"skipFinalSnapshot": UNKNOWN}, UNDETERMINED),
        Case("cluster", CLUSTER, NAMED, PASS),
        Case("cluster skipped", CLUSTER, {"skipFinalSnapshot": True}, "skipFinalSnapshot is true"),
        Case("a replica in the Region cannot", INSTANCE, {**NEAR_REPLICA, "skipFinalSnapshot": True}, PASS),
        Case("a replica elsewhere cannot", INSTANCE, {**FAR_REPLICA, "skipFinalSnapshot": True}, PASS, SECONDARY),
        Case("an Aurora member follows its cluster", MEMBER, {}, PASS),
    ],
    ids=str,
)
def test_rds_leaves_a_final_snapshot(pack: Pack, case: Case) -> None:
    check(pack, "rds-final-snapshot", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("kept", INSTANCE, {"deleteAutomatedBackups": False}, PASS),
        Case(
            "deleted", INSTANCE, {"deleteAutomatedBackups": True}, "deleteAutomatedBackups is true; false is required"
        ),
        Case("absent", INSTANCE, {}, "deleteAutomatedBackups is not set; false is required, and the default is true"),
        Case("unknown", INSTANCE, {"deleteAutomatedBackups": UNKNOWN}, UNDETERMINED),
        Case("cluster kept", CLUSTER, {"deleteAutomatedBackups": False}, PASS),
        Case("cluster absent", CLUSTER, {}, "deleteAutomatedBackups is not set"),
        Case("a replica in the Region", INSTANCE, NEAR_REPLICA, PASS),
        Case("a replica elsewhere", INSTANCE, FAR_REPLICA, "deleteAutomatedBackups is not set", SECONDARY),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, UNDETERMINED),
        Case("an Aurora member follows its cluster", MEMBER, {}, PASS),
    ],
    ids=str,
)
def test_rds_keeps_automated_backups(pack: Pack, case: Case) -> None:
    check(pack, "rds-keep-automated-backups", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("copied", INSTANCE, {"copyTagsToSnapshot": True}, PASS),
        Case("not copied", INSTANCE, {"copyTagsToSnapshot": False}, "copyTagsToSnapshot is false; true is required"),
        Case("absent", INSTANCE, {}, "copyTagsToSnapshot is not set"),
        Case("unknown", INSTANCE, {"copyTagsToSnapshot": UNKNOWN}, UNDETERMINED),
        Case("cluster", CLUSTER, {"copyTagsToSnapshot": True}, PASS),
        Case("cluster absent", CLUSTER, {}, "copyTagsToSnapshot is not set"),
        Case("a replica in the Region", INSTANCE, NEAR_REPLICA, PASS),
        Case("a replica elsewhere", INSTANCE, FAR_REPLICA, "copyTagsToSnapshot is not set", SECONDARY),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, UNDETERMINED),
        Case("an Aurora member follows its cluster", MEMBER, {}, PASS),
    ],
    ids=str,
)
def test_rds_snapshots_carry_tags(pack: Pack, case: Case) -> None:
    check(pack, "rds-copy-tags-to-snapshot", case)


MYSQL = {"engine": "aurora-mysql"}


@pytest.mark.parametrize(
    "case",
    [
        Case("a day", CLUSTER, {**MYSQL, "backtrackWindow": 86400}, PASS),
        Case("the oldest engine", CLUSTER, {"engine": "aurora"}, "backtrackWindow is not set"),
        Case(
            "an hour",
            CLUSTER,
            {**MYSQL, "backtrackWindow": 3600},
            "is 3600 seconds; at least 86400 seconds = 1 day are required (minDays",
        ),
        Case("off", CLUSTER, {**MYSQL, "backtrackWindow": 0}, "backtrackWindow is 0 seconds"),
        Case("absent", CLUSTER, MYSQL, "backtrackWindow is not set"),
        Case("unknown", CLUSTER, {**MYSQL, "backtrackWindow": UNKNOWN}, UNDETERMINED),
        Case("an engine not known yet", CLUSTER, {"engine": UNKNOWN}, UNDETERMINED),
        Case("PostgreSQL cannot", CLUSTER, {"engine": "aurora-postgresql"}, PASS),
        Case("a Multi-AZ cluster that is not Aurora", CLUSTER, {"engine": "mysql"}, PASS),
        Case("Serverless v1 cannot", CLUSTER, {**MYSQL, "engineMode": "serverless"}, PASS),
        Case("a member of a global database cannot", CLUSTER, {**MYSQL, "globalClusterIdentifier": UNKNOWN}, PASS),
        Case("a replica of another cluster cannot", CLUSTER, {**MYSQL, "replicationSourceIdentifier": UNKNOWN}, PASS),
    ],
    ids=str,
)
def test_aurora_mysql_goes_back_in_place(pack: Pack, case: Case) -> None:
    check(pack, "aurora-backtrack", case)
