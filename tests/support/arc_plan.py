"""The Region switch plan that the program of dr declares, as the CreatePlan call that the provider makes of it."""

from __future__ import annotations

from typing import Any

from automation.recovery.estate import Estate
from components.settings import Role
from tests.support.program import program

PLAN = "aws:arcregionswitch/plan:Plan"


def declared_plan(estate: Estate) -> dict[str, Any]:
    """Of the shipped configuration; what AWS chooses (ARNs, the zone) is the estate's."""
    (plan,) = program("dr").of(PLAN)
    call = as_call(plan.inputs)
    call["executionRole"] = f"arn:aws:iam::{estate.account_id}:role/securecart-region-switch"
    for workflow in call["workflows"]:
        for step in workflow["steps"]:
            _point(step, estate)
    return call


def as_call(given: dict[str, Any]) -> dict[str, Any]:
    """The CreatePlan call that the provider makes of the plan's inputs."""
    return {
        "name": given["name"],
        "description": given["description"],
        "executionRole": given["executionRole"],
        "regions": given["regions"],
        "primaryRegion": given["primaryRegion"],
        "recoveryApproach": given["recoveryApproach"],
        "recoveryTimeObjectiveMinutes": int(given["recoveryTimeObjectiveMinutes"]),
        "workflows": [
            {key: [_step(s) for s in value] if key == "steps" else value for key, value in workflow.items()}
            for workflow in given["workflows"]
        ],
    }


def _step(step: dict[str, Any]) -> dict[str, Any]:
    (block,) = [key for key in step if key.endswith("Configs")]
    (config,) = step[block]
    body = {key: int(value) if isinstance(value, float) else value for key, value in config.items()}
    if "ungraceful" in body:
        body["ungraceful"] = {key: int(value) for key, value in body["ungraceful"].items()}
    if "steps" in body:
        body["steps"] = [_step(inner) for inner in body["steps"]]
    about = {key: value for key, value in step.items() if key != block}
    return about | {"executionBlockConfiguration": {block.removesuffix("s"): body}}


def _point(step: dict[str, Any], estate: Estate) -> None:
    ((kind, config),) = step["executionBlockConfiguration"].items()
    for inner in config.get("steps", []):
        _point(inner, estate)
    if "dbInstanceArnMap" in config:
        store = step["name"].rpartition(" ")[2]
        config["dbInstanceArnMap"] = {estate.sides[role].region: estate.database_arn(role, store) for role in Role}
    if kind == "ec2AsgCapacityIncreaseConfig":
        config["asgs"] = [{"arn": _group(estate, role)} for role in Role]
    if kind == "route53HealthCheckConfig":
        config["hostedZoneId"] = "Z0123456789ABCDEFGHIJ"


def _group(estate: Estate, role: Role) -> str:
    side = estate.sides[role]
    return (
        f"arn:aws:autoscaling:{side.region}:{estate.account_id}:autoScalingGroup:"
        f"00000000-0000-4000-8000-000000000000:autoScalingGroupName/{side.servers}"
    )
