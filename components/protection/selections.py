"""How many selections a kind of store needs, and which store is in which."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TypeVar

# AWS Backup CreateBackupSelection: at most 500 ARNs a selection.
ARNS_A_SELECTION = 500

Arn = TypeVar("Arn")


def shards(arns: Mapping[str, Arn]) -> dict[int, list[Arn]]:
    """Splits stores into selections by a checksum of their names.

    AWS Backup replaces a selection on any change of it. By name, a store that is added or removed touches one selection; cut by
    position it would touch all that follow. Only when a kind outgrows its selections are all of them made anew.
    """
    if not arns:
        return {}
    count = 1
    while True:
        parts: dict[int, list[Arn]] = {}
        for name, arn in sorted(arns.items(), key=lambda item: item[0]):
            parts.setdefault(zlib.crc32(name.encode()) % count, []).append(arn)
        if max(map(len, parts.values())) <= ARNS_A_SELECTION:
            return dict(sorted(parts.items()))
        count *= 2
