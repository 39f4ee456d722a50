"""Which Region the customers' name means now. The local cloud answers no DNS, so the answer is computed as Route 53 would.

Everything is read from AWS's APIs: the records of the name, their health checks, and what those look at. Route 53's own
answer differs in time only: its checkers need a check's failure threshold times its interval to notice, and resolvers
keep an answer for its TTL (60 s for an alias of a load balancer). `Resolver` waits for the first, scaled by `patience`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.traffic.targets import Clients

ROUTE53_REGION = "us-east-1"
# Load balancers' names: NAME-ID.REGION.elb.amazonaws.com, and NAME-ID.elb.REGION.amazonaws.com of network load balancers.
_REGION_IN_NAME = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.elb\.amazonaws|\.elb\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws")
# How far back a metric is looked at for the last known status: the switches keep their position without new data.
_LOOK_BACK = timedelta(days=14)
_PERIODS_SECONDS = (60, 3600)
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
Now = Callable[[], datetime]


class NoAnswerError(Exception):
    """The name has no record that leads to a Region."""


@dataclass
class Resolver:
    """Answers with the active Region. `patience` 1 waits as long as Route 53's checkers do before a check fails."""

    clients: Clients
    record_name: str
    patience: float = 1.0
    now: Now = field(default=lambda: datetime.now(UTC))
    _failing_since: dict[str, float] = field(default_factory=dict)

    def active_region(self) -> str:
        """The Region that a customer is sent to now. Raises NoAnswerError, ClientError or BotoCoreError."""
        return self._follow(self._zone(), self.record_name.rstrip(".") + ".")

    def _follow(self, zone_id: str, name: str) -> str:
        """Through aliases within the zone, as Route 53 does for one query."""
        record = self._choose(zone_id, self._records(zone_id, name))
        target = str(record.get("AliasTarget", {}).get("DNSName", ""))
        if found := _REGION_IN_NAME.search(target):
            return str(found[1] or found[2])
        if self._records(zone_id, target):
            return self._follow(zone_id, target)
        raise NoAnswerError(f"{name} leads to {target or 'addresses'}, which is in no Region that can be told")

    def _choose(self, zone_id: str, records: list[dict[str, Any]]) -> dict[str, Any]:
        """Failover: the primary if it is healthy, or if none is; else the first healthy one, or the first if none is."""
        if not records:
            raise NoAnswerError(f"{self.record_name} has no record")
        ranked = sorted(records, key=lambda record: record.get("Failover") == "SECONDARY")
        return next((record for record in ranked if self._serves(zone_id, record)), ranked[0])

    def _serves(self, zone_id: str, record: Mapping[str, Any]) -> bool:
        """Healthy by its check, and so is what it is an alias of, if that shall be looked at."""
        check = record.get("HealthCheckId")
        if check is not None and not self._healthy(check):
            return False
        alias = record.get("AliasTarget", {})
        behind = self._records(zone_id, str(alias.get("DNSName", ""))) if alias.get("EvaluateTargetHealth") else []
        return not behind or any(self._serves(zone_id, one) for one in behind)

    def _zone(self) -> str:
        zones = self.clients("route53", ROUTE53_REGION).list_hosted_zones()["HostedZones"]
        name = self.record_name.rstrip(".") + "."
        fitting = [zone for zone in zones if name == zone["Name"] or name.endswith("." + zone["Name"])]
        if not fitting:
            raise NoAnswerError(f"no zone holds {self.record_name}")
        return str(max(fitting, key=lambda zone: len(zone["Name"]))["Id"])

    def _records(self, zone_id: str, name: str) -> list[dict[str, Any]]:
        pages = self.clients("route53", ROUTE53_REGION).get_paginator("list_resource_record_sets")
        wanted = name.rstrip(".")
        found = [record for page in pages.paginate(HostedZoneId=zone_id) for record in page["ResourceRecordSets"]]
        return [record for record in found if record["Name"].rstrip(".") == wanted and record["Type"] in ("A", "AAAA")]

    def _healthy(self, check_id: str) -> bool:
        config = self.clients("route53", ROUTE53_REGION).get_health_check(HealthCheckId=check_id)["HealthCheck"][
            "HealthCheckConfig"
        ]
        if config.get("Disabled"):
            return True  # API reference, HealthCheckConfig: a disabled check counts as healthy
        return self._status(check_id, config) is not bool(config.get("Inverted"))

    def _status(self, check_id: str, config: Mapping[str, Any]) -> bool:
        if config["Type"] == "CALCULATED":
            healthy = sum(self._healthy(child) for child in config["ChildHealthChecks"])
            return healthy >= int(config["HealthThreshold"])
        if config["Type"] == "CLOUDWATCH_METRIC":
            return self._metric_is_fine(config)
        patience = self.patience * config.get("FailureThreshold", 3) * config.get("RequestInterval", 30)
        return self._patiently(check_id, patience, self._answers(str(config.get("FullyQualifiedDomainName", ""))))

    def _patiently(self, check_id: str, patience_seconds: float, answers: bool) -> bool:
        """A check turns when as many requests in a row have ended otherwise as its threshold says."""
        if answers:
            self._failing_since.pop(check_id, None)
            return True
        since = self._failing_since.setdefault(check_id, time.monotonic())
        return time.monotonic() - since < patience_seconds

    def _answers(self, domain_name: str) -> bool:
        """For the checkers' request: no server runs behind a load balancer of the local cloud, so it answers if it exists
        in a Region that answers."""
        found = _REGION_IN_NAME.search(domain_name)
        if found is None:
            return True
        try:
            described = self.clients("elbv2", found[1] or found[2]).describe_load_balancers()["LoadBalancers"]
        except (BotoCoreError, ClientError):
            return False
        return any(one["DNSName"].lower() == domain_name.lower() for one in described)

    def _metric_is_fine(self, config: Mapping[str, Any]) -> bool:
        """Route 53 reads the metric's data and not the alarm's state (developer guide, "Monitoring a CloudWatch alarm")."""
        region, name = config["AlarmIdentifier"]["Region"], config["AlarmIdentifier"]["Name"]
        without_data = config.get("InsufficientDataHealthStatus") != "Unhealthy"
        try:
            cloudwatch = self.clients("cloudwatch", region)
            [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
            last = _last_value(cloudwatch, alarm, self.now())
        except (BotoCoreError, ClientError, ValueError):
            return without_data
        return without_data if last is None else not _COMPARISONS[alarm["ComparisonOperator"]](last, alarm["Threshold"])


def _last_value(cloudwatch: Any, alarm: Mapping[str, Any], now: datetime) -> float | None:
    statistic = alarm["Statistic"]
    for period in _PERIODS_SECONDS:
        points = cloudwatch.get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm.get("Dimensions", []),
            StartTime=now - (_LOOK_BACK if period != _PERIODS_SECONDS[0] else timedelta(minutes=15)),
            EndTime=now + timedelta(minutes=1),
            Period=period,
            Statistics=[statistic],
        )["Datapoints"]
        if points:
            return float(max(points, key=lambda point: point["Timestamp"])[statistic])
    return None
