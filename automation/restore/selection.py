"""Which stores a command means: by kind and name, in a Region, as of a moment or a recovery point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.estate import Estate, Side
from automation.recovery.world import World
from automation.restore import points, volume
from automation.restore.bucket import BucketRestorer
from automation.restore.database import DatabaseRestorer
from automation.restore.table import TableRestorer
from automation.restore.volume import VolumeRestorer
from automation.restore.wanted import Kind, RecoveryPoint, Restorer, Source, Wanted, side_of
from components.naming import AUDIT

ALL = "all"


def stores_of(estate: Estate, kind: Kind) -> list[str]:
    """The configured stores of a kind; the audit bucket is a record, not a store."""
    settings = estate.settings
    found: dict[Kind, Iterable[str]] = {
        Kind.DATABASE: settings.databases,
        Kind.TABLE: settings.tables,
        Kind.BUCKET: [name for name in settings.buckets if name != AUDIT],
        Kind.VOLUME: settings.volumes,
    }
    return sorted(found[kind])


def chosen(estate: Estate, what: str, store: str | None) -> list[tuple[Kind, str]]:
    """(kind, store) pairs of `restore WHAT [STORE]`. Raises SecurecartError (BAD_INPUT)."""
    kinds = list(Kind) if what == ALL else [Kind(what)]
    if what == ALL and store:
        raise SecurecartError(
            f"`{what}` takes no store, this one is {store}.", f"securecart restore {'|'.join(Kind)} {store} ...", ExitCode.BAD_INPUT
        )  # fmt: skip
    found = [(kind, name) for kind in kinds for name in stores_of(estate, kind)]
    if store is None:
        return found
    if (kinds[0], store) not in found:
        names = ", ".join(name for _, name in found) or "none is configured"
        raise SecurecartError(f"{what} {store} is no store; allowed: {names}.", "name one of these", ExitCode.BAD_INPUT)
    return [(kinds[0], store)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line said."""

    what: str
    store: str | None
    at: datetime | None
    arn: str | None
    region: str | None

    def words(self, verb: str) -> str:
        """The order as its caller wrote it: also what tells two orders apart when one is continued."""
        at = f"--at {self.at.isoformat()}" if self.at else ""
        point = f"--recovery-point {self.arn}" if self.arn else ""
        region = f"--region {self.region}" if self.region else ""
        return " ".join(part for part in (verb, self.what, self.store or "", at, point, region) if part)


def side_named(world: World, region: str | None) -> Side:
    """The Region that serves, unless another is named. Raises SecurecartError (BAD_INPUT)."""
    if region is None:
        return world.estate.active
    sides = {side.region: side for side in world.estate.sides.values()}
    if region not in sides:
        raise SecurecartError(
            f"--region {region} is none of this estate; allowed: {', '.join(sorted(sides))}.",
            f"--region {world.estate.active.region}", ExitCode.BAD_INPUT,
        )  # fmt: skip
    return sides[region]


def wanted(world: World, asked: Asked) -> list[Wanted]:
    """What to bring back. Raises SecurecartError (BAD_INPUT) for options that do not go together, or a store that is none."""
    at, arn, what, store = asked.at, asked.arn, asked.what, asked.store
    side = side_named(world, asked.region)
    if (at is None) == (arn is None):
        raise SecurecartError(
            f"--at and --recovery-point: {'none' if at is None else 'both'} given; allowed: one of them.",
            "--at 2026-11-28T10:15:00Z, or --recovery-point ARN", ExitCode.BAD_INPUT,
        )  # fmt: skip
    pairs = chosen(world.estate, what, store)
    if at is not None:
        return [one for kind, name in pairs for one in of_store(world, side, kind, name, at)]
    if what == ALL or store is None:
        raise SecurecartError(
            f"--recovery-point is of one store, `{what}` {'means many' if what == ALL else 'without a name means all'}.",
            f"securecart restore {'KIND' if what == ALL else what} STORE --recovery-point ARN", ExitCode.BAD_INPUT,
        )  # fmt: skip
    [(kind, name)] = pairs
    point = points.find(world, kind, str(arn))
    _refuse_foreign(world, kind, name, point)
    return of_store(world, side_of(world, point.region), kind, name, point)


