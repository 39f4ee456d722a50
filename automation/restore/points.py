"""Recovery points: those of AWS Backup's vaults, and snapshots and backups that a service made by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import code_of
from automation.recovery.world import World
from automation.restore.wanted import Kind, RecoveryPoint, side_of

KIND_OF_TYPE = {"RDS": Kind.DATABASE, "DynamoDB": Kind.TABLE, "S3": Kind.BUCKET, "EBS": Kind.VOLUME}
_KIND_OF_SERVICE = {"rds": Kind.DATABASE, "dynamodb": Kind.TABLE, "ec2": Kind.VOLUME}
_ABSENT = frozenset({"ResourceNotFoundException", "InvalidParameterValueException", "AccessDeniedException"})
_ARN_PARTS = 6


def find(world: World, kind: Kind, arn: str) -> RecoveryPoint:
    """The recovery point of an ARN, in its Region's vault or made by its service.

    Raises SecurecartError (BAD_INPUT) for what is no ARN, is of another kind or Region, or does not exist.
    """
    region = _region_of(world, arn)
    vault = side_of(world, region).vault
    asked = {"BackupVaultName": vault, "RecoveryPointArn": arn}
    try:
        said = world.aws.call("backup", region, "describe_recovery_point", **asked)
    except ClientError as refusal:
        if code_of(refusal) not in _ABSENT:
            raise
        return _made_by_service(world, kind, arn, region, vault)
    found = KIND_OF_TYPE.get(said["ResourceType"])
    if found is not kind:
        raise _bad(arn, f"is of a {found or said['ResourceType']}, not of a {kind}", f"securecart restore {found} ...")
    if said.get("Status", "COMPLETED") not in ("COMPLETED", "AVAILABLE"):
        raise _bad(arn, f"is {said['Status']}", "a recovery point that is COMPLETED")
    return point_of(said, vault)


def newest(world: World, region: str, vault: str, resource_arns: set[str]) -> RecoveryPoint | None:
    """The last complete recovery point of any of the resources in a vault; None when there is none."""
    try:
        points = world.aws.pages(
            "backup", region, "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=vault
        )
    except ClientError as refusal:
        if code_of(refusal) not in _ABSENT - {"AccessDeniedException"}:
            raise
        return None  # no vault, no recovery point
    usable = [one for one in points if one.get("Status") == "COMPLETED" and one["ResourceArn"] in resource_arns]
    return point_of(max(usable, key=lambda one: _day(one["CreationDate"])), vault) if usable else None


def point_of(said: dict[str, Any], vault: str) -> RecoveryPoint:
    """Of what AWS Backup describes or lists."""
    arn = str(said["RecoveryPointArn"])
    # Of a copy, the moment of the backup that it was made from, where AWS says it: the age of a copy is that of its content.
    moments = [said[name] for name in ("CreationDate", "InitiationDate") if said.get(name)]
    return RecoveryPoint(
        arn=arn,
        vault=vault,
        resource_arn=str(said["ResourceArn"]),
        created_at=min(moments, default=None),
        continuous=":auto-backup:" in arn or ":recovery-point:continuous:" in arn,
    )


def _made_by_service(world: World, kind: Kind, arn: str, region: str, vault: str) -> RecoveryPoint:
    if _KIND_OF_SERVICE.get(arn.split(":")[2]) is not kind:
        raise _bad(
            arn,
            f"is not in vault {vault} of {region}",
            "one of aws backup list-recovery-points-by-backup-vault",
        )
    try:
        resource, created = _described(world, kind, arn, region)
    except ClientError as refusal:
        raise _bad(arn, f"cannot be read: {refusal}", "an ARN that exists in that Region") from refusal
    return RecoveryPoint(arn=arn, vault="", resource_arn=resource, created_at=created)


def _described(world: World, kind: Kind, arn: str, region: str) -> tuple[str, datetime | None]:
    if kind is Kind.DATABASE:
        name = arn.rsplit(":snapshot:", maxsplit=1)[-1]
        [found] = world.aws.call("rds", region, "describe_db_snapshots", DBSnapshotIdentifier=name)["DBSnapshots"]
        return str(found["DBInstanceIdentifier"]), found.get("SnapshotCreateTime")
    if kind is Kind.TABLE:
        found = world.aws.call("dynamodb", region, "describe_backup", BackupArn=arn)["BackupDescription"]
        return str(found["SourceTableDetails"]["TableName"]), found["BackupDetails"].get("BackupCreationDateTime")
    name = arn.rpartition("/")[2]
    [found] = world.aws.call("ec2", region, "describe_snapshots", SnapshotIds=[name])["Snapshots"]
    return str(found["VolumeId"]), found.get("StartTime")


def _region_of(world: World, arn: str) -> str:
    parts = arn.split(":")
    regions = sorted(side.region for side in world.estate.sides.values())
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        raise _bad(
            arn, "is no ARN", "arn:aws:backup:REGION:ACCOUNT:recovery-point:... as `securecart backup now` prints it"
        )
    if parts[3] not in regions:
        raise _bad(arn, f"is of Region {parts[3] or '(none)'}", " or ".join(regions))
    return parts[3]


def _bad(arn: str, why: str, allowed: str) -> SecurecartError:
    return SecurecartError(
        f"--recovery-point {arn} {why}; nothing was changed.", f"allowed: {allowed}", ExitCode.BAD_INPUT
    )


def _day(value: Any) -> float:
    return float(value.timestamp()) if isinstance(value, datetime) else float(value)
