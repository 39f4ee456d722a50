"""The protective properties of every store, from the registrations of the shipped stacks."""

from __future__ import annotations

import json

import pytest

from components.naming import AUDIT
from tests.support.program import Program, program, run_program

INSTANCE = "aws:rds/instance:Instance"
DATABASES, TABLES = {"orders", "payments"}, {"order-history", "payment-history"}
# The last one holds the estate's own records; it is protected like every other.
BUCKETS = {"invoices", "product-images", "logs", AUDIT}
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def stores(recorded: Program, token: str) -> set[str]:
    return {r.inputs["tags"]["store"] for r in recorded.of(token)}


def test_prod_holds_every_store_of_securecart() -> None:
    prod = program("prod")
    assert stores(prod, INSTANCE) == DATABASES
    assert stores(prod, "aws:dynamodb/table:Table") == TABLES
    assert stores(prod, "aws:s3/bucket:Bucket") == BUCKETS
    assert stores(prod, "aws:ebs/volume:Volume") == {"backend"}


def test_dr_holds_a_copy_of_every_database_table_and_bucket() -> None:
    dr = program("dr")
    assert stores(dr, INSTANCE) == DATABASES
    assert stores(dr, "aws:dynamodb/tableReplica:TableReplica") == TABLES
    assert stores(dr, "aws:s3/bucket:Bucket") == BUCKETS


@BOTH
def test_databases_are_encrypted_private_multi_az_and_recoverable(stack: str) -> None:
    for database in program(stack).of(INSTANCE):
        given = database.inputs
        assert given["storageEncrypted"] is True
        assert given["kmsKeyId"].startswith("arn:aws:kms:us-west-2" if stack == "dr" else "arn:aws:kms:us-east-1")
        assert given["publiclyAccessible"] is False
        assert given["multiAz"] is True
        assert given["backupRetentionPeriod"] >= 7
        assert given["copyTagsToSnapshot"] is True
        assert given["deleteAutomatedBackups"] is False
        assert given["deletionProtection"] is True
        assert database.protect


def test_a_primary_database_leaves_a_final_snapshot_and_a_replica_does_not_ask_for_one() -> None:
    for database in program("prod").of(INSTANCE):
        assert database.inputs["skipFinalSnapshot"] is False
        assert database.inputs["finalSnapshotIdentifier"] == f"{database.inputs['identifier']}-final"
    for replica in program("dr").of(INSTANCE):
        assert "finalSnapshotIdentifier" not in replica.inputs


def test_a_replica_names_its_source_by_arn_and_sets_nothing_that_rds_refuses_on_a_replica() -> None:
    refused = {"username", "password", "snapshotIdentifier", "engine", "dbName", "manageMasterUserPassword"}
    sources = {d["arn"] for d in program("prod").outputs["databases"].values()}
    replicas = program("dr").of(INSTANCE)
    assert {r.inputs["replicateSourceDb"] for r in replicas} == sources
    assert all(not refused & set(r.inputs) for r in replicas)
    replicated = program("dr").of("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")
    assert {r.inputs["sourceDbInstanceArn"] for r in replicated} == sources
    assert all(r.inputs["retentionPeriod"] >= 7 for r in replicated)


def test_the_administrators_password_is_a_secret_that_no_later_up_changes() -> None:
    prod = program("prod")
    for database in prod.of(INSTANCE):
        assert "password" in database.ignore_changes
        assert "manageMasterUserPassword" not in database.inputs
    for value in prod.of("aws:secretsmanager/secretVersion:SecretVersion"):
        assert value.ignore_changes == ("secretString",)
    for secret in prod.of("aws:secretsmanager/secret:Secret"):
        assert [r["region"] for r in secret.inputs["replicas"]] == ["us-west-2"]
        assert secret.inputs["recoveryWindowInDays"] == 30
    assert "generated-by-the-mock" not in json.dumps(prod.outputs, default=str)


