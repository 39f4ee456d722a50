"""Stores that were in the account before this program (`existing`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How AWS names the resources of one kind of store."""

    arn_prefix: str
    """Where the name stands in an ARN (Service Authorization Reference, resource types)."""
    name: str
    """Pattern of a name."""
    source: str


KINDS: dict[str, Kind] = {
    "databases": Kind(
        arn_prefix="arn:aws:rds:{region}:{account}:db:",
        # Amazon RDS stores identifiers in lower case, and the program compares what it stores.
        name=r"(?=.{1,63}$)[a-z](-?[a-z0-9])*",
        source="Amazon RDS CreateDBInstance DBInstanceIdentifier, in lower case",
    ),
    "tables": Kind(
        arn_prefix="arn:aws:dynamodb:{region}:{account}:table/",
        name=r"[a-zA-Z0-9_.-]{3,255}",
        source="Amazon DynamoDB CreateTable TableName",
    ),
    "buckets": Kind(
        arn_prefix="arn:aws:s3:::",
        name=r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        source="Amazon S3 user guide, general purpose bucket naming rules",
    ),
    "volumes": Kind(
        arn_prefix="arn:aws:ec2:{region}:{account}:volume/",
        name=r"vol-[0-9a-f]{8}([0-9a-f]{9})?",
        source="Amazon EC2 user guide, resource IDs",
    ),
}


def physical_name(existing: str) -> str:
    """The name of what exists, out of a name or an ARN."""
    return existing.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def problems(kind: str, existing: Iterable[tuple[str, str]], region: str, account_id: str) -> list[tuple[str, str]]:
    """(key, message) of each name or ARN that cannot be of the kind, the primary Region and the account, or is taken twice."""
    facts = KINDS[kind]
    prefix = facts.arn_prefix.format(region=region, account=account_id)
    given = list(existing)
    taken = Counter(physical_name(one) for _, one in given)
    found = []
    for store, one in given:
        key = f"{kind}.{store}.existing"
        if one.startswith("arn:") and not one.startswith(prefix):
            found.append(
                (
                    key,
                    f"{one} is not in the primary Region of this account: write the name alone, or an ARN that begins with"
                    f" {prefix}",
                )
            )
        elif not re.fullmatch(facts.name, one.removeprefix(prefix)):
            found.append(
                (key, f"{one} is no name that AWS gives ({facts.source}): write the name, or an ARN {prefix}...")
            )
        elif taken[physical_name(one)] > 1:
            found.append((key, f"{one} is named {taken[physical_name(one)]} times in {kind}: a store is adopted once"))
    return found
