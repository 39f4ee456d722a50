"""S3 replication: one direction between two buckets. Both directions belong to dr: S3 knows one configuration a bucket,
and the destination must exist first."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement
from components.roles import ServiceRoleArgs, service_role

# S3 replication time control knows this one value, and asks for metrics with it (S3 PutBucketReplication
# ReplicationTimeValue).
REPLICATION_TIME_MINUTES = 15
RULE_ID = "whole-bucket"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One end of a replication."""

    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    region: str


@dataclass(frozen=True, kw_only=True)
class ReplicationRoleArgs:
    """Inputs of the role of one direction."""

    role_name: str
    source: Side
    destination: Side


class ReplicationRole(pulumi.ComponentResource):
    """What S3 may do to replicate one bucket: read versions here, write replicas there, use two keys through S3.

    Produces the following resources:
    - `iam.Role` and `iam.RolePolicy`.

    Outputs: `arn` (available once the rights are attached).

    AWS limits:
    - Objects under a key of KMS need its decryption here and encryption there (Amazon S3 user guide, "Replicating encrypted
      objects"); a right that is missing fails object by object, in silence.

    Cost: free.
    """

    def __init__(self, name: str, args: ReplicationRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:replication:ReplicationRole", name, None, opts)
        role = ServiceRoleArgs(
            service="s3.amazonaws.com",
            role_name=args.role_name,
            rights={f"{name}-rights": _rights(args.source, args.destination)},
        )
        self.arn: pulumi.Output[str] = service_role(f"{name}-role", role, self)
        self.register_outputs({"arn": self.arn})


@dataclass(frozen=True, kw_only=True)
class BucketReplicationArgs:
    """Inputs of one direction of replication."""

    source: Side
    destination: Side
    role_arn: pulumi.Input[str]


class BucketReplication(pulumi.ComponentResource):
    """Replicates the dr bucket to the primary one: what was written after a failover comes back.

    Produces the following resources:
    - `s3.BucketReplicationConfig`.

    Outputs: none.

    AWS limits:
    - Versioning is on in both buckets first, and the destination exists (PutBucketReplication).
    - A bucket has one configuration. With a filter it states priority, status and delete markers; replication time control
      states 15 minutes, and metrics with it (PutBucketReplication ReplicationRule, ReplicationTimeValue).
    - What was there before is not replicated: a job of the BatchReplicationRole does that.
    - A locked bucket replicates only into a locked one (Amazon S3 user guide, "Object Lock considerations").

    Cost: the transfer $0.02 a GB; replication time control is not priced here.
    """

    def __init__(self, name: str, args: BucketReplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:replication:BucketReplication", name, None, opts)
        replicate(name, args, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def replicate(name: str, args: BucketReplicationArgs, opts: pulumi.ResourceOptions) -> aws.s3.BucketReplicationConfig:
    """One rule for the whole bucket. With a filter S3 wants priority.

    Status and delete-marker handling said (PutBucketReplication).
    """
    enabled = "Enabled"
    criteria = aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
        # Without it S3 leaves every SSE-KMS object behind, in silence.
        sse_kms_encrypted_objects=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
            status=enabled
        ),
        # Changes of a replica's metadata travel back: both ways need it (S3 user guide, replica modification sync).
        replica_modifications=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaReplicaModificationsArgs(
            status=enabled
        ),
    )
    destination = aws.s3.BucketReplicationConfigRuleDestinationArgs(
        bucket=args.destination.bucket_arn,
        encryption_configuration=aws.s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
            replica_kms_key_id=args.destination.key_arn
        ),
        replication_time=aws.s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(
            status=enabled,
            time=aws.s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(minutes=REPLICATION_TIME_MINUTES),
        ),
        metrics=aws.s3.BucketReplicationConfigRuleDestinationMetricsArgs(
            status=enabled,
            event_threshold=aws.s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(
                minutes=REPLICATION_TIME_MINUTES
            ),
        ),
    )
    return aws.s3.BucketReplicationConfig(
        f"{name}-replication",
        bucket=args.source.bucket_name,
        role=args.role_arn,
        rules=[
            aws.s3.BucketReplicationConfigRuleArgs(
                id=RULE_ID,
                priority=0,
                status=enabled,
                filter=aws.s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
                delete_marker_replication=aws.s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(status=enabled),
                source_selection_criteria=criteria,
                destination=destination,
            )
        ],
        opts=opts,
    )


def _rights(source: Side, destination: Side) -> list[Statement]:
    """S3 user guide, "Setting up permissions for live replication" and "Replicating encrypted objects".

    With bucket keys the encryption context is the bucket's ARN, without them the object's; `StringLike` takes both.
    """
    return [
        {
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            "Resource": source.bucket_arn,
        },
        {
            "Effect": "Allow",
            # S3 asks for the last two in order to replicate a locked version with its lock (Amazon S3 user guide, "Object
            # Lock considerations"). Where nothing is locked they read nothing.
            "Action": [
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
                "s3:GetObjectRetention",
                "s3:GetObjectLegalHold",
            ],
            "Resource": pulumi.Output.concat(source.bucket_arn, "/*"),
        },
        {
            "Effect": "Allow",
            "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            "Resource": pulumi.Output.concat(destination.bucket_arn, "/*"),
        },
        _use_of_key(["kms:Decrypt"], source),
        # Decrypt as well: a large object is written in parts, and a part is encrypted under the key of the upload.
        _use_of_key(["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"], destination),
    ]


def _use_of_key(actions: list[str], side: Side) -> Statement:
    return {
        "Effect": "Allow",
        "Action": actions,
        "Resource": side.key_arn,
        "Condition": {
            "StringLike": {
                "kms:ViaService": f"s3.{side.region}.amazonaws.com",
                "kms:EncryptionContext:aws:s3:arn": pulumi.Output.concat(side.bucket_arn, "*"),
            }
        },
    }
