"""What each mechanism keeps when a whole Region is gone: one table, each row with where its number comes from.

A figure is a bound that something enforces or watches: an alarm's threshold, AWS's commitment, a schedule and its windows, the
timeout of a step. It is a plan, never a measurement: what was really lost and how long it took, only a drill or a restore
test tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from components.settings import BucketStore, DatabaseStore, Settings, TableStore, VolumeStore
from components.settings.objectives import Strategy
from components.settings.protection import Kind
from components.settings.protection_rules import copied_rules, worst_age_hours

# AWS Well-Architected REL13-BP02: backup and restore takes "24 hours or less". Only a restore test gives the true figure.
RESTORE_MINUTES = 24 * 60
# Amazon RDS user guide, replicating automated backups: the restorable time in the other Region trails by 5 to 30 minutes.
REPLICATED_BACKUPS_MINUTES = 30
# Amazon S3 user guide, replication time control: 99.9 % of objects within 15 minutes, backed by a service level agreement.
REPLICATION_TIME_CONTROL_MINUTES = 15
# Amazon DLM CreateRule Times: a snapshot starts within the hour after its time.
SNAPSHOT_START_MINUTES = 60
# Amazon DRS developer guide: recovery point of seconds, recovery time of minutes; the finest unit here is a minute.
BLOCK_REPLICATION_MINUTES = 1
# Longer than any objective: nothing of it reaches the other Region.
NEVER_MINUTES = 10 * 366 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A bound in minutes and the mechanism behind it."""

    minutes: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What one store keeps under one strategy."""

    rpo: Figure
    rto: Figure


def copies_rpo(settings: Settings, kind: Kind) -> Figure:
    """Backups copied to the other Region: the last copy that is whole began one gap, and its windows, ago."""
    ages = {
        name: worst_age_hours(rule) * 60 for name, rule in copied_rules(settings.backup).items() if kind in rule.kinds
    }
    if not ages:
        return Figure(minutes=NEVER_MINUTES, basis=f"no backup rule copies {kind}")
    name = min(ages, key=ages.__getitem__)
    return Figure(minutes=ages[name], basis=f"copies of the backup rule {name}, with its windows")


def database(settings: Settings, store: DatabaseStore, strategy: Strategy) -> Recovery:
    """A replica to promote; without one, replicated automated backups or copies to restore from."""
    if strategy is not Strategy.BACKUP_RESTORE:
        steps = settings.recovery.step_timeouts
        minutes = steps.approval_minutes + steps.promotion_minutes + steps.traffic_minutes
        lag = _minutes(settings.watch.replica_lag_seconds)
        return Recovery(
            rpo=Figure(minutes=lag, basis="read replica, alarm on its lag"),
            rto=Figure(minutes=minutes, basis="approval, promotion, routing: the timeouts of the steps"),
        )
    rpo = copies_rpo(settings, Kind.DATABASES)
    if store.replicated_backups and rpo.minutes > REPLICATED_BACKUPS_MINUTES:
        rpo = Figure(minutes=REPLICATED_BACKUPS_MINUTES, basis="replicated automated backups")
    return Recovery(rpo=rpo, rto=_RESTORED)


def table(settings: Settings, _: TableStore, strategy: Strategy) -> Recovery:
    """A replica that takes writes as it is; without one, copies to restore from."""
    if strategy is Strategy.BACKUP_RESTORE:
        return Recovery(rpo=copies_rpo(settings, Kind.TABLES), rto=_RESTORED)
    latency = _minutes(-(-settings.watch.table_latency_milliseconds // 1000))
    return Recovery(
        rpo=Figure(minutes=latency, basis="global table, alarm on its replication latency"), rto=_served(settings)
    )


def bucket(settings: Settings, _store: BucketStore, _strategy: Strategy) -> Recovery:
    """Replicated under every strategy (docs/adr/0011)."""
    rpo = Figure(minutes=REPLICATION_TIME_CONTROL_MINUTES, basis="replication time control")
    return Recovery(rpo=rpo, rto=_served(settings))


def volumes(settings: Settings, store: VolumeStore, strategy: Strategy) -> Recovery:
    """Snapshots copied on a schedule, or the servers' blocks replicated all the time."""
    if settings.elastic_recovery.enabled:
        rpo = Figure(minutes=BLOCK_REPLICATION_MINUTES, basis="Elastic Disaster Recovery")
    else:
        snapshot = store.snapshot_interval_hours * 60 + SNAPSHOT_START_MINUTES
        rpo = Figure(minutes=snapshot, basis=f"snapshot copies every {store.snapshot_interval_hours} h")
    return Recovery(rpo=rpo, rto=_started(settings, strategy))


def _started(settings: Settings, strategy: Strategy) -> Figure:
    """Until servers and their volumes are there."""
    steps = settings.recovery.step_timeouts
    if strategy is Strategy.BACKUP_RESTORE:
        return _RESTORED
    if strategy is Strategy.ACTIVE_ACTIVE:
        return _served(settings)
    if strategy is Strategy.PILOT_LIGHT:
        minutes = steps.approval_minutes + steps.cold_start_minutes + steps.traffic_minutes
        return Figure(minutes=minutes, basis="approval, cold start, routing: the timeouts of the steps")
    minutes = steps.approval_minutes + steps.capacity_minutes + steps.traffic_minutes
    return Figure(minutes=minutes, basis="approval, scaling, routing: the timeouts of the steps")


def _served(settings: Settings) -> Figure:
    return Figure(
        minutes=settings.recovery.step_timeouts.traffic_minutes, basis="serves as it is, once traffic arrives"
    )


def _minutes(seconds: int) -> int:
    """Whole minutes, rounded up: an objective is never met by rounding."""
    return -(-seconds // 60)


_RESTORED = Figure(minutes=RESTORE_MINUTES, basis="restore; a restore test gives the true figure")
