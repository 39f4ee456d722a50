"""Small objects with conditional writes, where journal and lock live: a bucket of the secondary Region, or a directory.

The two conditions are S3's: `If-None-Match: *` creates an object once, `If-Match` replaces exactly the version that was read
(Amazon S3 user guide, "Conditional writes"). Both also decide between two writers at the same instant.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol

from botocore.exceptions import ClientError

from automation.recovery.aws import Aws, code_of

_REFUSED = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_MISSING = frozenset({"NoSuchKey", "404", "NoSuchBucket"})


class ChangedError(Exception):
    """Somebody else wrote the object first."""


class Objects(Protocol):
    """What journal and lock need of a store."""

    @property
    def place(self) -> str:
        """For people: where it is."""

    def create(self, key: str, body: bytes) -> str:
        """Writes an object that must not exist; its etag. Raises ChangedError when it does, unless it holds `body`."""

    def replace(self, key: str, body: bytes, etag: str) -> str:
        """Writes over the version `etag`; the new etag. Raises ChangedError when it is another by now."""

    def put(self, key: str, body: bytes) -> None:
        """Writes whatever is there."""

    def read(self, key: str) -> tuple[bytes, str] | None:
        """The body and its etag; None when there is none."""

    def keys(self, prefix: str) -> list[str]:
        """All keys that begin with `prefix`, sorted."""


class BucketObjects:
    """Below a prefix of a versioned bucket; the bucket's own default encryption applies."""

    def __init__(self, aws: Aws, region: str, bucket: str, prefix: str) -> None:
        self._aws, self._region, self._bucket, self._prefix = aws, region, bucket, prefix

    @property
    def place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def create(self, key: str, body: bytes) -> str:
        return self._write(key, body, IfNoneMatch="*")

    def replace(self, key: str, body: bytes, etag: str) -> str:
        return self._write(key, body, IfMatch=etag)

    def put(self, key: str, body: bytes) -> None:
        self._aws.call("s3", self._region, "put_object", Bucket=self._bucket, Key=self._prefix + key, Body=body)

    def read(self, key: str) -> tuple[bytes, str] | None:
        try:
            found = self._aws.call("s3", self._region, "get_object", Bucket=self._bucket, Key=self._prefix + key)
        except ClientError as refusal:
            if code_of(refusal) in _MISSING - {"NoSuchBucket"}:
                return None
            raise
        return found["Body"].read(), str(found["ETag"])

    def keys(self, prefix: str) -> list[str]:
        asked = {"Bucket": self._bucket, "Prefix": self._prefix + prefix}
        found = self._aws.pages("s3", self._region, "list_objects_v2", "Contents", **asked)
        return sorted(str(one["Key"])[len(self._prefix) :] for one in found)

    def _write(self, key: str, body: bytes, **condition: str) -> str:
        asked = {"Bucket": self._bucket, "Key": self._prefix + key, "Body": body}
        try:
            return str(self._aws.call("s3", self._region, "put_object", **asked, **condition)["ETag"])
        except ClientError as refusal:
            if code_of(refusal) not in _REFUSED | _MISSING - {"NoSuchBucket"}:
                raise
            # An answer that was lost on its way looks like somebody else's write: what is there tells them apart.
            found = self.read(key)
            if found and found[0] == body:
                return found[1]
            raise ChangedError(f"{self.place}{key} was written by somebody else") from refusal


class DirectoryObjects:
    """The same in a directory: the local copy, and the store of tests. Every write reaches the disk before it returns."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def place(self) -> str:
        return f"{self._directory}/"

    def create(self, key: str, body: bytes) -> str:
        path = self._path(key)
        draft = self._draft(path, body)
        try:
            os.link(draft, path)  # fails if it exists, and shows the whole content at once
        except FileExistsError:
            if path.read_bytes() != body:
                raise ChangedError(f"{path} was written by somebody else") from None
        finally:
            draft.unlink()
        _sync(path.parent)
        return _etag(body)

    def replace(self, key: str, body: bytes, etag: str) -> str:
        path = self._path(key)
        if not path.exists() or _etag(path.read_bytes()) != etag:
            raise ChangedError(f"{path} was written by somebody else")
        self.put(key, body)
        return _etag(body)

    def put(self, key: str, body: bytes) -> None:
        path = self._path(key)
        self._draft(path, body).replace(path)
        _sync(path.parent)

    def read(self, key: str) -> tuple[bytes, str] | None:
        try:
            body = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        return body, _etag(body)

    def keys(self, prefix: str) -> list[str]:
        files = (path for path in self._directory.rglob("*") if path.is_file() and not path.name.startswith("."))
        found = (str(path.relative_to(self._directory)) for path in files)
        return sorted(key for key in found if key.startswith(prefix))

    def _path(self, key: str) -> Path:
        path = self._directory / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def _draft(self, path: Path, body: bytes) -> Path:
        draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        with draft.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        return draft


def _etag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
