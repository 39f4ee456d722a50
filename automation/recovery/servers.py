"""The fleet of a Region: full size, standby size, none."""

from __future__ import annotations

from typing import Any

from automation.errors import SecurecartError
from automation.recovery.estate import Side
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from components.servers.capacity import Capacity

NONE = Capacity(minimum=0, desired=0, maximum=0)


def group(world: World, side: Side) -> dict[str, Any]:
    """The Auto Scaling group. Raises SecurecartError when it does not exist."""
    asked = {"AutoScalingGroupNames": [side.servers]}
    found = world.aws.call("autoscaling", side.region, "describe_auto_scaling_groups", **asked)["AutoScalingGroups"]
    if not found:
        raise SecurecartError(f"there is no Auto Scaling group {side.servers} in {side.region}.", "securecart up")
    return dict(found[0])


def in_service(found: dict[str, Any]) -> int:
    """Servers that take requests and are healthy."""
    return sum(one["LifecycleState"] == "InService" and one["HealthStatus"] == "Healthy" for one in found["Instances"])


def resize(world: World, side: Side, capacity: Capacity) -> Facts:
    """Sets minimum and desired size; the maximum is never lowered, a Region must always be able to take over."""
    found = group(world, side)
    maximum = max(int(found["MaxSize"]), capacity.maximum)
    asked = {"MinSize": capacity.minimum, "DesiredCapacity": capacity.desired, "MaxSize": maximum}
    world.aws.call("autoscaling", side.region, "update_auto_scaling_group", AutoScalingGroupName=side.servers, **asked)
    before = {"minimum": found["MinSize"], "desired": found["DesiredCapacity"], "maximum": found["MaxSize"]}
    return {"group": side.servers, "before": before, "wanted": capacity.desired}


def grown(world: World, side: Side, capacity: Capacity, percent: int) -> Settled:
    """At least `percent` of the desired servers are in service, and the group wants them all."""
    found = group(world, side)
    serving, needed = in_service(found), -(-capacity.desired * percent // 100)
    wants = int(found["DesiredCapacity"]) >= capacity.desired and int(found["MinSize"]) >= capacity.minimum
    facts = {"inService": serving, "needed": needed, "desired": int(found["DesiredCapacity"])}
    return Settled(wants and serving >= needed, f"{serving} of {needed} servers in service", facts)


def shrunk(world: World, side: Side, capacity: Capacity) -> Settled:
    """The group runs no more than the desired number."""
    found = group(world, side)
    running = len(found["Instances"])
    wants = int(found["DesiredCapacity"]) == capacity.desired and int(found["MinSize"]) == capacity.minimum
    return Settled(wants and running <= capacity.desired, f"{running} servers still run", {"running": running})


def target_health(world: World, side: Side) -> dict[str, int] | None:
    """Targets of the load balancer by state; None when the group has no load balancer."""
    arns = group(world, side).get("TargetGroupARNs") or []
    if not arns:
        return None
    states: dict[str, int] = {}
    for arn in arns:
        answer = world.aws.call("elbv2", side.region, "describe_target_health", TargetGroupArn=arn)
        for one in answer["TargetHealthDescriptions"]:
            state = str(one["TargetHealth"]["State"])
            states[state] = states.get(state, 0) + 1
    return states
