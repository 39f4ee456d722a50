"""Listeners of load balancers: forwarding and redirecting."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.load_balancing import live_tags, set_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list

# Input of a redirect -> member of RedirectActionConfig, with what is meant where it is left out.
_REDIRECT = {
    "protocol": ("Protocol", "#{protocol}"),
    "port": ("Port", "#{port}"),
    "host": ("Host", "#{host}"),
    "path": ("Path", "/#{path}"),
    "query": ("Query", "#{query}"),
    "statusCode": ("StatusCode", None),
}


class Listener(ResourceType):
    """Default actions of the kinds `forward` (to one group) and `redirect`; the others are refused by name."""

    token = "aws:lb/listener:Listener"
    replace_on = frozenset({"loadBalancerArn"})
    modelled = frozenset({"loadBalancerArn", "port", "protocol", "sslPolicy", "certificateArn", "defaultActions"})
    not_modelled = frozenset(
        {
            "defaultActions.forward",
            "defaultActions.fixedResponse",
            "defaultActions.authenticateCognito",
            "defaultActions.authenticateOidc",
            "defaultActions.jwtValidation",
        }
    )
    kept = frozenset({"sslPolicy"})
    member_defaults: ClassVar = {
        "defaultActions": {"order": 1, **{key: default for key, (_, default) in _REDIRECT.items() if default}}
    }
    computed = ("arn",)

    def create(self, c: Context, p: Props) -> str:
        made = c.client("elbv2").create_listener(
            LoadBalancerArn=p["loadBalancerArn"], **self._said(p), **some(Tags=tag_list(c.all_tags(p)) or None)
        )
        return str(made["Listeners"][0]["ListenerArn"])

    @staticmethod
    def _said(p: Props) -> dict[str, Any]:
        certificate = p.get("certificateArn")
        return {
            "DefaultActions": [_to_api(action) for action in p["defaultActions"]],
            **some(
                Port=None if p.get("port") is None else int(p["port"]),
                Protocol=p.get("protocol"),
                SslPolicy=p.get("sslPolicy"),
                Certificates=[{"CertificateArn": certificate}] if certificate else None,
            ),
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("elbv2").describe_listeners(ListenerArns=[id_])["Listeners"][0]
        certificates = found.get("Certificates") or []
        return {
            "arn": id_,
            "loadBalancerArn": found["LoadBalancerArn"],
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "sslPolicy": found.get("SslPolicy") if found.get("Protocol") in ("HTTPS", "TLS") else None,
            "certificateArn": certificates[0]["CertificateArn"] if certificates else None,
            "defaultActions": [_from_api(action) for action in found["DefaultActions"]],
            "tagsAll": live_tags(c, id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        c.client("elbv2").modify_listener(ListenerArn=id_, **self._said(new))
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("elbv2").delete_listener(ListenerArn=id_)


def _to_api(action: Props) -> dict[str, Any]:
    redirect = action.get("redirect")
    return {
        "Type": action["type"],
        **some(
            TargetGroupArn=action.get("targetGroupArn"),
            RedirectConfig={member: redirect.get(key) or default for key, (member, default) in _REDIRECT.items()}
            if redirect
            else None,
        ),
    }


def _from_api(action: dict[str, Any]) -> Props:
    redirect = action.get("RedirectConfig")
    return {
        "type": action["Type"],
        **some(
            targetGroupArn=action.get("TargetGroupArn"),
            redirect={key: redirect[member] for key, (member, _) in _REDIRECT.items() if redirect.get(member)}
            if redirect
            else None,
        ),
    }
