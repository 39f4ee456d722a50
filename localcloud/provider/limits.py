"""The limits of single values, as botocore's models of the services state them: enum, range, length and pattern, in limits.json.

`python -m localcloud.provider.limits` writes it; a test compares it with the installed botocore. The provider reads the file:
loading the models of eight services would cost every preview a second.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.provider.codec import UNKNOWN
from localcloud.provider.recovery_sources import RECOVERY_SOURCES
from localcloud.provider.shapes import member_of
from localcloud.provider.watch_sources import WATCH_SOURCES

FILE = Path(__file__).with_name("limits.json")
_STATED = ("enum", "max", "min", "pattern")
_QUOTED_CHARACTERS = 80


@dataclass(frozen=True)
class Source:
    """The structure of the API that a type's inputs become.

    `places` names the member of an input where the names do not follow from each other, both as dotted paths without list
    indexes. `also` are values that only the official provider knows.
    """

    service: str
    shape: str
    places: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_LOCK = {"backupVaultName": "BackupVaultName"}
_BACKUP_RULE = {
    "ruleName": "RuleName",
    "targetVaultName": "TargetBackupVaultName",
    "schedule": "ScheduleExpression",
    "startWindow": "StartWindowMinutes",
    "completionWindow": "CompletionWindowMinutes",
}

SOURCES: dict[str, Source] = {
    "aws:backup/plan:Plan": Source(
        "backup",
        "CreateBackupPlanInput",
        {
            "name": "BackupPlan.BackupPlanName",
            "rules": "BackupPlan.Rules",
            **{f"rules.{key}": f"BackupPlan.Rules.{member}" for key, member in _BACKUP_RULE.items()},
        },
    ),
    "aws:backup/selection:Selection": Source(
        "backup",
        "CreateBackupSelectionInput",
        {
            "name": "BackupSelection.SelectionName",
            "selectionTags": "BackupSelection.ListOfTags",
            "selectionTags.type": "BackupSelection.ListOfTags.ConditionType",
        },
    ),
    "aws:backup/vault:Vault": Source("backup", "CreateBackupVaultInput", {"name": "BackupVaultName"}),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Source(
        "backup", "PutBackupVaultLockConfigurationInput", _LOCK
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Source("backup", "PutBackupVaultAccessPolicyInput", _LOCK),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": Source("dlm", "CreateLifecyclePolicyRequest"),
    "aws:dynamodb/table:Table": Source(
        "dynamodb",
        "CreateTableInput",
        {
            "name": "TableName",
            "attributes": "AttributeDefinitions",
            "attributes.name": "AttributeDefinitions.AttributeName",
            "attributes.type": "AttributeDefinitions.AttributeType",
            "streamViewType": "StreamSpecification.StreamViewType",
            "globalSecondaryIndexes.name": "GlobalSecondaryIndexes.IndexName",
            "globalSecondaryIndexes.projectionType": "GlobalSecondaryIndexes.Projection.ProjectionType",
            "globalSecondaryIndexes.nonKeyAttributes": "GlobalSecondaryIndexes.Projection.NonKeyAttributes",
        },
    ),
    "aws:ebs/volume:Volume": Source("ec2", "CreateVolumeRequest", {"type": "VolumeType"}),
    "aws:ec2/vpc:Vpc": Source("ec2", "CreateVpcRequest"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Source("ec2", "CreateVpcEndpointRequest"),
    "aws:iam/role:Role": Source(
        "iam", "CreateRoleRequest", {"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"}
    ),
    "aws:iam/rolePolicy:RolePolicy": Source(
        "iam", "PutRolePolicyRequest", {"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"}
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Source("iam", "AttachRolePolicyRequest", {"role": "RoleName"}),
    "aws:kms/alias:Alias": Source("kms", "CreateAliasRequest", {"name": "AliasName"}),
    "aws:kms/key:Key": Source("kms", "CreateKeyRequest", {"customerMasterKeySpec": "KeySpec"}),
    "aws:kms/replicaKey:ReplicaKey": Source("kms", "ReplicateKeyRequest"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Source(
        "s3", "PutBucketLifecycleConfigurationRequest", {"rules": "LifecycleConfiguration.Rules"}
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Source(
        "s3", "PutBucketOwnershipControlsRequest", {"rule": "OwnershipControls.Rules"}
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Source(
        "s3", "PutBucketReplicationRequest", {"rules": "ReplicationConfiguration.Rules"}
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Source(
        "s3", "PutBucketEncryptionRequest", {"rules": "ServerSideEncryptionConfiguration.Rules"}
    ),
    # Disabled: versioning that was never switched on.
    "aws:s3/bucketVersioning:BucketVersioning": Source(
        "s3", "PutBucketVersioningRequest", also={"versioningConfiguration.status": ("Disabled",)}
    ),
    "aws:secretsmanager/secret:Secret": Source(
        "secretsmanager", "CreateSecretRequest", {"replicas": "AddReplicaRegions"}
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Source("secretsmanager", "PutSecretValueRequest"),
    **{token: Source(*row) for token, row in RECOVERY_SOURCES.items()},
    **{token: Source(*row) for token, row in WATCH_SOURCES.items()},
}

Limit = dict[str, Any]


@functools.cache
def limits() -> dict[str, dict[str, Limit]]:
    """By type, then by path without list indexes."""
    found: dict[str, dict[str, Limit]] = json.loads(FILE.read_text())
    return found


def generate() -> dict[str, dict[str, Limit]]:
    """Reads botocore's models for every source."""
    from botocore.session import Session  # noqa: PLC0415  only the generator needs it

    from localcloud.provider.catalog import TYPES  # noqa: PLC0415  which needs this file's readers first
    from localcloud.provider.schema import schema  # noqa: PLC0415

    session = Session()
    found = {}
    for token, source in SOURCES.items():
        root = session.get_service_model(source.service).shape_for(source.shape)
        inputs = {key: kind for key, kind in schema()[token]["members"].items() if key in TYPES[token].modelled}
        stated = _limits_of({"members": inputs}, root, "", _Reading(root, source, TYPES[token].not_modelled))
        found[token] = {path: limit for path, limit in stated if limit}
    return found


