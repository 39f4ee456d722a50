"""EBS under AWS Backup: a recovery point is an EBS snapshot."""

from __future__ import annotations

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_block_store import Snapshot

from localcloud.emulator.extensions.backup_keys import check_key
from localcloud.emulator.extensions.backup_store import BackUp, Copy, Held, Place, Restore, Store, StoreError, Tags

DESCRIPTION = "This snapshot is created by the AWS Backup service."
_GIB = 1024**3
_PARAMETERS = ("volumeType", "iops", "throughput")


def resources(place: Place) -> dict[str, Tags]:
    """Every volume of the place, with its tags."""
    # A Region's backend of EC2 takes a second to make: without one there are no volumes.
    backend = dict.get(ec2_backends[place.account_id], place.region)
    return {
        place.arn("ec2", f"volume/{volume.id}"): {tag["key"]: tag["value"] for tag in volume.get_tags()}
        for volume in (backend.volumes.values() if backend is not None else ())
    }


def back_up(asked: BackUp) -> Held:
    """Make a snapshot of the volume; it has the volume's key."""
    backend, volume_id = _backend(asked.place), asked.resource_arn.rpartition("/")[2]
    if volume_id not in backend.volumes:
        raise StoreError(f"Volume {volume_id} does not exist in {asked.place.region}")
    volume = backend.volumes[volume_id]
    check_key(asked.place, volume.kms_key_id, "the volume")
    snapshot = backend.create_snapshot(volume_id, DESCRIPTION)
    snapshot.add_tags({"aws:backup:source-resource": f"{asked.resource_arn}:{asked.job_id}", **asked.tags})
    metadata = {
        "availabilityZone": volume.availability_zone or "",
        "volumeId": volume_id,
        "volumeSize": str(volume.size),
        "volumeType": volume.volume_type,
        "encrypted": str(volume.encrypted).lower(),
        "iops": str(volume.iops or ""),
        "throughput": str(volume.throughput or ""),
    }
    return _held(asked.place, snapshot, {name: value for name, value in metadata.items() if value})


def copy_held(asked: Copy) -> Held:
    """Copy the snapshot; the copy is encrypted with the other vault's key."""
    snapshot = _backend(asked.destination).copy_snapshot(
        asked.held.own_name, asked.source.region, DESCRIPTION, asked.vault_key_arn
    )
    snapshot.encrypted = snapshot.encrypted or asked.vault_key_arn is not None
    return _held(asked.destination, snapshot, asked.held.restore_metadata)


def discard(place: Place, held: Held) -> None:
    """Delete the snapshot."""
    backend = _backend(place)
    if held.own_name in backend.snapshots:
        backend.delete_snapshot(held.own_name)


def check_restore(asked: Restore) -> None:
    """A volume is made in a zone."""
    asked.metadata.require("availabilityZone")


def restore(asked: Restore) -> str:
    """Make a volume from the snapshot."""
    backend, metadata = _backend(asked.place), asked.metadata
    if asked.held.own_name not in backend.snapshots:
        raise StoreError(f"Snapshot {asked.held.own_name} does not exist in {asked.place.region}")
    zone, key_arn = metadata.require("availabilityZone"), metadata.get("kmsKeyId")
    if not zone.startswith(asked.place.region):
        raise StoreError(f"availabilityZone {zone} is not in {asked.place.region}")
    check_key(asked.place, key_arn, "the restored volume")
    snapshot = backend.snapshots[asked.held.own_name]
    volume_type = metadata.get("volumeType") or asked.held.restore_metadata.get("volumeType")
    numbers = {name: metadata.get(name) for name in ("iops", "throughput")}
    volume = backend.create_volume(
        size=int(metadata.get("volumeSize") or snapshot.volume_size),
        zone_name=zone,
        snapshot_id=snapshot.id,
        encrypted=metadata.is_true("encrypted", default=snapshot.encrypted) or key_arn is not None,
        kms_key_id=key_arn or snapshot.kms_key_id,
        volume_type=volume_type,
        **{name: int(value) for name, value in numbers.items() if value},
    )
    return asked.place.arn("ec2", f"volume/{volume.id}")


def inferred_metadata(place: Place, held: Held) -> dict[str, str]:
    """Developer guide, "Restore testing inferred metadata"."""
    zone = held.restore_metadata.get("availabilityZone", "")
    return {"availabilityZone": zone if zone.startswith(place.region) else f"{place.region}a", "encrypted": "true"}


def delete_restored(place: Place, arn: str) -> None:
    """Delete the volume of a restore test."""
    _backend(place).delete_volume(arn.rpartition("/")[2])


def tag_restored(place: Place, arn: str, tags: Tags) -> None:
    """Give the volume the tags that its source had."""
    _backend(place).volumes[arn.rpartition("/")[2]].add_tags(tags)


def _held(place: Place, snapshot: Snapshot, metadata: dict[str, str]) -> Held:
    return Held(
        recovery_point_arn=f"arn:aws:ec2:{place.region}::snapshot/{snapshot.id}",
        size_bytes=snapshot.volume_size * _GIB,
        key_arn=snapshot.kms_key_id,
        restore_metadata=metadata,
        own_name=snapshot.id,
    )


def _backend(place: Place) -> EC2Backend:
    return ec2_backends[place.account_id][place.region]


STORE = Store(
    resource_type="EBS",
    resources=resources,
    back_up=back_up,
    copy=copy_held,
    discard=discard,
    check_restore=check_restore,
    restore=restore,
    inferred_metadata=inferred_metadata,
    delete_restored=delete_restored,
    tag_restored=tag_restored,
)
