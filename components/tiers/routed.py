"""How customers and writers reach the Region that serves: the name, the declared failover, the declared objectives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.naming import Names
from components.outputs import PrimaryOutputs
from components.recovery.dns import FailoverDns, FailoverDnsArgs, RegionEndpoint
from components.recovery.objectives_policy import ResiliencePolicy, ResiliencePolicyArgs
from components.recovery.region_switch import RegionSwitch, RegionSwitchArgs
from components.recovery.steps import Approach
from components.recovery.switch_blocks import RegionPair, SwitchResources, Traffic
from components.servers.fleet import ServerFleet
from components.servers.load_balancer import FrontDoor
from components.settings import DatabaseRole, Settings
from components.settings.base import Switch
from components.settings.schedules import longest_gap_hours
from components.strategy.parts import Part, Secondary
from components.strategy.selection import Decision


@dataclass(frozen=True, kw_only=True)
class RoutingArgs:
    """Inputs of the routing; all of it belongs to dr."""

    settings: Settings
    decision: Decision
    parts: Secondary
    primary: PrimaryOutputs
    front: FrontDoor | None
    fleet: ServerFleet | None
    replicas: Mapping[str, pulumi.Input[str]]
    """ARNs of the secondary Region's databases."""
    data_key_arn: pulumi.Input[str]
    """Key of the secondary Region's databases."""


class Routing(pulumi.ComponentResource):
    """The customers' name, the plan by which AWS would move it, and the objectives that AWS may judge.

    Produces the following resources: one FailoverDns; a RegionSwitch where the secondary Region holds something to switch to, and a
    ResiliencePolicy, as the settings ask for them.

    Outputs: `outputs`.

    AWS limits:
    - Of each part: see its own page.

    Cost: of each part.
    """

    def __init__(self, name: str, args: RoutingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:recovery:Routing", name, None, opts)
        self._args, self._settings = args, args.settings
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        recovery = self._settings.recovery
        dns = self._dns()
        if recovery.region_switch.state is Switch.ON and args.parts.parts:
            self._switch(dns)
        if recovery.resilience_hub is Switch.ON:
            self._declare_objectives()
        self.outputs: dict[str, Any] = {"name": dns.record_name, "zoneId": dns.zone_id, "switches": dns.switches}
        self.register_outputs({})

    def _dns(self) -> FailoverDns:
        settings, front = self._settings, self._args.front
        regions, primary = settings.regions, self._args.primary
        others = settings.recovery.other_health_checks
        args = FailoverDnsArgs(
            dns=settings.recovery.dns,
            switch_region=settings.region,
            primary=RegionEndpoint(
                region=regions.primary,
                dns_name=primary.value("frontDoor", "dnsName"),
                zone_id=primary.value("frontDoor", "zoneId"),
                extra_health_check_ids=others.get(regions.primary, ()),
            ),
            secondary=RegionEndpoint(
                region=regions.secondary,
                dns_name=front.dns_name,
                zone_id=front.zone_id,
                extra_health_check_ids=others.get(regions.secondary, ()),
            )
            if front
            else None,
            both_serve=self._args.parts.builds(Part.LATENCY_ROUTING),
            sends_to_both=Part.LATENCY_ROUTING in self._args.parts.keeps,
            ephemeral=settings.ephemeral,
        )
        return FailoverDns("name", args, self._child)

    def _switch(self, dns: FailoverDns) -> None:
        settings, names, args = self._settings, self._names, self._args
        regions, primary, fleet = settings.regions, args.primary, args.fleet
        promotable = {} if settings.database_role is DatabaseRole.PROMOTED else args.replicas
        fleets = (
            {"servers": RegionPair(primary=primary.value("servers", "groupArn"), secondary=fleet.arn)} if fleet else {}
        )
        switch = RegionSwitchArgs(
            plan_name=names.of_region(),
            role_name=names.role_name("region-switch"),
            account_id=settings.account_id,
            # Also when both Regions serve: plain RDS has one writer, and ARC replaces a plan whose approach changes.
            approach=Approach.ACTIVE_PASSIVE,
            rto_minutes=settings.objectives.rto_minutes,
            settings=settings.recovery.region_switch,
            step_timeouts=settings.recovery.step_timeouts,
            resources=SwitchResources(
                primary_region=regions.primary,
                secondary_region=regions.secondary,
                databases={
                    store: RegionPair(primary=primary.value("databases", store, "arn"), secondary=arn)
                    for store, arn in promotable.items()
                },
                fleets=fleets,
                traffic=Traffic(hosted_zone_id=dns.zone_id, record_name=dns.record_name) if args.front else None,
            ),
            key_arns=(primary.value("dataKeyArn"), args.data_key_arn) if promotable else (),
        )
        RegionSwitch("switch", switch, self._child)

    def _declare_objectives(self) -> None:
        settings = self._settings
        gap = min(longest_gap_hours(rule.schedule) for rule in settings.backup.rules.values()) * 60
        args = ResiliencePolicyArgs(
            policy_name=self._names.of_region(),
            strategy=self._args.decision.strategy.value,
            rto_minutes=settings.objectives.rto_minutes,
            rpo_minutes=settings.objectives.rpo_minutes,
            backup_interval_minutes=gap,
        )
        ResiliencePolicy("objectives", args, self._child)
