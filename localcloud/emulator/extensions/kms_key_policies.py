"""Key policies, as far as they deny what would destroy, weaken or change a key: refused to everyone whom they name.

KMS developer guide, "Key policies": no principal, the root user included, has a right to a key that its policy denies. A Deny
on a condition that is not modelled (denials.py) denies nothing here: of keys such conditions name services, which moto has not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.kms.responses import KmsResponse

from localcloud.emulator.callers import principal_arn
from localcloud.emulator.extensions.calls import find_key
from localcloud.emulator.extensions.denials import check_denials, denials, unjudged

GUARDED = {
    "cancel_key_deletion": "CancelKeyDeletion",
    "disable_key": "DisableKey",
    "disable_key_rotation": "DisableKeyRotation",
    "enable_key": "EnableKey",
    "put_key_policy": "PutKeyPolicy",
    "schedule_key_deletion": "ScheduleKeyDeletion",
}
"""What the policy of a key is asked about, by the name of the operation in moto's class."""


def _guarded(operation: Callable[[KmsResponse], Any], action: str) -> Callable[[KmsResponse], Any]:
    def call(self: KmsResponse) -> Any:
        key = find_key(self.kms_backend, str(self._get_param("KeyId")))
        if key is not None:
            judged = [statement for statement in denials(key.policy) if not unjudged(statement)]
            check_denials(judged, f"kms:{action}", key.arn, principal_arn(self.get_access_key()))
        return operation(self)

    return call


def apply() -> None:
    """Ask the key's policy before these operations; comes after all that adds or replaces one of them."""
    for operation, action in GUARDED.items():
        setattr(KmsResponse, operation, _guarded(getattr(KmsResponse, operation), action))
