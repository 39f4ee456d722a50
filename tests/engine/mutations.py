"""For the mandatory rules that carry most: the one property whose removal it must notice, and the stack of its resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mutation:
    """`path` is removed from every resource of `resource_type`; or set to `value` where AWS has no "absent"."""

    rule: str
    stack: str
    resource_type: str
    path: tuple[str, ...]
    value: Any = None


MUTATIONS = (
    Mutation("rds-storage-encrypted", "prod", "aws:rds/instance:Instance", ("storageEncrypted",)),
    Mutation("rds-backup-retention", "prod", "aws:rds/instance:Instance", ("backupRetentionPeriod",)),
    Mutation("rds-deletion-protection", "prod", "aws:rds/instance:Instance", ("deletionProtection",)),
    Mutation("rds-multi-az", "prod", "aws:rds/instance:Instance", ("multiAz",)),
    Mutation("dynamodb-pitr", "prod", "aws:dynamodb/table:Table", ("pointInTimeRecovery",)),
    Mutation("dynamodb-cmk", "prod", "aws:dynamodb/table:Table", ("serverSideEncryption",)),
    # Versioning has no absent state once the resource exists: AWS knows Enabled and Suspended.
    Mutation(
        "s3-versioning",
        "prod",
        "aws:s3/bucketVersioning:BucketVersioning",
        ("versioningConfiguration", "status"),
        "Suspended",
    ),
    Mutation(
        "s3-encryption",
        "prod",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        ("rules", "*", "applyServerSideEncryptionByDefault"),
    ),
    Mutation(
        "s3-replication",
        "dr",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        ("rules", "*", "status"),
        "Disabled",
    ),
    Mutation("ebs-encrypted", "prod", "aws:ebs/volume:Volume", ("encrypted",)),
    Mutation("backup-vault-cmk", "prod", "aws:backup/vault:Vault", ("kmsKeyArn",)),
    Mutation("kms-rotation", "prod", "aws:kms/key:Key", ("enableKeyRotation",)),
    Mutation("backup-plan-copies-to-other-region", "prod", "aws:backup/plan:Plan", ("rules", "*", "copyActions")),
)
