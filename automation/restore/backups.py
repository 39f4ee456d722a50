"""Backups and copies on demand: jobs of AWS Backup, started once a run and watched to their end."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import code_of
from automation.recovery.estate import Side, other
from automation.recovery.steps import Facts, Plan, Settled, Step
from automation.recovery.world import World
from automation.restore import jobs, volume
from automation.restore.plan import OWNER
from automation.restore.points import point_of
from automation.restore.wanted import Kind, RecoveryPoint, backup_role, side_of

BACKUP_SECONDS, COPY_SECONDS = 8 * 3600.0, 12 * 3600.0
_MISSING = ("ResourceNotFoundException", "InvalidParameterValueException")


@dataclass
class _Job:
    """Started by `act`, whose token makes a second start the same job."""

    identifier: str = ""


def backup_plan(world: World, side: Side, stores: list[tuple[Kind, str]], days: int, token: str) -> Plan:
    """A backup job a store (a volume each of a volume store) into the Region's vault. Destroys nothing."""
    steps = [
        _backup_step(world, side, label, arn, days, token)
        for kind, store in stores
        for label, arn in resources(world, side, kind, store)
    ]
    return Plan(f"backup into {side.vault} of {side.region}", tuple(steps))


def copy_plan(world: World, point: RecoveryPoint, days: int, token: str) -> Plan:
    """One copy job into the other Region's vault. Destroys nothing.

    Without a lifecycle of its own a copy would be kept for ever, which a vault's lock refuses (AWS Backup API reference,
    StartCopyJob).
    """
    source = side_of(world, point.region)
    target = world.estate.sides[other(source.role)]
    job = _Job()
    vault = f"arn:aws:backup:{target.region}:{world.estate.account_id}:backup-vault:{target.vault}"

    def act() -> Facts | None:
        asked = {
            "RecoveryPointArn": point.arn,
            "SourceBackupVaultName": point.vault,
            "DestinationBackupVaultArn": vault,
            "IamRoleArn": backup_role(world, source, "backup"),
            "IdempotencyToken": jobs.token_of("copy", token, point.arn),
            "Lifecycle": {"DeleteAfterDays": days},
        }
        job.identifier = world.aws.call("backup", source.region, "start_copy_job", **asked)["CopyJobId"]
        return None

    def settled() -> Settled:
        if not job.identifier:
            return Settled(False, "not started")
        return jobs.copy_settled(world, source.region, job.identifier)

    step = Step(
        name="copy", owner=OWNER, timeout_seconds=COPY_SECONDS, act=act, settled=settled,
        does=f"{point.arn} is copied into {target.vault} of {target.region}, kept {days} days",
    )  # fmt: skip
    return Plan(f"copy into {target.vault} of {target.region}", (step,))


def point_to_copy(world: World, arn: str) -> RecoveryPoint:
    """Raises SecurecartError (BAD_INPUT) for what is in no vault of ours, or cannot be copied on demand."""
    regions = {side.region: side for side in world.estate.sides.values()}
    region = [*arn.split(":"), "", "", "", ""][3]
    if region not in regions:
        raise _bad(arn, f"is of Region {region or '(none)'}", " or ".join(sorted(regions)))
    vault = regions[region].vault
    try:
        said = world.aws.call("backup", region, "describe_recovery_point", BackupVaultName=vault, RecoveryPointArn=arn)
    except ClientError as refusal:
        if code_of(refusal) not in _MISSING:
            raise
        raise _bad(arn, f"is not in vault {vault} of {region}", f"a recovery point of {vault}") from refusal
    point = point_of(said, vault)
    if point.continuous:
        raise _bad(arn, "is a continuous backup, which only a rule copies", "a snapshot: securecart backup now")
    return point


def retention_days(world: World, asked: int | None) -> int:
    """How long a backup or copy on demand is kept. Raises SecurecartError (BAD_INPUT) outside of what the vault's lock allows."""
    lock = world.estate.settings.vault_lock
    days = asked if asked is not None else min(max(35, lock.min_days), lock.max_days)
    if not lock.min_days <= days <= lock.max_days:
        raise SecurecartError(
            f"--keep-days {days} is outside of the vault's lock; allowed: {lock.min_days} to {lock.max_days}; nothing was changed.",
            f"--keep-days {lock.min_days}", ExitCode.BAD_INPUT,
        )  # fmt: skip
    return days


def resources(world: World, side: Side, kind: Kind, store: str) -> list[tuple[str, str]]:
    """(label, ARN) of what a store is in a Region."""
    region, account = side.region, world.estate.account_id
    if kind is Kind.DATABASE:
        return [(f"database {store}", f"arn:aws:rds:{region}:{account}:db:{side.databases[store]}")]
    if kind is Kind.TABLE:
        return [(f"table {store}", f"arn:aws:dynamodb:{region}:{account}:table/{world.estate.tables[store]}")]
    if kind is Kind.BUCKET:
        return [(f"bucket {store}", f"arn:aws:s3:::{side.buckets[store]}")]
    found = volume.living(world, region, store)
    return [
        (f"volume {store} {name}", f"arn:aws:ec2:{region}:{account}:volume/{one['VolumeId']}")
        for name, one in sorted(found.items())
    ]


def _backup_step(world: World, side: Side, label: str, arn: str, days: int, token: str) -> Step:  # noqa: PLR0917
    job = _Job()

    def act() -> Facts | None:
        asked = {
            "BackupVaultName": side.vault,
            "ResourceArn": arn,
            "IamRoleArn": backup_role(world, side, "backup"),
            "IdempotencyToken": jobs.token_of("backup", token, arn),
            "Lifecycle": {"DeleteAfterDays": days},
        }
        job.identifier = world.aws.call("backup", side.region, "start_backup_job", **asked)["BackupJobId"]
        return None

    def settled() -> Settled:
        if not job.identifier:
            return Settled(False, "not started")
        return jobs.backup_settled(world, side.region, job.identifier)

    return Step(
        name=f"back up {label}", owner=OWNER, timeout_seconds=BACKUP_SECONDS, act=act, settled=settled,
        does=f"{arn} into {side.vault}, kept {days} days",
    )  # fmt: skip


def _bad(arn: str, why: str, allowed: str) -> SecurecartError:
    return SecurecartError(f"{arn} {why}; nothing was changed.", f"allowed: {allowed}", ExitCode.BAD_INPUT)
