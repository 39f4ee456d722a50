"""S3 replication: versions, tags, metadata and delete markers travel to the buckets that a configuration names.

A version keeps its id and its date in the other bucket. Replicas are not replicated again, so both ways make no loop. What S3
needs of a version it reads when it replicates, so a parcel names the version and carries nothing of it.

S3 user guide, "Replicating objects", "Getting replication status information".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend, s3_backends

from localcloud.emulator import clock
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.extensions.calls import around
from localcloud.emulator.extensions.s3_replicas import (
    Version,
    add_replica,
    copy_settings,
    find_version,
    is_by_kms,
    tags_of,
)
from localcloud.emulator.extensions.s3_replication_metrics import measure
from localcloud.emulator.extensions.s3_replication_rules import Candidate, Rule, destination_of, destinations

PENDING, COMPLETED, FAILED, REPLICA = "PENDING", "COMPLETED", "FAILED", "REPLICA"
_KIND = "s3"


@dataclass(frozen=True)
class Notice:
    """That a version of a source bucket is to be brought to the buckets of a Region."""

    account_id: str
    partition: str
    bucket_name: str
    key_name: str
    version_id: str
    region: str
    settings_only: bool = False
    """Its tags, permissions and lock have changed; what it holds has not."""
    on_demand: bool = False
    """Batch Replication: of a replica, too."""


def status_of(backend: S3Backend, version: Version) -> str | None:
    """The ReplicationStatus of a version; None when no rule reaches it."""
    if version.is_replica:
        return REPLICA
    outcomes = set(outcomes_of(backend, version).values())
    return next((status for status in (FAILED, PENDING, COMPLETED) if status in outcomes), None)


def outcomes_of(backend: S3Backend, version: Version) -> dict[str, str]:
    """How far the version is, by destination bucket. Decided at the first look, when its tags are there."""
    if version.replicated_under is None:
        return {}
    if version.outcomes is None:
        reached = destinations(version.replicated_under, candidate_of(backend, version))
        version.outcomes = dict.fromkeys(reached, PENDING)
    outcomes: dict[str, str] = version.outcomes
    return outcomes


def candidate_of(backend: S3Backend, version: Version, *, on_demand: bool = False) -> Candidate:
    """A version as the rules see it; on demand a replica is replicated like any other version."""
    is_marker = isinstance(version, FakeDeleteMarker)
    return Candidate(
        version.name,
        {} if is_marker else tags_of(backend, version),
        by_kms=not is_marker and is_by_kms(version),
        is_replica=version.is_replica and not on_demand,
        is_delete_marker=is_marker,
    )


def replicate(backend: S3Backend, bucket: FakeBucket, version: Version, *, on_demand: bool = False) -> None:
    """Put a version on its way under the bucket's configuration as it is now, if there is one."""
    configuration = getattr(bucket, "replication", None)
    if not configuration:
        return
    version.replicated_under = configuration
    version.outcomes = None
    if on_demand:
        reached = destinations(configuration, candidate_of(backend, version, on_demand=True))
        version.outcomes = dict.fromkeys(reached, PENDING)
    _send(backend, bucket, version, on_demand=on_demand)


def _send(
    backend: S3Backend, bucket: FakeBucket, version: Version, *, settings_only: bool = False, on_demand: bool = False
) -> None:
    targets = [backend.buckets.get(destination_of(rule)) for rule in bucket.replication["Rules"]]
    names = (backend.account_id, backend.region_name, bucket.name, version.name, version.version_id)
    for region in sorted({target.region_name for target in targets if target is not None}):
        CARRIER.send(
            _KIND, bucket.region_name, region, Notice(*names, region, settings_only=settings_only, on_demand=on_demand)
        )


def arrive(notice: Notice, arrived_at: datetime) -> None:
    """Bring the version, as it is now, to the buckets of the notice's Region. One that is gone is not replicated."""
    backend = s3_backends[notice.account_id][notice.partition]
    bucket = backend.buckets.get(notice.bucket_name)
    version = find_version(bucket, notice.key_name, notice.version_id) if bucket else None
    if bucket is None or version is None:
        return
    configuration = getattr(bucket, "replication", None) if notice.settings_only else version.replicated_under
    candidate = candidate_of(backend, version, on_demand=notice.on_demand)
    for name, rule in destinations(configuration or {}, candidate).items():
        target = backend.buckets.get(name)
        if target is not None and target.region_name != notice.region:
            continue
        if notice.settings_only:
            _bring_settings(backend, version, target)
        else:
            _bring(backend, bucket, version, target, rule, arrived_at)


