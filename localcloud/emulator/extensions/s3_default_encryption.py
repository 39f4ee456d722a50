"""S3 default encryption: a bucket nobody configured encrypts with SSE-S3, as every bucket does since January 2023."""

from __future__ import annotations

from typing import Any

from moto.s3.models import S3Backend

from localcloud.emulator.extensions.calls import extend


def get_bucket_encryption(self: S3Backend, bucket_name: str) -> dict[str, Any]:
    """GetBucketEncryption, in the shape in which moto keeps it."""
    default = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}
    return self.get_bucket(bucket_name).encryption or default


def apply() -> None:
    """Put this into moto's S3."""
    extend(S3Backend, get_bucket_encryption)
