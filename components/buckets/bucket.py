"""S3 buckets: versioned, encrypted with our key, closed to the public and to plain HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import Statement, document
from components.settings import BucketStore
from components.settings.buckets import ObjectLock
from components.tags import REPLICA_OF, REPLICATED_BY, store_tags

# Whether a bucket was made with Object Lock, no later update can change; the lock itself can be configured later
# (Amazon S3 user guide, "Enable Object Lock on an existing S3 bucket").
ADOPTED_KEEPS = ("objectLockEnabled",)
# Parts of uploads that never finished cost money and can never be read.
ABORT_UPLOAD_AFTER_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class ProtectedBucketArgs:
    """Inputs of a bucket."""

    bucket_name: str
    store: BucketStore
    key_arn: pulumi.Input[str]
    replicated_by: str | None = None
    """The stack that owns the bucket's replication, where it is not the bucket's own."""
    replica_of: str | None = None
    """Name of the bucket whose copy this one is."""
    statements: Sequence[Statement] = ()
    """Further statements of its policy: services that deliver into it."""
    ephemeral: bool = False
    imports: bool = False
    """True takes a bucket of that name, which exists already, into the state as it is."""


class ProtectedBucket(pulumi.ComponentResource):
    """A bucket that keeps every previous version for `noncurrent_retention_days`. Both Regions use the same component.

    Replication is not part of it: both directions belong to dr (components/buckets/replication.py), and S3 knows one
    configuration a bucket.

    An adopted bucket (`existing`) keeps its objects and its name. What it had of a policy, lifecycle rules, public access, access
    control lists and default encryption is replaced by what is said here; statements that its users need are given as `statements`.
    What adoption cannot do: encrypt or version what was written before (S3 Batch Operations copies an object onto itself),
    replicate it (a job of the BatchReplicationRole), or replicate what is encrypted with another key than ours, which the
    replication role may not use.

    Produces the following resources:
    - `s3.Bucket` (protected), `s3.BucketOwnershipControls` (owner enforced, so access control lists are off),
      `s3.BucketPublicAccessBlock` (all four), `s3.BucketVersioning`, `s3.BucketServerSideEncryptionConfiguration`
      (SSE-KMS with a bucket key), `s3.BucketPolicy` (TLS only), `s3.BucketLifecycleConfiguration`
    - `s3.BucketObjectLockConfiguration`, where the store asks for it

    Outputs: `arn`, `bucket_name`, `versioned_bucket_name` (available once versioning is on), `ready_bucket_name` (once the policy
    is, for services that deliver into it).

    AWS limits:
    - Versioning comes before replication, lifecycle rules of versions, and Object Lock (Amazon S3 user guide).
    - Object Lock needs versioning, which can then never be suspended; a locked bucket replicates only into a locked one.
    - STANDARD_IA takes versions that are 30 days old; archive classes are billed for 90 or 180 days at least.

    Cost: $0.023 a GB and month, old versions included; requests $0.005 a thousand.
    """

    def __init__(self, name: str, args: ProtectedBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:bucket:ProtectedBucket", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket_name,
            force_destroy=args.ephemeral,
            object_lock_enabled=True if args.store.object_lock else None,
            tags=store_tags(name, args.store.data_class, **_replication_tags(args)),
            opts=store_options(
                self,
                ephemeral=args.ephemeral,
                ignore_changes=ADOPTED_KEEPS if args.store.existing and not args.replica_of else (),
                imports=args.bucket_name if args.imports else None,
            ),
        )
        self.arn: pulumi.Output[str] = bucket.arn
        self.bucket_name: pulumi.Output[str] = bucket.bucket
        self.versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket_name,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child,
        )
        self._encrypt(name, args.key_arn)
        policy = self._close(name, args.statements)
        self._expire_old_versions(name, args.store)
        if args.store.object_lock:
            self._lock(name, args.store.object_lock)
        self.ready_bucket_name: pulumi.Output[str] = pulumi.Output.all(bucket.bucket, policy.id).apply(
            lambda made: str(made[0])
        )
        self.versioned_bucket_name: pulumi.Output[str] = self.versioning.bucket
        self.register_outputs({"arn": self.arn, "bucketName": self.bucket_name})

    def _encrypt(self, name: str, key_arn: pulumi.Input[str]) -> None:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms", kms_master_key_id=key_arn
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.bucket_name,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=default,
                    # One data key a bucket and minute in place of one an object: up to 99 % fewer KMS calls (S3 user
                    # guide, bucket keys).
                    bucket_key_enabled=True,
                )
            ],
            opts=self._child,
        )

    def _close(self, name: str, statements: Sequence[Statement]) -> aws.s3.BucketPolicy:
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=self.bucket_name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.bucket_name,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child,
        )
        tls_only = {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [self.arn, pulumi.Output.concat(self.arn, "/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=self.bucket_name,
            policy=document([tls_only, *statements]),
            # S3 answers OperationAborted when two calls change a bucket's access at once.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block]),
        )

    def _expire_old_versions(self, name: str, store: BucketStore) -> None:
        expiry = aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=store.noncurrent_retention_days, newer_noncurrent_versions=store.newest_versions_kept
        )
        archive = [
            aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionTransitionArgs(
                noncurrent_days=rule.after_days, storage_class=rule.storage_class
            )
            for rule in ([store.archive] if store.archive else [])
        ]
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket_name,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="noncurrent-versions",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    noncurrent_version_expiration=expiry,
                    # The marker of a deleted object whose versions are all gone hides nothing, and slows every listing.
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
                    noncurrent_version_transitions=archive or None,
                    abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=ABORT_UPLOAD_AFTER_DAYS
                    ),
                )
            ],
            # A rule about previous versions before there are any is refused (S3 user guide,
            # PutBucketLifecycleConfiguration).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.versioning]),
        )

    def _lock(self, name: str, lock: ObjectLock) -> None:
        retention = aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
            mode=lock.mode.value.upper(), days=lock.retention_days
        )
        aws.s3.BucketObjectLockConfiguration(
            f"{name}-object-lock",
            bucket=self.bucket_name,
            rule=aws.s3.BucketObjectLockConfigurationRuleArgs(default_retention=retention),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.versioning]),
        )


def _replication_tags(args: ProtectedBucketArgs) -> dict[str, str]:
    said = {REPLICATED_BY: args.replicated_by, REPLICA_OF: args.replica_of}
    return {key: value for key, value in said.items() if value}
