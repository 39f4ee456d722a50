"""The Regions that databases are in: the wires between them, and what becomes of a database when its Region is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.databases import server as process
from localcloud.databases.errors import DatabaseError
from localcloud.databases.relay import Relay
from localcloud.databases.server import Server

if TYPE_CHECKING:
    from localcloud.databases.fleet import Fleet

# One way between us-east-1 and us-west-2; a round trip takes about 60 to 70 ms.
LATENCY_SECONDS = 0.035


class Regions:
    """Which Regions are out, and how slow the wires between them are."""

    def __init__(self, fleet: Fleet) -> None:
        self.out: set[str] = set()
        self.latency_seconds = LATENCY_SECONDS
        self.lag_seconds = 0.0
        self._fleet = fleet

    def require(self, region: str) -> None:
        """Raises DatabaseError when the Region is out: nothing can be copied from there."""
        if region in self.out:
            raise DatabaseError(f"the Region {region} cannot be reached")

    def relays(self, region: str | None = None) -> list[Relay]:
        """The wires that end in the Region; all of them without one."""
        return [
            server.relay
            for server in list(self._fleet.servers.values())
            if server.relay is not None
            and (region is None or region in (server.key.region, server.source and server.source.key.region))
        ]

    def set_lag(self, seconds: float) -> None:
        """How long at least what a source sends is on its way into another Region, now and for replicas to come."""
        self.lag_seconds = seconds
        for relay in self.relays():
            self.slow_down(relay)

    def slow_down(self, relay: Relay) -> None:
        """Give the relay the latency and the lag of the wires between the Regions."""
        relay.latency_seconds, relay.lag_seconds = self.latency_seconds, self.lag_seconds

    def lose(self, region: str) -> None:
        """The machines of the Region die, its disks survive, and what is on the wire is lost."""
        self.out.add(region)
        relays = self.relays(region)
        for relay in relays:
            relay.cut()
        for server in self._servers(region):
            process.kill(server)
        for relay in relays:
            relay.drop()

    def regain(self, region: str) -> None:
        """The Region is back, its old primaries too: writable, with what was never replicated."""
        self.out.discard(region)
        self._fleet.start_all([server for server in self._servers(region) if server.wanted and not server.alive])
        for relay in self.relays(region):
            relay.heal()

    def reset(self) -> None:
        """As after a start: every Region is there, and nothing is slower than it has to be."""
        for relay in self.relays():
            relay.close()
        self.out.clear()
        self.lag_seconds = 0.0

    def _servers(self, region: str) -> list[Server]:
        return [server for server in list(self._fleet.servers.values()) if server.key.region == region]
