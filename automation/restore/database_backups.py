"""RDS's automated backups: of the living instance, those that outlived it, and those that the other Region's were copied to."""

from __future__ import annotations

from typing import Any

from automation.recovery.world import World
from automation.restore.moments import Window
from automation.restore.wanted import Wanted


def origin(world: World, wanted: Wanted, *, living: bool) -> dict[str, str]:
    """What RestoreDBInstanceToPointInTime starts from, as it takes it; empty when nothing is left."""
    if living:
        return {"SourceDBInstanceIdentifier": wanted.original}
    for kept in _kept(world, wanted, living=False):
        if f":{wanted.region}:" in str(kept.get("DBInstanceArn")):
            return {"SourceDbiResourceId": str(kept["DbiResourceId"])}
        return {"SourceDBInstanceAutomatedBackupsArn": str(kept["DBInstanceAutomatedBackupsArn"])}
    return {}


def window(world: World, wanted: Wanted, instance: dict[str, Any] | None) -> Window:
    """From when to when, as RDS says it; None where it does not."""
    windows = [one.get("RestoreWindow") or {} for one in _kept(world, wanted, living=instance is not None)]
    earliest = [one["EarliestTime"] for one in windows if one.get("EarliestTime")]
    latest = [one["LatestTime"] for one in windows if one.get("LatestTime")]
    live = (instance or {}).get("LatestRestorableTime")
    return Window(min(earliest, default=None), max([*latest, *([live] if live else [])], default=None))


def _kept(world: World, wanted: Wanted, *, living: bool) -> list[dict[str, Any]]:
    """Of an instance that is gone, also what the Region got of the other one's: under backup and restore that is all there is."""
    names = {wanted.original}
    if not living:
        names |= {side.databases[wanted.store] for side in world.estate.sides.values()}
    found = world.aws.pages(
        "rds", wanted.region, "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups"
    )
    return [one for one in found if one.get("DBInstanceIdentifier") in names]
