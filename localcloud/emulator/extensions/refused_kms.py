"""What KMS refuses beyond its model: windows, reserved aliases, policies, and changes of a key in the wrong state.

Sources: KMS API reference of each operation (ScheduleKeyDeletion PendingWindowInDays, CreateAlias, PutKeyPolicy); developer
guide, "Key states of AWS KMS keys", "Default key policy" (an account that is locked out of a key cannot manage it).
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends
from moto.kms.models import Key, kms_backends

from localcloud.emulator.extensions.calls import Refusal, find_key
from localcloud.emulator.extensions.kms_unusable import trouble_with

_WAITING_DAYS = range(7, 31)
_PENDING = ("PendingDeletion", "PendingReplicaDeletion")

Given = dict[str, Any]


def _window(given: Given, _: BaseResponse) -> Refusal | None:
    days = given.get("PendingWindowInDays", 30)
    if days not in _WAITING_DAYS:
        return Refusal("ValidationException", f"PendingWindowInDays {days} has to be between 7 and 30")
    return None


def _alias(given: Given, response: BaseResponse) -> Refusal | None:
    if given["AliasName"].startswith("alias/aws/"):
        return Refusal("NotAuthorizedException", f"{given['AliasName']} is reserved for AWS")
    return _pending(given, response, "TargetKeyId")


def _not_pending(given: Given, response: BaseResponse) -> Refusal | None:
    return _pending(given, response, "KeyId")


def _pending(given: Given, response: BaseResponse, name: str) -> Refusal | None:
    key = _key(given, response, name)
    if key is not None and key.key_state in _PENDING:
        return Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    return None


def _must_be_pending(given: Given, response: BaseResponse) -> Refusal | None:
    key = _key(given, response, "KeyId")
    if key is not None and key.key_state not in _PENDING:
        return Refusal("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    return None


def _usable(given: Given, response: BaseResponse) -> Refusal | None:
    key = _key(given, response, "KeyId")
    trouble = trouble_with(key) if key is not None else None
    return Refusal(trouble.code, trouble.message) if trouble else None


def _policy(given: Given, response: BaseResponse) -> Refusal | None:
    if given.get("Policy") is None:
        return None
    try:
        statements = json.loads(given["Policy"])["Statement"]
    except (KeyError, TypeError, ValueError):
        return Refusal("MalformedPolicyDocumentException", "The new key policy is not a policy in JSON.")
    allowed = {one for statement in statements for one in _principals(statement) if statement["Effect"] == "Allow"}
    account = response.current_account
    for principal in allowed:
        if not _exists(principal, account):
            return Refusal("MalformedPolicyDocumentException", f"Policy contains the invalid principal {principal}.")
    if not given.get("BypassPolicyLockoutSafetyCheck") and not any(account in one or one == "*" for one in allowed):
        return Refusal(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in future.",
        )
    return None


def _principals(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    found = principal if isinstance(principal, str) else principal.get("AWS", [])
    return [found] if isinstance(found, str) else list(found)


def _exists(principal: str, account: str) -> bool:
    """Roles and users of the own account are looked up; of other principals nothing is known here."""
    kind, _, name = principal.rpartition(":")[2].partition("/")
    if f"::{account}:" not in principal or kind not in ("role", "user"):
        return True
    iam = iam_backends[account]["aws"]
    known = iam.roles.values() if kind == "role" else iam.users.values()
    return any(one.name == name.rpartition("/")[2] for one in known)


def _key(given: Given, response: BaseResponse, name: str) -> Key | None:
    return find_key(kms_backends[response.current_account][response.region], str(given[name]))


CHECKS = {
    ("kms", "ScheduleKeyDeletion"): _window,
    ("kms", "CancelKeyDeletion"): _must_be_pending,
    ("kms", "CreateAlias"): _alias,
    ("kms", "EnableKey"): _not_pending,
    ("kms", "DisableKey"): _not_pending,
    ("kms", "EnableKeyRotation"): _usable,
    ("kms", "CreateKey"): _policy,
    ("kms", "PutKeyPolicy"): _policy,
    ("kms", "ReplicateKey"): _policy,
}