def test_tables_recover_35_days_and_leave_their_replicas_to_dr() -> None:
    for table in program("prod").of("aws:dynamodb/table:Table"):
        given = table.inputs
        assert given["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}
        assert given["serverSideEncryption"]["kmsKeyArn"].startswith("arn:aws:kms:us-east-1")
        assert given["streamViewType"] == "NEW_AND_OLD_IMAGES"
        assert given["deletionProtectionEnabled"] is True
        assert given["billingMode"] == "PAY_PER_REQUEST"
        assert table.ignore_changes == ("replicas",)
        assert table.protect


def test_table_replicas_have_their_own_key_recovery_and_deletion_protection() -> None:
    for replica in program("dr").of("aws:dynamodb/tableReplica:TableReplica"):
        assert replica.inputs["kmsKeyArn"].startswith("arn:aws:kms:us-west-2")
        assert replica.inputs["pointInTimeRecovery"] is True
        assert replica.inputs["deletionProtectionEnabled"] is True
        assert replica.protect


@BOTH
def test_buckets_are_versioned_encrypted_and_closed(stack: str) -> None:
    recorded = program(stack)
    names = {b.inputs["bucket"] for b in recorded.of("aws:s3/bucket:Bucket")}
    guards = {
        "aws:s3/bucketVersioning:BucketVersioning": lambda i: i["versioningConfiguration"]["status"] == "Enabled",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": lambda i: (
            i["rules"][0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
            and i["rules"][0]["bucketKeyEnabled"] is True
        ),
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": lambda i: all(
            i[k] for k in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        ),
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": lambda i: (
            i["rule"]["objectOwnership"] == "BucketOwnerEnforced"
        ),
        "aws:s3/bucketPolicy:BucketPolicy": lambda i: "aws:SecureTransport" in i["policy"],
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lambda i: (
            i["rules"][0]["noncurrentVersionExpiration"]["noncurrentDays"] >= 90
        ),
    }
    for token, holds in guards.items():
        found = recorded.of(token)
        assert {r.inputs["bucket"] for r in found} == names
        assert all(holds(r.inputs) for r in found), token


def test_dr_owns_the_replication_of_both_directions_and_prod_owns_none() -> None:
    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    assert not [r for r in program("prod").resources if r.type == token]
    ways = {(r.inputs["bucket"], r.inputs["rules"][0]["destination"]["bucket"]) for r in program("dr").of(token)}
    name = "securecart-{}-123456789012-{}".format
    there, back = ("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")
    assert ways == {
        (name(s, source), f"arn:aws:s3:::{name(s, target)}") for s in BUCKETS for source, target in (there, back)
    }


def test_replication_takes_kms_objects_replica_changes_and_delete_markers_within_15_minutes() -> None:
    for replication in program("dr").of("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        (rule,) = replication.inputs["rules"]
        destination = rule["destination"]
        region = "us-west-2" if destination["bucket"].endswith("us-west-2") else "us-east-1"
        assert rule["status"] == "Enabled"
        assert rule["filter"] == {"prefix": ""}
        assert rule["deleteMarkerReplication"]["status"] == "Enabled"
        assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"]["status"] == "Enabled"
        assert rule["sourceSelectionCriteria"]["replicaModifications"]["status"] == "Enabled"
        assert destination["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
        assert destination["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}
        assert f":kms:{region}:" in destination["encryptionConfiguration"]["replicaKmsKeyId"]


def test_volumes_are_encrypted_and_snapshotted_into_the_other_region_under_a_key_arn() -> None:
    prod = program("prod")
    for volume in prod.of("aws:ebs/volume:Volume"):
        assert volume.inputs["encrypted"] is True
        assert volume.inputs["finalSnapshot"] is True
        assert volume.protect
    (policy,) = prod.of("aws:dlm/lifecyclePolicy:LifecyclePolicy")
    details = policy.inputs["policyDetails"]
    assert all(details["targetTags"].items() <= v.inputs["tags"].items() for v in prod.of("aws:ebs/volume:Volume"))
    (copy,) = details["schedules"][0]["crossRegionCopyRules"]
    assert (copy["target"], copy["encrypted"]) == ("us-west-2", True)
    assert copy["cmkArn"] == program("dr").outputs["dataKeyArn"]


def test_frozen_links_ignore_every_change_and_survive_their_removal() -> None:
    frozen = run_program("dr", links="frozen")
    links = [r for r in frozen.resources if r.custom and "PrimarySideLinks" in r.parent]
    assert len(links) == len(BUCKETS) + len(TABLES)
    assert all(r.ignore_changes == ("*",) and r.retain_on_delete for r in links)
    enabled = [r for r in program("dr").resources if r.custom and "PrimarySideLinks" in r.parent]
    assert len(enabled) == len(links)
    assert not [r for r in enabled if r.ignore_changes or r.retain_on_delete]


@BOTH
def test_an_ephemeral_stack_protects_nothing_and_the_shipped_one_does(stack: str) -> None:
    ephemeral = run_program(stack, ephemeral="true")
    assert not [r for r in ephemeral.resources if r.protect]
    assert not [r for r in ephemeral.resources if r.inputs.get("deletionProtection")]
    assert [r for r in program(stack).resources if r.protect]
