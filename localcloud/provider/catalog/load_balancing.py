"""Elastic Load Balancing (version 2): load balancers, target groups and listeners."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map


def live_tags(c: Context, arn: str) -> dict[str, str]:
    found = c.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return tag_map(found[0]["Tags"]) if found else {}


def set_tags(c: Context, arn: str, old: Props, new: Props) -> None:
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    if gone := [key for key in before if key not in after]:
        c.client("elbv2").remove_tags(ResourceArns=[arn], TagKeys=gone)
    if after:
        c.client("elbv2").add_tags(ResourceArns=[arn], Tags=tag_list(after))


def _on(value: Any) -> str:
    return "true" if value else "false"


class LoadBalancer(ResourceType):
    """Application load balancers; what is said of network and gateway load balancers is refused by name."""

    token = "aws:lb/loadBalancer:LoadBalancer"
    replace_on = frozenset({"name", "internal", "loadBalancerType"})
    modelled = frozenset(
        {
            "name",
            "internal",
            "loadBalancerType",
            "subnets",
            "securityGroups",
            "enableDeletionProtection",
            "dropInvalidHeaderFields",
            "idleTimeout",
            "desyncMitigationMode",
        }
    )
    unordered = frozenset({"subnets", "securityGroups"})
    kept = frozenset({"securityGroups", "subnets"})
    defaults: ClassVar = {
        "internal": False,
        "loadBalancerType": "application",
        "enableDeletionProtection": False,
        "dropInvalidHeaderFields": False,
        "idleTimeout": 60,
        "desyncMitigationMode": "defensive",
    }
    computed = ("arn", "arnSuffix", "dnsName", "zoneId", "vpcId")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("elbv2").create_load_balancer(
            Name=p["name"],
            Subnets=p.get("subnets") or [],
            Scheme="internal" if p.get("internal") else "internet-facing",
            Type=p.get("loadBalancerType", "application"),
            **some(SecurityGroups=p.get("securityGroups"), Tags=tag_list(c.all_tags(p)) or None),
        )
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._set_attributes(c, id_, p)

    @staticmethod
    def _set_attributes(c: Context, arn: str, p: Props) -> None:
        wanted = {
            "deletion_protection.enabled": _on(p.get("enableDeletionProtection")),
            "routing.http.drop_invalid_header_fields.enabled": _on(p.get("dropInvalidHeaderFields")),
            "idle_timeout.timeout_seconds": str(int(p.get("idleTimeout") or 60)),
            "routing.http.desync_mitigation_mode": p.get("desyncMitigationMode") or "defensive",
        }
        c.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=tag_list(wanted))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        elbv2 = c.client("elbv2")
        found = elbv2.describe_load_balancers(LoadBalancerArns=[id_])["LoadBalancers"][0]
        attributes = tag_map(elbv2.describe_load_balancer_attributes(LoadBalancerArn=id_)["Attributes"])
        return {
            "arn": id_,
            "arnSuffix": id_.split("loadbalancer/", 1)[1],
            "dnsName": found["DNSName"],
            "zoneId": found["CanonicalHostedZoneId"],
            "vpcId": found["VpcId"],
            "name": found["LoadBalancerName"],
            "internal": found["Scheme"] == "internal",
            "loadBalancerType": found["Type"],
            "subnets": sorted(zone["SubnetId"] for zone in found["AvailabilityZones"]),
            "securityGroups": sorted(found.get("SecurityGroups") or []),
            "enableDeletionProtection": attributes.get("deletion_protection.enabled") == "true",
            "dropInvalidHeaderFields": attributes.get("routing.http.drop_invalid_header_fields.enabled") == "true",
            "idleTimeout": int(attributes.get("idle_timeout.timeout_seconds", 60)),
            "desyncMitigationMode": attributes.get("routing.http.desync_mitigation_mode", "defensive"),
            "tagsAll": live_tags(c, id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        elbv2 = c.client("elbv2")
        if "subnets" in changed:
            elbv2.set_subnets(LoadBalancerArn=id_, Subnets=new["subnets"])
        if "securityGroups" in changed:
            elbv2.set_security_groups(LoadBalancerArn=id_, SecurityGroups=new["securityGroups"])
        self._set_attributes(c, id_, new)
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("elbv2").delete_load_balancer(LoadBalancerArn=id_)


# Input of the health check -> member of CreateTargetGroup.
_CHECK = {
    "path": "HealthCheckPath",
    "protocol": "HealthCheckProtocol",
    "port": "HealthCheckPort",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
    "enabled": "HealthCheckEnabled",
}
_NUMBERS = ("interval", "timeout", "healthyThreshold", "unhealthyThreshold")


class TargetGroup(ResourceType):
    token = "aws:lb/targetGroup:TargetGroup"
    replace_on = frozenset({"name", "port", "protocol", "targetType", "vpcId"})
    modelled = frozenset({*replace_on, "healthCheck", "deregistrationDelay"})
    defaults: ClassVar = {"targetType": "instance", "deregistrationDelay": 300}
    member_defaults: ClassVar = {
        "healthCheck": {
            "enabled": True,
            "port": "traffic-port",
            "protocol": "HTTP",
            "path": "/",
            "interval": 30,
            "timeout": 5,
            "healthyThreshold": 5,
            "unhealthyThreshold": 2,
            "matcher": "200",
        }
    }
    kept = frozenset({"healthCheck"})
    computed = ("arn", "arnSuffix")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("elbv2").create_target_group(
            Name=p["name"],
            TargetType=p.get("targetType", "instance"),
            **some(Port=_whole(p.get("port")), Protocol=p.get("protocol"), VpcId=p.get("vpcId")),
            **self._check(p),
            **some(Tags=tag_list(c.all_tags(p)) or None),
        )
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._set_attributes(c, id_, p)

    @staticmethod
    def _check(p: Props) -> dict[str, Any]:
        check = p.get("healthCheck") or {}
        given = {member: check[key] for key, member in _CHECK.items() if check.get(key) is not None}
        for key in _NUMBERS:
            if _CHECK[key] in given:
                given[_CHECK[key]] = _whole(given[_CHECK[key]])
        return given | ({"Matcher": {"HttpCode": check["matcher"]}} if check.get("matcher") else {})

    @staticmethod
    def _set_attributes(c: Context, arn: str, p: Props) -> None:
        delay = str(_whole(p.get("deregistrationDelay")) or 300)
        c.client("elbv2").modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": delay}]
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        elbv2 = c.client("elbv2")
        found = elbv2.describe_target_groups(TargetGroupArns=[id_])["TargetGroups"][0]
        attributes = tag_map(elbv2.describe_target_group_attributes(TargetGroupArn=id_)["Attributes"])
        check = {key: found[member] for key, member in _CHECK.items() if found.get(member) is not None}
        return {
            "arn": id_,
            "arnSuffix": id_.rsplit(":", 1)[1],
            "name": found["TargetGroupName"],
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "targetType": found.get("TargetType"),
            "vpcId": found.get("VpcId"),
            "healthCheck": {**check, "matcher": (found.get("Matcher") or {}).get("HttpCode")},
            "deregistrationDelay": int(attributes.get("deregistration_delay.timeout_seconds", 300)),
            "tagsAll": live_tags(c, id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if "healthCheck" in changed:
            c.client("elbv2").modify_target_group(TargetGroupArn=id_, **self._check(new))
        self._set_attributes(c, id_, new)
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("elbv2").delete_target_group(TargetGroupArn=id_)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
