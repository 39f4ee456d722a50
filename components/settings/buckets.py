"""Settings of a bucket (rows 7 and 8)."""

from __future__ import annotations

from components.settings import limits
from components.settings.base import DataClass, Frozen


class BucketStore(Frozen):
    """One bucket in each Region, replicating both ways."""

    noncurrent_retention_days: int = limits.S3_NONCURRENT.field(
        default=90, description="a replaced or deleted version is kept this long"
    )
    data_class: DataClass = DataClass.CRITICAL
