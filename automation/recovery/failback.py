"""Back to the primary Region, without losing a transaction: new replica from the survivor, freeze, lag 0, switch, new replica.

A promoted database never becomes a replica again, so both Regions get databases of the next generation. What the old ones held is
kept as final snapshots: the old primary's has the orders that never reached the other Region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery import fence, replicas, servers, switches
from automation.recovery.estate import Estate, Side
from automation.recovery.failover import FENCE_SECONDS, ON_CALL, Failover, Mode
from automation.recovery.steps import Plan, Settled, Step, chain
from automation.recovery.world import World
from components.strategy.parts import Part

RETIRE_SECONDS, OPEN_SECONDS = 3600, 120


@dataclass(frozen=True)
class Failback:
    """`before`: the estate as it is, databases of generation n. `after`: the same with n+1."""

    world: World
    before: Estate
    after: Estate

    @property
    def move(self) -> Failover:
        """The middle: a graceful move from the survivor to the new primary."""
        return Failover(self.world, Mode.GRACEFUL, self.before.secondary, self.after.primary)

    def plan(self) -> Plan:
        old, survivor = self.before.primary, self.before.secondary
        primary, standby = self.after.primary, self.after.secondary
        move, stores = self.move, list(self.before.settings.databases)
        turn = [move.turn()] if Part.FRONT_DOOR in self.before.parts else []
        back_in = [self._both_in_service()] if turn else []
        steps = chain(
            self._fence_old(old),
            [self._replicate(store, survivor, primary, old.databases[store]) for store in stores],
            [self._retire(store, old) for store in stores],
            fence.open_steps(self.world, primary, OPEN_SECONDS),
            [move.measure()],
            [move.grow()],
            move.fence(),
            [move.drain(store) for store in stores],
            [move.promote(store) for store in stores],
            turn,
            [move.verify()],
            # Customers are served again; what follows rebuilds the standby.
            [self._replicate(store, primary, standby, survivor.databases[store]) for store in stores],
            [self._retire(store, survivor) for store in stores],
            [*fence.open_steps(self.world, standby, OPEN_SECONDS), *self._backups(stores)],
            [self._standby_servers()],
            back_in,
        )
        return Plan(f"failback to {primary.region}", steps)

    def _fence_old(self, old: Side) -> Sequence[Step]:
        made = fence.steps(self.world, old, tolerates_silence=False, timeout_seconds=FENCE_SECONDS * 10)
        return [replace(step, name=f"{step.name} (old)") for step in made]

    def _replicate(self, store: str, source: Side, target: Side, like: str) -> Step:
        identifier = target.databases[store]
        return Step(
            name=f"replicate {store} to {target.region}",
            owner=fence.DATABASES,
            timeout_seconds=self.before.settings.recovery.step_timeouts.replica_minutes * 60,
            does=f"{identifier} is a replica of {source.databases[store]}, backed up, and close behind",
            act=lambda: replicas.create(self.world, store, source, target, like),
            settled=lambda: replicas.replicating(self.world, store, source, target, like),
        )

    def _retire(self, store: str, side: Side) -> Step:
        identifier = side.databases[store]
        return Step(
            name=f"retire {store} of {side.region}",
            owner=fence.DATABASES,
            timeout_seconds=RETIRE_SECONDS,
            does=f"what {identifier} held is in the snapshot {replicas.final_snapshot(identifier)}",
            destroys=f"the instance {identifier}; a final snapshot and its automated backups stay",
            act=lambda: replicas.retire(self.world, side.region, identifier),
            settled=lambda: replicas.retired(self.world, side.region, identifier),
        )

    def _backups(self, stores: Sequence[str]) -> list[Step]:
        source, target = self.after.primary, self.after.secondary
        replicated = [store for store in stores if self.before.settings.databases[store].replicated_backups]
        return [self._backups_of(store, source, target) for store in replicated]

    def _backups_of(self, store: str, source: Side, target: Side) -> Step:
        return Step(
            name=f"replicate backups of {store}",
            owner=fence.DATABASES,
            timeout_seconds=RETIRE_SECONDS,
            does=f"automated backups of {source.databases[store]} are kept in {target.region}, too",
            act=lambda: replicas.replicate_backups(self.world, store, source, target),
            settled=lambda: replicas.backups_replicated(self.world, store, source, target),
        )

    def _standby_servers(self) -> Step:
        side, capacity = self.after.secondary, self.after.passive_capacity
        return Step(
            name=f"start the standby servers of {side.region}",
            owner=fence.SERVERS,
            timeout_seconds=self.before.settings.recovery.step_timeouts.capacity_minutes * 60,
            does=f"{side.servers} runs {capacity.desired} servers, as {self.before.strategy} wants",
            act=lambda: servers.resize(self.world, side, capacity),
            settled=lambda: servers.grown(self.world, side, capacity, 100),
        )

    def _both_in_service(self) -> Step:
        sides = (self.after.primary, self.after.secondary)

        def settled() -> Settled:
            positions = {side.region: switches.position(self.world, side) for side in sides}
            done = all(value in (switches.IN, None) for value in positions.values())
            if not done:
                switches.turn(self.world, {side.switch_metric: switches.IN for side in sides})
            return Settled(done, f"switches {positions}", {"switches": positions})

        return Step(
            name="both Regions in service",
            owner=ON_CALL,
            timeout_seconds=self.before.settings.recovery.step_timeouts.traffic_minutes * 60,
            does=f"{sides[1].region} takes over by itself again when {sides[0].region} is not healthy",
            act=lambda: switches.turn(self.world, {side.switch_metric: switches.IN for side in sides}),
            settled=settled,
        )


def failback(world: World) -> Failback:
    """Raises SecurecartError (REFUSED) where a failback would have no place to go or no safe name."""
    estate = world.estate
    adopted = [name for name, store in estate.settings.databases.items() if store.existing]
    if adopted:
        raise SecurecartError(
            f"{', '.join(adopted)} are adopted (`existing`): the program cannot give them another identifier.",
            "fail back by hand: a replica in the primary Region, then its name in `existing`",
            ExitCode.REFUSED,
        )
    kept = [name for name, store in estate.settings.databases.items() if store.snapshot_copy]
    if kept:
        raise SecurecartError(
            f"{', '.join(kept)} have snapshotCopy: their snapshots are protected and named by generation.",
            "set snapshotCopy: false, deploy, then fail back",
            ExitCode.REFUSED,
        )
    return Failback(world, estate, estate.raised())
