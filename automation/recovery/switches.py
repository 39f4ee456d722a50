"""The switches that the customers' name follows: a metric a Region, 1 takes it out of service (components/recovery/health.py).

Both are in the secondary Region. A record is never edited, and nothing of this needs the primary Region.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from automation.recovery.estate import Side
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World

PERIOD_SECONDS = 60
# How far back the last turn of a switch is looked for; the switch keeps its position without new data.
RECENT, LOOK_BACK = timedelta(minutes=15), timedelta(days=14)
OUT, IN = 1.0, 0.0


def turn(world: World, positions: dict[str, float]) -> Facts:
    """Publishes the position of each switch, by metric name."""
    estate = world.estate
    data = [
        {"MetricName": metric, "Value": value, "Unit": "None", "Timestamp": world.now()}
        for metric, value in positions.items()
    ]
    asked = {"Namespace": estate.switch_namespace, "MetricData": data}
    world.aws.call("cloudwatch", estate.switch_region, "put_metric_data", **asked)
    return {"published": dict(positions)}


def position(world: World, side: Side) -> float | None:
    """The last position that was published, None when there never was one (the Region is then in service).

    A minute that held both counts as out of service, as it does to the switch's alarm and to Route 53.
    """
    metric = {"Namespace": world.estate.switch_namespace, "MetricName": side.switch_metric}
    query = {"Id": "position", "MetricStat": {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": "Maximum"}}
    now = world.now()
    for window in (RECENT, LOOK_BACK):
        asked: dict[str, Any] = {
            "MetricDataQueries": [query],
            "StartTime": now - window,
            "EndTime": now + timedelta(minutes=1),
            "ScanBy": "TimestampDescending",
        }
        answer = world.aws.call("cloudwatch", world.estate.switch_region, "get_metric_data", **asked)
        if values := answer["MetricDataResults"][0]["Values"]:
            return float(values[0])
    return None


def alarm_state(world: World, side: Side) -> str:
    """What the switch's alarm says; Route 53 reads the metric itself and does not wait for it."""
    asked = {"AlarmNames": [side.switch_alarm]}
    found = world.aws.call("cloudwatch", world.estate.switch_region, "describe_alarms", **asked)["MetricAlarms"]
    return str(found[0]["StateValue"]) if found else "MISSING"


def turned(world: World, out: Side, into: Side) -> Settled:
    """`out` is out of service, `into` in service, both as CloudWatch reads them back."""
    positions = {side.region: position(world, side) for side in (out, into)}
    done = positions[out.region] == OUT and positions[into.region] in (IN, None)
    said = f"{out.region} {word(positions[out.region])}, {into.region} {word(positions[into.region])}"
    facts = {"switches": {region: word(value) for region, value in positions.items()}}
    return Settled(done, said, facts)


def word(value: float | None) -> str:
    """A position, for people."""
    return "out of service" if value == OUT else "in service"
