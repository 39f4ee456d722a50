"""S3 under AWS Backup: a recovery point holds the objects; a continuous one holds every change from its start on."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_store import (
    BackUp,
    Copy,
    Held,
    Metadata,
    Place,
    Restore,
    Store,
    StoreError,
    Tags,
)
from localcloud.emulator.extensions.s3_object_history import History, follow

_PARTITION = "aws"
# Developer guide, "Restore S3 data": "up to 5 items".
_ITEMS_AT_A_TIME = 5
_ENCRYPTION = {"SSE-S3": "AES256", "SSE-KMS": "aws:kms"}


def resources(place: Place) -> dict[str, Tags]:
    """Every bucket of the place, with its tags."""
    backend = _backend(place)
    return {
        _arn(bucket): backend.tagger.get_tag_dict_for_resource(_arn(bucket))
        for bucket in backend.buckets.values()
        if bucket.region_name == place.region
    }


def back_up(asked: BackUp) -> Held:
    """Hold the objects as they are now, or follow them from now on. AWS backs up versioned buckets only."""
    bucket = _find(asked.place, asked.resource_arn)
    if not bucket.is_versioned:
        raise StoreError(f"Versioning is not enabled on bucket {bucket.name}; AWS Backup for S3 requires it")
    history = follow(bucket.keys) if asked.continuous else History.of(bucket.keys, clock.now())
    kind = "continuous:" if asked.continuous else ""
    stamp = "" if asked.continuous else f"-{clock.now():%Y%m%d%H%M%S}"
    return Held(
        recovery_point_arn=asked.place.arn("backup", f"recovery-point:{kind}{bucket.name}{stamp}-{asked.job_id[:8]}"),
        size_bytes=history.size_bytes(clock.now()),
        key_arn=asked.vault_key_arn,
        restore_metadata={"SourceBucketName": bucket.name},
        content=history,
    )


def copy_held(asked: Copy) -> Held:
    """The objects as they are now, under the other vault's key: the copy of a continuous backup is a snapshot."""
    now = clock.now()
    history: History = asked.held.content
    bucket = asked.held.restore_metadata["SourceBucketName"]
    name = f"{bucket}-{now:%Y%m%d%H%M%S}-{asked.job_id[:8]}"
    content = history.as_of(now) if asked.continuous else history
    return Held(
        recovery_point_arn=asked.destination.arn("backup", f"recovery-point:{name}"),
        size_bytes=content.size_bytes(now),
        key_arn=asked.vault_key_arn,
        restore_metadata=asked.held.restore_metadata,
        content=content,
    )


def discard(place: Place, held: Held) -> None:
    """Stop following the bucket, if it was followed and is still there."""
    bucket = _backend(place).buckets.get(held.restore_metadata["SourceBucketName"])
    if bucket is not None and getattr(bucket.keys, "history", None) is held.content:
        bucket.keys.history = None


def check_restore(asked: Restore) -> None:
    """Into a new bucket or one that is there; a whole bucket or up to five objects."""
    asked.metadata.require("DestinationBucketName")
    _items(asked)


def restore(asked: Restore) -> str:
    """Put the objects into the destination bucket. What the bucket has under the same name stays as it is."""
    metadata, history = asked.metadata, asked.held.content
    backend, name = _backend(asked.place), metadata.require("DestinationBucketName")
    if metadata.is_true("NewBucket"):
        bucket = backend.create_bucket(name, asked.place.region)
        bucket.versioning_status = "Enabled"
    else:
        bucket = _find(asked.place, f"arn:{_PARTITION}:s3:::{name}")
    kms_key_arn = metadata.get("KMSKey")
    if kms_key_arn is not None:
        check_key(asked.place, kms_key_arn, "the restored objects")
    wanted = _items(asked)
    for key in history.objects(_moment(asked, history)):
        if (wanted is None or key.name in wanted) and not isinstance(bucket.keys.get(key.name), FakeKey):
            restored = backend.put_object(bucket.name, key.name, key.value, **_encryption(metadata, key))
            restored.set_metadata(dict(key.metadata), replace=True)
            if tags := history.tags(key):
                backend.put_object_tagging(restored, tags)
    return _arn(bucket)


def inferred_metadata(_: Place, __: Held) -> dict[str, str]:
    """Developer guide, "Restore testing inferred metadata"."""
    name = f"awsbackup-restore-test-{secrets.token_hex(8)}"
    return {"destinationBucketName": name, "encrypted": "true", "encryptionType": "original", "newBucket": "true"}


def delete_restored(place: Place, arn: str) -> None:
    """Empty and delete the bucket of a restore test."""
    backend, bucket = _backend(place), _find(place, arn)
    for name in list(bucket.keys):
        bucket.keys.pop(name)
    backend.delete_bucket(bucket.name)


def tag_restored(place: Place, arn: str, tags: Tags) -> None:
    """Give the bucket the tags that its source had."""
    tagger = _backend(place).tagger
    tagger.tag_resource(arn, tagger.convert_dict_to_tags_input(tags))


def _moment(asked: Restore, history: History) -> datetime:
    if asked.restore_time is None:
        return clock.now()
    if asked.restore_time < history.start or asked.restore_time > clock.now():
        raise StoreError(f"RestoreTime {asked.restore_time} is not between {history.start} and now")
    return asked.restore_time


def _items(asked: Restore) -> set[str] | None:
    given = asked.metadata.get("ItemsToRestore")
    if given is None:
        return None
    items = json.loads(given)
    if len(items) > _ITEMS_AT_A_TIME:
        raise StoreError(f"{len(items)} items; a job restores {_ITEMS_AT_A_TIME} at most, or the whole bucket")
    # An item is an object's name or its URI.
    return {item.removeprefix("s3://").partition("/")[2] if item.startswith("s3://") else item for item in items}


def _encryption(metadata: Metadata, key: FakeKey) -> dict[str, str | None]:
    """As asked for; "original", the default, is what the object had."""
    asked = _ENCRYPTION.get(metadata.get("EncryptionType") or "")
    return {"encryption": asked or key.encryption, "kms_key_id": metadata.get("KMSKey") or key.kms_key_id}


def _backend(place: Place) -> S3Backend:
    return s3_backends[place.account_id][_PARTITION]


def _find(place: Place, arn: str) -> FakeBucket:
    bucket = _backend(place).buckets.get(arn.rpartition(":")[2])
    if bucket is None or bucket.region_name != place.region:
        raise StoreError(f"Bucket {arn} does not exist in {place.region}")
    return bucket


def _arn(bucket: FakeBucket) -> str:
    return f"arn:{_PARTITION}:s3:::{bucket.name}"


STORE = Store(
    resource_type="S3",
    resources=resources,
    back_up=back_up,
    copy=copy_held,
    discard=discard,
    check_restore=check_restore,
    restore=restore,
    inferred_metadata=inferred_metadata,
    delete_restored=delete_restored,
    tag_restored=tag_restored,
    continuous=True,
)
