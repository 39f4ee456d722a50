"""What Route 53 refuses; rows of `rules.RULES`, as in checks_backup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.provider.codec import UNKNOWN, Props

Row = tuple[str, str, str, Callable[[Props], str | None]]

_POLICIES = (
    "failoverRoutingPolicies", "latencyRoutingPolicies", "weightedRoutingPolicies", "geolocationRoutingPolicies",
    "multivalueAnswerRoutingPolicy",
)  # fmt: skip
_ENDPOINT_TYPES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
_INTERVALS_SECONDS = (10, 30)
_LEAST_REGIONS = 3
_MAXIMUM_WEIGHT = 255
# What a type of health check cannot do without.
_NEEDED = {
    "CALCULATED": ("childHealthchecks", "childHealthThreshold"),
    "CLOUDWATCH_METRIC": ("cloudwatchAlarmName", "cloudwatchAlarmRegion"),
    "RECOVERY_CONTROL": ("routingControlArn",),
    "HTTP_STR_MATCH": ("searchString",),
    "HTTPS_STR_MATCH": ("searchString",),
}


def _first(value: Any) -> Props:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def records_or_alias(p: Props) -> str | None:
    if bool(p.get("records")) == bool(p.get("aliases")):
        return "exactly one of records and aliases must be set"
    if bool(p.get("records")) != (p.get("ttl") is not None):
        return "ttl goes with records, and never with aliases"
    return None


def one_policy(p: Props) -> str | None:
    given = [policy for policy in _POLICIES if p.get(policy)]
    if len(given) > 1:
        return f"only one routing policy may be set, not {', '.join(given)}"
    if bool(given) != bool(p.get("setIdentifier")):
        return "a routing policy and a setIdentifier go together"
    return None


def failover_role(p: Props) -> str | None:
    role = _first(p.get("failoverRoutingPolicies")).get("type")
    return None if role in (None, UNKNOWN, "PRIMARY", "SECONDARY") else f"type {role} is neither PRIMARY nor SECONDARY"


def weight(p: Props) -> str | None:
    value = _first(p.get("weightedRoutingPolicies")).get("weight")
    if isinstance(value, (int, float)) and not 0 <= value <= _MAXIMUM_WEIGHT:
        return f"weight {value} is not between 0 and {_MAXIMUM_WEIGHT}"
    return None


def needed_by_type(p: Props) -> str | None:
    kind = p.get("type")
    missing = [key for key in _NEEDED.get(str(kind), ()) if p.get(key) is None]
    if kind in _ENDPOINT_TYPES and p.get("requestInterval") is None:
        missing.append("requestInterval")
    if kind in _ENDPOINT_TYPES and not (p.get("fqdn") or p.get("ipAddress")):
        missing.append("fqdn or ipAddress")
    return f"a health check of type {kind} needs {', '.join(missing)}" if missing else None


def request_interval(p: Props) -> str | None:
    seconds = p.get("requestInterval")
    return None if seconds in (None, UNKNOWN, *_INTERVALS_SECONDS) else f"{seconds} is neither 10 nor 30 seconds"


def checker_regions(p: Props) -> str | None:
    regions, kind = p.get("regions"), p.get("type")
    if not isinstance(regions, list) or not regions:
        return None
    if kind not in (UNKNOWN, *_ENDPOINT_TYPES):
        return f"a health check of type {kind} has no regions"
    return f"{len(regions)} are fewer than {_LEAST_REGIONS}" if len(regions) < _LEAST_REGIONS else None


def public_only(p: Props) -> str | None:
    return (
        "a private zone has no accelerated recovery" if p.get("enableAcceleratedRecovery") and p.get("vpcs") else None
    )


_RECORD = "aws:route53/record:Record"
_CHECK = "aws:route53/healthCheck:HealthCheck"

ROWS: tuple[Row, ...] = (
    (_RECORD, "records", "Amazon Route 53 ResourceRecordSet", records_or_alias),
    (_RECORD, "setIdentifier", "Amazon Route 53 ResourceRecordSet", one_policy),
    (_RECORD, "failoverRoutingPolicies", "Amazon Route 53 ResourceRecordSet Failover", failover_role),
    (_RECORD, "weightedRoutingPolicies", "Amazon Route 53 ResourceRecordSet Weight", weight),
    (_CHECK, "type", "Amazon Route 53 HealthCheckConfig", needed_by_type),
    (_CHECK, "requestInterval", "Amazon Route 53 HealthCheckConfig RequestInterval", request_interval),
    (_CHECK, "regions", "Amazon Route 53 HealthCheckConfig Regions", checker_regions),
    (
        "aws:route53/zone:Zone",
        "enableAcceleratedRecovery",
        "Amazon Route 53 UpdateHostedZoneFeatures",
        public_only,
    ),
)
