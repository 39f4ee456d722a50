"""Listeners of a load balancer, and what they do with a request."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.lb import elb_tags, set_elb_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list

# What a redirect keeps of the request where it says nothing (API reference, RedirectActionConfig).
_REDIRECT = {
    "host": "#{host}",
    "path": "/#{path}",
    "port": "#{port}",
    "protocol": "#{protocol}",
    "query": "#{query}",
}
_REFUSED_ACTIONS = ("authenticateCognito", "authenticateOidc", "jwtValidation")


class Listener(ResourceType):
    token = "aws:lb/listener:Listener"
    exclusive = True
    replace_on = frozenset({"loadBalancerArn"})
    modelled = frozenset({"loadBalancerArn", "port", "protocol", "sslPolicy", "certificateArn", "defaultActions"})
    not_modelled = frozenset(f"defaultActions.{name}" for name in _REFUSED_ACTIONS)
    kept = frozenset({"protocol", "sslPolicy"})
    member_defaults: ClassVar = {"defaultActions": {**_REDIRECT, "weight": 1}}
    computed = ("arn",)

    def create(self, c: Context, p: Props) -> str:
        made = c.client("elbv2").create_listener(
            LoadBalancerArn=p["loadBalancerArn"],
            **self._parameters(p),
            **some(Tags=tag_list(c.all_tags(p)) or None),
        )
        return str(made["Listeners"][0]["ListenerArn"])

    @staticmethod
    def _parameters(p: Props) -> dict[str, Any]:
        certificates = [{"CertificateArn": p["certificateArn"]}] if p.get("certificateArn") else None
        return {
            "DefaultActions": [_action(action) for action in p["defaultActions"]],
            **some(
                Port=p.get("port"),
                Protocol=p.get("protocol", "HTTP"),
                SslPolicy=p.get("sslPolicy"),
                Certificates=certificates,
            ),
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("elbv2").describe_listeners(ListenerArns=[id_])["Listeners"][0]
        given = state.get("defaultActions") or []
        return {
            "arn": found["ListenerArn"],
            "loadBalancerArn": found["LoadBalancerArn"],
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "sslPolicy": found.get("SslPolicy") or None,
            "certificateArn": next((item["CertificateArn"] for item in found.get("Certificates") or []), None),
            "defaultActions": [
                _live_action(action, given[index] if index < len(given) else {})
                for index, action in enumerate(found["DefaultActions"])
            ],
            "tagsAll": elb_tags(c, id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & self.modelled:
            c.client("elbv2").modify_listener(ListenerArn=id_, **self._parameters(new))
        set_elb_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("elbv2").delete_listener(ListenerArn=id_)


def _action(p: Props) -> dict[str, Any]:
    redirect, fixed, forward = p.get("redirect"), p.get("fixedResponse"), p.get("forward")
    return {
        "Type": p["type"],
        **some(
            Order=p.get("order"),
            TargetGroupArn=p.get("targetGroupArn"),
            RedirectConfig=redirect and _capitals({**_REDIRECT, **some(**redirect)}),
            FixedResponseConfig=fixed and _capitals(some(**fixed)),
            ForwardConfig=forward and _forward(forward),
        ),
    }


def _capitals(values: Props) -> dict[str, Any]:
    return {f"{key[0].upper()}{key[1:]}": value for key, value in values.items()}


def _smalls(values: dict[str, Any]) -> Props:
    return {f"{key[0].lower()}{key[1:]}": value for key, value in values.items() if value not in (None, "")}


def _forward(p: Props) -> dict[str, Any]:
    groups = [{"TargetGroupArn": group["arn"], **some(Weight=group.get("weight"))} for group in p["targetGroups"]]
    sticky = p.get("stickiness")
    config = sticky and {"Enabled": sticky.get("enabled", False), "DurationSeconds": sticky["duration"]}
    return {"TargetGroups": groups, **some(TargetGroupStickinessConfig=config)}


def _live_action(found: dict[str, Any], given: Props) -> Props:
    """In the words of the program: one target group may be named by itself or inside of `forward`."""
    shown: Props = {"type": found["Type"], **some(order=found.get("Order") if given.get("order") else None)}
    if found.get("RedirectConfig"):
        named = _smalls(found["RedirectConfig"])
        asked = given.get("redirect") or {}
        shown["redirect"] = {key: value for key, value in named.items() if key in asked or value != _REDIRECT.get(key)}
    if found.get("FixedResponseConfig"):
        shown["fixedResponse"] = _smalls(found["FixedResponseConfig"])
    if found["Type"] != "forward":
        return shown
    config = found.get("ForwardConfig") or {}
    groups = config.get("TargetGroups") or []
    sticky = (config.get("TargetGroupStickinessConfig") or {}).get("Enabled")
    if "forward" in given or len(groups) > 1 or sticky:
        shown["forward"] = _live_forward(config, given.get("forward") or {})
    else:
        shown["targetGroupArn"] = found.get("TargetGroupArn") or groups[0]["TargetGroupArn"]
    return shown


def _live_forward(found: dict[str, Any], given: Props) -> Props:
    weighed = {group["arn"]: "weight" in group for group in given.get("targetGroups") or []}
    groups = [
        {
            "arn": group["TargetGroupArn"],
            **some(weight=group.get("Weight") if weighed.get(group["TargetGroupArn"], True) else None),
        }
        for group in found["TargetGroups"]
    ]
    sticky = found.get("TargetGroupStickinessConfig") or {}
    if not sticky.get("Enabled") and "stickiness" not in given:
        return {"targetGroups": groups}
    stickiness = some(enabled=sticky.get("Enabled", False), duration=sticky.get("DurationSeconds"))
    return {"targetGroups": groups, "stickiness": stickiness}
