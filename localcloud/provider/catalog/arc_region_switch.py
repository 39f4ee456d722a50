"""ARC Region switch plans."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

SERVICE = "arc-region-switch"
# The blocks of a step: member of a step of Pulumi -> member of ExecutionBlockConfiguration.
BLOCKS = {
    "customActionLambdaConfigs": "customActionLambdaConfig",
    "ec2AsgCapacityIncreaseConfigs": "ec2AsgCapacityIncreaseConfig",
    "executionApprovalConfigs": "executionApprovalConfig",
    "rdsCreateCrossRegionReadReplicaConfigs": "rdsCreateCrossRegionReadReplicaConfig",
    "rdsPromoteReadReplicaConfigs": "rdsPromoteReadReplicaConfig",
    "regionSwitchPlanConfigs": "regionSwitchPlanConfig",
    "route53HealthCheckConfigs": "route53HealthCheckConfig",
}
_PARALLEL = ("parallelConfigs", "parallelConfig")
_REFUSED_BLOCKS = (
    "arcRoutingControlConfigs", "auroraProvisionedScalingConfigs", "auroraServerlessScalingConfigs",
    "documentDbConfigs", "ecsCapacityIncreaseConfigs", "eksResourceScalingConfigs", "globalAuroraConfigs",
    "lambdaEventSourceMappingConfigs", "neptuneGlobalDatabaseConfigs",
)  # fmt: skip


class Plan(ResourceType):
    token = "aws:arcregionswitch/plan:Plan"
    # What UpdatePlan has no member for.
    replace_on = frozenset({"name", "regions", "recoveryApproach", "primaryRegion"})
    modelled = frozenset(
        {
            *replace_on, "description", "executionRole", "recoveryTimeObjectiveMinutes", "workflows", "associatedAlarms",
            "triggers", "reportConfigurations",
        }
    )  # fmt: skip
    not_modelled = frozenset(
        f"workflows.steps.{above}{block}" for above in ("", "parallelConfigs.steps.") for block in _REFUSED_BLOCKS
    )
    state_only = frozenset({"timeouts"})
    unordered = frozenset({"associatedAlarms"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client(SERVICE).create_plan(
            name=p["name"],
            regions=p["regions"],
            recoveryApproach=p["recoveryApproach"],
            tags=c.all_tags(p),
            **some(primaryRegion=p.get("primaryRegion")),
            **self._changeable(c, p),
        )
        return str(made["plan"]["arn"])

    @staticmethod
    def _changeable(c: Context, p: Props) -> dict[str, Any]:
        shapes = c.client(SERVICE).meta.service_model
        workflows = [{**flow, "steps": _to_steps(flow.get("steps") or [])} for flow in p.get("workflows") or []]
        alarms = {
            alarm["mapBlockKey"]: some(**{key: value for key, value in alarm.items() if key != "mapBlockKey"})
            for alarm in p.get("associatedAlarms") or []
        }
        report = p.get("reportConfigurations")
        return {
            "executionRole": p["executionRole"],
            "workflows": to_api(workflows, shapes.shape_for("WorkflowList")),
            **some(
                description=p.get("description"),
                recoveryTimeObjectiveMinutes=p.get("recoveryTimeObjectiveMinutes"),
                associatedAlarms=alarms or None,
                triggers=to_api(p["triggers"], shapes.shape_for("TriggerList")) if p.get("triggers") else None,
                reportConfiguration=to_api(report, shapes.shape_for("ReportConfiguration")) if report else None,
            ),
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client(SERVICE).get_plan(arn=id_)["plan"]
        kinds = schema()[self.token]["members"]
        workflows = [{**flow, "steps": _from_steps(flow.get("steps") or [])} for flow in live["workflows"]]
        report = live.get("reportConfiguration")
        return {
            "arn": live["arn"],
            **{key: live.get(key) for key in self.replace_on},
            "description": live.get("description"),
            "executionRole": live["executionRole"],
            "recoveryTimeObjectiveMinutes": live.get("recoveryTimeObjectiveMinutes"),
            "workflows": from_api(workflows, kinds["workflows"], state.get("workflows"), {}),
            "associatedAlarms": [
                {"mapBlockKey": key, **alarm} for key, alarm in sorted((live.get("associatedAlarms") or {}).items())
            ],
            "triggers": from_api(live.get("triggers") or [], kinds["triggers"], state.get("triggers"), {}),
            "reportConfigurations": from_api(
                report, kinds["reportConfigurations"], state.get("reportConfigurations"), {}
            )
            if report
            else [],
            "tagsAll": c.client(SERVICE).list_tags_for_resource(arn=id_).get("resourceTags") or {},
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        client = c.client(SERVICE)
        if changed & self.modelled:
            client.update_plan(arn=id_, **self._changeable(c, new))
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            client.untag_resource(arn=id_, resourceTagKeys=gone)
        if after:
            client.tag_resource(arn=id_, tags=after)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client(SERVICE).delete_plan(arn=id_)


def _to_steps(steps: list[Props]) -> list[Props]:
    """The API holds a step's block in a structure of its own."""
    return [_to_step(step) for step in steps]


def _to_step(step: Props) -> Props:
    block: Props = {member: step[key][0] for key, member in BLOCKS.items() if step.get(key)}
    key, member = _PARALLEL
    if step.get(key):
        block[member] = {"steps": _to_steps(step[key][0].get("steps") or [])}
    own = {name: value for name, value in step.items() if name not in BLOCKS and name != key}
    return {**own, "executionBlockConfiguration": block}


def _from_steps(steps: list[Props]) -> list[Props]:
    return [_from_step(step) for step in steps]


def _from_step(step: Props) -> Props:
    block = dict(step["executionBlockConfiguration"])
    _, member = _PARALLEL
    if member in block:
        block[member] = {"steps": _from_steps(block[member].get("steps") or [])}
    own = {name: value for name, value in step.items() if name != "executionBlockConfiguration"}
    return {**own, **block}