def of_store(world: World, side: Side, kind: Kind, store: str, source: Source, **more: Any) -> list[Wanted]:
    """One thing, but of a volume store as many as it has volumes. Raises SecurecartError (BAD_INPUT) when it has none.

    `more`: purpose and token of a drill.
    """
    return [
        Wanted(kind=kind, store=store, region=side.region, original=name, source=source, **more)
        for name in originals(world, side, kind, store, source)
    ]  # fmt: skip


def originals(world: World, side: Side, kind: Kind, store: str, source: Source | None = None) -> list[str]:
    """The names under which a store lives in a Region."""
    if kind is Kind.DATABASE:
        return [side.databases[store]]
    if kind is Kind.TABLE:
        return [world.estate.tables[store]]
    if kind is Kind.BUCKET:
        return [side.buckets[store]]
    if isinstance(source, RecoveryPoint):
        return [_volume_name(world, store, source)]
    if names := volume.names_of(world, side.region, store):
        return names
    raise SecurecartError(
        f"volume {store} has neither volumes nor snapshots in {side.region}; nothing was changed.",
        f"--region {next(one.region for one in world.estate.sides.values() if one is not side)}", ExitCode.BAD_INPUT,
    )  # fmt: skip


def restorer(world: World, one: Wanted) -> Restorer:
    """The way to bring it back."""
    if one.kind is Kind.DATABASE:
        return DatabaseRestorer(world, one)
    if one.kind is Kind.TABLE:
        return TableRestorer(world, one)
    if one.kind is Kind.BUCKET:
        return BucketRestorer(world, one)
    return VolumeRestorer(world, one)


def resource_arns(world: World, kind: Kind, store: str) -> set[str]:
    """ARNs of a store in both Regions: a copy of a recovery point names what it was made of."""
    estate = world.estate
    found: set[str] = set()
    for side in estate.sides.values():
        account, region = estate.account_id, side.region
        if kind is Kind.DATABASE:
            found.add(f"arn:aws:rds:{region}:{account}:db:{side.databases[store]}")
        elif kind is Kind.TABLE:
            found.add(f"arn:aws:dynamodb:{region}:{account}:table/{estate.tables[store]}")
        elif kind is Kind.BUCKET:
            found.add(f"arn:aws:s3:::{side.buckets[store]}")
        else:
            ids = [one["VolumeId"] for one in volume.living(world, region, store).values()]
            found |= {f"arn:aws:ec2:{region}:{account}:volume/{identifier}" for identifier in ids}
    return found


def _refuse_foreign(world: World, kind: Kind, store: str, point: RecoveryPoint) -> None:
    known = resource_arns(world, kind, store)
    names = {arn.rpartition("/")[2].rpartition(":")[2] for arn in known}
    of = point.resource_arn.rpartition("/")[2].rpartition(":")[2]
    if kind is not Kind.VOLUME and of not in names:
        raise SecurecartError(
            f"--recovery-point {point.arn} is of {of}, not of {kind} {store} ({', '.join(sorted(names))}); nothing was changed.",
            f"securecart restore {kind} STORE of {of}", ExitCode.BAD_INPUT,
        )  # fmt: skip


def _volume_name(world: World, store: str, point: RecoveryPoint) -> str:
    """The name of the volume that a snapshot is of; its own id when neither tells."""
    asked = {"SnapshotIds": [point.arn.rpartition("/")[2]]}
    [snapshot] = world.aws.call("ec2", point.region, "describe_snapshots", **asked)["Snapshots"]
    if name := volume.tags_of(snapshot).get("Name"):
        return name
    for side in world.estate.sides.values():
        for name, one in volume.living(world, side.region, store).items():
            if one["VolumeId"] in (snapshot.get("VolumeId"), point.resource_arn.rpartition("/")[2]):
                return name
    return str(snapshot["SnapshotId"])
