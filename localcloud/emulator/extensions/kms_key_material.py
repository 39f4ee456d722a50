"""KMS key material: no private key for symmetric keys. moto makes an RSA key for every key: slow, and never used."""

from __future__ import annotations

from typing import Any

import moto.kms.models
from moto.kms.utils import KeySpec, generate_private_key

_ASYMMETRIC = frozenset(KeySpec.rsa_key_specs() + KeySpec.ecc_key_specs() + [KeySpec.SM2])


def private_key_if_asymmetric(key_spec: str) -> Any:
    """The private key of an asymmetric key, else None."""
    return generate_private_key(key_spec) if key_spec in _ASYMMETRIC else None


def apply() -> None:
    """Use it wherever moto's KMS makes a key."""
    moto.kms.models.generate_private_key = private_key_if_asymmetric
