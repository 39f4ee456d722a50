"""The name that customers use, and the health that moves it (row 13)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.recovery import Dns

# The switch of a Region: an operator, or `securecart failover`, writes this metric; nothing else does.
SWITCH_NAMESPACE = "SecureCart/Recovery"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A Region's load balancer."""

    region: str
    dns_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    """Hosted zone of the load balancer's name, which an alias needs."""
    other_checks: tuple[pulumi.Input[str], ...] = ()
    """Health checks of others that decide as well, for example of ARC Region switch (the outputs of its plan name them)."""


@dataclass(frozen=True, kw_only=True)
class FailoverDnsArgs:
    """Inputs of the name."""

    dns: Dns
    prefix: str
    """Begins the names of the switches."""
    region: str
    """The secondary Region, where the switches are: they must work when the primary Region does not."""
    health_path: str
    primary: Endpoint
    secondary: Endpoint | None = None
    """None where the strategy keeps no load balancer in the secondary Region."""
    both_serve: bool = False
    """Active-active: there are latency records, for customers to reach the nearer Region."""
    points_at_both: bool = False
    """Whether the name uses them; not while they are on their way out."""


class FailoverDns(pulumi.ComponentResource):
    """One name that follows health. In a disaster nobody edits a record: Route 53's control plane is in one Region, its answers and
    health checks are everywhere.

    All of it belongs to dr: prod reads nothing of dr, a record of the secondary needs its load balancer, and a health check can
    only name an alarm that exists. Until dr is deployed, customers use the primary load balancer's own name.

    The public name always has failover records, since Route 53 mixes no routing policies in one name. When both Regions serve, the
    PRIMARY record points at latency records under `regions.<name>` instead of at the load balancer: an update in place.

    Produces the following resources:
    - `route53.Zone` (with accelerated recovery), unless an existing one is named
    - for each Region an endpoint `route53.HealthCheck`, a switch (`cloudwatch.MetricAlarm` and its `route53.HealthCheck`), and a
      calculated `route53.HealthCheck` that is healthy while all of them are
    - `route53.Record` PRIMARY, SECONDARY where that Region has a load balancer, and two latency records where both serve

    Outputs: `name`, `zone_id`, `switches` (alarm names by Region).

    AWS limits:
    - A PRIMARY record without a health check never fails over (Amazon Route 53 developer guide, "Active-passive failover").
    - An alarm behind a health check uses standard resolution and one of a few statistics (Amazon Route 53, "Monitoring CloudWatch
      alarms"); Sum and Maximum are among them.
    - A switch keeps its last state while nobody writes it: missing data is ignored.

    Cost: $0.50 a health check of an AWS endpoint and month, $1 more for HTTPS and $1 more for fast checks.
    """

    def __init__(self, name: str, args: FailoverDnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:recovery:FailoverDns", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.name = args.dns.record_name
        self.switches: dict[str, str] = {}
        self.zone_id: pulumi.Output[str] = self._zone(name, args.dns)
        primary = self._health(name, "primary", args, args.primary)
        secondary = self._health(name, "secondary", args, args.secondary) if args.secondary else None
        target = args.primary
        if args.both_serve and args.secondary and secondary is not None:
            for side, endpoint, health in (
                ("primary", args.primary, primary),
                ("secondary", args.secondary, secondary),
            ):
                self._latency_record(name, side, endpoint, health)
            if args.points_at_both:
                # The health of both names' records decides; an alias in the same zone costs nothing.
                target = Endpoint(region=args.primary.region, dns_name=f"regions.{self.name}", zone_id=self.zone_id)
        self._failover_record(name, "primary", target, primary)
        if args.secondary and secondary is not None:
            self._failover_record(name, "secondary", args.secondary, secondary)
        self.register_outputs({"name": self.name, "zoneId": self.zone_id})

    def _zone(self, name: str, dns: Dns) -> pulumi.Output[str]:
        if dns.hosted_zone_id:
            return pulumi.Output.from_input(dns.hosted_zone_id)
        zone = aws.route53.Zone(
            f"{name}-zone",
            name=dns.zone_name,
            comment="SecureCart; its records follow health and are never edited in a disaster",
            # Changes stay possible within an hour when the control plane's Region is lost.
            enable_accelerated_recovery=True,
            tags={"Name": dns.zone_name},
            opts=self._child,
        )
        zone_id: pulumi.Output[str] = zone.zone_id
        return zone_id

    def _health(self, name: str, side: str, args: FailoverDnsArgs, endpoint: Endpoint) -> pulumi.Output[str]:
        """Healthy while the endpoint answers, the switch is on, and whoever else is asked agrees."""
        answers = aws.route53.HealthCheck(
            f"{name}-{side}-endpoint",
            type="HTTPS",
            fqdn=endpoint.dns_name,
            port=443,
            resource_path=args.health_path,
            request_interval=10 if args.dns.fast_checks else 30,
            failure_threshold=args.dns.failure_threshold,
            measure_latency=True,
            enable_sni=True,
            tags={"Name": f"{args.prefix}-{side}-endpoint"},
            opts=self._child,
        )
        children = [answers.id, self._switch(name, side, args), *endpoint.other_checks]
        healthy = aws.route53.HealthCheck(
            f"{name}-{side}-healthy",
            type="CALCULATED",
            child_healthchecks=children,
            child_health_threshold=len(children),
            tags={"Name": f"{args.prefix}-{side}-healthy"},
            opts=self._child,
        )
        healthy_id: pulumi.Output[str] = healthy.id
        return healthy_id

    def _switch(self, name: str, side: str, args: FailoverDnsArgs) -> pulumi.Output[str]:
        alarm_name = f"{args.prefix}-{side}-out-of-service"
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-{side}-switch",
            name=alarm_name,
            alarm_description=f"On while somebody keeps customers away from the {side} Region: write 1 or 0 to its metric",
            namespace=SWITCH_NAMESPACE,
            metric_name=f"{side.capitalize()}OutOfService",
            statistic="Maximum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            period=60,
            evaluation_periods=1,
            # Nobody writes it for months: it stays as it was.
            treat_missing_data="ignore",
            tags={"Name": alarm_name},
            opts=self._child,
        )
        self.switches[side] = alarm_name
        check = aws.route53.HealthCheck(
            f"{name}-{side}-switch",
            type="CLOUDWATCH_METRIC",
            cloudwatch_alarm_name=alarm.name,
            cloudwatch_alarm_region=args.region,
            # Before it is written for the first time the alarm knows nothing, and the Region serves.
            insufficient_data_health_status="Healthy",
            tags={"Name": alarm_name},
            opts=self._child,
        )
        check_id: pulumi.Output[str] = check.id
        return check_id

    def _failover_record(self, name: str, side: str, target: Endpoint, health: pulumi.Output[str]) -> None:
        aws.route53.Record(
            f"{name}-{side}",
            zone_id=self.zone_id,
            name=self.name,
            type="A",
            set_identifier=side,
            failover_routing_policies=[aws.route53.RecordFailoverRoutingPolicyArgs(type=side.upper())],
            aliases=[_alias(target)],
            health_check_id=health,
            opts=self._child,
        )

    def _latency_record(self, name: str, side: str, endpoint: Endpoint, health: pulumi.Output[str]) -> None:
        aws.route53.Record(
            f"{name}-{side}-latency",
            zone_id=self.zone_id,
            name=f"regions.{self.name}",
            type="A",
            set_identifier=side,
            latency_routing_policies=[aws.route53.RecordLatencyRoutingPolicyArgs(region=endpoint.region)],
            aliases=[_alias(endpoint)],
            health_check_id=health,
            opts=self._child,
        )


def _alias(endpoint: Endpoint) -> aws.route53.RecordAliasArgs:
    return aws.route53.RecordAliasArgs(name=endpoint.dns_name, zone_id=endpoint.zone_id, evaluate_target_health=True)