def _bring(  # noqa: PLR0917  all of one replication
    backend: S3Backend,
    bucket: FakeBucket,
    version: Version,
    target: FakeBucket | None,
    rule: Rule,
    arrived_at: datetime,
) -> None:
    done = target is not None and add_replica(backend, bucket, version, target, rule)
    outcomes_of(backend, version)[destination_of(rule)] = COMPLETED if done else FAILED
    seconds = (arrived_at - version.last_modified.replace(tzinfo=UTC)).total_seconds()
    measure(bucket, target, rule, seconds if done else None, arrived_at)


def _bring_settings(backend: S3Backend, version: FakeKey, target: FakeBucket | None) -> None:
    copy = find_version(target, version.name, version.version_id) if target else None
    changed_at = version.settings_changed_at
    if copy is not None and (copy.settings_changed_at is None or copy.settings_changed_at < changed_at):
        copy_settings(backend, version, copy)
        copy.settings_changed_at = changed_at


def _put_object(put: Any, self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> FakeKey:
    """PutObject, CopyObject and CompleteMultipartUpload all come here."""
    version: FakeKey = put(self, bucket_name, *args, **kwargs)
    replicate(self, self.get_bucket(bucket_name), version)
    return version


def _set_delete_marker(put: Any, self: S3Backend, bucket_name: str, key_name: str) -> FakeDeleteMarker:
    """DeleteObject without a version. One with a version is replicated nowhere."""
    marker: FakeDeleteMarker = put(self, bucket_name, key_name)
    replicate(self, self.get_bucket(bucket_name), marker)
    return marker


def _change_of_key(change: Any, self: S3Backend, key: FakeKey, *args: Any, **kwargs: Any) -> Any:
    """PutObjectTagging."""
    answer = change(self, key, *args, **kwargs)
    _settings_changed(self, key)
    return answer


def _change_by_name(change: Any, self: S3Backend, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> Any:
    """Further changes of what is around an object; where a version can be named, it comes third."""
    answer = change(self, bucket_name, key_name, *args, **kwargs)
    version_id = args[0] if args and isinstance(args[0], str) else kwargs.get("version_id")
    key = self.get_object(bucket_name, key_name, version_id=version_id)
    if key is not None:
        _settings_changed(self, key)
    return answer


def _settings_changed(backend: S3Backend, version: FakeKey) -> None:
    version.settings_changed_at = clock.now()
    bucket = backend.get_bucket(version.bucket_name)
    # What is still on its way is read when it arrives. A replica's changes travel only where the rules want them to.
    if getattr(bucket, "replication", None) and (version.is_replica or COMPLETED in (version.outcomes or {}).values()):
        _send(backend, bucket, version, settings_only=True)


def _response_dict(self: FakeKey) -> dict[str, Any]:
    headers: dict[str, Any] = _moto_response_dict.fget(self)
    status = status_of(s3_backends[self.account_id][self.partition], self)
    return {**headers, "x-amz-replication-status": status} if status else headers


_moto_response_dict: Any = FakeKey.response_dict


def apply() -> None:
    """Put this into moto's S3."""
    for kind in (FakeKey, FakeDeleteMarker):
        kind.is_replica = False
        kind.replicated_under = kind.outcomes = kind.settings_changed_at = None
    FakeKey.response_dict = property(_response_dict)
    around(S3Backend, "put_object", _put_object)
    around(S3Backend, "_set_delete_marker", _set_delete_marker)
    around(S3Backend, "put_object_tagging", _change_of_key)
    for name in ("put_object_acl", "put_object_legal_hold", "put_object_retention", "delete_object_tagging"):
        around(S3Backend, name, _change_by_name)
    CARRIER.on_arrival(_KIND, arrive)
