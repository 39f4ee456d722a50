"""The keys of AWS Backup's work: with one that is disabled or about to be deleted nothing is written or read."""

from __future__ import annotations

from moto.kms.models import kms_backends

from localcloud.emulator.extensions.backup_store import Place, StoreError


def check_key(place: Place, key_arn: str | None, what: str) -> None:
    """Raise StoreError unless the key can be used; no key, or one of AWS's own, always can."""
    if key_arn is None:
        return
    kms = kms_backends[place.account_id][place.region]
    key = kms.keys.get(kms.any_id_to_key_id(key_arn))
    if key is None:
        raise StoreError(f"The key {key_arn} of {what} does not exist in {place.region}")
    if key.key_state != "Enabled":
        raise StoreError(f"The key {key_arn} of {what} cannot be used: it is {key.key_state}")
