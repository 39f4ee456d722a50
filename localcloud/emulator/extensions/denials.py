"""Deny statements of resource policies, as far as the local cloud judges them: by action and by aws:PrincipalArn.

Rights of IAM are not judged, so an Allow changes nothing (IAM user guide, "Policy evaluation logic": an explicit deny wins).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import JsonRESTError

PRINCIPAL_ARN = "aws:principalarn"
CONDITIONS: dict[str, Callable[[str, str], bool]] = {
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "StringEquals": str.__eq__,
    "StringLike": fnmatchcase,
}
NEGATED = {
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
}


class AccessDeniedError(JsonRESTError):
    """An error that all services have in common, so that none has it in its model."""

    code = 403

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


def denials(text: str) -> list[dict[str, Any]]:
    """The Deny statements of a policy document, none of an empty one. Raises ValueError when it is no JSON object."""
    if not text:
        return []
    whole = json.loads(text)
    if not isinstance(whole, dict):
        raise ValueError(f"a policy is an object, this is {type(whole).__name__}")
    found = whole.get("Statement") or []
    statements = [found] if isinstance(found, dict) else found
    return [statement for statement in statements if statement.get("Effect") == "Deny"]


def unjudged(statement: dict[str, Any]) -> str:
    """The first condition of a statement that is not modelled here, as a text; empty when all are."""
    for operator, compared in (statement.get("Condition") or {}).items():
        keys = {key.lower() for key in compared}
        if NEGATED.get(operator, operator) not in CONDITIONS or keys != {PRINCIPAL_ARN}:
            return f"{operator} on {', '.join(compared)}"
    return ""


def check_denials(statements: Iterable[dict[str, Any]], action: str, resource: str, principal_arn: str) -> None:
    """Raise AccessDeniedException when one of the statements denies the action (backup:DeleteRecoveryPoint) to the principal."""
    for statement in statements:
        if _names(statement, action.lower()) and _is_meant(statement, principal_arn):
            raise AccessDeniedError(
                f"{principal_arn} is not authorized to perform: {action} on {resource} with an "
                f"explicit deny in a resource-based policy ({statement.get('Sid') or 'a statement without Sid'})",
            )


def _names(statement: dict[str, Any], asked: str) -> bool:
    if "NotAction" in statement:
        return not any(fnmatchcase(asked, pattern.lower()) for pattern in _listed(statement["NotAction"]))
    return any(fnmatchcase(asked, pattern.lower()) for pattern in _listed(statement.get("Action")))


def _is_meant(statement: dict[str, Any], principal_arn: str) -> bool:
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS")) if isinstance(principal, dict) else _listed(principal)
    account_id = principal_arn.split(":")[4]
    everyone = {"*", account_id, f"arn:aws:iam::{account_id}:root"}
    if not any(name in everyone or name == principal_arn for name in named):
        return False
    return all(
        _holds(operator, _listed(next(iter(compared.values()))), principal_arn)
        for operator, compared in (statement.get("Condition") or {}).items()
    )


def _holds(operator: str, values: Iterable[str], principal_arn: str) -> bool:
    positive = NEGATED.get(operator, operator)
    matches = any(CONDITIONS[positive](principal_arn, value) for value in values)
    return matches == (positive == operator)


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)
