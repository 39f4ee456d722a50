"""What a drill and the regular restore test bring back: each store from its last recovery point in the other Region, and clones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.recovery import databases
from automation.recovery.checks import Finding, Verdict
from automation.recovery.estate import Side
from automation.recovery.evidence import Target
from automation.recovery.steps import Facts, Settled, Step
from automation.recovery.world import World
from automation.restore import points, volume
from automation.restore.database_content import UnreadableError, read
from automation.restore.plan import LIMIT_SECONDS, OWNER, VERIFY_SECONDS, Reading, verify_name
from automation.restore.proof import Proof
from automation.restore.selection import of_store, resource_arns, restorer, stores_of
from automation.restore.trial import Tried
from automation.restore.wanted import DRILL, Kind, Purpose, RecoveryPoint, Wanted, beside, group_of, iso, objectives_of
from components.naming import PROJECT
from components.settings.databases import Engine
from components.settings.objectives import Strategy
from components.settings.protection import Kind as Protected
from components.strategy.figures import RESTORE_MINUTES, copies_rpo

_PROTECTED = {
    Kind.DATABASE: Protected.DATABASES,
    Kind.TABLE: Protected.TABLES,
    Kind.BUCKET: Protected.BUCKETS,
    Kind.VOLUME: Protected.VOLUMES,
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The last recovery point of each store of a Region; None: there is none."""

    points: Mapping[tuple[Kind, str], RecoveryPoint | None]

    def facts(self) -> list[dict[str, Any]]:
        """For the journal, so that a run that goes on uses the same ones."""
        return [
            {
                "kind": kind.value,
                "store": store,
                "arn": point.arn,
                "vault": point.vault,
                "resourceArn": point.resource_arn,
                "createdAt": iso(point.created_at) if point.created_at else None,
                "continuous": point.continuous,
            }
            if point
            else {"kind": kind.value, "store": store, "arn": None}
            for (kind, store), point in self.points.items()
        ]

    @classmethod
    def read(cls, facts: list[dict[str, Any]]) -> Chosen:
        return cls(points={(Kind(one["kind"]), one["store"]): _point(one) for one in facts})

    def missing(self, side: Side) -> list[Finding]:
        """A store without a recovery point cannot be brought back: that is a FAIL, not a gap in the report."""
        return [
            Finding(
                check=f"recovery point of {kind} {store}", verdict=Verdict.FAIL,
                said=f"there is none in {side.vault} of {side.region}", fix="securecart backup now, then securecart copy ARN",
            )
            for (kind, store), point in self.points.items() if point is None
        ]  # fmt: skip

    def wanted(self, world: World, side: Side, token: str) -> list[Wanted]:
        more = {"purpose": Purpose.DRILL, "token": token}
        return [
            one
            for (kind, store), point in self.points.items()
            if point is not None
            for one in of_store(world, side, kind, store, point, **more)
        ]


def choose(world: World, side: Side) -> Chosen:
    """Asks the Region's vault, and of volumes its snapshots, too."""
    found: dict[tuple[Kind, str], RecoveryPoint | None] = {}
    for kind in Kind:
        for store in stores_of(world.estate, kind):
            newest = points.newest(world, side.region, side.vault, resource_arns(world, kind, store))
            snapshot = _snapshot(world, side, store) if kind is Kind.VOLUME else None
            known = {one.created_at: one for one in (newest, snapshot) if one and one.created_at}
            found[kind, store] = known[max(known)] if known else None
    return Chosen(points=found)


def tried(world: World, wanted: list[Wanted]) -> tuple[Tried, ...]:
    return tuple(Tried(restorer(world, one), one) for one in wanted)


def targets(world: World, wanted: list[Wanted]) -> list[Target]:
    """What is asked of a restore: of backup and restore its objectives; of any stronger strategy, whose objectives its replicas
    keep, what the schedule of the copies promises and the day that AWS gives backup and restore (components/strategy/figures.py).
    """
    found = []
    for one in wanted:
        rto, rpo = objectives_of(world, one.kind, one.store)
        if world.estate.strategy is not Strategy.BACKUP_RESTORE:
            promised = copies_rpo(world.estate.settings, _PROTECTED[one.kind]).minutes * 60.0
            rto, rpo = max(rto, RESTORE_MINUTES * 60.0), max(rpo, promised)
        found.append(Target(kind=one.kind.value, store=one.reported, rto_seconds=rto, rpo_seconds=rpo))
    return found