@dataclass(frozen=True)
class _Reading:
    root: Any
    source: Source
    left_out: frozenset[str]


def _limits_of(kind: Any, shape: Any, path: str, reading: _Reading) -> Iterator[tuple[str, Limit]]:
    # Where Pulumi has one value and the API a list, the limits of an item are meant.
    while shape.type_name == "list" and not _is_list(kind):
        shape = shape.member
    also = reading.source.also.get(path, ())
    limit = _stated(shape, also) if path else {}
    while _is_list(kind):
        kind, shape = kind["list"], getattr(shape, "member", shape)
        if isinstance(kind, str) and (each := _stated(shape, also)):
            limit["each"] = each
    yield path, limit
    if not isinstance(kind, dict) or "members" not in kind or shape.type_name != "structure":
        return
    for key, inner in kind["members"].items():
        here = f"{path}.{key}".lstrip(".")
        found = None if here in reading.left_out else _shape_at(key, here, shape, reading)
        if found is not None:
            yield from _limits_of(inner, found, here, reading)


def _is_list(kind: Any) -> bool:
    return isinstance(kind, dict) and "list" in kind


def _shape_at(key: str, path: str, shape: Any, reading: _Reading) -> Any:
    if path not in reading.source.places:
        member = member_of(key, shape.members)
        return None if member is None else shape.members[member]
    found = reading.root
    for name in reading.source.places[path].split("."):
        while found.type_name == "list":
            found = found.member
        found = found.members[name]
    return found


def _stated(shape: Any, also: tuple[str, ...]) -> Limit:
    limit = {key: shape.metadata[key] for key in _STATED if key in shape.metadata}
    if shape.type_name == "list":
        limit.pop("min", None)  # an empty list is like none, and is not sent
    if not _is_readable(limit.get("pattern", "")):
        del limit["pattern"]
    if also:
        limit["enum"] = [*limit["enum"], *also]
    return limit


def _is_readable(pattern: str) -> bool:
    """Some patterns are in the words of Java, which Python cannot read."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def reason(limit: Limit, value: Any) -> str | None:
    """Why AWS refuses the value, or None. A list or map is judged by its items, a text by its characters."""
    if isinstance(value, bool):
        return None
    if "enum" in limit and value not in limit["enum"]:
        return f"{_shown(value)} is none of {', '.join(limit['enum'])}"
    size, unit = _size(value)
    if not limit.get("min", 0) <= size <= limit.get("max", math.inf):
        low = limit.get("min", 0)
        return f"{size}{unit} is not " + (f"between {low} and {limit['max']}" if "max" in limit else f"{low} or more")
    # The patterns mean the whole text, with anchors or without.
    if "pattern" in limit and not re.fullmatch(limit["pattern"], value):
        return f"{_shown(value)} does not match {limit['pattern']}"
    items = value if "each" in limit else []
    return next(filter(None, (reason(limit["each"], item) for item in items if item != UNKNOWN)), None)


def _size(value: Any) -> tuple[float, str]:
    if isinstance(value, (int, float)):
        return value, ""
    return len(value), " characters" if isinstance(value, str) else " items"


def _shown(value: Any) -> str:
    """A policy would fill the screen."""
    text = str(value)
    return text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}..."


if __name__ == "__main__":
    FILE.write_text(json.dumps(generate(), indent=1, sort_keys=True) + "\n")
