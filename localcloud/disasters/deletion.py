"""Deletes data as an attacker would: by the AWS API, so that locks, protections and policies can refuse, and do.

Nothing here goes around the API. What an ordinary principal can delete is gone; what is refused is reported with AWS's
own code and words. With `disarm` the attacker first takes the protections away, as far as AWS lets them be taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

Clients = Callable[[str, str], Any]
"""Makes a boto3 client of (service, Region)."""

# S3 API reference, DeleteObjects: at most 1000 keys in a request.
_KEYS_AT_ONCE = 1000


@dataclass(frozen=True)
class Attempt:
    """One thing that was tried. `refusal` is AWS's code and message, empty when it was done."""

    did: str
    refusal: str = ""

    @property
    def done(self) -> bool:
        """Whether AWS let it happen."""
        return not self.refusal


def delete_table(clients: Clients, region: str, name: str, *, disarm: bool = False) -> Iterator[Attempt]:
    """Delete a DynamoDB table; disarmed of its deletion protection first, if asked. Replicas elsewhere stay."""
    dynamodb = clients("dynamodb", region)
    if disarm:
        yield _try(
            f"take the deletion protection from table {name}",
            lambda: dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False),
        )
    yield _try(f"delete table {name}", lambda: dynamodb.delete_table(TableName=name))


def delete_objects(clients: Clients, region: str, name: str, *, disarm: bool = False) -> Iterator[Attempt]:
    """Delete every version of every object of a bucket, for good; past governance retention, if disarmed."""
    s3 = clients("s3", region)
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=name)
    versions = [
        {"Key": version["Key"], "VersionId": version["VersionId"]}
        for page in pages
        for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    ]
    for start in range(0, len(versions), _KEYS_AT_ONCE):
        batch = versions[start : start + _KEYS_AT_ONCE]
        asked: dict[str, Any] = {"Bucket": name, "Delete": {"Objects": batch}}
        if disarm:
            asked["BypassGovernanceRetention"] = True
        try:
            answer = s3.delete_objects(**asked)
        except ClientError as error:
            yield Attempt(f"delete {len(batch)} versions of bucket {name}", _words(error))
            continue
        for gone in answer.get("Deleted", ()):
            yield Attempt(f"delete {_version(name, gone)}")
        for kept in answer.get("Errors", ()):
            yield Attempt(f"delete {_version(name, kept)}", f"{kept['Code']}: {kept.get('Message', '')}")


def delete_recovery_points(clients: Clients, region: str, name: str, *, disarm: bool = False) -> Iterator[Attempt]:
    """Delete every recovery point of a backup vault; without its policy and lock first, as far as they give way."""
    backup = clients("backup", region)
    if disarm:
        yield _try(
            f"take the lock from vault {name}",
            lambda: backup.delete_backup_vault_lock_configuration(BackupVaultName=name),
        )
        yield _try(
            f"take the access policy from vault {name}",
            lambda: backup.delete_backup_vault_access_policy(BackupVaultName=name),
        )
    pages = backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=name)
    for point in [point["RecoveryPointArn"] for page in pages for point in page["RecoveryPoints"]]:
        yield _try(
            f"delete recovery point {point}",
            partial(backup.delete_recovery_point, BackupVaultName=name, RecoveryPointArn=point),
        )


DELETIONS: dict[str, Callable[..., Iterator[Attempt]]] = {
    "table": delete_table,
    "objects": delete_objects,
    "recovery-points": delete_recovery_points,
}
"""What `securecart local delete` can be asked for, and what the name after it names: a table, a bucket, a vault."""


def _try(what: str, call: Callable[[], Any]) -> Attempt:
    try:
        call()
    except ClientError as error:
        return Attempt(what, _words(error))
    return Attempt(what)


def _words(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


def _version(bucket: str, entry: dict[str, Any]) -> str:
    return f"s3://{bucket}/{entry['Key']} version {entry.get('VersionId', 'null')}"
