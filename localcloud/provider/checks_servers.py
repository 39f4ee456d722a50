"""What AWS refuses in routes, server groups, load balancers and scaling; rows of `rules.RULES`."""

from __future__ import annotations

import re

from localcloud.provider.checks_watch import Row, exactly_one, known, one_of, structures
from localcloud.provider.codec import UNKNOWN, Props

_ELB_NAME = re.compile(r"(?!-|internal-)[A-Za-z0-9-]{1,32}(?<!-)")
_SECURE_PROTOCOLS = ("HTTPS", "TLS")
_REDIRECT_PARTS = {"host": "#{host}", "path": "/#{path}", "port": "#{port}", "protocol": "#{protocol}"}
# What an action of each type needs; the others are refused by name.
_ACTIONS = {"forward": ("targetGroupArn", "forward"), "redirect": ("redirect",), "fixed-response": ("fixedResponse",)}


def elb_name(p: Props) -> str | None:
    name = p.get("name")
    if not known(name) or _ELB_NAME.fullmatch(str(name)):
        return None
    return f"{name} must have 1 to 32 letters, digits and inner hyphens, and not begin with internal-"


def two_subnets(p: Props) -> str | None:
    subnets = p.get("subnets")
    if p.get("loadBalancerType", "application") != "application" or not isinstance(subnets, list):
        return None
    return None if len(subnets) > 1 else "an application load balancer needs subnets of two Availability Zones"


def health_timeout(p: Props) -> str | None:
    check = p.get("healthCheck")
    timeout, interval = (check.get("timeout"), check.get("interval", 30)) if isinstance(check, dict) else (None, None)
    if isinstance(timeout, int) and isinstance(interval, int) and timeout >= interval:
        return f"timeout {timeout} is not less than interval {interval}"
    return None


def certificate(p: Props) -> str | None:
    protocol = p.get("protocol", "HTTP")
    if not known(protocol):
        return None
    secure, given = protocol in _SECURE_PROTOCOLS, p.get("certificateArn") is not None
    if secure == given:
        return None
    return f"{protocol} needs a certificateArn" if secure else f"{protocol} takes no certificateArn"


def actions(p: Props) -> str | None:
    for action in structures(p.get("defaultActions")):
        kind = action.get("type")
        needs = _ACTIONS.get(str(kind), ())
        if needs and all(action.get(key) is None for key in needs):
            return f"an action of type {kind} needs {' or '.join(needs)}"
    return None


def redirect_loop(p: Props) -> str | None:
    for action in structures(p.get("defaultActions")):
        redirect = action.get("redirect")
        if isinstance(redirect, dict) and all(redirect.get(k) in (None, v) for k, v in _REDIRECT_PARTS.items()):
            return f"a redirect must change one of {', '.join(_REDIRECT_PARTS)}, or it leads to itself"
    return None


def sizes(p: Props) -> str | None:
    low, high, wanted = p.get("minSize"), p.get("maxSize"), p.get("desiredCapacity")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        return f"minSize {low} exceeds maxSize {high}"
    for name, limit, beyond in (("minSize", low, 1), ("maxSize", high, -1)):
        if isinstance(wanted, int) and isinstance(limit, int) and (limit - wanted) * beyond > 0:
            return f"desiredCapacity {wanted} is outside of {name} {limit}"
    return None


def template(p: Props) -> str | None:
    """The local cloud models groups with a launch template only."""
    given = p.get("launchTemplate")
    if given == UNKNOWN:
        return None
    return exactly_one("id", "name")(given) if isinstance(given, dict) else "launchTemplate must be set"


def capacities(p: Props) -> str | None:
    low, high = p.get("minCapacity"), p.get("maxCapacity")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        return f"minCapacity {low} exceeds maxCapacity {high}"
    return None


def tracks_a_target(p: Props) -> str | None:
    if p.get("targetTrackingScalingPolicyConfiguration") is None:
        return "targetTrackingScalingPolicyConfiguration must be set"
    return None if p.get("policyType") is not None else "policyType must be set: without it, it is StepScaling"


_POLICY = "aws:appautoscaling/policy:Policy"
_LISTENER = "aws:lb/listener:Listener"
_ROUTE = "aws:ec2/route:Route"
_GROUP = "aws:autoscaling/group:Group"
_LOCAL = "a limit of the local cloud, not of AWS"

ROWS: tuple[Row, ...] = (
    (
        _ROUTE,
        "destinationCidrBlock",
        "Amazon EC2 CreateRoute",
        exactly_one("destinationCidrBlock", "destinationIpv6CidrBlock"),
    ),
    (_ROUTE, "gatewayId", "Amazon EC2 CreateRoute", exactly_one("gatewayId", "natGatewayId")),
    (_GROUP, "desiredCapacity", "Amazon EC2 Auto Scaling CreateAutoScalingGroup", sizes),
    (_GROUP, "launchTemplate", "Amazon EC2 Auto Scaling LaunchTemplateSpecification", template),
    ("aws:lb/loadBalancer:LoadBalancer", "name", "Elastic Load Balancing CreateLoadBalancer", elb_name),
    ("aws:lb/loadBalancer:LoadBalancer", "subnets", "Elastic Load Balancing CreateLoadBalancer", two_subnets),
    ("aws:lb/targetGroup:TargetGroup", "name", "Elastic Load Balancing CreateTargetGroup", elb_name),
    ("aws:lb/targetGroup:TargetGroup", "healthCheck", "Elastic Load Balancing CreateTargetGroup", health_timeout),
    (_LISTENER, "certificateArn", "Elastic Load Balancing CreateListener", certificate),
    (_LISTENER, "defaultActions", "Elastic Load Balancing Action", actions),
    (_LISTENER, "defaultActions", "Elastic Load Balancing RedirectActionConfig", redirect_loop),
    ("aws:appautoscaling/target:Target", "minCapacity", "Application Auto Scaling RegisterScalableTarget", capacities),
    (_POLICY, "policyType", _LOCAL, one_of("policyType", ("TargetTrackingScaling",))),
    (_POLICY, "targetTrackingScalingPolicyConfiguration", _LOCAL, tracks_a_target),
)
