"""A bucket as it was at a moment, by the dates of its versions."""

from __future__ import annotations

from datetime import UTC, datetime

from moto.s3.models import FakeBucket, FakeKey


def objects_at(bucket: FakeBucket, moment: datetime) -> dict[str, FakeKey]:
    """The objects that were current at `moment`, by their keys, of the versions that the bucket still has.

    A version that was deleted by its id is gone, and the older one before it counts.
    """
    limit = moment.astimezone(UTC).replace(tzinfo=None)
    found: dict[str, FakeKey] = {}
    for name, versions in bucket.keys._iterlists():
        earlier = [version for version in versions if version.last_modified <= limit]
        if earlier and isinstance(earlier[-1], FakeKey):
            found[name] = earlier[-1]
    return found
