"""Application and network load balancers."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import Attributes, tag_changes, to_text
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

_APPLICATION = "application"
_ATTRIBUTES: Attributes = {
    "clientKeepAlive": ("client_keep_alive.seconds", int),
    "desyncMitigationMode": ("routing.http.desync_mitigation_mode", str),
    "dropInvalidHeaderFields": ("routing.http.drop_invalid_header_fields.enabled", bool),
    "enableCrossZoneLoadBalancing": ("load_balancing.cross_zone.enabled", bool),
    "enableDeletionProtection": ("deletion_protection.enabled", bool),
    "enableHttp2": ("routing.http2.enabled", bool),
    "enableTlsVersionAndCipherSuiteHeaders": ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", bool),
    "enableWafFailOpen": ("waf.fail_open.enabled", bool),
    "enableXffClientPort": ("routing.http.xff_client_port.enabled", bool),
    "idleTimeout": ("idle_timeout.timeout_seconds", int),
    "preserveHostHeader": ("routing.http.preserve_host_header.enabled", bool),
    "xffHeaderProcessingMode": ("routing.http.xff_header_processing.mode", str),
}
_LOGS = {"bucket": "bucket", "enabled": "enabled", "prefix": "prefix"}


def set_elb_tags(c: Context, arn: str, old: Props, new: Props) -> None:
    """The tags of a load balancer, a listener or a target group."""
    elb = c.client("elbv2")
    gone, wanted = tag_changes(c, old, new)
    if gone:
        elb.remove_tags(ResourceArns=[arn], TagKeys=gone)
    if wanted:
        elb.add_tags(ResourceArns=[arn], Tags=tag_list(wanted))


def elb_tags(c: Context, arn: str) -> dict[str, str]:
    (found,) = c.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return tag_map(found["Tags"])


def attribute_map(answered: list[dict[str, str]]) -> dict[str, str]:
    return {item["Key"]: item["Value"] for item in answered}


def with_defaults(kind: type[ResourceType], attributes: Attributes, found: dict[str, str]) -> Props:
    """The properties of attributes, with what AWS does where the service answers none."""
    shown: Props = {}
    for key, (name, of) in attributes.items():
        value = found.get(name)
        shown[key] = (
            kind.defaults.get(key) if value in (None, "") else value.lower() == "true" if of is bool else of(value)
        )
    return shown


class LoadBalancer(ResourceType):
    token = "aws:lb/loadBalancer:LoadBalancer"
    replace_on = frozenset({"name", "namePrefix", "internal", "loadBalancerType"})
    modelled = frozenset(
        {
            "name",
            "internal",
            "loadBalancerType",
            "ipAddressType",
            "securityGroups",
            "subnets",
            "accessLogs",
            *_ATTRIBUTES,
        }
    )
    kept = frozenset({"ipAddressType", "securityGroups", "subnets", "internal", "enableCrossZoneLoadBalancing"})
    # Elastic Load Balancing user guide, "Edit attributes for your Application Load Balancer".
    defaults: ClassVar = {
        "loadBalancerType": _APPLICATION,
        "clientKeepAlive": 3600,
        "desyncMitigationMode": "defensive",
        "dropInvalidHeaderFields": False,
        "enableDeletionProtection": False,
        "enableHttp2": True,
        "enableTlsVersionAndCipherSuiteHeaders": False,
        "enableWafFailOpen": False,
        "enableXffClientPort": False,
        "idleTimeout": 60,
        "preserveHostHeader": False,
        "xffHeaderProcessingMode": "append",
    }
    member_defaults: ClassVar = {"accessLogs": {"enabled": False}}
    unordered = frozenset({"securityGroups", "subnets"})
    computed = ("arn", "arnSuffix", "dnsName", "vpcId", "zoneId")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("elbv2").create_load_balancer(
            Name=p["name"],
            Scheme="internal" if p.get("internal") else "internet-facing",
            Type=p.get("loadBalancerType", _APPLICATION),
            **some(
                Subnets=p.get("subnets"), SecurityGroups=p.get("securityGroups"), IpAddressType=p.get("ipAddressType")
            ),
            **some(Tags=tag_list(c.all_tags(p)) or None),
        )
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._set(c, id_, p, frozenset(key for key in p if p[key] is not None))

    def _set(self, c: Context, id_: str, p: Props, changed: frozenset[str]) -> None:
        # The cross-zone setting of an application load balancer cannot be changed.
        fixed = {"enableCrossZoneLoadBalancing"} if p.get("loadBalancerType", _APPLICATION) == _APPLICATION else set()
        values = {
            _ATTRIBUTES[key][0]: to_text(p.get(key, self.defaults.get(key)), _ATTRIBUTES[key][1])
            for key in changed & set(_ATTRIBUTES) - fixed
        }
        if "accessLogs" in changed:
            values |= _log_attributes(p.get("accessLogs"))
        if values:
            c.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=id_, Attributes=tag_list(values))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        elb = c.client("elbv2")
        found = elb.describe_load_balancers(LoadBalancerArns=[id_])["LoadBalancers"][0]
        attributes = attribute_map(elb.describe_load_balancer_attributes(LoadBalancerArn=id_)["Attributes"])
        return {
            "arn": found["LoadBalancerArn"],
            "arnSuffix": id_.partition("loadbalancer/")[2],
            "dnsName": found["DNSName"],
            "vpcId": found["VpcId"],
            "zoneId": found["CanonicalHostedZoneId"],
            "name": found["LoadBalancerName"],
            "internal": found["Scheme"] == "internal",
            "loadBalancerType": found["Type"],
            "ipAddressType": found.get("IpAddressType"),
            "securityGroups": sorted(found.get("SecurityGroups") or []),
            "subnets": sorted(zone["SubnetId"] for zone in found["AvailabilityZones"]),
            **with_defaults(LoadBalancer, _ATTRIBUTES, attributes),
            "accessLogs": _logs(attributes),
            "tagsAll": elb_tags(c, id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        elb = c.client("elbv2")
        if "securityGroups" in changed:
            elb.set_security_groups(LoadBalancerArn=id_, SecurityGroups=new.get("securityGroups") or [])
        if "subnets" in changed:
            elb.set_subnets(LoadBalancerArn=id_, Subnets=new.get("subnets") or [])
        if "ipAddressType" in changed:
            elb.set_ip_address_type(LoadBalancerArn=id_, IpAddressType=new["ipAddressType"])
        self._set(c, id_, new, changed)
        set_elb_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("elbv2").delete_load_balancer(LoadBalancerArn=id_)


def _log_attributes(logs: Props | None) -> dict[str, str]:
    if not logs:
        return {"access_logs.s3.enabled": "false"}
    return {
        "access_logs.s3.enabled": to_text(logs.get("enabled", False), bool),
        "access_logs.s3.bucket": logs["bucket"],
        "access_logs.s3.prefix": logs.get("prefix") or "",
    }


def _logs(attributes: dict[str, Any]) -> Props | None:
    values = {key: attributes.get(f"access_logs.s3.{name}") for key, name in _LOGS.items()}
    if not values["bucket"]:
        return None
    enabled = {"enabled": True} if values["enabled"] == "true" else {}
    return {"bucket": values["bucket"], **enabled, **some(prefix=values["prefix"] or None)}
