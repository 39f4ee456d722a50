"""Buckets: what Amazon S3 refuses is refused here first, and what each component asks of it."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest
from pydantic import ValidationError

from components.buckets.batch import BatchReplicationRole, BatchReplicationRoleArgs
from components.buckets.bucket import ADOPTED_KEEPS, ProtectedBucket, ProtectedBucketArgs
from components.buckets.replication import ReplicationRole, ReplicationRoleArgs, Side
from components.settings import BucketStore, limits
from tests.support.program import Program, registrations

NAME = "securecart-invoices-123456789012-us-east-1"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
KEYS = {region: f"arn:aws:kms:{region}:123456789012:key/mrk-1" for region in ("us-east-1", "us-west-2")}


def store(**said: Any) -> BucketStore:
    return BucketStore.model_validate(said)


def documentation(shape: str, member: str) -> str:
    model = botocore.session.get_session().get_service_model("s3")
    return re.sub(r"<[^>]+>", "", model.shape_for(shape).members[member].documentation)


def bucket(settings: BucketStore, **more: Any) -> Program:
    args = ProtectedBucketArgs(bucket_name=NAME, store=settings, key_arn=KEYS["us-east-1"], **more)
    return registrations(lambda: ProtectedBucket("invoices", args))


def side(region: str) -> Side:
    name = f"securecart-invoices-123456789012-{region}"
    return Side(bucket_name=name, bucket_arn=f"arn:aws:s3:::{name}", key_arn=KEYS[region], region=region)


def rights(made: Program) -> list[dict[str, Any]]:
    (policy,) = made.of("aws:iam/rolePolicy:RolePolicy")
    return list(json.loads(policy.inputs["policy"])["Statement"])


def allowed(statements: list[dict[str, Any]]) -> dict[str, str]:
    """Each action with what it is allowed on; an action that is allowed twice is a mistake of the policy."""
    found: dict[str, str] = {}
    for statement in statements:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            key = f"{action} with {statement['Resource']}" if action.startswith("kms:") else action
            assert key not in found, key
            found[key] = statement["Resource"]
    return found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"noncurrentRetentionDays": 0}, "greater than or equal to 1"),
        ({"newestVersionsKept": 101}, "less than or equal to 100"),
        ({"archive": {"afterDays": 29, "storageClass": "STANDARD_IA"}}, "takes 30 at least"),
        ({"archive": {"afterDays": 90}}, "must be less than noncurrentRetentionDays (90)"),
        ({"archive": {"afterDays": 1, "storageClass": "GLACIER_DEEP"}}, "'GLACIER' or 'DEEP_ARCHIVE'"),
        ({"objectLock": {"retentionDays": 0}}, "greater than or equal to 1"),
        ({"objectLock": {"retentionDays": 36501}}, "less than or equal to 36500"),
        ({"objectLock": {"retentionDays": 30, "mode": "compliance"}}, "confirmComplianceDays: 30"),
        (
            {"objectLock": {"retentionDays": 30, "mode": "compliance", "confirmComplianceDays": 7}},
            "confirmComplianceDays: 30",
        ),
    ],
)
def test_what_s3_refuses_is_refused_with_the_reason(said: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        store(**said)
    assert expected in str(error.value)


def test_the_limits_are_those_of_botocores_model() -> None:
    kept = documentation("NoncurrentVersionExpiration", "NewerNoncurrentVersions")
    assert f"up to {limits.S3_NEWEST_VERSIONS.maximum} noncurrent versions" in kept
    markers = documentation("LifecycleExpiration", "ExpiredObjectDeleteMarker")
    assert "cannot be specified with Days or Date" in markers


def test_old_versions_go_as_said_and_so_do_markers_that_hide_nothing() -> None:
    settings = store(newestVersionsKept=3, archive={"afterDays": 30, "storageClass": "STANDARD_IA"})
    (lifecycle,) = bucket(settings).of(LIFECYCLE)
    (rule,) = lifecycle.inputs["rules"]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 90, "newerNoncurrentVersions": 3}
    assert rule["noncurrentVersionTransitions"] == [{"noncurrentDays": 30, "storageClass": "STANDARD_IA"}]
    assert rule["expiration"] == {"expiredObjectDeleteMarker": True}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert any("BucketVersioning" in urn for urn in lifecycle.depends_on), "versions come first"


def test_a_bucket_locks_only_where_asked_and_only_after_versioning() -> None:
    made = bucket(store(objectLock={"retentionDays": 30}))
    (holder,) = made.of("aws:s3/bucket:Bucket")
    assert holder.inputs["objectLockEnabled"] is True
    (lock,) = made.of(OBJECT_LOCK)
    assert lock.inputs["rule"]["defaultRetention"] == {"mode": "GOVERNANCE", "days": 30}
    assert any("BucketVersioning" in urn for urn in lock.depends_on)
    plain = bucket(store())
    assert "objectLockEnabled" not in plain.of("aws:s3/bucket:Bucket")[0].inputs
    assert not [r for r in plain.resources if r.type == OBJECT_LOCK]


def test_compliance_needs_its_second_switch() -> None:
    (lock,) = bucket(store(objectLock={"retentionDays": 30, "mode": "compliance", "confirmComplianceDays": 30})).of(
        OBJECT_LOCK
    )
    assert lock.inputs["rule"]["defaultRetention"]["mode"] == "COMPLIANCE"


def test_both_sides_of_a_locked_bucket_are_locked() -> None:
    locked = store(objectLock={"retentionDays": 30})
    for more in ({"replicated_by": "dr"}, {"replica_of": NAME}):
        assert bucket(locked, **more).of(OBJECT_LOCK)


def test_what_a_service_delivers_by_is_allowed_beside_tls() -> None:
    delivery = {"Sid": "Delivery", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    made = bucket(store(), statements=[delivery])
    (policy,) = made.of("aws:s3/bucketPolicy:BucketPolicy")
    first, second = json.loads(policy.inputs["policy"])["Statement"]
    assert first["Sid"] == "TlsOnly"
    assert first["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert second == delivery


def test_an_adopted_bucket_is_never_made_anew_for_its_lock() -> None:
    settings = store(existing="legacy-invoices", objectLock={"retentionDays": 30})
    made = bucket(settings)
    assert made.of("aws:s3/bucket:Bucket")[0].ignore_changes == ADOPTED_KEEPS
    assert made.of(OBJECT_LOCK)
    (replica,) = bucket(settings, replica_of="legacy-invoices").of("aws:s3/bucket:Bucket")
    assert replica.ignore_changes == (), "the copy in the other Region is ours"


def test_live_replication_may_read_here_write_there_and_use_both_keys() -> None:
    source, destination = side("us-east-1"), side("us-west-2")
    args = ReplicationRoleArgs(role_name="securecart-invoices", source=source, destination=destination)
    made = registrations(lambda: ReplicationRole("invoices", args))
    objects, copies = f"{source.bucket_arn}/*", f"{destination.bucket_arn}/*"
    assert allowed(rights(made)) == {
        "s3:GetReplicationConfiguration": source.bucket_arn,
        "s3:ListBucket": source.bucket_arn,
        "s3:GetObjectVersionForReplication": objects,
        "s3:GetObjectVersionAcl": objects,
        "s3:GetObjectVersionTagging": objects,
        "s3:GetObjectRetention": objects,
        "s3:GetObjectLegalHold": objects,
        "s3:ReplicateObject": copies,
        "s3:ReplicateDelete": copies,
        "s3:ReplicateTags": copies,
        f"kms:Decrypt with {KEYS['us-east-1']}": KEYS["us-east-1"],
        f"kms:Encrypt with {KEYS['us-west-2']}": KEYS["us-west-2"],
        f"kms:GenerateDataKey with {KEYS['us-west-2']}": KEYS["us-west-2"],
        f"kms:Decrypt with {KEYS['us-west-2']}": KEYS["us-west-2"],
    }


def test_batch_replication_may_do_what_its_page_lists_and_nothing_else() -> None:
    source = side("us-east-1")
    args = BatchReplicationRoleArgs(role_name="securecart-invoices-batch", account_id="123456789012", source=source)
    made = registrations(lambda: BatchReplicationRole("invoices", args))
    objects, reports = f"{source.bucket_arn}/*", f"{source.bucket_arn}/batch-replication/*"
    # Amazon S3 user guide, "Configuring an IAM role for S3 Batch Replication", for a manifest that S3 generates; the key is
    # what manifest and report are encrypted with.
    assert allowed(rights(made)) == {
        "s3:InitiateReplication": objects,
        "s3:GetReplicationConfiguration": source.bucket_arn,
        "s3:PutInventoryConfiguration": source.bucket_arn,
        "s3:GetObject": reports,
        "s3:GetObjectVersion": reports,
        "s3:PutObject": reports,
        f"kms:Decrypt with {KEYS['us-east-1']}": KEYS["us-east-1"],
        f"kms:GenerateDataKey with {KEYS['us-east-1']}": KEYS["us-east-1"],
    }
    (role,) = made.of("aws:iam/role:Role")
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "batchoperations.s3.amazonaws.com"}
    assert "Condition" not in trust, "the page on this role shows none"
