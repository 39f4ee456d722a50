"""EBS volumes and snapshots with content: a snapshot keeps what the volume held, its copies and restored volumes have it.

The EC2 API has no way to a volume's blocks (an instance has), so the admin endpoints write and read them. Snapshots are
read and written block by block through the EBS direct APIs, which moto knows for snapshots made by them only.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ebs.models import Block, EBSBackend, EBSSnapshot
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_block_store import Snapshot, Volume

from localcloud.emulator.extensions.calls import around, extend

# EBS direct APIs reference, ListSnapshotBlocks BlockSize: "The size of the blocks in the snapshot, in bytes" (512 KiB).
BLOCK_BYTES = 524_288
_GIB = 1024**3
Method = Callable[..., Any]


def find_volume(volume_id: str) -> Volume | None:
    """The volume of that id, in whichever Region it is."""
    for regions in list(ec2_backends.values()):
        for backend in dict.values(regions):
            if volume_id in backend.volumes:
                found: Volume = backend.volumes[volume_id]
                return found
    return None


def digest(content: bytes) -> str:
    """By which contents are compared: SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write(volume: Volume, content: bytes) -> None:
    """Replace what the volume holds; ValueError when it is not that large."""
    if len(content) > volume.size * _GIB:
        raise ValueError(f"volume {volume.id} holds {volume.size} GiB, fewer than {len(content)} bytes")
    volume.content = content


def _create_snapshot(create: Method, self: EC2Backend, *args: Any, **kwargs: Any) -> Snapshot:
    """CreateSnapshot keeps what the volume holds now."""
    snapshot: Snapshot = create(self, *args, **kwargs)
    snapshot.content = snapshot.volume.content
    return snapshot


def _copy_snapshot(
    copy: Method, self: EC2Backend, source_snapshot_id: str, source_region: str, *args: Any, **kwargs: Any
) -> Snapshot:
    """CopySnapshot."""
    copied: Snapshot = copy(self, source_snapshot_id, source_region, *args, **kwargs)
    copied.content = ec2_backends[self.account_id][source_region].get_snapshot(source_snapshot_id).content
    return copied


def _create_volume(create: Method, self: EC2Backend, *args: Any, **kwargs: Any) -> Volume:
    """CreateVolume: a volume of a snapshot begins with its content."""
    volume: Volume = create(self, *args, **kwargs)
    snapshot = self.snapshots.get(volume.snapshot_id) if volume.snapshot_id else None
    if snapshot is not None:
        volume.content = snapshot.content
    return volume


def list_snapshot_blocks(self: EBSBackend, snapshot_id: str) -> EBSSnapshot:
    """ListSnapshotBlocks: the blocks that were written."""
    return _blocks_of(self, snapshot_id)


def get_snapshot_block(self: EBSBackend, snapshot_id: str, block_index: int) -> Block:
    """GetSnapshotBlock."""
    block = _blocks_of(self, snapshot_id).blocks.get(int(block_index))
    if block is None:
        raise JsonRESTError("ResourceNotFoundException", f"snapshot {snapshot_id} has no block {block_index}")
    return block


def _list_changed_blocks(changed: Method, self: EBSBackend, first_snapshot_id: str, second_snapshot_id: str) -> Any:
    """ListChangedBlocks."""
    for snapshot_id in (first_snapshot_id, second_snapshot_id):
        self.snapshots[snapshot_id] = _blocks_of(self, snapshot_id)
    return changed(self, first_snapshot_id, second_snapshot_id)


def _complete_snapshot(complete: Method, self: EBSBackend, snapshot_id: str) -> str:
    """CompleteSnapshot: from now on it is a snapshot like any other."""
    blocks = self.snapshots[snapshot_id].blocks
    content = bytearray()
    for index in sorted(blocks):
        content.extend(b"\0" * (index * BLOCK_BYTES - len(content)))
        content.extend(_bytes(blocks[index].block_data))
    self.ec2_backend.get_snapshot(snapshot_id).content = bytes(content)
    status: str = complete(self, snapshot_id)
    return status


def _blocks_of(backend: EBSBackend, snapshot_id: str) -> EBSSnapshot:
    if snapshot_id not in backend.ec2_backend.snapshots:
        raise JsonRESTError("ResourceNotFoundException", f"The snapshot {snapshot_id} does not exist.")
    written = backend.snapshots.get(snapshot_id)
    if written is not None and written.status == "pending":
        return written
    snapshot = backend.ec2_backend.get_snapshot(snapshot_id)
    shown = EBSSnapshot(backend.account_id, snapshot)
    shown.status, shown.block_size = "completed", BLOCK_BYTES
    for start in range(0, len(snapshot.content), BLOCK_BYTES):
        # A block is whole, whatever of it was written.
        data = snapshot.content[start : start + BLOCK_BYTES].ljust(BLOCK_BYTES, b"\0")
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        shown.put_block(start // BLOCK_BYTES, data, checksum, "SHA256", BLOCK_BYTES)
    return shown


def _bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else str(data).encode()


def apply() -> None:
    """Put this into moto's EC2 and EBS."""
    Volume.content = b""
    Snapshot.content = b""
    around(EC2Backend, "create_snapshot", _create_snapshot)
    around(EC2Backend, "copy_snapshot", _copy_snapshot)
    around(EC2Backend, "create_volume", _create_volume)
    around(EBSBackend, "list_changed_blocks", _list_changed_blocks)
    around(EBSBackend, "complete_snapshot", _complete_snapshot)
    extend(EBSBackend, list_snapshot_blocks, get_snapshot_block)
