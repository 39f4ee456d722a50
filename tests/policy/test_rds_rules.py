from __future__ import annotations

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import SECONDARY, UNKNOWN, Pack, Registration

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
MEMBER = "aws:rds/clusterInstance:ClusterInstance"
SOURCE_ARN = "arn:aws:rds:us-east-1:123456789012:db:orders"
NEAR_REPLICA = {"replicateSourceDb": "orders"}
FAR_REPLICA = {"replicateSourceDb": SOURCE_ARN}
UNKNOWN_REPLICA = {"replicateSourceDb": UNKNOWN}


@pytest.mark.parametrize(
    "case",
    [
        Case("encrypted", INSTANCE, {"storageEncrypted": True}, PASS),
        Case("not encrypted", INSTANCE, {"storageEncrypted": False}, "storageEncrypted is false; true is required"),
        Case("absent", INSTANCE, {}, "storageEncrypted is not set; true is required"),
        Case("unknown", INSTANCE, {"storageEncrypted": UNKNOWN}, UNDETERMINED),
        Case("cluster encrypted", CLUSTER, {"storageEncrypted": True}, PASS),
        Case("cluster absent", CLUSTER, {}, "storageEncrypted is not set"),
        Case("a cluster member has no storage of its own", MEMBER, {"clusterIdentifier": "c"}, PASS),
        Case("a replica in the Region inherits", INSTANCE, NEAR_REPLICA, PASS),
        Case("a replica elsewhere", INSTANCE, {**FAR_REPLICA, "storageEncrypted": True}, PASS, SECONDARY),
        Case(
            "a replica elsewhere with no more than a key",
            INSTANCE,
            {**FAR_REPLICA, "kmsKeyId": UNKNOWN},
            "not set",
            SECONDARY,
        ),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, UNDETERMINED),
        Case("a replica in the Region that says no", INSTANCE, {**NEAR_REPLICA, "storageEncrypted": False}, "is false"),
    ],
    ids=str,
)
def test_rds_storage_is_encrypted(pack: Pack, case: Case) -> None:
    check(pack, "rds-storage-encrypted", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("seven days", INSTANCE, {"backupRetentionPeriod": 7}, PASS),
        Case("six days", INSTANCE, {"backupRetentionPeriod": 6}, "backupRetentionPeriod is 6; at least 7 days"),
        Case("off", INSTANCE, {"backupRetentionPeriod": 0}, "backupRetentionPeriod is 0; at least 7 days"),
        Case("a text of digits", INSTANCE, {"backupRetentionPeriod": "14"}, PASS),
        Case("absent", INSTANCE, {}, "is not set; at least 7 days are required (minDays, the rule's default)"),
        Case("unknown", INSTANCE, {"backupRetentionPeriod": UNKNOWN}, UNDETERMINED),
        Case("cluster", CLUSTER, {"backupRetentionPeriod": 35}, PASS),
        Case("cluster absent", CLUSTER, {}, "backupRetentionPeriod is not set"),
        Case("an Aurora member follows its cluster", MEMBER, {"engine": "aurora-postgresql"}, PASS),
        Case("a replica in the Region", INSTANCE, NEAR_REPLICA, PASS),
        Case("a replica in the Region named by ARN", INSTANCE, FAR_REPLICA, PASS),
        Case("a replica elsewhere without backups", INSTANCE, FAR_REPLICA, "must be ready to be promoted", SECONDARY),
        Case("a replica elsewhere", INSTANCE, {**FAR_REPLICA, "backupRetentionPeriod": 7}, PASS, SECONDARY),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, UNDETERMINED),
        Case("any replica that keeps enough", INSTANCE, {**UNKNOWN_REPLICA, "backupRetentionPeriod": 7}, PASS),
    ],
    ids=str,
)
def test_rds_keeps_backups_long_enough(pack: Pack, case: Case) -> None:
    check(pack, "rds-backup-retention", case)


def test_the_configured_retention_replaces_the_default_and_is_named_as_its_origin(pack: Pack) -> None:
    pack.configure({"rds-backup-retention": {"minDays": 14}})
    found = of_rule(pack.judge(Registration(INSTANCE, "it", {"backupRetentionPeriod": 7})), "rds-backup-retention")
    assert len(found) == 1
    assert "is 7; at least 14 days are required (minDays, set in the policy configuration)." in found[0].message
    assert found[0].message.endswith("Write: backup_retention_period=14")


@pytest.mark.parametrize(
    "case",
    [
        Case("protected", INSTANCE, {"deletionProtection": True}, PASS),
        Case("not protected", INSTANCE, {"deletionProtection": False}, "deletionProtection is false; true is required"),
        Case("absent", INSTANCE, {}, "deletionProtection is not set"),
        Case("unknown", INSTANCE, {"deletionProtection": UNKNOWN}, UNDETERMINED),
        Case("cluster absent", CLUSTER, {}, "deletionProtection is not set"),
        Case("cluster protected", CLUSTER, {"deletionProtection": True}, PASS),
        Case("a cluster member", MEMBER, {}, PASS),
        Case("a replica in the Region can be made again", INSTANCE, NEAR_REPLICA, PASS),
        Case("a replica elsewhere is the recovery copy", INSTANCE, FAR_REPLICA, "is not set", SECONDARY),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, UNDETERMINED),
    ],
    ids=str,
)
def test_rds_is_protected_against_deletion(pack: Pack, case: Case) -> None:
    check(pack, "rds-deletion-protection", case)


@pytest.mark.parametrize(
    "case",
    [
        Case("two zones", INSTANCE, {"multiAz": True}, PASS),
        Case("one zone", INSTANCE, {"multiAz": False}, "multiAz is false; true is required"),
        Case("absent", INSTANCE, {"engine": "postgres"}, "multiAz is not set"),
        Case("unknown", INSTANCE, {"multiAz": UNKNOWN}, UNDETERMINED),
        Case("a replica", INSTANCE, FAR_REPLICA, PASS, SECONDARY),
        Case("a replica of an unknown source", INSTANCE, UNKNOWN_REPLICA, PASS),
        Case("Aurora", INSTANCE, {"engine": "aurora-mysql"}, PASS),
        Case("an Aurora member", MEMBER, {"engine": "aurora-mysql"}, PASS),
    ],
    ids=str,
)
def test_rds_has_a_standby_in_a_second_zone(pack: Pack, case: Case) -> None:
    check(pack, "rds-multi-az", case)
