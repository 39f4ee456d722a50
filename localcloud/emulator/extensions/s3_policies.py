"""S3 bucket policies, as far as the local cloud judges them: what everybody is denied or allowed without a condition.

moto takes a statement whose condition is not met for a denial, so a bucket that wants TLS could not be used on loopback.
Here every call counts as made over TLS; statements with any other condition are kept, read back and not judged.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from localcloud.emulator.extensions.calls import extend

_TLS = "aws:securetransport"


def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
    """What the bucket's policy says of an action by anybody."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(self.policy)
    statements = document["Statement"]
    judged = [
        {name: value for name, value in statement.items() if name != "Condition"}
        for statement in (statements if isinstance(statements, list) else [statements])
        if _applies_to_anybody(statement)
    ]
    return IAMPolicy(json.dumps({**document, "Statement": judged})).is_action_permitted(action, resource)


def _applies_to_anybody(statement: dict[str, Any]) -> bool:
    if statement.get("Principal") not in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        return False
    conditions = [
        (operator, key.lower(), value)
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    ]
    return all(operator.startswith("Bool") and key == _TLS and _is_true(value) for operator, key, value in conditions)


def _is_true(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return "true" in [str(one).lower() for one in values]


def apply() -> None:
    """Put this into moto's S3."""
    extend(FakeBucket, get_permission)
