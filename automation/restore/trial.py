"""Restores that are looked at and deleted: the regular proof, and the drill. One that fails is a FAIL and stops no other.

Everything has names, tags and, for a database, a security group of its own that admits nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from automation.errors import SecurecartError
from automation.recovery.checks import Verdict
from automation.recovery.estate import Side
from automation.recovery.steps import Facts, Plan, Settled, Step
from automation.recovery.world import World
from automation.restore.cleanup import clean_step
from automation.restore.database_template import template_of
from automation.restore.plan import LIMIT_SECONDS, OWNER, steps
from automation.restore.proof import Proof
from automation.restore.wanted import DRILL, Kind, Restorer, Wanted, group_of
from components.naming import PROJECT

_MARGIN_SECONDS = 60.0
GROUP_SECONDS = 120.0


@dataclass
class Tried:
    """A restorer whose failure is its verdict."""

    inner: Restorer
    wanted: Wanted
    failure: str = ""
    _began: float = 0.0

    def check(self) -> None:
        self.inner.check()

    def act(self) -> Facts | None:
        self._began = time.monotonic()
        try:
            self.inner.check()
            return self.inner.act()
        except Exception as failure:  # whatever it was: this store cannot be brought back
            self.failure = _text(failure)
            return {"failed": self.failure}

    def settled(self) -> Settled:
        if self.failure:
            return Settled(True, self.failure, {"failed": self.failure})
        try:
            found = self.inner.settled()
        except Exception as failure:  # the same
            self.failure = _text(failure)
            return Settled(True, self.failure, {"failed": self.failure})
        limit = LIMIT_SECONDS[self.wanted.kind] - _MARGIN_SECONDS
        if not found.done and self._began and time.monotonic() - self._began > limit:
            self.failure = f"not there within {limit:g} s: {found.said}"
        return found

    def verify(self) -> Proof:
        if self.failure:
            return Proof(verdict=Verdict.FAIL, said=self.failure)
        try:
            return self.inner.verify()
        except Exception as failure:  # what cannot be read is not proved
            return Proof(verdict=Verdict.FAIL, said=_text(failure))


def isolation(world: World, side: Side, token: str) -> Step:
    """The security group of a trial's databases: in the VPC of the Region's databases, with no rule at all."""

    def call(operation: str, **asked: Any) -> Any:
        return world.aws.call("ec2", side.region, operation, **asked)

    def settled() -> Settled:
        group = group_of(world, side.region, token)
        return Settled(bool(group or missing), "no group yet", {"securityGroup": group or None})

    missing: list[str] = []

    def act() -> Facts | None:
        vpc = _vpc(world, side)
        if not vpc:  # then no database can be restored: each says so itself, and what is no database goes on
            missing.append(f"{side.region} has neither a database nor the groups for one")
            return {"failed": missing[0]}
        name = f"{PROJECT}-drill-{token}"
        tags = [{"Key": DRILL, "Value": token}, {"Key": "Name", "Value": name}]
        made = call(
            "create_security_group", GroupName=name, VpcId=vpc, Description="Of a drill: admits nobody",
            TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
        )["GroupId"]  # fmt: skip
        everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        call("revoke_security_group_egress", GroupId=made, IpPermissions=everywhere)
        return None

    return Step(
        name="isolate", owner=OWNER, timeout_seconds=GROUP_SECONDS, act=act, settled=settled,
        does=f"a security group of its own in {side.region} that admits nobody",
    )  # fmt: skip


def _vpc(world: World, side: Side) -> str:
    for store in side.databases:
        if vpc := (template_of(world, side.region, store).get("DBSubnetGroup") or {}).get("VpcId"):
            return str(vpc)
    return ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a drill or a regular test brings back, and where."""

    world: World
    side: Side
    token: str
    tried: tuple[Tried, ...]
    more: tuple[Callable[[tuple[str, ...]], tuple[Step, ...]], ...] = ()
    """Makes further steps, given what they wait for."""

    def plan(self, title: str) -> Plan:
        """Isolate, restore and read each store, then delete everything and sweep."""
        isolate = isolation(self.world, self.side, self.token)
        made = [step for one in self.tried for step in steps(one, depends_on=_network(one, isolate))]
        further = [step for make in self.more for step in make((isolate.name,))]
        before = [isolate, *made, *further]
        done = tuple(step.name for step in before)
        return Plan(title, (*before, clean_step(self.world, self.side.region, self.token, done)))


def _network(one: Tried, isolate: Step) -> tuple[str, ...]:
    return (isolate.name,) if one.wanted.kind is Kind.DATABASE else ()


def _text(failure: Exception) -> str:
    return failure.message if isinstance(failure, SecurecartError) else f"{type(failure).__name__}: {failure}"
