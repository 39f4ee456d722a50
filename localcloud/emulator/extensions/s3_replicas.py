"""The copies that S3 replication makes: what they keep of the source, and how they are encrypted.

S3 user guide, "What does Amazon S3 replicate?" and "Replicating encrypted objects": a replica keeps key, version id, creation
date, metadata, tags and lock; KMS objects come under the rule's key, others as they were, or as the bucket encrypts.
"""

from __future__ import annotations

import copy
from typing import TypeAlias

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend

from localcloud.emulator.extensions.kms_unusable import trouble_of
from localcloud.emulator.extensions.s3_replication_rules import Rule

Version: TypeAlias = FakeKey | FakeDeleteMarker


def find_version(bucket: FakeBucket, key_name: str, version_id: str) -> Version | None:
    """A version, or a delete marker, by its id."""
    versions = bucket.keys.getlist(key_name, [])
    return next((version for version in versions if version.version_id == version_id), None)


def is_by_kms(key: FakeKey) -> bool:
    """Whether the version is encrypted with a key of KMS."""
    return str(key.encryption or "").startswith("aws:kms")


def tags_of(backend: S3Backend, key: FakeKey) -> dict[str, str]:
    """The tags of a version."""
    return dict(backend.tagger.get_tag_dict_for_resource(key.arn))


def add_replica(backend: S3Backend, source: FakeBucket, version: Version, target: FakeBucket, rule: Rule) -> bool:
    """Make the replica of a version, or bring the one that is there up to date; False when S3 could not."""
    if not target.is_versioned:
        return False
    if isinstance(version, FakeDeleteMarker):
        if find_version(target, version.name, version.version_id) is None:
            _insert(target, _marker(version))
        return True
    key_id = (
        rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID") if is_by_kms(version) else None
    )
    if is_by_kms(version) and not _keys_work(backend.account_id, source, version, target, key_id):
        return False
    replica = find_version(target, version.name, version.version_id)
    if replica is None:
        replica = _replica(version, target, key_id, rule)
        _insert(target, replica)
    copy_settings(backend, version, replica)
    replica.settings_changed_at = version.settings_changed_at
    return True


def copy_settings(backend: S3Backend, source: FakeKey, target: FakeKey) -> None:
    """Give a version the tags, permissions and lock of another."""
    backend.tagger.delete_all_tags_for_resource(target.arn)
    tags = tags_of(backend, source)
    if tags:
        backend.tagger.tag_resource(target.arn, backend.tagger.convert_dict_to_tags_input(tags))
    target.acl = copy.deepcopy(source.acl)
    target.lock_mode, target.lock_until = source.lock_mode, source.lock_until
    target.lock_legal_status = source.lock_legal_status


def _keys_work(account_id: str, source: FakeBucket, key: FakeKey, target: FakeBucket, replica_key: str | None) -> bool:
    if replica_key is None or trouble_of(account_id, target.region_name, replica_key):
        return False
    return trouble_of(account_id, source.region_name, key.kms_key_id) is None


def _replica(key: FakeKey, target: FakeBucket, key_id: str | None, rule: Rule) -> FakeKey:
    encryption, bucket_key = key.encryption, key.bucket_key_enabled
    if encryption is None and target.encryption:
        default = target.encryption["Rule"]["ApplyServerSideEncryptionByDefault"]
        encryption, key_id = default["SSEAlgorithm"], default.get("KMSMasterKeyID")
        bucket_key = target.encryption["Rule"].get("BucketKeyEnabled", False)
    replica = FakeKey(
        name=key.name,
        value=key.value,
        account_id=key.account_id,
        region_name=key.region_name,
        storage=rule["Destination"].get("StorageClass") or key.storage_class,
        etag=key.etag.strip('"'),
        is_versioned=True,
        version_id=key.version_id,
        bucket_name=target.name,
        encryption=encryption,
        kms_key_id=key_id,
        bucket_key_enabled=bucket_key,
        checksum_value=key.checksum_value,
        checksum_type=key.checksum_type,
        checksum_parts=key.checksum_parts,
    )
    replica.checksum_algorithm = key.checksum_algorithm
    replica.website_redirect_location = key.website_redirect_location
    replica._metadata = copy.copy(key.metadata)
    replica.last_modified = key.last_modified
    replica.is_replica = True
    return replica


def _marker(marker: FakeDeleteMarker) -> FakeDeleteMarker:
    replica = copy.copy(marker)
    replica.is_replica = True
    replica.replicated_under = replica.outcomes = None
    return replica


def _insert(bucket: FakeBucket, version: Version) -> None:
    """Among the versions of its key by date: of two Regions' writes the later one is current in both."""
    versions = [*bucket.keys.getlist(version.name, []), version]
    bucket.keys.setlist(version.name, sorted(versions, key=lambda one: (one.last_modified, one.version_id)))
