"""Who makes a request: the principal that policies and the trail name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sts.models import sts_backends

_PARTITION = "aws"
_ACCESS_KEY = re.compile(r"Credential=(?P<key>[^/]+)/")


def principal_arn(access_key: str) -> str:
    """aws:PrincipalArn: of an assumed role the role's ARN; of keys of no user and no role the account's root user.

    A deployment to the local cloud signs with such keys.
    """
    backend = sts_backends[DEFAULT_ACCOUNT_ID][_PARTITION]
    role = backend.get_assumed_role_from_access_key(access_key)
    if role is not None:
        return str(role.role_arn)
    _, arn, account_id = backend.get_caller_identity(access_key, "us-east-1")
    return f"arn:{_PARTITION}:iam::{account_id}:root" if arn.endswith(":user/moto") else str(arn)


def access_key_of(environ: Mapping[str, Any]) -> str:
    """The access key that a request is signed with; empty for one that is signed in its query."""
    found = _ACCESS_KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found["key"] if found else ""
