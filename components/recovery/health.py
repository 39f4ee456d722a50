"""Whether a Region may serve: what Route 53 sees of its load balancer, and a switch that a person or a tool turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.network_groups import HTTPS_PORT
from components.settings.recovery import Dns

# A Region is switched off by publishing 1 to its metric, and on again by publishing 0. Whoever may do that is decided by
# IAM: cloudwatch:PutMetricData with the condition key cloudwatch:namespace.
SWITCH_NAMESPACE = "SecureCart/Recovery"
SWITCH_METRICS = {"primary": "PrimaryOutOfService", "secondary": "SecondaryOutOfService"}
# Route 53 reads standard-resolution metrics only (Route 53 developer guide, health checks that monitor alarms).
SWITCH_PERIOD_SECONDS = 60
# Route 53 API, HealthCheckConfig ChildHealthChecks.
CHILDREN_MAXIMUM = 256


@dataclass(frozen=True, kw_only=True)
class RecoverySwitch:
    """What the failover command publishes to, and what it reads back."""

    region: str
    namespace: str
    metric_name: str
    alarm_name: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class RegionHealthArgs:
    """Inputs of one Region's health."""

    dns: Dns
    side: str
    """`primary` or `secondary`: which metric switches it."""
    endpoint_name: pulumi.Input[str]
    switch_region: str
    extra_health_check_ids: Sequence[pulumi.Input[str]] = ()


class RegionHealth(pulumi.ComponentResource):
    """Healthy while the load balancer answers over HTTPS and nobody has switched the Region off.

    The switch stays where it was put: its alarm ignores missing data, and Route 53, which reads the metric's data and
    not the alarm's state, keeps the last known status. With `Healthy` in its place a Region that was switched off would
    come back by itself a minute later. A switch that was never turned is on.

    Produces the following resources:
    - `route53.HealthCheck` of the endpoint (HTTPS), of the switch (CLOUDWATCH_METRIC), and of both together (CALCULATED)
    - `cloudwatch.MetricAlarm`, the switch.

    Outputs: `health_check_id` (of all together), `switch`.

    AWS limits:
    - Route 53 health checkers do not validate the certificate, so the load balancer's own name can be asked (Route 53
      developer guide, "Values that you specify when you create or update health checks")
    - a new check whose alarm has no data counts as healthy under `LastKnownStatus` (Route 53 API HealthCheckConfig
      InsufficientDataHealthStatus)
    - at most 256 checks make up a calculated one (Route 53 API HealthCheckConfig ChildHealthChecks)

    Cost: health checks $0.50 a month each, HTTPS and the fast interval $1 more each; the alarm is not priced here.
    """

    def __init__(self, name: str, args: RegionHealthArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:health:RegionHealth", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.switch = self._switch(name, args)
        children = all_of(
            [self._endpoint(name, args).id, self._switched_on(name, args).id, *args.extra_health_check_ids]
        )
        together = aws.route53.HealthCheck(
            f"{name}-all",
            type="CALCULATED",
            child_healthchecks=children,
            child_health_threshold=len(children),
            tags={"Name": name},
            opts=self._child,
        )
        self.health_check_id: pulumi.Output[str] = together.id
        self.register_outputs({"healthCheckId": self.health_check_id})

    def _switch(self, name: str, args: RegionHealthArgs) -> RecoverySwitch:
        metric_name = SWITCH_METRICS[args.side]
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-switch",
            name=f"securecart-{args.side}-out-of-service",
            alarm_description=f"The {args.side} Region is switched off: publish 0 to {metric_name} to switch it on",
            namespace=SWITCH_NAMESPACE,
            metric_name=metric_name,
            statistic="Maximum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            period=SWITCH_PERIOD_SECONDS,
            evaluation_periods=1,
            treat_missing_data="ignore",
            tags={"Name": name},
            opts=self._child,
        )
        return RecoverySwitch(
            region=args.switch_region, namespace=SWITCH_NAMESPACE, metric_name=metric_name, alarm_name=alarm.name
        )

    def _endpoint(self, name: str, args: RegionHealthArgs) -> aws.route53.HealthCheck:
        return aws.route53.HealthCheck(
            f"{name}-endpoint",
            type="HTTPS",
            fqdn=args.endpoint_name,
            port=HTTPS_PORT,
            enable_sni=True,
            resource_path=args.dns.health_path,
            request_interval=args.dns.health_interval_seconds,
            failure_threshold=args.dns.failure_threshold,
            tags={"Name": f"{name}-endpoint"},
            opts=self._child,
        )

    def _switched_on(self, name: str, args: RegionHealthArgs) -> aws.route53.HealthCheck:
        return aws.route53.HealthCheck(
            f"{name}-switch",
            type="CLOUDWATCH_METRIC",
            cloudwatch_alarm_name=self.switch.alarm_name,
            cloudwatch_alarm_region=args.switch_region,
            insufficient_data_health_status="LastKnownStatus",
            tags={"Name": f"{name}-switch"},
            opts=self._child,
        )


def all_of(children: Sequence[pulumi.Input[str]]) -> list[pulumi.Input[str]]:
    """The children of a calculated check. Raises ValueError for more than Route 53 takes."""
    if len(children) > CHILDREN_MAXIMUM:
        raise ValueError(
            f"extra_health_check_ids makes {len(children)} checks of one Region, allowed are {CHILDREN_MAXIMUM} in all"
            " (Route 53 API HealthCheckConfig ChildHealthChecks)"
        )
    return list(children)