@dataclass
class Clone:
    """A replica of the Region's own replica, promoted, read and deleted: a failover of the database that nobody notices."""

    world: World
    side: Side
    store: str
    token: str

    @property
    def name(self) -> str:
        return beside(f"{PROJECT}-drill-{self.token}-{self.store}-clone", "", 63)

    @property
    def label(self) -> str:
        return f"clone of {self.store}"

    @property
    def wanted(self) -> Wanted:
        original = self.side.databases[self.store]
        source = RecoveryPoint(arn=f"replica of {original}", vault="", resource_arn=original, created_at=None)
        return Wanted(
            kind=Kind.DATABASE, store=self.store, region=self.side.region, original=original, source=source,
            purpose=Purpose.DRILL, token=self.token,
        )  # fmt: skip

    def steps(self, depends_on: tuple[str, ...]) -> tuple[Step, Step]:
        """Make and promote, then read; a failure is a verdict and stops nothing else."""
        attempt = Tried(self, self.wanted)
        reading = Reading(attempt)
        clone = Step(
            name=self.label, owner=OWNER, timeout_seconds=LIMIT_SECONDS[Kind.DATABASE], depends_on=depends_on,
            act=attempt.act, settled=attempt.settled,
            does=f"{self.name}, a replica of {self.side.databases[self.store]}, is made and promoted; the living one is only read",
        )  # fmt: skip
        read_it = Step(
            name=verify_name(self.label), owner=OWNER, timeout_seconds=VERIFY_SECONDS[Kind.DATABASE],
            depends_on=(self.label,), act=reading.act, settled=reading.settled, does=f"{self.name} is read",
        )  # fmt: skip
        return clone, read_it

    def check(self) -> None:
        """Nothing that could be known before."""

    def act(self) -> Facts | None:
        if databases.describe(self.world, self.side.region, self.name):
            return None
        asked = {
            "DBInstanceIdentifier": self.name,
            "SourceDBInstanceIdentifier": self.side.databases[self.store],
            "VpcSecurityGroupIds": [group_of(self.world, self.side.region, self.token)],
            "DeletionProtection": False,
            "PubliclyAccessible": False,
            "Tags": [{"Key": DRILL, "Value": self.token}],
        }
        self.world.aws.call("rds", self.side.region, "create_db_instance_read_replica", **asked)
        return {"identifier": self.name}

    def settled(self) -> Settled:
        found = databases.describe(self.world, self.side.region, self.name)
        if found is None:
            return Settled(False, f"{self.name} is not there yet")
        if not databases.source_of(found) and found["DBInstanceStatus"] == databases.AVAILABLE:
            return Settled(True, f"{self.name} is promoted", {"identifier": self.name})
        return databases.promoted(self.world, self.side.region, self.name)

    def verify(self) -> Proof:
        engine = self.world.estate.settings.databases[self.store].engine
        if engine is not Engine.POSTGRES:
            return Proof(verdict=Verdict.UNKNOWN, said=f"the content of {engine} is not read by this command")
        try:
            content = read(self.world, self.side.region, self.name, self.store)
        except UnreadableError as reason:
            return Proof(verdict=Verdict.UNKNOWN, said=f"{self.name} cannot be read from here: {reason}")
        said = (
            f"{self.name}: {content.records} rows in {len(content.rows)} tables, newest {content.latest or 'unknown'}"
        )
        verdict = Verdict.PASS if content.records else Verdict.UNKNOWN
        return Proof(
            verdict=verdict, said=said, records=content.records, checksum=content.checksum, latest=content.latest
        )


def clones(world: World, side: Side, token: str) -> list[Clone]:
    """One for each database that the Region keeps as a replica."""
    found = []
    for store, identifier in side.databases.items():
        instance = databases.describe(world, side.region, identifier)
        if instance and databases.source_of(instance):
            found.append(Clone(world, side, store, token))
    return found


def _snapshot(world: World, side: Side, store: str) -> RecoveryPoint | None:
    """The newest complete snapshot that carries the store's tag: a copy that the snapshot policy made."""
    names = volume.names_of(world, side.region, store)
    found = [one for name in names for one in volume.snapshots_of(world, side.region, store, name, None)]
    if not found:
        return None
    newest = max(found, key=lambda one: one["StartTime"])
    arn = f"arn:aws:ec2:{side.region}::snapshot/{newest['SnapshotId']}"
    return RecoveryPoint(arn=arn, vault="", resource_arn=str(newest["VolumeId"]), created_at=newest["StartTime"])


def _point(one: Mapping[str, Any]) -> RecoveryPoint | None:
    if not one["arn"]:
        return None
    created = datetime.fromisoformat(one["createdAt"]) if one["createdAt"] else None
    return RecoveryPoint(
        arn=one["arn"], vault=one["vault"], resource_arn=one["resourceArn"], created_at=created,
        continuous=one["continuous"],
    )  # fmt: skip
