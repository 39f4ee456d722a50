"""S3 Object Lock of a bucket: a default retention that can be set and changed while the bucket holds objects.

moto wants an empty bucket, as AWS did until 2023. The lock on the objects themselves is moto's.
"""

from __future__ import annotations

from moto.s3.exceptions import InvalidBucketState
from moto.s3.models import S3Backend

from localcloud.emulator.extensions.calls import extend


def put_object_lock_configuration(  # noqa: PLR0917  moto calls it so
    self: S3Backend,
    bucket_name: str,
    lock_enabled: bool,
    mode: str | None = None,
    days: int | None = None,
    years: int | None = None,
) -> None:
    """PutObjectLockConfiguration; the bucket must be versioned."""
    bucket = self.get_bucket(bucket_name)
    if not bucket.is_versioned:
        raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
    bucket.default_lock_mode = mode
    bucket.default_lock_days = days or None
    bucket.default_lock_years = years or None


def apply() -> None:
    """Put this into moto's S3."""
    extend(S3Backend, put_object_lock_configuration)
