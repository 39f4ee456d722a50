"""KMS key ids: those of multi-Region keys in AWS's form, and ARNs wherever AWS takes them.

moto's multi-Region ids are four characters longer than AWS's, which cuts them short inside its ciphertexts.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

import moto.kms.models
from moto.kms.exceptions import NotFoundException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from localcloud.emulator.extensions.calls import extend

# Backend methods that look a key up by its id only, although the operation takes an ARN as well.
_ID_ONLY = ("enable_key", "disable_key", "cancel_key_deletion")


def generate_key_id(multi_region: bool = False) -> str:
    """A new key id: a UUID, or mrk- and 32 hexadecimal digits (KMS developer guide, "Multi-Region keys")."""
    return f"mrk-{uuid.uuid4().hex}" if multi_region else str(uuid.uuid4())


def _validate_cmk_id(self: KmsResponse, key_id: str) -> None:
    """Refuse the id or ARN of a key that is not in this Region."""
    if key_id.startswith("arn:") and f":kms:{self.region}:" not in key_id:
        raise NotFoundException(f"Invalid arn {key_id.split(':')[3]}")
    if self.kms_backend.get_key_id(key_id) not in self.kms_backend.keys:
        raise NotFoundException(f"Key '{self._display_arn(key_id)}' does not exist")


def _by_id(operation: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(operation)
    def with_id(self: KmsBackend, key_id: str) -> Any:
        return operation(self, self.get_key_id(key_id))

    return with_id


def apply() -> None:
    """Put this into moto's KMS."""
    moto.kms.models.generate_key_id = generate_key_id
    extend(KmsResponse, _validate_cmk_id)
    extend(KmsBackend, *(_by_id(getattr(KmsBackend, name)) for name in _ID_ONLY))
