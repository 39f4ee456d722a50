"""Failovers whose middle ARC carries out: begun as the command does, and looked at in ARC itself."""

from __future__ import annotations

from typing import Any

from automation.recovery.engines import by_engine
from automation.recovery.failover import Failover, Mode, failover, failover_by_arc
from automation.recovery.journal import Journal
from automation.recovery.session import Declared, Session
from automation.recovery.steps import Engine
from automation.recovery.world import World
from tests.drills.small_estate import SmallEstate

BOTH, TRAFFIC = "promote and start servers", "switch traffic of shop.securecart.example"


def declared(mode: Mode, engine: Engine = Engine.ARC) -> Declared:
    about = {"reason": "a drill", "operator": "anna", "approver": "ben", "kind": "drill"}
    return Declared(command="failover", mode=mode.value, engine=engine.value, **about)


def fail_over(world: World, session: Session, mode: Mode, engine: Engine = Engine.ARC) -> Journal:
    moving: Failover = (failover_by_arc if engine is Engine.ARC else failover)(world, mode)
    return by_engine(session, moving, moving.plan(), declared(mode, engine), about={})


def executions(small: SmallEstate, arn: str) -> list[dict[str, Any]]:
    west = small.client("arc-region-switch", small.estate.secondary.region)
    return list(west.list_plan_executions(planArn=arn)["items"])


def healthy(small: SmallEstate, arn: str) -> set[str]:
    west = small.client("arc-region-switch", small.estate.secondary.region)
    checks = west.list_route53_health_checks_in_region(arn=arn)["healthChecks"]
    return {one["region"] for one in checks if one["status"] == "healthy"}
