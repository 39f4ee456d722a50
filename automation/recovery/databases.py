"""RDS: how far a replica is behind, promotion, new replicas, taking writes away from a database and giving them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from components.settings.databases import Engine

AVAILABLE = "available"
# RDS reports ReplicaLag every minute of a replica's life.
LAG_PERIOD_SECONDS = 60
LAG_WINDOW_SECONDS = 300
# One parameter a engine takes writes away from every session that does not ask for them; both are dynamic (Amazon RDS user
# guide, parameter groups; PostgreSQL 16, "default_transaction_read_only"; MySQL 8.0, "read_only").
READ_ONLY_PARAMETER = {Engine.POSTGRES: "default_transaction_read_only", Engine.MYSQL: "read_only"}


@dataclass(frozen=True)
class Lag:
    """How far a replica was behind, when last measured. `seconds` is None when nobody knows: never 0."""

    seconds: float | None
    measured_at: datetime | None

    def document(self) -> dict[str, Any]:
        at = self.measured_at.isoformat() if self.measured_at else None
        return {"seconds": self.seconds if self.seconds is not None else "UNKNOWN", "measuredAt": at}

    def text(self) -> str:
        return "lag UNKNOWN" if self.seconds is None else f"lag {self.seconds:g} s"


def describe(world: World, region: str, identifier: str) -> dict[str, Any] | None:
    """DescribeDBInstances of one instance; None when there is none of that name."""
    asked = {"DBInstanceIdentifier": identifier}
    return world.one("rds", region, "describe_db_instances", "DBInstances", "DBInstanceNotFound", **asked)


def source_of(instance: dict[str, Any]) -> str:
    """What it replicates; empty for a database of its own."""
    return str(instance.get("ReadReplicaSourceDBInstanceIdentifier") or "")


def replica_lag(world: World, region: str, identifier: str, since: datetime | None = None) -> Lag:
    """CloudWatch's newest ReplicaLag, of the last five minutes or of samples taken from `since` on. -1 means unknown."""
    now = world.now()
    asked = {
        "Namespace": "AWS/RDS",
        "MetricName": "ReplicaLag",
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": identifier}],
        "StartTime": since or now - timedelta(seconds=LAG_WINDOW_SECONDS),
        "EndTime": now + timedelta(seconds=1),
        "Period": LAG_PERIOD_SECONDS,
        "Statistics": ["Maximum"],
    }
    points = world.aws.call("cloudwatch", region, "get_metric_statistics", **asked).get("Datapoints", [])
    # CloudWatch rounds StartTime down to its period: a sample of that period may be older than `since`.
    fresh = [point for point in points if since is None or point["Timestamp"] >= since]
    if not fresh:
        return Lag(None, None)
    newest = max(fresh, key=lambda point: point["Timestamp"])
    seconds = float(newest["Maximum"])
    return Lag(seconds if seconds >= 0 else None, newest["Timestamp"])


def promote(world: World, region: str, identifier: str) -> Facts:
    """PromoteReadReplica, once the instance can take it: RDS refuses while it is being backed up."""
    found = describe(world, region, identifier)
    if found and source_of(found) and found["DBInstanceStatus"] == AVAILABLE:
        world.aws.call("rds", region, "promote_read_replica", DBInstanceIdentifier=identifier)
    return {"identifier": identifier}


def promoted(world: World, region: str, identifier: str) -> Settled:
    """A database of its own, available, with backups on (a promoted instance keeps its replica's retention)."""
    found = describe(world, region, identifier)
    if found is None:
        return Settled(False, f"{identifier} does not exist in {region}")
    status, source = found["DBInstanceStatus"], source_of(found)
    if source and status == AVAILABLE:
        promote(world, region, identifier)  # it was not ready for it when first asked
    facts = {"identifier": identifier, "endpoint": endpoint_of(found), "resourceId": found.get("DbiResourceId")}
    return Settled(
        not source and status == AVAILABLE, f"{identifier} is {status}{', a replica' if source else ''}", facts
    )


def endpoint_of(instance: dict[str, Any]) -> str:
    endpoint = instance.get("Endpoint") or {}
    return f"{endpoint['Address']}:{endpoint['Port']}" if endpoint.get("Address") else ""


def drained(world: World, region: str, identifier: str, since: datetime) -> Settled:
    """Everything that the source committed before `since` is here: a lag of 0 measured after that moment."""
    lag = replica_lag(world, region, identifier, since)
    return Settled(lag.seconds == 0, f"{identifier}: {lag.text()} since writes ended", {"lag": lag.document()})


def set_read_only(world: World, region: str, identifier: str, engine: Engine, *, on: bool) -> Facts:
    """Sets or resets the parameter that takes writes away, in the instance's own parameter group."""
    group = _own_group(describe(world, region, identifier))
    if group is None:
        return {"readOnlyParameter": "no parameter group of its own"}
    parameter = READ_ONLY_PARAMETER[engine]
    change = {"ParameterName": parameter, "ApplyMethod": "immediate"}
    if on:
        asked = {"DBParameterGroupName": group, "Parameters": [change | {"ParameterValue": "1"}]}
        world.aws.call("rds", region, "modify_db_parameter_group", **asked)
    else:
        world.aws.call("rds", region, "reset_db_parameter_group", DBParameterGroupName=group, Parameters=[change])
    return {"parameterGroup": group, "readOnlyParameter": f"{parameter}={'1' if on else 'default'}"}


def is_read_only(world: World, region: str, identifier: str, engine: Engine) -> bool | None:
    """Whether the parameter is set; None when the instance has no group of its own to ask."""
    group = _own_group(describe(world, region, identifier))
    if group is None:
        return None
    found = world.aws.pages(
        "rds", region, "describe_db_parameters", "Parameters", DBParameterGroupName=group, Source="user"
    )
    values = {one["ParameterName"]: one.get("ParameterValue") for one in found}
    return values.get(READ_ONLY_PARAMETER[engine]) in ("1", "on", "true")


def _own_group(instance: dict[str, Any] | None) -> str | None:
    """A default parameter group cannot be changed (Amazon RDS user guide, "Overview of parameter groups")."""
    groups = [str(one["DBParameterGroupName"]) for one in (instance or {}).get("DBParameterGroups", [])]
    own = [name for name in groups if not name.startswith("default.")]
    return own[0] if own else None
