"""EC2 Auto Scaling groups."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some

# Input property -> parameter of CreateAutoScalingGroup and UpdateAutoScalingGroup, and member of the group.
_GROUP = {
    "capacityRebalance": "CapacityRebalance",
    "defaultCooldown": "DefaultCooldown",
    "defaultInstanceWarmup": "DefaultInstanceWarmup",
    "desiredCapacity": "DesiredCapacity",
    "healthCheckGracePeriod": "HealthCheckGracePeriod",
    "healthCheckType": "HealthCheckType",
    "maxInstanceLifetime": "MaxInstanceLifetime",
    "maxSize": "MaxSize",
    "minSize": "MinSize",
    "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
    "terminationPolicies": "TerminationPolicies",
}


class Group(ResourceType):
    """Tags are a list of their own kind, and the provider's default tags do not reach them, as with the official one."""

    token = "aws:autoscaling/group:Group"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset(
        {"name", "launchTemplate", "vpcZoneIdentifiers", "targetGroupArns", "enabledMetrics", "tags", *_GROUP}
    )
    kept = frozenset({"desiredCapacity", "defaultCooldown", "healthCheckType", "terminationPolicies"})
    defaults: ClassVar = {
        "healthCheckGracePeriod": 300,
        "protectFromScaleIn": False,
        "capacityRebalance": False,
        "maxInstanceLifetime": 0,
    }
    member_defaults: ClassVar = {"launchTemplate": {"version": "$Default"}}
    # They steer the provider: nothing is waited for here, as every launch is done at once.
    state_only = frozenset(
        {
            "forceDelete", "ignoreFailedScalingActivities", "instanceRefresh", "minElbCapacity", "waitForCapacityTimeout",
            "waitForElbCapacity",
        }
    )  # fmt: skip
    unordered = frozenset({"vpcZoneIdentifiers", "targetGroupArns", "enabledMetrics", "tags"})
    computed = ("arn",)
    name_property = "name"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=p["name"],
            **self._parameters(p),
            **some(TargetGroupARNs=p.get("targetGroupArns") or None),
            Tags=_tags(p["name"], p),
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("enabledMetrics"):
            self._collect(c, id_, p["enabledMetrics"])

    def _parameters(self, p: Props) -> dict[str, Any]:
        stated = {**self.defaults, **some(**p)}
        template = p.get("launchTemplate") or {}
        return {
            **{member: stated[key] for key, member in _GROUP.items() if key in stated},
            **some(VPCZoneIdentifier=",".join(p.get("vpcZoneIdentifiers") or []) or None),
            "LaunchTemplate": some(
                LaunchTemplateId=template.get("id"),
                LaunchTemplateName=None if template.get("id") else template.get("name"),
                Version=template.get("version"),
            ),
        }

    @staticmethod
    def _collect(c: Context, id_: str, metrics: list[str]) -> None:
        c.client("autoscaling").enable_metrics_collection(
            AutoScalingGroupName=id_, Metrics=metrics, Granularity="1Minute"
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        listed = c.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[id_])
        found = listed["AutoScalingGroups"][0]
        zones = found.get("VPCZoneIdentifier")
        return {
            "arn": found["AutoScalingGroupARN"],
            "name": found["AutoScalingGroupName"],
            **{key: found.get(member) for key, member in _GROUP.items()},
            "vpcZoneIdentifiers": sorted(zones.split(",")) if zones else [],
            "targetGroupArns": sorted(found.get("TargetGroupARNs") or []),
            "enabledMetrics": sorted(item["Metric"] for item in found.get("EnabledMetrics") or []),
            "launchTemplate": _template(found.get("LaunchTemplate") or {}, state.get("launchTemplate") or {}),
            "tags": [
                {"key": tag["Key"], "value": tag["Value"], "propagateAtLaunch": tag["PropagateAtLaunch"]}
                for tag in found.get("Tags") or []
            ],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        autoscaling = c.client("autoscaling")
        if changed & {"launchTemplate", "vpcZoneIdentifiers", *_GROUP}:
            autoscaling.update_auto_scaling_group(AutoScalingGroupName=id_, **self._parameters(new))
        gone, come = _moved(old, new, "targetGroupArns")
        if gone:
            autoscaling.detach_load_balancer_target_groups(AutoScalingGroupName=id_, TargetGroupARNs=gone)
        if come:
            autoscaling.attach_load_balancer_target_groups(AutoScalingGroupName=id_, TargetGroupARNs=come)
        gone, come = _moved(old, new, "enabledMetrics")
        if gone:
            autoscaling.disable_metrics_collection(AutoScalingGroupName=id_, Metrics=gone)
        if come:
            self._collect(c, id_, come)
        if "tags" in changed:
            kept = {tag["key"] for tag in new.get("tags") or []}
            if lost := [tag for tag in _tags(id_, old) if tag["Key"] not in kept]:
                autoscaling.delete_tags(Tags=lost)
            autoscaling.create_or_update_tags(Tags=_tags(id_, new))
        refresh = new.get("instanceRefresh")
        if refresh and changed & {"launchTemplate", *(refresh.get("triggers") or [])}:
            autoscaling.start_instance_refresh(AutoScalingGroupName=id_, **_refresh(refresh))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        autoscaling = c.client("autoscaling")
        if not autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[id_])["AutoScalingGroups"]:
            return
        if not state.get("forceDelete"):
            autoscaling.update_auto_scaling_group(AutoScalingGroupName=id_, MinSize=0, MaxSize=0, DesiredCapacity=0)
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=id_, ForceDelete=bool(state.get("forceDelete")))


def _template(found: dict[str, Any], given: Props) -> Props | None:
    """By id or by name, as the program says it; AWS answers with both."""
    by = "name" if given.get("name") and not given.get("id") else "id"
    shown = {"id": found.get("LaunchTemplateId"), "name": found.get("LaunchTemplateName")}
    return some(**{by: shown[by]}, version=found.get("Version")) or None


def _tags(group: str, p: Props) -> list[dict[str, Any]]:
    return [
        {
            "ResourceId": group,
            "ResourceType": "auto-scaling-group",
            "Key": tag["key"],
            "Value": tag["value"],
            "PropagateAtLaunch": tag["propagateAtLaunch"],
        }
        for tag in p.get("tags") or []
    ]


def _moved(old: Props, new: Props, key: str) -> tuple[list[str], list[str]]:
    before, after = set(old.get(key) or []), set(new.get(key) or [])
    return sorted(before - after), sorted(after - before)


def _refresh(p: Props) -> dict[str, Any]:
    preferences = p.get("preferences") or {}
    numbers = {"checkpointDelay", "instanceWarmup"}
    sent = {key: int(value) if key in numbers else value for key, value in preferences.items() if value is not None}
    return {
        "Strategy": p["strategy"],
        **some(Preferences={f"{key[0].upper()}{key[1:]}": value for key, value in sent.items()} or None),
    }
