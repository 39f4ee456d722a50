"""ARNs as far as they are known before a resource exists, and the patterns that choose resources by them."""

from __future__ import annotations

from fnmatch import fnmatchcase

from resilience_policies.estate import Member
from resilience_policies.truth import Truth

_TABLE_REPLICA = "aws:dynamodb/tableReplica:TableReplica"
# Type -> service, what precedes the identifier, and the property that holds it ("" = AWS chooses it at creation).
_FORMS: dict[str, tuple[str, str, str]] = {
    "aws:rds/instance:Instance": ("rds", "db:", "identifier"),
    "aws:rds/cluster:Cluster": ("rds", "cluster:", "clusterIdentifier"),
    "aws:docdb/cluster:Cluster": ("rds", "cluster:", "clusterIdentifier"),
    "aws:neptune/cluster:Cluster": ("rds", "cluster:", "clusterIdentifier"),
    "aws:dynamodb/table:Table": ("dynamodb", "table/", "name"),
    _TABLE_REPLICA: ("dynamodb", "table/", ""),
    "aws:ebs/volume:Volume": ("ec2", "volume/", ""),
    "aws:efs/fileSystem:FileSystem": ("elasticfilesystem", "file-system/", ""),
    "aws:s3/bucket:Bucket": ("s3", "", "bucket"),
    "aws:s3/bucketV2:BucketV2": ("s3", "", "bucket"),
}
_FIELDS = 6


def matches(pattern: str, member: Member) -> Truth:
    """Whether an ARN, or a pattern with `*`, names this resource.

    A new resource has no ARN yet: its service, Region and kind are known, often its name; the account is the one that
    is deployed to, so a pattern that names an account is taken to name that one.
    """
    arn = member.text("arn")
    if isinstance(arn, str):
        return Truth.of(fnmatchcase(arn, pattern))
    if member.type not in _FORMS:
        return Truth.UNKNOWN
    service, kind, key = _FORMS[member.type]
    fields = pattern.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS:
        # `*` reaches over colons: "arn:aws:rds:*" leaves every later field free.
        fields = [*fields, *["*"] * (_FIELDS - len(fields))] if fields[-1].endswith("*") else [*fields, *[""] * _FIELDS]
    region = "" if service == "s3" else member.region
    if not fnmatchcase("arn", fields[0]) or not fnmatchcase(service, fields[2]):
        return Truth.NO
    place = Truth.UNKNOWN if region is None else Truth.of(fnmatchcase(region, fields[3]))
    return place & _resource(fields[5], kind, _name(member, key))


def _name(member: Member, key: str) -> str | None:
    name = member.stated.text(key) if key else None
    if member.type == _TABLE_REPLICA:
        # A replica is named like its table.
        arn = member.stated.text("globalTableArn")
        name = arn.rsplit("/", maxsplit=1)[-1] if isinstance(arn, str) and "/" in arn else None
    return name if isinstance(name, str) else None


def _resource(pattern: str, kind: str, name: str | None) -> Truth:
    if name is not None:
        return Truth.of(fnmatchcase(kind + name, pattern))
    stem = pattern.removesuffix("*")
    if stem != pattern and kind.startswith(stem):
        return Truth.YES
    # Any identifier may still come: only another kind of resource before it rules a match out.
    return Truth.UNKNOWN if stem.startswith(kind) or "*" in stem else Truth.NO
