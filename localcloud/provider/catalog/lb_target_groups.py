"""Target groups: where a load balancer sends requests, and when it takes a target for healthy."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import Attributes, to_text
from localcloud.provider.catalog.lb import attribute_map, elb_tags, set_elb_tags, with_defaults
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list

_ATTRIBUTES: Attributes = {
    "deregistrationDelay": ("deregistration_delay.timeout_seconds", int),
    "loadBalancingAlgorithmType": ("load_balancing.algorithm.type", str),
    "loadBalancingCrossZoneEnabled": ("load_balancing.cross_zone.enabled", str),
    "slowStart": ("slow_start.duration_seconds", int),
}
# Input property of healthCheck -> parameter of CreateTargetGroup, and member of TargetGroup.
_HEALTH = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
# What the official provider sends where a check says nothing; AWS's own healthy threshold is 5.
_HEALTH_DEFAULTS = {
    "enabled": True,
    "healthyThreshold": 3,
    "interval": 30,
    "port": "traffic-port",
    "protocol": "HTTP",
    "unhealthyThreshold": 3,
}
# AWS chooses these by the protocol.
_HEALTH_CHOSEN = ("matcher", "path", "timeout")
_STICKINESS = {"enabled": True, "cookieDuration": 86_400}


class TargetGroup(ResourceType):
    token = "aws:lb/targetGroup:TargetGroup"
    replace_on = frozenset(
        {"name", "namePrefix", "port", "protocol", "protocolVersion", "vpcId", "targetType", "ipAddressType"}
    )
    modelled = frozenset({"healthCheck", "stickiness", *_ATTRIBUTES, *(replace_on - {"namePrefix"})})
    not_modelled = frozenset({"stickiness.cookieName"})
    kept = frozenset({"healthCheck", "stickiness", "protocolVersion", "ipAddressType", "loadBalancingCrossZoneEnabled"})
    defaults: ClassVar = {
        "targetType": "instance",
        "deregistrationDelay": 300,
        "slowStart": 0,
        "loadBalancingAlgorithmType": "round_robin",
    }
    member_defaults: ClassVar = {"healthCheck": _HEALTH_DEFAULTS, "stickiness": _STICKINESS}
    computed = ("arn", "arnSuffix")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("elbv2").create_target_group(
            Name=p["name"],
            **some(
                Port=p.get("port"),
                Protocol=p.get("protocol"),
                ProtocolVersion=p.get("protocolVersion"),
                VpcId=p.get("vpcId"),
                TargetType=p.get("targetType"),
                IpAddressType=p.get("ipAddressType"),
                Tags=tag_list(c.all_tags(p)) or None,
            ),
            **_health(p),
        )
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._set(c, id_, p, frozenset(key for key in p if p[key] is not None))

    def _set(self, c: Context, id_: str, p: Props, changed: frozenset[str]) -> None:
        values = {
            _ATTRIBUTES[key][0]: to_text(p.get(key, self.defaults.get(key)), _ATTRIBUTES[key][1])
            for key in changed & set(_ATTRIBUTES)
        }
        if "stickiness" in changed and (sticky := p.get("stickiness")):
            values["stickiness.enabled"] = to_text(sticky.get("enabled", True), bool)
            values["stickiness.type"] = sticky["type"]
            if sticky["type"] == "lb_cookie":
                duration = sticky.get("cookieDuration", _STICKINESS["cookieDuration"])
                values["stickiness.lb_cookie.duration_seconds"] = str(duration)
        if values:
            c.client("elbv2").modify_target_group_attributes(TargetGroupArn=id_, Attributes=tag_list(values))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        elb = c.client("elbv2")
        found = elb.describe_target_groups(TargetGroupArns=[id_])["TargetGroups"][0]
        attributes = attribute_map(elb.describe_target_group_attributes(TargetGroupArn=id_)["Attributes"])
        return {
            "arn": found["TargetGroupArn"],
            "arnSuffix": id_.rpartition(":")[2],
            "name": found["TargetGroupName"],
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "protocolVersion": found.get("ProtocolVersion"),
            "vpcId": found.get("VpcId"),
            "targetType": found["TargetType"],
            "ipAddressType": found.get("IpAddressType"),
            "healthCheck": _live_health(found, state.get("healthCheck")),
            "stickiness": _live_stickiness(attributes),
            **with_defaults(TargetGroup, _ATTRIBUTES, attributes),
            "tagsAll": elb_tags(c, id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if "healthCheck" in changed:
            c.client("elbv2").modify_target_group(TargetGroupArn=id_, **_health(new))
        self._set(c, id_, new, changed)
        set_elb_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("elbv2").delete_target_group(TargetGroupArn=id_)


def _health(p: Props) -> dict[str, Any]:
    check = {**_HEALTH_DEFAULTS, **some(**(p.get("healthCheck") or {}))}
    matcher = {"HttpCode": check["matcher"]} if check.get("matcher") else None
    return {**{member: check[key] for key, member in _HEALTH.items() if key in check}, **some(Matcher=matcher)}


def _live_health(found: dict[str, Any], given: Props | None) -> Props:
    values = {key: found.get(member) for key, member in _HEALTH.items()}
    values["matcher"] = (found.get("Matcher") or {}).get("HttpCode")
    asked = given or {}
    return {
        key: value
        for key, value in values.items()
        if value is not None
        and (key in asked or key not in _HEALTH_CHOSEN)
        and (key in asked or value != _HEALTH_DEFAULTS.get(key))
    }


def _live_stickiness(attributes: dict[str, str]) -> Props | None:
    if attributes.get("stickiness.enabled") != "true":
        return None
    duration = attributes.get("stickiness.lb_cookie.duration_seconds")
    longer = {"cookieDuration": int(duration)} if duration and int(duration) != _STICKINESS["cookieDuration"] else {}
    return {"type": attributes.get("stickiness.type"), **longer}
