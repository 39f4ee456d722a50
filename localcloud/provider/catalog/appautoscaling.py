"""Application Auto Scaling: what may scale, and by which target it is tracked."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import tag_changes
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

_WHERE = {"serviceNamespace": "ServiceNamespace", "resourceId": "ResourceId", "scalableDimension": "ScalableDimension"}
_TRACKING = "targetTrackingScalingPolicyConfiguration"


def _where(p: Props) -> dict[str, str]:
    return {member: p[key] for key, member in _WHERE.items()}


def _imported(id_: str, state: Props, tail: int) -> Props:
    """Where a thing is; an import names `<namespace>/<resource>/<dimension>`, then a policy's name."""
    if state.get("resourceId"):
        return state
    parts = id_.split("/")
    end = len(parts) - tail
    return {
        "serviceNamespace": parts[0],
        "resourceId": "/".join(parts[1 : end - 1]),
        "scalableDimension": parts[end - 1],
        **({"name": parts[-1]} if tail else {}),
    }


class Target(ResourceType):
    """The id is the resource id, as for the official provider."""

    token = "aws:appautoscaling/target:Target"
    replace_on = frozenset(_WHERE)
    modelled = frozenset({"minCapacity", "maxCapacity", "roleArn", "suspendedState", *_WHERE})
    kept = frozenset({"roleArn", "suspendedState"})
    member_defaults: ClassVar = {
        "suspendedState": {
            "dynamicScalingInSuspended": False,
            "dynamicScalingOutSuspended": False,
            "scheduledScalingSuspended": False,
        }
    }
    computed = ("arn",)

    def create(self, c: Context, p: Props) -> str:
        self._register(c, p, Tags=c.all_tags(p))
        return str(p["resourceId"])

    @staticmethod
    def _register(c: Context, p: Props, **more: Any) -> None:
        scaling = c.client("application-autoscaling")
        shape = scaling.meta.service_model.shape_for("SuspendedState")
        suspended = p.get("suspendedState")
        scaling.register_scalable_target(
            **_where(p),
            MinCapacity=p["minCapacity"],
            MaxCapacity=p["maxCapacity"],
            **some(RoleARN=p.get("roleArn"), SuspendedState=to_api(suspended, shape) if suspended else None),
            **more,
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        where = _imported(id_, state, 0)
        scaling = c.client("application-autoscaling")
        (found,) = scaling.describe_scalable_targets(
            ServiceNamespace=where["serviceNamespace"],
            ResourceIds=[where["resourceId"]],
            ScalableDimension=where["scalableDimension"],
        )["ScalableTargets"] or (None,)
        if found is None:
            return None
        kind = schema()[self.token]["members"]["suspendedState"]
        suspended = found.get("SuspendedState")
        return {
            "arn": found["ScalableTargetARN"],
            **{key: found[member] for key, member in _WHERE.items()},
            "minCapacity": found["MinCapacity"],
            "maxCapacity": found["MaxCapacity"],
            "roleArn": found.get("RoleARN"),
            "suspendedState": from_api(suspended, kind, state.get("suspendedState"), {}) if suspended else None,
            "tagsAll": scaling.list_tags_for_resource(ResourceARN=found["ScalableTargetARN"])["Tags"],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        scaling = c.client("application-autoscaling")
        if changed & self.modelled:
            self._register(c, new)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            scaling.untag_resource(ResourceARN=old["arn"], TagKeys=gone)
        if wanted:
            scaling.tag_resource(ResourceARN=old["arn"], Tags=wanted)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("application-autoscaling").deregister_scalable_target(**_where(state))


class Policy(ResourceType):
    """Target tracking only; step and predictive scaling are refused by name."""

    token = "aws:appautoscaling/policy:Policy"
    replace_on = frozenset({"name", *_WHERE})
    modelled = frozenset({"name", "policyType", _TRACKING, *_WHERE})
    # What AWS fills in (API reference, TargetTrackingScalingPolicyConfiguration).
    member_defaults: ClassVar = {_TRACKING: {"disableScaleIn": False}}
    computed = ("arn", "alarmArns")
    name_property = "name"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        scaling = c.client("application-autoscaling")
        shape = scaling.meta.service_model.shape_for("TargetTrackingScalingPolicyConfiguration")
        scaling.put_scaling_policy(
            PolicyName=p["name"],
            PolicyType=p["policyType"],
            TargetTrackingScalingPolicyConfiguration=to_api(p[_TRACKING], shape),
            **_where(p),
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        where = _imported(id_, state, 1)
        found = _policy(c, where)
        if found is None:
            return None
        kind = schema()[self.token]["members"][_TRACKING]
        tracking = found["TargetTrackingScalingPolicyConfiguration"]
        return {
            "arn": found["PolicyARN"],
            "alarmArns": sorted(alarm["AlarmARN"] for alarm in found.get("Alarms", [])),
            "name": found["PolicyName"],
            "policyType": found["PolicyType"],
            **{key: found[member] for key, member in _WHERE.items()},
            _TRACKING: from_api(tracking, kind, state.get(_TRACKING), {"disableScaleIn": False}),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("application-autoscaling").delete_scaling_policy(PolicyName=state["name"], **_where(state))


def _policy(c: Context, where: Props) -> dict[str, Any] | None:
    listed = c.client("application-autoscaling").describe_scaling_policies(
        PolicyNames=[where["name"]], **_where(where)
    )["ScalingPolicies"]
    return listed[0] if listed else None
