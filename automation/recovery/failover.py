"""The secondary Region takes over: a table of steps, AWS calls alone.

| mode       | for                          | order |
|------------|------------------------------|-------|
| graceful   | a planned move, a sick Region| servers up, old Region fenced, lag 0, promote, switch, verify: loses nothing |
| ungraceful | a Region that is gone        | fenced where it answers, promote at once, servers up beside it, switch, verify |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery import databases, fence, replication, servers, switches
from automation.recovery.arc import RegionSwitch
from automation.recovery.arc_plan import read_plan
from automation.recovery.aws import RegionUnreachableError
from automation.recovery.checks import Verdict, passed
from automation.recovery.estate import Side
from automation.recovery.steps import Facts, Plan, Settled, Step, chain
from automation.recovery.verify import serving_checks
from automation.recovery.world import World
from components.strategy.parts import Part

MEASURE_SECONDS, FENCE_SECONDS, DRAIN_SECONDS, VERIFY_SECONDS = 30, 60, 300, 120
ON_CALL = "on call"


class Mode(StrEnum):
    """How the primary Region is left."""

    GRACEFUL = "graceful"
    UNGRACEFUL = "ungraceful"


@dataclass(frozen=True)
class Failover:
    """The steps that move the work from one side to the other; the failback's middle is the same with the sides exchanged."""

    world: World
    mode: Mode
    source: Side
    target: Side
    arc: RegionSwitch | None = None
    """Promotes, starts servers and turns its own health checks instead of us, where `--engine arc` asks for it."""

    @cached_property
    def source_answers(self) -> bool:
        """Whether the Region that is left answers; asked once in a run."""
        return self.world.aws.answers(self.source.region)

    def plan(self) -> Plan:
        """Raises SecurecartError (REFUSED) where the strategy keeps nothing to switch to."""
        refuse_without_copies(self.world)
        graceful = self.mode is Mode.GRACEFUL
        if self.arc is not None:
            return self._by_arc(self.arc)
        promote = [self.promote(store) for store in self.target.databases]
        if graceful:
            # No store is promoted before every store has everything: orders and payments stay one business.
            drain = [self.drain(store) for store in self.target.databases]
            ready = chain([self.measure()], [self.grow()], self.fence(), drain, promote)
            last = promote
        else:
            # In a disaster servers start beside the promotion: neither waits for the other.
            (_, grow) = chain([self.measure()], [self.grow()])
            ready = (*chain([self.measure()], self.fence(), promote), grow)
            last = [*promote, grow]
        send = [self.turn()] if Part.FRONT_DOOR in self.world.estate.parts else []
        after = chain(last, send, [self.verify()])[len(last) :]
        return Plan(f"{self.mode} failover to {self.target.region}", (*ready, *after))

    def _by_arc(self, arc: RegionSwitch) -> Plan:
        """ARC begins when nobody writes in the other Region any more; its health checks and our switches turn together."""
        drain = [self.drain(store) for store in self.target.databases] if self.mode is Mode.GRACEFUL else []
        work, sends = arc.groups()
        turn = [self.turn()] if Part.FRONT_DOOR in self.world.estate.parts else []
        last = [arc.collect(), self.verify()]
        steps = chain([self.measure()], self.fence(), drain, *work, [*sends, *turn], last)
        return Plan(f"{self.mode} failover to {self.target.region} by ARC Region switch", steps)

    def measure(self) -> Step:
        def measured() -> Settled:
            # A table's latency is kept where it is written; without that Region it is unknown, and stays so.
            found = replication.measure(self.world, self.source, self.target, lambda: self.source_answers)
            facts = {"behind": [one.document() for one in found], "sourceAnswers": self.source_answers}
            return Settled(True, "", facts)

        return Step(
            name="measure replication",
            owner=ON_CALL,
            timeout_seconds=MEASURE_SECONDS,
            does="how far every copy is behind at this moment is on record; what cannot be measured is UNKNOWN",
            act=lambda: None,
            settled=measured,
            # In a disaster customers wait already.
            interrupts=self.mode is Mode.UNGRACEFUL,
        )

    def fence(self) -> Sequence[Step]:
        tolerates = self.mode is Mode.UNGRACEFUL
        made = fence.steps(self.world, self.source, tolerates_silence=tolerates, timeout_seconds=FENCE_SECONDS)
        return [replace(self._only_if_it_answers(step), interrupts=True) for step in made]

    def _only_if_it_answers(self, step: Step) -> Step:
        """A dead Region is not waited for step by step: it was asked once."""

        def settled() -> Settled:
            if not self.source_answers:
                raise RegionUnreachableError("sts", self.source.region, "get_caller_identity", TimeoutError())
            return step.settled()

        return replace(step, settled=settled)

    def drain(self, store: str) -> Step:
        since: list[datetime] = []

        def settled() -> Settled:
            since[:] = since or [self.world.now()]
            return databases.drained(self.world, self.target.region, self.target.databases[store], since[0])

        return Step(
            name=f"wait until {store} has everything",
            owner=fence.DATABASES,
            timeout_seconds=DRAIN_SECONDS,
            does=f"{self.target.databases[store]} has all that its source committed: lag 0, measured after writes ended",
            act=lambda: None,
            settled=settled,
        )

    def promote(self, store: str) -> Step:
        identifier, region = self.target.databases[store], self.target.region
        return Step(
            name=f"promote {store}",
            owner=fence.DATABASES,
            timeout_seconds=self.world.estate.settings.recovery.step_timeouts.promotion_minutes * 60,
            does=f"{identifier} takes writes",
            destroys=f"the replication into {identifier}: it can never be a replica again",
            act=lambda: databases.promote(self.world, region, identifier),
            settled=lambda: databases.promoted(self.world, region, identifier),
        )

    def grow(self) -> Step:
        estate = self.world.estate
        percent = (
            100 if self.mode is Mode.GRACEFUL else estate.settings.recovery.region_switch.ungraceful_capacity_percent
        )
        capacity = estate.full_capacity
        timeouts = estate.settings.recovery.step_timeouts
        cold = Part.FRONT_DOOR not in estate.parts
        minutes = timeouts.cold_start_minutes if cold else timeouts.capacity_minutes
        return Step(
            name=f"start servers of {self.target.region}",
            owner=fence.SERVERS,
            timeout_seconds=minutes * 60,
            does=f"{self.target.servers} is at full size, {percent} % of it in service",
            act=lambda: servers.resize(self.world, self.target, capacity),
            settled=lambda: servers.grown(self.world, self.target, capacity, percent),
        )

    def turn(self) -> Step:
        positions = {self.source.switch_metric: switches.OUT, self.target.switch_metric: switches.IN}

        def turn() -> Facts:
            return switches.turn(self.world, positions)

        def settled() -> Settled:
            found = switches.turned(self.world, self.source, self.target)
            if not found.done:
                turn()  # a minute that held the old position keeps it: the next one must hold the new
            return found

        return Step(
            name=f"send customers to {self.target.region}",
            owner=ON_CALL,
            timeout_seconds=self.world.estate.settings.recovery.step_timeouts.traffic_minutes * 60,
            does=f"{self.source.region} is out of service, {self.target.region} in service; no record changes",
            act=turn,
            settled=settled,
        )

    def verify(self) -> Step:
        def settled() -> Settled:
            findings = serving_checks(self.world, self.target, self.source, self.source_answers)
            verdict = passed(findings)
            missing = [
                f"{one.check}: {one.said}" for one in findings if not one.advises and one.verdict is not Verdict.PASS
            ]
            facts = {"findings": [one.document() for one in findings], "verdict": verdict.value}
            return Settled(verdict is Verdict.PASS, "; ".join(missing), facts)

        return Step(
            name=f"verify {self.target.region}",
            owner=ON_CALL,
            timeout_seconds=VERIFY_SECONDS,
            does=f"{self.target.region} serves: databases of their own, servers, tables, buckets, keys, switches",
            act=lambda: None,
            settled=settled,
            restores=True,
        )


def failover(world: World, mode: Mode) -> Failover:
    """To the secondary Region."""
    return Failover(world, mode, world.estate.primary, world.estate.secondary)


def failover_by_arc(world: World, mode: Mode) -> Failover:
    """The same, with ARC's plan. Raises SecurecartError (REFUSED) where none is declared that promotes these databases."""
    refuse_without_copies(world)
    return replace(failover(world, mode), arc=RegionSwitch(world, world.estate.secondary, mode.value, read_plan(world)))


def refuse_without_copies(world: World) -> None:
    """Raises SecurecartError (REFUSED) where no replica waits in the secondary Region."""
    if Part.DATABASE_REPLICAS not in world.estate.parts:
        raise SecurecartError(
            f"strategy {world.estate.strategy} keeps no replicas in {world.estate.secondary.region}: nothing can take over"
            " there before it is restored.",
            "restore from the copies, or name a stronger strategy (securecart plan shows which)",
            ExitCode.REFUSED,
        )
