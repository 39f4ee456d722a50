"""Whether each store could be recovered now within its RPO: its last recovery point, how far its copy is behind, the vault's lock.

Two losses are told apart: deleted or corrupted data comes back as of the last recovery point, a lost Region as of its copy. Both
must be within the RPO. What cannot be read is UNKNOWN, and UNKNOWN is never a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.recovery import replication
from automation.recovery.checks import Verdict
from automation.recovery.estate import Side
from automation.recovery.evidence import verdict_of, worst
from automation.recovery.outcome import targets_of
from automation.recovery.world import World
from automation.status import UNKNOWN, Clients, Store, StoreStatus

_ARNS = {
    "database": "arn:aws:rds:{region}:{account}:db:{id}",
    "table": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "bucket": "arn:aws:s3:::{id}",
    "volume": "arn:aws:ec2:{region}:{account}:volume/{id}",
}
# The fact that says where copies are; a store without one is recovered from its recovery points alone.
_COPIES = {"database": "replicas", "table": "replicaRegions", "bucket": "replicatesTo"}
_POINT_FACTS = ("lastRestorableTime", "lastSnapshot")
EVERY_VERSION = "every version"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One store now. None: it has none or is not asked for it; UNKNOWN: it cannot be read."""

    last_recovery_point: datetime | str = UNKNOWN
    age_seconds: float | str = UNKNOWN
    rpo_seconds: float | None = None
    lag_seconds: float | str | None = None
    locked: bool | str = UNKNOWN
    verdict: Verdict | None = None
    """None: a copy or a store of the platform, which is not what customers' data is recovered from."""

    def document(self) -> dict[str, Any]:
        last = self.last_recovery_point
        return {
            "lastRecoveryPoint": last.isoformat() if isinstance(last, datetime) else last,
            "recoveryPointAgeSeconds": self.age_seconds,
            "rpoSeconds": self.rpo_seconds,
            "lagSeconds": self.lag_seconds,
            "locked": self.locked,
            "verdict": self.verdict.value if self.verdict else None,
        }


@dataclass
class Standings:
    """Judges the stores of one reading; lag and locks are asked once for all."""

    world: World
    clients: Clients
    _locks: dict[str, bool | str] = field(default_factory=dict)
    _lags: dict[tuple[str, str], float | None] | None = None

    def of(self, status: StoreStatus) -> Standing:
        """Never raises: what cannot be read is UNKNOWN."""
        store, now = status.store, self.world.now()
        if store.kind == "vault":
            locked = status.facts.get("locked", UNKNOWN)
            return Standing(locked=locked, verdict=_locked(locked))
        last = self._last_recovery_point(status)
        age = round(max((now - last).total_seconds(), 0.0), 1) if isinstance(last, datetime) else UNKNOWN
        locked = self._lock(store.region)
        rpo = self._rpo(store)
        if rpo is None:
            return Standing(last_recovery_point=last, age_seconds=age, locked=locked)
        age = 0.0 if last == EVERY_VERSION else age
        lag = self._lag(status)
        verdicts = [verdict_of(_number(age), rpo), _locked(locked)]
        verdicts += [] if lag is None else [verdict_of(_number(lag), rpo)]
        return Standing(
            last_recovery_point=last,
            age_seconds=age,
            rpo_seconds=rpo,
            lag_seconds=lag,
            locked=locked,
            verdict=worst(verdicts),
        )

    def _last_recovery_point(self, status: StoreStatus) -> datetime | str:
        """The newest of what the service itself keeps and what AWS Backup has of the store in its Region."""
        if status.facts.get("versioning") == "Enabled":
            return EVERY_VERSION
        store = status.store
        known = [_moment(status.facts.get(name, UNKNOWN)) for name in _POINT_FACTS]
        moments = [one for one in known if one is not None]
        arn = _ARNS[store.kind].format(region=store.region, account=self.world.estate.account_id, id=store.id)
        with suppress(Exception):  # what AWS Backup has is not known then; what the service keeps may be
            answer = self.clients("backup", store.region).list_recovery_points_by_resource(ResourceArn=arn)
            moments += [one["CreationDate"] for one in answer["RecoveryPoints"] if one["Status"] == "COMPLETED"]
        return max(moments) if moments else UNKNOWN

    def _rpo(self, store: Store) -> float | None:
        """What is asked of a store of the Region that serves; None for copies and for stores that are not configured."""
        estate = self.world.estate
        if store.region != estate.active.region:
            return None
        if store.kind == "volume":
            return float(estate.rpo_seconds)
        named = self._store_of(store)
        return next((t.rpo_seconds for t in targets_of(estate) if (t.kind, t.store) == (store.kind, named)), None)

    def _store_of(self, store: Store) -> str:
        side, tables = self.world.estate.active, self.world.estate.tables
        names: Mapping[str, Mapping[str, str]] = {"database": side.databases, "table": tables, "bucket": side.buckets}
        return next((name for name, known in names.get(store.kind, {}).items() if known == store.id), "")

    def _lag(self, status: StoreStatus) -> float | str | None:
        fact = _COPIES.get(status.store.kind)
        copies = status.facts.get(fact, UNKNOWN) if fact else []
        if not copies:
            return None
        if self._lags is None:
            self._lags = _lags(self.world, self.world.estate.active, self.world.estate.passive)
        seconds = self._lags.get((status.store.kind, self._store_of(status.store)))
        return UNKNOWN if seconds is None or copies == UNKNOWN else seconds

    def _lock(self, region: str) -> bool | str:
        if region not in self._locks:
            vaults = {side.region: side.vault for side in self.world.estate.sides.values()}
            try:
                found = self.clients("backup", region).describe_backup_vault(BackupVaultName=vaults[region])
                self._locks[region] = bool(found["Locked"])
            except Exception:  # a vault that cannot be asked is neither locked nor unlocked
                self._locks[region] = UNKNOWN
        return self._locks[region]


def _lags(world: World, source: Side, copy: Side) -> dict[tuple[str, str], float | None]:
    try:
        found = replication.measure(world, source, copy, lambda: world.aws.answers(source.region))
    except Exception:  # how far the copies are behind is not known, and status goes on
        return {}
    return {(one.kind, one.store): one.seconds for one in found}


def _moment(value: Any) -> datetime | None:
    return None if value == UNKNOWN else datetime.fromisoformat(str(value))


def _number(value: float | str) -> float | None:
    return None if isinstance(value, str) else value


def _locked(locked: bool | str) -> Verdict:
    if isinstance(locked, str):
        return Verdict.UNKNOWN
    return Verdict.PASS if locked else Verdict.FAIL
