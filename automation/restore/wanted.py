"""What is brought back, from what, and under which name: it follows from both, so the same command finds its own work again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from automation.recovery.estate import Side
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from automation.restore.proof import Proof
from components.naming import PROJECT, Names
from components.settings.objectives import StoreObjectives

# Tags of what is brought back. DRILL is what a sweep looks for: nothing that lives carries it.
RESTORED_FROM, RESTORED_AS_OF, DRILL = "restored-from", "restored-as-of", "securecart-drill"
# RDS DBInstanceIdentifier, DynamoDB TableName, S3 bucket naming rules, EC2 tag values.
NAME_MAXIMUM = {"database": 63, "table": 255, "bucket": 63, "volume": 255}
_HASH_CHARACTERS = 6


class Kind(StrEnum):
    """The kinds of stores that can be brought back."""

    DATABASE = "database"
    TABLE = "table"
    BUCKET = "bucket"
    VOLUME = "volume"


class Purpose(StrEnum):
    """`restore` is to be used and is protected as the original is; `drill` is looked at and deleted."""

    RESTORE = "restore"
    DRILL = "drill"


@dataclass(frozen=True, kw_only=True)
class RecoveryPoint:
    """A copy of a store as it was."""

    arn: str
    vault: str
    """Empty for a snapshot or backup that its service made by itself, without AWS Backup."""
    resource_arn: str
    created_at: datetime | None
    continuous: bool = False

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


Source = datetime | RecoveryPoint


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One thing to bring back."""

    kind: Kind
    store: str
    region: str
    original: str
    """Identifier of what lives, or lived: instance, table, bucket; of a volume its name (tag Name)."""
    source: Source
    purpose: Purpose = Purpose.RESTORE
    token: str = ""
    """Of a drill: sets its names apart from those of any other."""

    @property
    def name(self) -> str:
        """Of what is made."""
        maximum = NAME_MAXIMUM[self.kind]
        if self.purpose is Purpose.DRILL:
            return beside(f"{PROJECT}-drill-{self.token}-{self.original.removeprefix(f'{PROJECT}-')}", "", maximum)
        if (
            self.kind is Kind.BUCKET
        ):  # by this name the role of the person on call may set a bucket up (tools/iam_roles.py)
            return beside(f"{PROJECT}-restored-{self.original.removeprefix(f'{PROJECT}-')}", self._stamp, maximum)
        return beside(self.original, self._stamp, maximum)

    @property
    def retired(self) -> str:
        """What the original is called once this one has its name."""
        return beside(self.original, f"retired-{self._stamp}", NAME_MAXIMUM[self.kind])

    @property
    def label(self) -> str:
        volume = f" {self.original}" if self.kind is Kind.VOLUME else ""
        return f"{self.kind} {self.store}{volume}"

    @property
    def reported(self) -> str:
        """How reports call the store."""
        return f"{self.store}/{self.original}" if self.kind is Kind.VOLUME else self.store

    @property
    def from_text(self) -> str:
        """What it is made of, in words and as a tag."""
        return self.source.arn if isinstance(self.source, RecoveryPoint) else iso(self.source)

    @property
    def tags(self) -> dict[str, str]:
        source = self.source
        moment = source.created_at if isinstance(source, RecoveryPoint) else source
        made = {RESTORED_FROM: self.original, RESTORED_AS_OF: iso(moment) if moment else self.from_text}
        return made | ({DRILL: self.token} if self.purpose is Purpose.DRILL else {})

    @property
    def _stamp(self) -> str:
        if isinstance(self.source, datetime):
            moment = self.source.astimezone(UTC)
            return f"{moment:%Y%m%d%H%M%S}" + (f"{moment.microsecond:06d}" if moment.microsecond else "")
        return f"rp-{_hash(self.source.arn)}"


class Restorer(Protocol):
    """One kind's way to bring a store back. Every method may be called any number of times."""

    @property
    def wanted(self) -> Wanted: ...

    def check(self) -> None:
        """Raises SecurecartError (BAD_INPUT) when it cannot work: the moment is out of the window, the point is of another kind."""

    def act(self) -> Facts | None:
        """Starts it, unless it was started."""

    def settled(self) -> Settled:
        """Whether it is there, whole, and protected as the original is."""

    def verify(self) -> Proof:
        """Reads what came back."""


def beside(name: str, suffix: str, maximum: int) -> str:
    """`name-suffix`; of a name that would be too long the end is replaced by its hash."""
    made = f"{name}-{suffix}" if suffix else name
    if len(made) <= maximum:
        return made
    kept = maximum - _HASH_CHARACTERS - 1 - (len(suffix) + 1 if suffix else 0)
    return "-".join(part for part in (name[:kept].rstrip("-"), _hash(name), suffix) if part)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def backup_role(world: World, side: Side, purpose: str) -> str:
    """ARN of a role that AWS Backup works with in a Region: `backup` or `restore-tests`."""
    names = Names(settings=world.estate.settings.model_copy(update={"role": side.role}))
    return f"arn:aws:iam::{world.estate.account_id}:role/{names.role_name(purpose)}"


def side_of(world: World, region: str) -> Side:
    """The Region's side. Raises KeyError for a Region of neither."""
    return {side.region: side for side in world.estate.sides.values()}[region]


def group_of(world: World, region: str, token: str) -> str:
    """The security group that a drill made for itself; empty before it did."""
    filters = [{"Name": f"tag:{DRILL}", "Values": [token]}]
    found = world.aws.call("ec2", region, "describe_security_groups", Filters=filters)["SecurityGroups"]
    return str(found[0]["GroupId"]) if found else ""


def objectives_of(world: World, kind: Kind, store: str) -> tuple[float, float]:
    """RTO and RPO of a store in seconds: its own where it has some, else the estate's."""
    settings = world.estate.settings
    stores: dict[Kind, Mapping[str, Any]] = {
        Kind.DATABASE: settings.databases,
        Kind.TABLE: settings.tables,
        Kind.BUCKET: settings.buckets,
        Kind.VOLUME: settings.volumes,
    }
    own: StoreObjectives | None = stores[kind][store].objectives
    shared = settings.objectives
    return (
        ((own and own.rto_minutes) or shared.rto_minutes) * 60.0,
        ((own and own.rpo_minutes) or shared.rpo_minutes) * 60.0,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_CHARACTERS]
