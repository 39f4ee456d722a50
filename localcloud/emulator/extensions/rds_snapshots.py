"""RDS snapshot copies: where a copy comes from, and the key that an encrypted one needs in another Region."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import InvalidParameterCombination
from moto.rds.models import DBSnapshot, RDSBackend

from localcloud.emulator.extensions.calls import extend

_copy_db_snapshot = RDSBackend.copy_db_snapshot


def copy_db_snapshot(
    self: RDSBackend,
    source_db_snapshot_identifier: str,
    target_db_snapshot_identifier: str,
    kms_key_id: str | None = None,
    **more: Any,
) -> DBSnapshot:
    """CopyDBSnapshot; a copy of an encrypted snapshot of another Region needs a KmsKeyId of this one."""
    source = self.get_db_snapshot(source_db_snapshot_identifier)
    elsewhere = source.region != self.region_name
    if elsewhere and source.encrypted and not kms_key_id:
        raise InvalidParameterCombination(
            "A copy of an encrypted snapshot of another Region needs a KmsKeyId of the Region that it is copied to"
        )
    snapshot: DBSnapshot = _copy_db_snapshot(
        self, source_db_snapshot_identifier, target_db_snapshot_identifier, kms_key_id, **more
    )
    if elsewhere:
        snapshot.source_db_snapshot_identifier, snapshot.source_region = source.db_snapshot_arn, source.region
    return snapshot


def apply() -> None:
    """Put this into moto's RDS."""
    DBSnapshot.source_db_snapshot_identifier = None
    DBSnapshot.source_region = None
    extend(RDSBackend, copy_db_snapshot)
