"""What a volume holds is in its snapshots, their copies in the other Region, and the volumes restored from them."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import Client

PRIMARY, SECONDARY = "us-east-1", "us-west-2"
BLOCK_BYTES = 524_288

pytestmark = pytest.mark.usefixtures("empty_cloud")


def admin(emulator: Emulator, name: str, **asked: Any) -> Any:
    url = f"{emulator.endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, json.dumps(asked).encode())  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


@pytest.fixture
def volume(emulator: Emulator, client: Client) -> str:
    made = client("ec2").create_volume(Size=1, AvailabilityZone="us-east-1a")["VolumeId"]
    admin(emulator, "volumes/write", volume_id=made, content="orders of Monday")
    return str(made)


def read(emulator: Emulator, volume_id: str) -> str:
    found = admin(emulator, "volumes/read", volume_id=volume_id)
    assert found["sha256"] == hashlib.sha256(found["content"].encode()).hexdigest()
    return str(found["content"])


def restored(emulator: Emulator, client: Client, snapshot: str, region: str) -> str:
    made = client("ec2", region).create_volume(SnapshotId=snapshot, AvailabilityZone=f"{region}a")
    return read(emulator, made["VolumeId"])


def test_a_snapshot_keeps_what_the_volume_held_then(emulator: Emulator, client: Client, volume: str) -> None:
    snapshot = client("ec2").create_snapshot(VolumeId=volume)["SnapshotId"]
    admin(emulator, "volumes/write", volume_id=volume, content="garbage")
    assert read(emulator, volume) == "garbage"
    assert restored(emulator, client, snapshot, PRIMARY) == "orders of Monday"


def test_a_copy_in_the_other_region_has_it_after_the_source_is_gone(
    emulator: Emulator, client: Client, volume: str
) -> None:
    snapshot = client("ec2").create_snapshot(VolumeId=volume)["SnapshotId"]
    far = client("ec2", SECONDARY)
    copied = far.copy_snapshot(SourceRegion=PRIMARY, SourceSnapshotId=snapshot)["SnapshotId"]
    client("ec2").delete_snapshot(SnapshotId=snapshot)
    client("ec2").delete_volume(VolumeId=volume)
    assert restored(emulator, client, copied, SECONDARY) == "orders of Monday"


def test_the_blocks_of_a_snapshot_are_read_one_by_one(emulator: Emulator, client: Client, volume: str) -> None:
    text = "a" * BLOCK_BYTES + "b"
    first = client("ec2").create_snapshot(VolumeId=volume)["SnapshotId"]
    admin(emulator, "volumes/write", volume_id=volume, content=text)
    second = client("ec2").create_snapshot(VolumeId=volume)["SnapshotId"]
    ebs = client("ebs")
    listed = ebs.list_snapshot_blocks(SnapshotId=second)
    assert [block["BlockIndex"] for block in listed["Blocks"]] == [0, 1]
    assert (listed["BlockSize"], listed["VolumeSize"]) == (BLOCK_BYTES, 1)
    content = b""
    for block in listed["Blocks"]:
        got = ebs.get_snapshot_block(SnapshotId=second, **block)
        data = got["BlockData"].read()
        assert len(data) == got["DataLength"] == BLOCK_BYTES
        content += data
    assert content.rstrip(b"\0").decode() == text
    changed = ebs.list_changed_blocks(FirstSnapshotId=second, SecondSnapshotId=first)["ChangedBlocks"]
    assert [block["BlockIndex"] for block in changed] == [0, 1]


def test_a_snapshot_written_block_by_block_is_restored(emulator: Emulator, client: Client) -> None:
    ebs, data = client("ebs"), b"written by the EBS direct APIs".ljust(BLOCK_BYTES, b"\0")
    snapshot = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    ebs.put_snapshot_block(
        SnapshotId=snapshot,
        BlockIndex=0,
        BlockData=data,
        DataLength=BLOCK_BYTES,
        Checksum="unchecked",
        ChecksumAlgorithm="SHA256",
    )
    ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=1)
    assert restored(emulator, client, snapshot, PRIMARY).rstrip("\0") == "written by the EBS direct APIs"


def test_the_blocks_of_a_snapshot_whose_key_is_disabled_are_not_read(emulator: Emulator, client: Client) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    asked = {"Size": 1, "AvailabilityZone": "us-east-1a", "Encrypted": True, "KmsKeyId": key}
    volume = client("ec2").create_volume(**asked)["VolumeId"]
    admin(emulator, "volumes/write", volume_id=volume, content="secret")
    snapshot = client("ec2").create_snapshot(VolumeId=volume)["SnapshotId"]
    client("kms").disable_key(KeyId=key)
    with pytest.raises(ClientError, match=f"AccessDeniedException.*{snapshot}"):
        client("ebs").get_snapshot_block(SnapshotId=snapshot, BlockIndex=0, BlockToken="any")
    lost = client("ec2").create_volume(SnapshotId=snapshot, AvailabilityZone="us-east-1a")["VolumeId"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        read(emulator, lost)
    assert "state error" in json.load(refused.value)["error"]


def test_what_is_no_volume_or_no_text_is_refused(emulator: Emulator, volume: str) -> None:
    for asked in ({"volume_id": "vol-1", "content": "a"}, {"volume_id": volume, "content": 1}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            admin(emulator, "volumes/write", **asked)
        assert refused.value.code == 400
    assert read(emulator, volume) == "orders of Monday"
