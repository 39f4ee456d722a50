"""IAM documents. Each statement says why it is there; every one of them is plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

Statement = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of a statement."""

    operator: str
    key: str
    values: tuple[pulumi.Input[str], ...]


@dataclass(frozen=True, kw_only=True)
class ServiceUse:
    """What an AWS service may do with the resource that carries the policy."""

    sid: str
    service: str
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    """The confused-deputy guard, where the service's documentation says that it sends the keys."""

    def statement(self, resource: pulumi.Input[str] = "*") -> Statement:
        """As a statement of a resource policy; in a key policy `*` is the key itself."""
        made: Statement = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Principal": {"Service": self.service},
            "Action": list(self.actions),
            "Resource": resource,
        }
        conditions: dict[str, dict[str, list[pulumi.Input[str]]]] = {}
        for one in self.conditions:
            conditions.setdefault(one.operator, {})[one.key] = list(one.values)
        return made | ({"Condition": conditions} if conditions else {})


def document(statements: Sequence[Statement]) -> pulumi.Output[str]:
    """A policy document; statements may hold outputs."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusts_service(service: str, account_id: str | None = None) -> str:
    """Trust policy of a role for an AWS service.

    `account_id` adds the confused-deputy guard where the service's documentation says that it sends
    `aws:SourceAccount`.
    """
    statement: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if account_id:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account_id}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def account_root(account_id: str) -> str:
    """In a principal: the account, and so whoever its IAM policies allow. In `aws:PrincipalArn`: its root user."""
    return f"arn:aws:iam::{account_id}:root"


def denied_unless_administrator(
    sid: str, actions: Sequence[str], *, account_id: str, administrator_roles: Sequence[str]
) -> list[Statement]:
    """Denies `actions` to everyone but the administrators and the root user; nothing when no administrator is named.

    A deny for everyone would be obeyed by the stack's own deployer too: the policy could then never be changed again,
    not even to mend it. `aws:PrincipalArn` of an assumed role is the role's ARN (IAM user guide, global condition
    keys), so a role can be named.
    """
    if not administrator_roles:
        return []
    spared = [account_root(account_id), *(f"arn:aws:iam::{account_id}:role/{role}" for role in administrator_roles)]
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": list(actions),
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": spared}},
        }
    ]


def for_service_role(
    sid: str, actions: str | list[str], *, role_arn: str, account_id: str, condition: Mapping[str, Any] | None = None
) -> Statement:
    """A statement of a key policy for a service-linked role that may not exist yet.

    KMS refuses a policy that names a principal that does not exist; a condition on the caller's ARN does not care.
    """
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:CallerAccount": account_id},
            "ArnEquals": {"aws:PrincipalArn": role_arn},
            **(condition or {}),
        },
    }


def tls_only(resource: pulumi.Input[str] | Sequence[pulumi.Input[str]], actions: str) -> Statement:
    """Denies `actions` over plain HTTP."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
