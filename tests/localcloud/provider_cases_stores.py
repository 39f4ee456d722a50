"""Cases of the resource types that hold data: databases, tables, buckets."""

from __future__ import annotations

import json

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import (
    PRIMARY,
    SECONDARY,
    Case,
    Client,
    World,
    tagged,
)


def bucket_policy(bucket: str, effect: str = "Deny") -> str:
    statement = {
        "Sid": "tls",
        "Effect": effect,
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OPEN_TO_PUBLIC_POLICIES = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": False,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def _database(world: World) -> Props:
    return {
        "identifier": world.name(), "engine": "postgres", "engineVersion": "16.8", "instanceClass": "db.t4g.micro",
        "allocatedStorage": 20, "storageType": "gp3", "dbName": "cart", "username": "securecart", "password": "correct-horse",
        "storageEncrypted": True, "kmsKeyId": world.key(), "backupRetentionPeriod": 7, "multiAz": True,
        "copyTagsToSnapshot": True, "skipFinalSnapshot": True, "applyImmediately": True,
    }  # fmt: skip


def _replication(world: World) -> Props:
    return {
        "bucket": world.bucket(versioned=True),
        "role": world.role_arn(),
        "rules": [
            {
                "id": "everything",
                "status": "Enabled",
                "priority": 1,
                "filter": {"prefix": ""},
                "deleteMarkerReplication": {"status": "Enabled"},
                "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
                "destination": {
                    "bucket": f"arn:aws:s3:::{world.bucket(SECONDARY, versioned=True)}",
                    "storageClass": "STANDARD",
                    "encryptionConfiguration": {"replicaKmsKeyId": world.key(SECONDARY)},
                    "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
                    "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
                },
            }
        ],
    }


def _replication_stopped(client: Client, id_: str, _: Props) -> None:
    live = client("s3").get_bucket_replication(Bucket=id_)["ReplicationConfiguration"]
    live["Rules"][0]["Status"] = "Disabled"
    client("s3").put_bucket_replication(Bucket=id_, ReplicationConfiguration=live)


def _lifecycle(days: int) -> list[Props]:
    return [
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrentVersionExpiration": {"noncurrentDays": days},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]


def _lifecycle_off(client: Client, id_: str, _: Props) -> None:
    live = client("s3").get_bucket_lifecycle_configuration(Bucket=id_)["Rules"]
    live[0]["Status"] = "Disabled"
    client("s3").put_bucket_lifecycle_configuration(Bucket=id_, LifecycleConfiguration={"Rules": live})


def _table(world: World) -> Props:
    return {
        "name": world.name(),
        "hashKey": "pk",
        "attributes": [{"name": "pk", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": world.key()},
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
        "deletionProtectionEnabled": False,
    }


def _no_recovery(client: Client, id_: str, region: str = PRIMARY) -> None:
    client("dynamodb", region).update_continuous_backups(
        TableName=id_, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


CASES: dict[str, Case] = {
    "aws:dynamodb/table:Table": Case(
        _table,
        lambda _: {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}, "tags": {"a": "1"}},
        {"hashKey": "id", "attributes": [{"name": "id", "type": "S"}]},
        lambda client, id_, _: _no_recovery(client, id_),
        "pointInTimeRecovery",
    ),
    "aws:dynamodb/tableReplica:TableReplica": Case(
        lambda w: {"globalTableArn": w.table_arn(), "pointInTimeRecovery": True, "tags": {"a": "1"}},
        tagged(a="2"),
        {"kmsKeyArn": "arn:aws:kms:us-west-2:123456789012:key/other"},
        lambda client, id_, _: _no_recovery(client, id_.split(":")[0], SECONDARY),
        "pointInTimeRecovery",
        SECONDARY,
    ),
    "aws:rds/instance:Instance": Case(
        _database,
        lambda _: {"backupRetentionPeriod": 14, "deletionProtection": False, "tags": {"a": "1"}},
        {"storageEncrypted": False},
        lambda client, _, inputs: client("rds").modify_db_instance(
            DBInstanceIdentifier=inputs["identifier"], BackupRetentionPeriod=1, ApplyImmediately=True
        ),
        "backupRetentionPeriod",
    ),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": Case(
        lambda w: {"sourceDbInstanceArn": w.database_arn(), "kmsKeyId": w.key(SECONDARY), "retentionPeriod": 14},
        replacing={"retentionPeriod": 21},
        region=SECONDARY,
    ),
    "aws:rds/parameterGroup:ParameterGroup": Case(
        lambda w: {
            "name": w.name(),
            "family": "postgres16",
            "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}],
        },
        tagged(a="1"),
        {"family": "postgres15"},
        lambda client, id_, _: client("rds").modify_db_parameter_group(
            DBParameterGroupName=id_,
            Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}],
        ),
        "parameters",
    ),
    "aws:rds/subnetGroup:SubnetGroup": Case(
        lambda w: {"name": w.name(), "description": "private", "subnetIds": sorted(w.two_subnets(), reverse=True)},
        lambda w: {"subnetIds": w.two_subnets()},
        {"name": "other"},
        lambda client, id_, inputs: client("rds").modify_db_subnet_group(
            DBSubnetGroupName=id_, DBSubnetGroupDescription="stranger", SubnetIds=inputs["subnetIds"]
        ),
        "description",
    ),
    "aws:s3/bucket:Bucket": Case(
        lambda w: {"bucket": w.name(), "forceDestroy": True, "tags": {"a": "1"}},
        tagged(a="2"),
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_tagging(
            Bucket=id_, Tagging={"TagSet": [{"Key": "a", "Value": "x"}]}
        ),
        "tags",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Case(
        lambda w: {"bucket": w.bucket(), "rules": _lifecycle(30)},
        lambda _: {"rules": _lifecycle(60)},
        {"bucket": "other"},
        _lifecycle_off,
        "rules",
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Case(
        lambda w: {"bucket": w.bucket(), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        lambda _: {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_ownership_controls(
            Bucket=id_, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        "rule",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Case(
        lambda w: {"bucket": (name := w.bucket()), "policy": bucket_policy(name)},
        lambda _: {"policy": bucket_policy("any", "Allow")},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_policy(Bucket=id_, Policy=bucket_policy("stranger")),
        "policy",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Case(
        lambda w: {
            "bucket": w.bucket(),
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        lambda _: {"blockPublicAcls": False},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_public_access_block(
            Bucket=id_, PublicAccessBlockConfiguration=OPEN_TO_PUBLIC_POLICIES
        ),
        "blockPublicPolicy",
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Case(
        _replication, lambda w: {"role": w.role_arn()}, {"bucket": "other"}, _replication_stopped, "rules"
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Case(
        lambda w: {
            "bucket": w.bucket(),
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": w.key()},
                    "bucketKeyEnabled": True,
                }
            ],
        },
        lambda _: {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_encryption(
            Bucket=id_,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        ),
        "rules",
        ends=False,
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Case(
        lambda w: {"bucket": w.bucket(), "versioningConfiguration": {"status": "Enabled"}},
        lambda _: {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_versioning(
            Bucket=id_, VersioningConfiguration={"Status": "Suspended"}
        ),
        "versioningConfiguration",
        ends=False,
    ),
}
