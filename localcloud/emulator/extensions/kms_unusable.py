"""KMS keys that cannot be used: which those are, and how KMS itself refuses them. moto encrypts and decrypts all the same.

Developer guide, "Key states of AWS KMS keys": a disabled key and one that is pending deletion do no cryptographic work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.kms.models import Key, KmsBackend, kms_backends

from localcloud.emulator.extensions.calls import around, find_key, precede

Decrypt = Callable[..., tuple[bytes, str]]
DISABLED, MISSING = "Disabled", "Missing"


@dataclass(frozen=True)
class Trouble:
    """Why a key cannot be used. `code` and `message` are those of KMS."""

    state: str
    code: str
    message: str
    since: datetime | None


def trouble_of(account_id: str, region: str, key: str | None) -> Trouble | None:
    """What keeps the key (id, ARN or alias; None: none) from being used in the Region; None when nothing does.

    AWS's own keys, which nobody can disable, are always usable.
    """
    if not key or "alias/aws/" in key:
        return None
    found = find_key(kms_backends[account_id][region], key)
    if found is None:
        return Trouble(MISSING, "NotFoundException", f"Key '{key}' does not exist", None)
    return trouble_with(found)


def trouble_with(key: Key) -> Trouble | None:
    """The same for a key at hand."""
    if key.key_state == "Enabled":
        return None
    if key.key_state == DISABLED:
        return Trouble(DISABLED, "DisabledException", f"{key.arn} is disabled.", key.unusable_since)
    return Trouble(key.key_state, "KMSInvalidStateException", f"{key.arn} is pending deletion.", key.unusable_since)


def _refuse(self: KmsBackend, key_id: str, *_: Any, **__: Any) -> None:
    key = self.keys.get(self.any_id_to_key_id(key_id))
    trouble = trouble_with(key) if key is not None else None
    if trouble:
        raise JsonRESTError(trouble.code, trouble.message)


def _decrypt(decrypt: Decrypt, self: KmsBackend, *args: Any, **kwargs: Any) -> tuple[bytes, str]:
    """Decrypt: the ciphertext says which key it needs, so what moto found with an unusable one is not handed out."""
    plaintext, key_arn = decrypt(self, *args, **kwargs)
    _refuse(self, key_arn)
    return plaintext, key_arn


def _note_time(change: Callable[..., Any], self: KmsBackend, key_id: str, *args: Any, **kwargs: Any) -> Any:
    """DisableKey, ScheduleKeyDeletion."""
    answer = change(self, key_id, *args, **kwargs)
    self.keys[self.get_key_id(key_id)].unusable_since = utcnow()
    return answer


def apply() -> None:
    """Put this into moto's KMS. What other services do with such a key is in modules of their own."""
    Key.unusable_since = None
    around(KmsBackend, "decrypt", _decrypt)
    # GenerateDataKey and ReEncrypt encrypt and decrypt by these, too.
    for operation in ("encrypt", "sign", "generate_mac"):
        precede(KmsBackend, operation, _refuse)
    for operation in ("disable_key", "schedule_key_deletion"):
        around(KmsBackend, operation, _note_time)
