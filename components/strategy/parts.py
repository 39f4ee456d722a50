"""What the secondary Region holds under each strategy, and what a weaker one would take away from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from components.settings import Role, Settings
from components.settings.objectives import Strategy


class Part(StrEnum):
    """Something that a strategy adds to vault, keys, network, buckets and replicated backups, which all four hold."""

    DATABASE_REPLICAS = "database-replicas"
    TABLE_REPLICAS = "table-replicas"
    SERVERS = "servers"
    FRONT_DOOR = "load-balancer"
    LATENCY_ROUTING = "latency-records"


PARTS: dict[Strategy, frozenset[Part]] = {
    Strategy.BACKUP_RESTORE: frozenset(),
    Strategy.PILOT_LIGHT: frozenset({Part.DATABASE_REPLICAS, Part.TABLE_REPLICAS, Part.SERVERS}),
    Strategy.WARM_STANDBY: frozenset({Part.DATABASE_REPLICAS, Part.TABLE_REPLICAS, Part.SERVERS, Part.FRONT_DOOR}),
    Strategy.ACTIVE_ACTIVE: frozenset(Part),
}


@dataclass(frozen=True, kw_only=True)
class Secondary:
    """What dr builds on this run: `keeps` stays, `retires` is registered unprotected, the first step of its removal."""

    keeps: frozenset[Part]
    retires: frozenset[Part] = frozenset()

    def builds(self, part: Part) -> bool:
        return part in self.keeps or part in self.retires

    @property
    def parts(self) -> frozenset[Part]:
        return self.keeps | self.retires


def servers_percent(settings: Settings, strategy: Strategy) -> int:
    """The share of the full fleet that runs in the secondary Region; all of it once that Region is the active one."""
    if settings.active_region is Role.SECONDARY or strategy is Strategy.ACTIVE_ACTIVE:
        return 100
    return settings.servers.warm_fraction_percent if strategy is Strategy.WARM_STANDBY else 0
