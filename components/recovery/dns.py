"""Route 53: the name that customers use follows the health of the Regions; nobody edits a record in a disaster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.recovery.health import RegionHealth, RegionHealthArgs
from components.settings.recovery import Dns

# Set identifiers of the failover records; the Region switch plan maps each to its Region.
PRIMARY_RECORD, SECONDARY_RECORD = "primary", "secondary"
# Where the latency records of active-active live: under a name of their own, because records of one name share one
# routing policy (Route 53 developer guide, "Choosing a routing policy"; API ChangeResourceRecordSets).
REGIONS_LABEL = "regions"


@dataclass(frozen=True, kw_only=True)
class RegionEndpoint:
    """The load balancer of a Region."""

    region: str
    dns_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    """Of the load balancer's name (Elastic Load Balancing CanonicalHostedZoneId), not of our own zone."""
    extra_health_check_ids: Sequence[pulumi.Input[str]] = ()
    """More checks that must be healthy for this Region to serve."""


@dataclass(frozen=True, kw_only=True)
class FailoverDnsArgs:
    """Inputs of the customers' name."""

    dns: Dns
    primary: RegionEndpoint
    switch_region: str
    """Region of the switches' alarms: the secondary one, so that they work while the primary Region does not."""
    secondary: RegionEndpoint | None = None
    """None while the secondary Region has no load balancer: then there is nothing to fail over to."""
    both_serve: bool = False
    """Active-active: each customer is sent to the nearer of the healthy Regions."""
    sends_to_both: bool = True
    """False keeps the latency records of `both_serve` unused: the first step of their removal."""
    ephemeral: bool = False


class FailoverDns(pulumi.ComponentResource):
    """One name for both Regions that answers with a healthy one, by itself or at the turn of a switch.

    dr owns all of it, the primary Region's part too: a health check can name only an alarm that exists, the alarm must
    be where the primary Region's failure does not reach it, and prod never reads dr. Records never change in a
    disaster: Route 53's control plane is in us-east-1, its health checks and answers are everywhere.

    Active-active adds a latency record for each Region under `regions.<record>` and points the primary failover record
    there, in place: changing between the strategies replaces no record and leaves no moment without an answer.

    Produces the following resources:
    - `route53.Zone` (protected, accelerated recovery) unless an existing one is named
    - a RegionHealth for each Region that has a load balancer
    - `route53.Record`: failover primary, failover secondary (if there is one), and two latency records (`both_serve`)

    Outputs: `zone_id`, `name_servers` (of the zone made here; empty for an existing one: delegate the domain to them),
    `record_name`, `health_check_ids` and `switches` (both by set identifier).

    AWS limits:
    - only `name` and `zone_id` of a record force its replacement, its alias does not (provider source, aws_route53_record)
    - records of one name and type share one routing policy (Route 53 API ChangeResourceRecordSets)
    - a failover record without a health signal never fails over (Route 53 developer guide, "Active-active and
      active-passive failover")
    - accelerated recovery is for public zones (provider documentation of `route53.Zone`)

    Cost: a health check of an AWS endpoint $0.50 a month, each optional feature (HTTPS, the fast interval) $1 more; the
    zone and its queries are not priced here.
    """

    def __init__(self, name: str, args: FailoverDnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:dns:FailoverDns", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._args = args
        self.record_name = args.dns.record_name
        self.name_servers: pulumi.Output[Sequence[str]] = pulumi.Output.from_input([])
        self.zone_id: pulumi.Output[str] = self._zone(name)
        endpoints = served(args)
        health = {identifier: self._health(name, identifier, endpoint) for identifier, endpoint in endpoints.items()}
        self.health_check_ids = {identifier: made.health_check_id for identifier, made in health.items()}
        self.switches = {identifier: made.switch for identifier, made in health.items()}
        regions = [
            self._latency(name, identifier, endpoint) for identifier, endpoint in endpoints.items() if args.both_serve
        ]
        for identifier, endpoint in endpoints.items():
            uses_regions = identifier == PRIMARY_RECORD and args.sends_to_both
            self._failover(name, identifier, endpoint, regions if uses_regions else [])
        self.register_outputs({"zoneId": self.zone_id, "recordName": self.record_name})

    def _zone(self, name: str) -> pulumi.Output[str]:
        dns = self._args.dns
        if dns.hosted_zone_id is not None:
            return pulumi.Output.from_input(dns.hosted_zone_id)
        zone = aws.route53.Zone(
            f"{name}-zone",
            name=dns.zone_name,
            comment="SecureCart; owned by the stack of the secondary Region",
            # Changes are possible again within 60 minutes of a failure of us-east-1 (Route 53 developer guide,
            # "Accelerated recovery").
            enable_accelerated_recovery=True,
            force_destroy=self._args.ephemeral,
            tags={"Name": dns.zone_name},
            opts=store_options(self, ephemeral=self._args.ephemeral),
        )
        self.name_servers = zone.name_servers
        made: pulumi.Output[str] = zone.zone_id
        return made

    def _health(self, name: str, identifier: str, endpoint: RegionEndpoint) -> RegionHealth:
        args = RegionHealthArgs(
            dns=self._args.dns,
            side=identifier,
            endpoint_name=endpoint.dns_name,
            switch_region=self._args.switch_region,
            extra_health_check_ids=endpoint.extra_health_check_ids,
        )
        return RegionHealth(f"{name}-{identifier}", args, self._child)

    def _latency(self, name: str, identifier: str, endpoint: RegionEndpoint) -> aws.route53.Record:
        return aws.route53.Record(
            f"{name}-{identifier}-latency",
            zone_id=self.zone_id,
            name=self._regions_name,
            type="A",
            set_identifier=endpoint.region,
            latency_routing_policies=[aws.route53.RecordLatencyRoutingPolicyArgs(region=endpoint.region)],
            health_check_id=self.health_check_ids[identifier],
            aliases=[_alias(endpoint.dns_name, endpoint.zone_id)],
            opts=self._child,
        )

    def _failover(
        self, name: str, identifier: str, endpoint: RegionEndpoint, regions: Sequence[aws.route53.Record]
    ) -> None:
        alias = _alias(self._regions_name, self.zone_id) if regions else _alias(endpoint.dns_name, endpoint.zone_id)
        aws.route53.Record(
            f"{name}-{identifier}",
            zone_id=self.zone_id,
            name=self.record_name,
            type="A",
            set_identifier=identifier,
            failover_routing_policies=[aws.route53.RecordFailoverRoutingPolicyArgs(type=identifier.upper())],
            health_check_id=self.health_check_ids[identifier],
            aliases=[alias],
            # Route 53 refuses an alias to a record that does not exist.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(regions)),
        )

    @property
    def _regions_name(self) -> str:
        return f"{REGIONS_LABEL}.{self.record_name}"


def served(args: FailoverDnsArgs) -> dict[str, RegionEndpoint]:
    """The load balancers by set identifier. Raises ValueError when both Regions shall serve and one cannot."""
    if args.both_serve and args.secondary is None:
        raise ValueError(
            "both_serve needs a load balancer in the secondary Region: give `secondary` (strategy active-active)"
        )
    found = {PRIMARY_RECORD: args.primary}
    return found | ({SECONDARY_RECORD: args.secondary} if args.secondary is not None else {})


def _alias(target: pulumi.Input[str], zone_id: pulumi.Input[str]) -> aws.route53.RecordAliasArgs:
    return aws.route53.RecordAliasArgs(name=target, zone_id=zone_id, evaluate_target_health=True)
