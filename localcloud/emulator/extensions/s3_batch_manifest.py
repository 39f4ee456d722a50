"""Which versions a Batch Replication job is about: a list that was uploaded, or what a manifest generator finds.

S3 Control API reference: JobManifest, S3JobManifestGenerator, JobManifestGeneratorFilter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend

from localcloud.emulator.extensions.calls import Refusal
from localcloud.emulator.extensions.s3_replicas import Version, find_version
from localcloud.emulator.extensions.s3_replication import candidate_of, status_of
from localcloud.emulator.extensions.s3_replication_rules import destinations

_CSV = "S3BatchOperations_CSV_20180820"
Filter = dict[str, Any]


def bucket_of(backend: S3Backend, arn: str) -> FakeBucket:
    """The bucket with the ARN; refused when there is none."""
    bucket = backend.buckets.get(arn.rpartition(":")[2])
    if bucket is None:
        raise Refusal("InvalidRequest", f"The bucket {arn} does not exist")
    return bucket


def generated(backend: S3Backend, generator: dict[str, Any]) -> Iterator[tuple[FakeBucket, Version]]:
    """Every version of the source bucket, delete markers among them, that the generator's filter lets through."""
    asked = generator.get("Filter", {})
    unmodelled = sorted(set(asked) - set(_TESTS))
    if unmodelled:
        raise Refusal("InvalidRequest", f"{', '.join(unmodelled)} of a filter is not modelled by the local cloud")
    bucket = bucket_of(backend, generator["SourceBucket"])
    for _, versions in bucket.keys._iterlists():
        for version in versions:
            if all(_TESTS[name](backend, bucket, version, wanted) for name, wanted in asked.items()):
                yield bucket, version


def listed(backend: S3Backend, manifest: dict[str, Any]) -> Iterator[tuple[FakeBucket, Version]]:
    """The versions that an uploaded list names, the current one where it names none."""
    specification, location = manifest["Spec"], manifest["Location"]
    fields = specification.get("Fields", [])
    if specification["Format"] != _CSV or fields[:2] != ["Bucket", "Key"]:
        raise Refusal("InvalidRequest", f"Only {_CSV} with the fields Bucket, Key and VersionId is modelled here")
    bucket_name, _, key = location["ObjectArn"].rpartition(":")[2].partition("/")
    found = backend.get_object(bucket_name, key, version_id=location.get("ObjectVersionId"))
    if found is None or found.etag.strip('"') != location["ETag"].strip('"'):
        raise Refusal("InvalidRequest", f"The manifest {location['ObjectArn']} does not exist with this ETag")
    for row in csv.reader(io.StringIO(found.value.decode())):
        name, key_name, *version_id = (unquote(value) for value in row)
        bucket = bucket_of(backend, name)
        version = find_version(bucket, key_name, version_id[0]) if version_id else bucket.keys.get(key_name)
        if version is not None:
            yield bucket, version


def _is_eligible(backend: S3Backend, bucket: FakeBucket, version: Version, wanted: bool) -> bool:
    configuration = getattr(bucket, "replication", None) or {}
    return bool(destinations(configuration, candidate_of(backend, version, on_demand=True))) == wanted


def _has_status(backend: S3Backend, _: FakeBucket, version: Version, wanted: list[str]) -> bool:
    return (status_of(backend, version) or "NONE") in wanted


def _is_named(_: S3Backend, __: FakeBucket, version: Version, wanted: dict[str, list[str]]) -> bool:
    by: dict[str, Callable[[str], bool]] = {
        "MatchAnyPrefix": version.name.startswith,
        "MatchAnySuffix": version.name.endswith,
        "MatchAnySubstring": version.name.__contains__,
    }
    return all(any(by[how](part) for part in parts) for how, parts in wanted.items())


def _size(version: Version) -> int:
    return 0 if isinstance(version, FakeDeleteMarker) else version.size


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


_TESTS: dict[str, Callable[[S3Backend, FakeBucket, Version, Any], bool]] = {
    "EligibleForReplication": _is_eligible,
    "ObjectReplicationStatuses": _has_status,
    "CreatedAfter": lambda _, __, version, wanted: version.last_modified > _utc(wanted),
    "CreatedBefore": lambda _, __, version, wanted: version.last_modified < _utc(wanted),
    "KeyNameConstraint": _is_named,
    "ObjectSizeGreaterThanBytes": lambda _, __, version, wanted: _size(version) > wanted,
    "ObjectSizeLessThanBytes": lambda _, __, version, wanted: _size(version) < wanted,
    "MatchAnyStorageClass": lambda _, __, version, wanted: getattr(version, "storage_class", None) in wanted,
}
