"""The end of a KMS key's waiting period: the key is deleted, and its related primary's own period may begin.

moto keeps a key that is pending deletion for ever. API reference, ScheduleKeyDeletion; developer guide, "Deleting
multi-Region keys".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from moto.kms.models import Key, KmsBackend, kms_backends

from localcloud.emulator import clock
from localcloud.emulator.duties import when_due
from localcloud.emulator.extensions.kms_multi_region import primary_of, related_keys


def next_due() -> datetime | None:
    """When the next key is deleted."""
    return min((due for _, _, due in _waiting()), default=None)


def delete_due() -> None:
    """Delete the keys whose waiting period is over."""
    for backend, key, due in list(_waiting()):
        if due <= clock.now():
            _delete(backend, key)


def _waiting() -> Iterator[tuple[KmsBackend, Key, datetime]]:
    for regions in list(kms_backends.values()):
        for backend in dict.values(regions):
            for key in backend.keys.values():
                if key.key_state == "PendingDeletion" and key.deletion_date is not None:
                    yield backend, key, key.deletion_date.replace(tzinfo=UTC)


def _delete(backend: KmsBackend, key: Key) -> None:
    primary = primary_of(key)
    backend.delete_key(key.id)
    related_keys(key).pop(key.region, None)
    # The primary of the last replica that went: the period that it was given begins now.
    if primary is not key and primary.key_state == "PendingReplicaDeletion" and len(related_keys(primary)) == 1:
        there = kms_backends[backend.account_id][primary.region]
        there.schedule_key_deletion(primary.id, primary.pending_window_days)


def apply() -> None:
    """Let the local cloud's clock end the waiting periods."""
    when_due(next_due, delete_due)
