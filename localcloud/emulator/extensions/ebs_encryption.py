"""EBS encryption: the default key of a Region, volumes encrypted by default, and keys of snapshots."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidParameterValueError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import Snapshot, Volume
from moto.ec2.responses import EC2Response

from localcloud.emulator.extensions.calls import extend, find_key

_create_volume = EC2Backend.create_volume
_create_snapshot = EC2Backend.create_snapshot
_copy_snapshot = EC2Backend.copy_snapshot


def create_volume(self: EC2Backend, *args: Any, **kwargs: Any) -> Volume:
    """CreateVolume: encrypted when the Region encrypts by default; the key has to be in the Region."""
    if kwargs.get("kms_key_id"):
        kwargs["kms_key_id"] = _key_arn(self, kwargs["kms_key_id"])
    if self.ebs_encryption_by_default:
        kwargs["encrypted"] = True
    return _create_volume(self, *args, **kwargs)


def create_snapshot(self: EC2Backend, *args: Any, **kwargs: Any) -> Snapshot:
    """CreateSnapshot: the snapshot has the key of its volume."""
    snapshot = _create_snapshot(self, *args, **kwargs)
    snapshot.kms_key_id = snapshot.volume.kms_key_id if snapshot.encrypted else None
    return snapshot


def copy_snapshot(
    self: EC2Backend, source_snapshot_id: str, source_region: str, description: str, kms_key_id: str | None
) -> Snapshot:
    """CopySnapshot: an encrypted copy has the key that was asked for, else the default key of its own Region."""
    key_arn = _key_arn(self, kms_key_id) if kms_key_id else None
    snapshot = _copy_snapshot(self, source_snapshot_id, source_region, description, key_arn)
    if snapshot.encrypted or self.ebs_encryption_by_default:
        snapshot.encrypted = True
        snapshot.kms_key_id = key_arn or _default_key(self)
    return snapshot


def modify_ebs_default_kms_key_id(self: EC2Backend, kms_key_id: str) -> str:
    """ModifyEbsDefaultKmsKeyId."""
    self.default_kms_key_id = _key_arn(self, kms_key_id)
    key_arn: str = self.default_kms_key_id
    return key_arn


def get_ebs_default_kms_key_id(self: EC2Response) -> ActionResult:
    """GetEbsDefaultKmsKeyId: the AWS managed key unless another one was set."""
    return ActionResult({"KmsKeyId": _default_key(self.ec2_backend)})


def reset_ebs_default_kms_key_id(self: EC2Response) -> ActionResult:
    """ResetEbsDefaultKmsKeyId: back to the AWS managed key."""
    return ActionResult({"KmsKeyId": self.ec2_backend._create_default_encryption_key()})


def _default_key(backend: EC2Backend) -> str:
    key_arn: str = backend.default_kms_key_id or backend._create_default_encryption_key()
    return key_arn


def _key_arn(backend: EC2Backend, key: str) -> str:
    found = find_key(backend, key)
    if found is None:
        raise InvalidParameterValueError(key)
    key_arn: str = found.arn
    return key_arn


def apply() -> None:
    """Put this into moto's EC2."""
    EC2Backend.ebs_encryption_by_default = False  # moto makes the volumes of its machine images before it sets this
    extend(EC2Backend, create_volume, create_snapshot, copy_snapshot, modify_ebs_default_kms_key_id)
    extend(EC2Response, get_ebs_default_kms_key_id, reset_ebs_default_kms_key_id)
