"""How customers and writers reach the Region that serves: the name, the declared failover, the declared objectives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.naming import PROJECT, Names
from components.outputs import PrimaryOutputs
from components.recovery.dns import Endpoint, FailoverDns, FailoverDnsArgs
from components.recovery.region_switch import RegionSwitch, RegionSwitchArgs
from components.recovery.resilience_policy import ResiliencePolicy, ResiliencePolicyArgs
from components.servers.fleet import ServerFleet
from components.servers.load_balancer import FrontDoor
from components.settings import DatabaseRole, Settings
from components.strategy.parts import Part, Secondary
from components.strategy.schedules import largest_gap_minutes
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
        if recovery.region_switch and args.parts.keeps:
            self._switch(dns)
        if recovery.resilience_hub:
            self._declare_objectives()
        self.outputs: dict[str, Any] = {"name": dns.name, "zoneId": dns.zone_id, "switches": dns.switches}
        self.register_outputs({})

    def _dns(self) -> FailoverDns:
        settings, front = self._settings, self._args.front
        regions, primary = settings.regions, self._args.primary
        others = settings.recovery.other_health_checks
        args = FailoverDnsArgs(
            dns=settings.recovery.dns,
            prefix=PROJECT,
            region=settings.region,
            health_path=settings.servers.health_path,
            primary=Endpoint(
                region=regions.primary,
                dns_name=primary.value("frontDoor", "dnsName"),
                zone_id=primary.value("frontDoor", "zoneId"),
                other_checks=others.get(regions.primary, ()),
            ),
            secondary=Endpoint(
                region=regions.secondary,
                dns_name=front.dns_name,
                zone_id=front.zone_id,
                other_checks=others.get(regions.secondary, ()),
            )
            if front
            else None,
            both_serve=self._args.parts.builds(Part.LATENCY_ROUTING),
            points_at_both=Part.LATENCY_ROUTING in self._args.parts.keeps,
        )
        return FailoverDns("name", args, self._child)

    def _switch(self, dns: FailoverDns) -> None:
        settings, names, args = self._settings, self._names, self._args
        regions, primary, fleet = settings.regions, args.primary, args.fleet
        promotable = args.replicas if settings.database_role is DatabaseRole.REPLICA else {}
        switch = RegionSwitchArgs(
            plan_name=names.of_region(),
            role_name=names.role_name("region-switch"),
            approver_role_arn=f"arn:aws:iam::{settings.account_id}:role/{settings.administrator_roles[0]}",
            account_id=settings.account_id,
            primary_region=regions.primary,
            secondary_region=regions.secondary,
            strategy=args.decision.strategy,
            rto_minutes=settings.objectives.rto_minutes,
            timeouts=settings.recovery.timeouts,
            databases={
                store: {regions.primary: primary.value("databases", store, "arn"), regions.secondary: arn}
                for store, arn in promotable.items()
            },
            fleets={
                regions.primary: primary.value("servers", "groupArn"),
                regions.secondary: fleet.group_arn,
            }
            if fleet
            else {},
            zone_id=dns.zone_id,
            record_name=dns.name,
        )
        RegionSwitch("switch", switch, self._child)

    def _declare_objectives(self) -> None:
        settings = self._settings
        gap = min(largest_gap_minutes(rule.schedule) for rule in settings.backup.rules.values())
        args = ResiliencePolicyArgs(
            policy_name=self._names.of_region(),
            strategy=self._args.decision.strategy,
            objectives=settings.objectives,
            backup_interval_minutes=gap,
        )
        ResiliencePolicy("objectives", args, self._child)
