"""KMS automatic rotation: its period, one setting for all related multi-Region keys. moto keeps only on or off."""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from localcloud.emulator.extensions.calls import extend
from localcloud.emulator.extensions.kms_multi_region import primary_of

# API reference, EnableKeyRotation.
_DEFAULT_PERIOD_DAYS = 365
_SECONDS_PER_DAY = 86_400


def enable_key_rotation(self: KmsResponse) -> str:
    """EnableKeyRotation, on the primary of a multi-Region key only."""
    period_days = self._get_param("RotationPeriodInDays") or _DEFAULT_PERIOD_DAYS
    key = _rotatable_key(self)
    key.key_rotation_status = True
    key.rotation_period_days = period_days
    key.rotation_changed_at = unix_time()
    return json.dumps(None)


def disable_key_rotation(self: KmsResponse) -> str:
    """DisableKeyRotation, on the primary of a multi-Region key only."""
    _rotatable_key(self).key_rotation_status = False
    return json.dumps(None)


def get_key_rotation_status(self: KmsResponse) -> str:
    """GetKeyRotationStatus; a replica shows the setting of its primary."""
    shown = _key(self)
    key = primary_of(shown)
    answer: dict[str, Any] = {"KeyId": shown.arn, "KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        answer["RotationPeriodInDays"] = key.rotation_period_days
        answer["NextRotationDate"] = key.rotation_changed_at + key.rotation_period_days * _SECONDS_PER_DAY
    return json.dumps(answer)


def _key(response: KmsResponse) -> Key:
    key_id = response._get_param("KeyId")
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def _rotatable_key(response: KmsResponse) -> Key:
    key = _key(response)
    if key is not primary_of(key):
        raise JsonRESTError("UnsupportedOperationException", f"{key.arn} is a replica: rotation is set on its primary")
    if key.key_spec != "SYMMETRIC_DEFAULT":
        raise JsonRESTError("UnsupportedOperationException", f"{key.arn} is not a symmetric encryption key")
    return key


def apply() -> None:
    """Put the rotation period into moto's KMS."""
    Key.rotation_period_days = _DEFAULT_PERIOD_DAYS
    Key.rotation_changed_at = None
    extend(KmsResponse, enable_key_rotation, disable_key_rotation, get_key_rotation_status)
