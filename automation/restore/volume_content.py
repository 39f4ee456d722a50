"""The content of a snapshot, block by block (Amazon EBS direct APIs): two snapshots of equal content have equal hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from automation.recovery.aws import RegionUnreachableError, code_of
from automation.recovery.world import World
from automation.restore.objects import side_by_side

# So much is read for a proof; of a larger volume the verdict is UNKNOWN, which is honest and quick.
LARGEST_READ_BYTES = 200 * 1024**3


class UnreadableError(Exception):
    """Why the content is not known."""


@dataclass(frozen=True)
class Content:
    """Of one snapshot."""

    sha256: str
    blocks: int
    bytes: int


def snapshot_digest(world: World, region: str, snapshot_id: str) -> Content:
    """Over the index and content of every block that is not all zeros. Raises UnreadableError."""
    try:
        listed, size = _blocks(world, region, snapshot_id)
        if len(listed) * size > LARGEST_READ_BYTES:
            raise UnreadableError(
                f"{len(listed) * size} bytes, more than the {LARGEST_READ_BYTES} that are read for a proof"
            )
        hashed = side_by_side(lambda block: _hash(world, region, snapshot_id, block), listed)
    except ClientError as refusal:
        raise UnreadableError(code_of(refusal)) from refusal
    except RegionUnreachableError as silence:
        raise UnreadableError(str(silence)) from silence
    total, empty = hashlib.sha256(), hashlib.sha256(b"\0" * size).digest()
    kept = [(block["BlockIndex"], found) for block, found in zip(listed, hashed, strict=True) if found != empty]
    for index, found in sorted(kept):
        total.update(index.to_bytes(8) + found)
    return Content(total.hexdigest(), len(kept), len(kept) * size)


def _blocks(world: World, region: str, snapshot_id: str) -> tuple[list[dict[str, Any]], int]:
    asked: dict[str, Any] = {"SnapshotId": snapshot_id}
    found: list[dict[str, Any]] = []
    while True:
        page = world.aws.call("ebs", region, "list_snapshot_blocks", **asked)
        found += page.get("Blocks", [])
        if not page.get("NextToken"):
            return found, int(page.get("BlockSize") or 0)
        asked["NextToken"] = page["NextToken"]


def _hash(world: World, region: str, snapshot_id: str, block: dict[str, Any]) -> bytes:
    answer = world.aws.call(
        "ebs", region, "get_snapshot_block",
        SnapshotId=snapshot_id, BlockIndex=block["BlockIndex"], BlockToken=block["BlockToken"],
    )  # fmt: skip
    return hashlib.sha256(answer["BlockData"].read()).digest()
