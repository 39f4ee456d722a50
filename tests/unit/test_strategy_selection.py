"""The strategy follows from the objectives, says why for each store, and refuses what is too weak (row 11)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pulumi
import pytest

from components.configuration.load import parse_settings
from components.settings import Settings
from components.settings.objectives import Strategy
from components.strategy import figures
from components.strategy.parts import PARTS, Part, servers_percent
from components.strategy.report import recovery_output
from components.strategy.selection import decide
from tests.support.program import Program, configuration, run_program

REASON = "a test of every strategy"
STRATEGIES = [strategy.value for strategy in Strategy]


def settings(**changed: Any) -> Settings:
    raw = {
        key.removeprefix("securecart:"): json.loads(value) if value.startswith(("{", "[")) else value
        for key, value in configuration("dr", **changed).items()
        if key.startswith("securecart:")
    }
    return parse_settings(raw)


@cache
def deployed(stack: str, strategy: str) -> Program:
    return run_program(stack, strategy=strategy, strategyReason=REASON)


@pytest.mark.parametrize(
    ("rto", "rpo", "chosen"),
    [(10080, 10080, "backup-restore"), (1440, 1440, "pilot-light"), (60, 60, "pilot-light"), (30, 15, "warm-standby")],
)
def test_the_weakest_strategy_that_keeps_every_stores_objectives_is_chosen(rto: int, rpo: int, chosen: str) -> None:
    """A copy of a table is 37 hours old at worst, so a day needs replicas; servers that start from none need 50 minutes."""
    decision = decide(settings(objectives={"rtoMinutes": rto, "rpoMinutes": rpo}))
    assert decision.strategy.value == chosen
    for store in decision.stores:
        assert store.keeps.rpo.minutes <= store.rpo_minutes
        assert store.keeps.rto.minutes <= store.rto_minutes
        assert store.reason


@pytest.mark.parametrize("weak", ["backup-restore", "pilot-light"])
def test_a_strategy_too_weak_is_refused_unless_somebody_says_why(weak: str) -> None:
    with pytest.raises(pulumi.RunError, match=rf"{weak} is too weak for RPO 15 and RTO 30 minutes.*write warm-standby"):
        settings(strategy=weak)
    decision = decide(settings(strategy=weak, strategyReason="the budget of this year allows no more"))
    assert decision.strategy.value == weak
    assert "the budget of this year" in decision.reason


def test_a_reason_without_a_strategy_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="gives a reason for a strategy that is not named"):
        settings(strategyReason=REASON)


def test_an_objective_that_no_strategy_keeps_is_refused_with_the_bound() -> None:
    volumes = {
        "backend": {"snapshotIntervalHours": 24, "objectives": {"rpoMinutes": 780, "reason": "caches and spool"}}
    }
    with pytest.raises(pulumi.RunError, match=r"keeps RPO 1500 \(snapshot copies every 24 h\)"):
        settings(volumes=volumes)


def test_the_worst_store_is_the_estates() -> None:
    decision = decide(settings())
    output = recovery_output(settings(), decision)
    assert output["effective"]["rpoMinutes"] == max(store["rpoMinutes"] for store in output["stores"])
    assert output["effective"]["rpoStore"] == "volumes.backend"
    assert output["effective"]["rtoMinutes"] == max(store["rtoMinutes"] for store in output["stores"])


def test_a_bound_follows_the_setting_that_enforces_it() -> None:
    """The alarm's threshold, the schedule's gap, the steps' timeouts: change one and the promise changes with it."""
    estate = settings(
        watch={"replicaLagSeconds": 301, "subscribers": [{"protocol": "email", "endpoint": "a@b.example"}]}
    )
    orders = figures.database(estate, estate.databases["orders"], Strategy.PILOT_LIGHT)
    assert orders.rpo.minutes == 6, "rounded up: an objective is never met by rounding"
    steps = estate.recovery.step_timeouts
    assert orders.rto.minutes == steps.approval_minutes + steps.promotion_minutes + steps.traffic_minutes
    store = estate.volumes["backend"]
    wanted = store.snapshot_interval_hours * 60 + figures.SNAPSHOT_START_MINUTES
    assert figures.volumes(estate, store, Strategy.WARM_STANDBY).rpo.minutes == wanted


def test_without_replicated_backups_a_database_is_as_old_as_its_copies() -> None:
    estate = settings()
    database = estate.databases["orders"]
    assert figures.database(estate, database, Strategy.BACKUP_RESTORE).rpo.minutes == 30
    without = database.model_copy(update={"replicated_backups": False})
    rpo = figures.database(estate, without, Strategy.BACKUP_RESTORE).rpo
    assert rpo.minutes > 24 * 60
    assert "backup rule" in rpo.basis


def test_active_active_with_rds_says_that_one_region_writes() -> None:
    (note,) = decide(settings(strategy="active-active")).notes
    assert "read in both Regions and written in one" in note


def test_a_stronger_strategy_only_adds_parts() -> None:
    for weaker, stronger in zip(Strategy, list(Strategy)[1:], strict=False):
        assert PARTS[weaker] < PARTS[stronger]


@pytest.mark.parametrize(
    ("strategy", "percent"),
    [("backup-restore", 0), ("pilot-light", 0), ("warm-standby", 34), ("active-active", 100)],
)
def test_the_share_of_running_servers_follows_the_strategy_until_the_region_serves(strategy: str, percent: int) -> None:
    assert servers_percent(settings(), Strategy(strategy)) == percent
    assert servers_percent(settings(activeRegion="secondary"), Strategy(strategy)) == 100


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_dr_builds_the_parts_of_its_strategy_and_says_so(strategy: str) -> None:
    program = deployed("dr", strategy)
    types = {resource.type for resource in program.resources}
    parts = PARTS[Strategy(strategy)]
    assert program.outputs["holds"] == sorted(part.value for part in parts)
    assert program.outputs["strategy"] == strategy
    for part, token in {
        Part.DATABASE_REPLICAS: "aws:rds/instance:Instance",
        Part.TABLE_REPLICAS: "aws:dynamodb/tableReplica:TableReplica",
        Part.SERVERS: "aws:autoscaling/group:Group",
        Part.FRONT_DOOR: "aws:lb/loadBalancer:LoadBalancer",
    }.items():
        assert (token in types) is (part in parts), part
    routed = [r for r in program.of("aws:route53/record:Record") if r.inputs.get("latencyRoutingPolicies")]
    assert len(routed) == (2 if Part.LATENCY_ROUTING in parts else 0)
    # Under every strategy (docs/adr/0011).
    assert len(program.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")) == 8
    assert len(program.of("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")) == 2


@pytest.mark.parametrize("before", STRATEGIES)
@pytest.mark.parametrize("after", STRATEGIES)
def test_a_change_of_strategy_takes_no_store_or_server_out_of_the_primary_region(before: str, after: str) -> None:
    gone = {(r.type, r.name) for r in deployed("prod", before).resources}
    gone -= {(r.type, r.name) for r in deployed("prod", after).resources}
    assert {kind for kind, _ in gone} <= {"aws:cloudwatch/metricAlarm:MetricAlarm"}
    assert all("table-latency" in name for _, name in gone), "an alarm on a replication that is no longer there"
