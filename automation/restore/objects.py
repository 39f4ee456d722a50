"""Objects of S3: which versions were current at a moment, copied by version, compared without being trusted."""

from __future__ import annotations

import contextvars
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from automation.recovery.world import World

# CopyObject: "up to 5 GB in size in a single atomic action"; above, parts are copied (UploadPartCopy, 5 GB a part).
LARGEST_COPY_BYTES = 5 * 1024**3
PART_BYTES = 1024**3
_THREADS = 16
_In = TypeVar("_In")
_Out = TypeVar("_Out")
_CHECKSUMS = ("ChecksumCRC64NVME", "ChecksumSHA256", "ChecksumSHA1", "ChecksumCRC32C", "ChecksumCRC32")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an object, or a delete marker."""

    key: str
    version_id: str
    modified_at: datetime
    size: int = 0
    etag: str = ""
    deleted: bool = False


def versions(world: World, region: str, bucket: str) -> list[Version]:
    """All of a bucket, delete markers included; of a key the newest first."""
    found: list[Version] = []
    asked: dict[str, Any] = {"Bucket": bucket}
    while True:
        page = world.aws.call("s3", region, "list_object_versions", **asked)
        found += [_version(one, deleted=False) for one in page.get("Versions", [])]
        found += [_version(one, deleted=True) for one in page.get("DeleteMarkers", [])]
        if not page.get("IsTruncated"):
            break
        asked |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}
    older = _older_within_a_second(world, region, bucket, found)
    # Stable, so that what is left equal keeps the order in which S3 lists it: newest first.
    return sorted(found, key=lambda one: (one.key, -one.modified_at.timestamp(), -older.get(one, 0)))


def as_of(newest_first: Iterable[Version], moment: datetime) -> dict[str, Version]:
    """The objects that were there at a moment; S3 says to the second when a version came."""
    found: dict[str, Version] = {}
    for one in newest_first:
        if one.modified_at <= moment:
            found.setdefault(one.key, one)
    return {key: one for key, one in found.items() if not one.deleted}


def _older_within_a_second(world: World, region: str, bucket: str, found: Sequence[Version]) -> dict[Version, int]:
    """Versions and markers come in two lists: of those of the same second, S3 is asked how many are older than each."""
    same: dict[tuple[str, datetime], list[Version]] = {}
    for one in found:
        same.setdefault((one.key, one.modified_at), []).append(one)
    unsure = [one for group in same.values() if len({each.deleted for each in group}) > 1 for one in group]

    def older(one: Version) -> int:
        place = {"Bucket": bucket, "Prefix": one.key, "KeyMarker": one.key, "VersionIdMarker": one.version_id}
        page = world.aws.call("s3", region, "list_object_versions", **place)
        return sum(each["Key"] == one.key for kind in ("Versions", "DeleteMarkers") for each in page.get(kind, []))

    return dict(zip(unsure, side_by_side(older, unsure), strict=True))


def current(world: World, region: str, bucket: str) -> dict[str, Version]:
    """The objects that are there now."""
    listed = world.aws.pages("s3", region, "list_objects_v2", "Contents", Bucket=bucket)
    return {
        one["Key"]: Version(
            key=one["Key"], version_id="", modified_at=one["LastModified"], size=one["Size"], etag=one["ETag"]
        )
        for one in listed
    }


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A bucket and what was made of it."""

    world: World
    region: str
    source: str
    target: str

    def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        return self.world.aws.call("s3", self.region, operation, **asked)


def copy_all(pair: Pair, wanted: Sequence[Version]) -> None:
    """Copies versions with metadata and tags, many at a time; each is whole or not there."""
    side_by_side(lambda one: _copy(pair, one), wanted)


def compare(pair: Pair, expected: Mapping[str, Version], found: Mapping[str, Version]) -> dict[str, list[str]]:
    """Keys that are missing, too many, or of other content."""
    both = [one for key, one in expected.items() if key in found]
    equal = side_by_side(lambda one: _equal(pair, one, found[one.key]), both)
    return {
        "missing": sorted(expected.keys() - found.keys()),
        "unexpected": sorted(found.keys() - expected.keys()),
        "different": sorted(one.key for one, same in zip(both, equal, strict=True) if not same),
    }


def side_by_side(work: Callable[[_In], _Out], items: Sequence[_In]) -> list[_Out]:
    """In threads that share the step's limit and record of calls."""
    with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="objects") as pool:
        waiting = [pool.submit(contextvars.copy_context().run, work, item) for item in items]
        return [one.result() for one in waiting]


def _equal(pair: Pair, old: Version, new: Version) -> bool:
    """By ETag; where encryption or parts made another one, by checksums that S3 keeps; else by reading both."""
    if old.size != new.size:
        return False
    if old.etag == new.etag:
        return True
    sides = (
        _place(pair.source, old),
        {"Bucket": pair.target, "Key": old.key},
    )
    heads = [pair.call("head_object", ChecksumMode="ENABLED", **side) for side in sides]
    for name in _CHECKSUMS:
        kinds = {head.get("ChecksumType") for head in heads}
        if all(head.get(name) for head in heads) and len(kinds) == 1 and kinds != {"COMPOSITE"}:
            return bool(heads[0][name] == heads[1][name])
    first, second = (_sha256(pair, side) for side in sides)
    return first == second


def _sha256(pair: Pair, side: Mapping[str, str]) -> str:
    body = pair.call("get_object", **side)["Body"]
    made = hashlib.sha256()
    for chunk in body.iter_chunks(1024**2):
        made.update(chunk)
    return made.hexdigest()


def _copy(pair: Pair, one: Version) -> None:
    origin = _place(pair.source, one)
    if one.size <= LARGEST_COPY_BYTES:
        pair.call("copy_object", Bucket=pair.target, Key=one.key, CopySource=origin)
        return
    head = pair.call("head_object", **origin)
    tags = pair.call("get_object_tagging", **origin)["TagSet"]
    upload = pair.call("create_multipart_upload", Bucket=pair.target, Key=one.key, Metadata=head.get("Metadata", {}),
        ContentType=head.get("ContentType", "binary/octet-stream"),
    )["UploadId"]  # fmt: skip
    place = {"Bucket": pair.target, "Key": one.key, "UploadId": upload}

    def part(number: int) -> dict[str, Any]:
        start = (number - 1) * PART_BYTES
        end = min(start + PART_BYTES, one.size) - 1
        said = pair.call("upload_part_copy", PartNumber=number, CopySource=origin,
            CopySourceRange=f"bytes={start}-{end}", **place,
        )  # fmt: skip
        return {"PartNumber": number, "ETag": said["CopyPartResult"]["ETag"]}

    parts = [part(number) for number in range(1, -(-one.size // PART_BYTES) + 1)]
    pair.call("complete_multipart_upload", MultipartUpload={"Parts": parts}, **place)
    if tags:
        pair.call("put_object_tagging", Bucket=pair.target, Key=one.key, Tagging={"TagSet": tags})


def _place(bucket: str, one: Version) -> dict[str, str]:
    """A version, or of what `current` listed the current one."""
    return {"Bucket": bucket, "Key": one.key} | ({"VersionId": one.version_id} if one.version_id else {})


def _version(said: Mapping[str, Any], *, deleted: bool) -> Version:
    return Version(
        key=said["Key"], version_id=said["VersionId"], modified_at=said["LastModified"], size=said.get("Size", 0),
        etag=said.get("ETag", ""), deleted=deleted,
    )  # fmt: skip
