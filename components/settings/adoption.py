"""Stores that were in the account before this program (`existing`)."""

from __future__ import annotations

from collections.abc import Iterable

# Where the name stands in the ARN of a service (Service Authorization Reference, resource types).
ARN_PREFIXES: dict[str, str] = {
    "databases": "arn:aws:rds:{region}:{account}:db:",
    "tables": "arn:aws:dynamodb:{region}:{account}:table/",
    "buckets": "arn:aws:s3:::",
    "volumes": "arn:aws:ec2:{region}:{account}:volume/",
}


def physical_name(existing: str) -> str:
    """The name of what exists, out of a name or an ARN."""
    return existing.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def problems(kind: str, existing: Iterable[tuple[str, str]], region: str, account_id: str) -> list[tuple[str, str]]:
    """(key, message) of each ARN that is none of the kind's, or of another Region or account."""
    wanted = ARN_PREFIXES[kind].format(region=region, account=account_id)
    return [
        (
            f"{kind}.{store}.existing",
            f"{given} is not in the primary Region of this account: write the name alone, or an ARN that begins with {wanted}",
        )
        for store, given in existing
        if given.startswith("arn:") and not given.startswith(wanted)
    ]
