"""The admin endpoints that stand for an instance with a volume attached: they write and read the volume's content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models.elastic_block_store import Volume

from localcloud.emulator.admin_error import AdminError
from localcloud.emulator.extensions import ebs_data

if TYPE_CHECKING:
    from localcloud.emulator.server import Emulator


def write_volume(_: Emulator, asked: dict[str, Any]) -> dict[str, Any]:
    """Replace the content of {"volume_id"} by {"content"}, a text."""
    volume, content = _volume(asked), asked.get("content")
    if not isinstance(content, str):
        raise AdminError(f"content {content!r} is not a text")
    try:
        ebs_data.write(volume, content.encode())
    except ValueError as error:
        raise AdminError(str(error)) from error
    return {"volume_id": volume.id, "sha256": ebs_data.digest(volume.content)}


def read_volume(_: Emulator, asked: dict[str, Any]) -> dict[str, Any]:
    """The content of {"volume_id"}."""
    volume = _volume(asked)
    content = volume.content.decode(errors="replace")
    return {"volume_id": volume.id, "content": content, "sha256": ebs_data.digest(volume.content)}


def _volume(asked: dict[str, Any]) -> Volume:
    volume_id = str(asked.get("volume_id"))
    volume = ebs_data.find_volume(volume_id)
    if volume is None:
        raise AdminError(f"volume_id {volume_id} exists in no Region")
    if volume.status == "error":
        raise AdminError(f"volume {volume_id} is in the state error: its key cannot be used")
    return volume
