"""Application Auto Scaling: targets and policies of DynamoDB capacity."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

_WHAT = ("serviceNamespace", "resourceId", "scalableDimension")


def _named(p: Props) -> dict[str, str]:
    return {key[0].upper() + key[1:]: p[key] for key in _WHAT}


class Target(ResourceType):
    token = "aws:appautoscaling/target:Target"
    replace_on = frozenset(_WHAT)
    modelled = frozenset({*_WHAT, "minCapacity", "maxCapacity"})
    kept: ClassVar = frozenset({"roleArn"})
    computed = ("arn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("application-autoscaling").register_scalable_target(
            **_named(p), MinCapacity=int(p["minCapacity"]), MaxCapacity=int(p["maxCapacity"])
        )
        return str(p["resourceId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace=state["serviceNamespace"],
            ResourceIds=[state["resourceId"]],
            ScalableDimension=state["scalableDimension"],
        )["ScalableTargets"]
        if not found:
            return None
        return {
            **{key: found[0][key[0].upper() + key[1:]] for key in _WHAT},
            "arn": found[0].get("ScalableTargetARN"),
            "minCapacity": found[0]["MinCapacity"],
            "maxCapacity": found[0]["MaxCapacity"],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("application-autoscaling").deregister_scalable_target(**_named(state))


class Policy(ResourceType):
    """Target tracking; step and predictive scaling are refused by name."""

    token = "aws:appautoscaling/policy:Policy"
    replace_on = frozenset({*_WHAT, "name"})
    modelled = frozenset({*_WHAT, "name", "policyType", "targetTrackingScalingPolicyConfiguration"})
    defaults: ClassVar = {"policyType": "StepScaling"}
    computed = ("arn", "alarmArns")
    name_property = "name"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        client = c.client("application-autoscaling")
        shape = client.meta.service_model.shape_for("TargetTrackingScalingPolicyConfiguration")
        tracking = p.get("targetTrackingScalingPolicyConfiguration")
        client.put_scaling_policy(
            PolicyName=p["name"],
            PolicyType=p.get("policyType", "StepScaling"),
            **_named(p),
            **some(TargetTrackingScalingPolicyConfiguration=to_api(tracking, shape) if tracking else None),
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found: list[dict[str, Any]] = c.client("application-autoscaling").describe_scaling_policies(
            PolicyNames=[id_], ServiceNamespace=state["serviceNamespace"], ResourceId=state["resourceId"]
        )["ScalingPolicies"]
        if not found:
            return None
        kind = schema()[self.token]["members"]["targetTrackingScalingPolicyConfiguration"]
        tracking = found[0].get("TargetTrackingScalingPolicyConfiguration")
        given = state.get("targetTrackingScalingPolicyConfiguration")
        return {
            **{key: found[0][key[0].upper() + key[1:]] for key in _WHAT},
            "arn": found[0]["PolicyARN"],
            "name": found[0]["PolicyName"],
            "policyType": found[0]["PolicyType"],
            "targetTrackingScalingPolicyConfiguration": from_api(tracking, kind, given, {"disableScaleIn": False})
            if tracking
            else None,
            "alarmArns": [alarm["AlarmARN"] for alarm in found[0].get("Alarms") or []],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("application-autoscaling").delete_scaling_policy(PolicyName=id_, **_named(state))
