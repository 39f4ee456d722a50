"""From the objectives to the strategy, what each store keeps under it, and what of dr it builds."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pulumi
import pytest

from components.configuration.load import parse_settings
from components.guards import check_database_role, check_promotion, secondary_of
from components.recorded import Recorded
from components.settings import SecondaryRemoval, Settings
from components.settings.objectives import Strategy
from components.strategy.parts import PARTS, Part, servers_percent
from components.strategy.selection import decide, problems
from tests.support.program import Program, configuration, program, run_program

REASON = "this test wants it so"


def settings(stack: str = "dr", **changed: Any) -> Settings:
    values = {k.removeprefix("securecart:"): v for k, v in configuration(stack).items() if k.startswith("securecart:")}
    raw = {k: json.loads(v) if v.startswith(("{", "[")) else v for k, v in values.items()}
    return parse_settings(raw | changed)


def asks(rto: int, rpo: int) -> dict[str, int]:
    return {"rtoMinutes": rto, "rpoMinutes": rpo}


LOOSE_VOLUMES = {
    "backend": {"objectives": {"rpoMinutes": 10080, "rtoMinutes": 10080, "reason": "nothing of value is on them"}}
}


@pytest.mark.parametrize(
    ("objectives", "strategy"),
    [
        (asks(10080, 10080), Strategy.BACKUP_RESTORE),
        (asks(1440, 4 * 1440), Strategy.BACKUP_RESTORE),
        (asks(1440, 60), Strategy.PILOT_LIGHT),
        (asks(60, 60), Strategy.PILOT_LIGHT),
        (asks(30, 15), Strategy.WARM_STANDBY),
    ],
)
def test_the_weakest_strategy_that_keeps_every_objective_is_chosen(
    objectives: dict[str, int], strategy: Strategy
) -> None:
    volumes = json.loads(configuration("dr")["securecart:volumes"])
    if objectives["rtoMinutes"] >= 1440:
        volumes = LOOSE_VOLUMES
    decision = decide(settings(objectives=objectives, volumes=volumes))
    assert decision.strategy is decision.needed is strategy
    assert strategy in decision.reason
    for store in decision.stores:
        assert store.keeps.rpo.minutes <= store.rpo_minutes
        assert store.keeps.rto.minutes <= store.rto_minutes
        assert store.reason


def test_the_worst_store_decides_what_the_estate_keeps() -> None:
    decision = decide(settings())
    assert decision.worst_rpo.store == "backend"
    assert decision.worst_rpo.keeps.rpo.minutes == 12 * 60 + 60, (
        "twelve hours between snapshots, and the hour to start one"
    )
    exported = program("prod").outputs["recovery"]
    assert exported["effective"]["rpoStore"] == "volumes.backend"
    assert exported["effective"]["rpoMinutes"] == 780
    assert exported["strategy"] == "warm-standby"
    assert {store["store"] for store in exported["stores"]} >= {
        "databases.orders",
        "tables.order-history",
        "buckets.logs",
    }


def test_a_figure_follows_the_setting_that_enforces_it() -> None:
    watch = {"subscribers": [{"protocol": "email", "endpoint": "a@b.example"}], "replicaLagSeconds": 600}
    decision = decide(settings(watch=watch))
    (orders,) = [store for store in decision.stores if store.store == "orders"]
    assert orders.keeps.rpo.minutes == 10


def test_one_nightly_volume_breaks_a_five_minute_estate() -> None:
    volumes = {"backend": {"snapshotIntervalHours": 24}}
    with pytest.raises(pulumi.RunError, match=r"volumes.backend: keeps RPO 1500 .* under every strategy"):
        settings(volumes=volumes)


def test_an_explicit_strategy_that_is_too_weak_needs_a_reason() -> None:
    with pytest.raises(pulumi.RunError, match="too weak for RPO 15 and RTO 30 minutes"):
        settings(strategy="pilot-light")
    weak = settings(strategy="pilot-light", strategyReason=REASON)
    assert problems(weak) == []
    decision = decide(weak)
    assert decision.strategy is Strategy.PILOT_LIGHT
    assert decision.needed is Strategy.WARM_STANDBY
    assert REASON in decision.reason


def test_a_stronger_strategy_than_asked_for_needs_none() -> None:
    decision = decide(settings(strategy="active-active"))
    assert decision.strategy is Strategy.ACTIVE_ACTIVE


def test_active_active_says_that_writes_are_of_one_region() -> None:
    (note,) = decide(settings(strategy="active-active")).notes
    assert "orders, payments" in note
    assert "written in one, primary" in note


@pytest.mark.parametrize("strategy", list(Strategy))
def test_prod_is_the_same_under_every_strategy(strategy: Strategy) -> None:
    """So no switch can change, replace or delete anything in the primary Region."""
    other = run_program("prod", strategy=strategy.value, strategyReason=REASON)
    assert said(other) == said(program("prod"))


def said(recorded: Program) -> list[str]:
    """Everything that a program registered, in an order that does not matter to it."""
    facts = [(r.urn, r.parent, r.inputs, r.protect, r.ignore_changes) for r in recorded.resources]
    return sorted(json.dumps(fact, sort_keys=True, default=str) for fact in facts)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_dr_builds_the_parts_of_the_strategy_and_no_others(strategy: Strategy) -> None:
    types = {
        Part.DATABASE_REPLICAS: "aws:rds/instance:Instance",
        Part.TABLE_REPLICAS: "aws:dynamodb/tableReplica:TableReplica",
        Part.SERVERS: "aws:autoscaling/group:Group",
        Part.FRONT_DOOR: "aws:lb/loadBalancer:LoadBalancer",
    }
    recorded = run_program("dr", strategy=strategy.value, strategyReason=REASON)
    built = {r.type for r in recorded.resources}
    for part, token in types.items():
        assert (token in built) == (part in PARTS[strategy]), part
    latency = [r for r in recorded.of("aws:route53/record:Record") if "latencyRoutingPolicies" in r.inputs]
    assert bool(latency) == (strategy is Strategy.ACTIVE_ACTIVE)
    assert recorded.outputs["holds"] == sorted(PARTS[strategy])
    # Under every strategy: what a restore, or a stronger strategy, starts from.
    assert {
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:backup/vault:Vault",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:ec2/vpc:Vpc",
    } <= built


def test_each_strategy_adds_to_the_one_before_it() -> None:
    parts = [PARTS[strategy] for strategy in Strategy]
    assert all(weaker < stronger for weaker, stronger in itertools.pairwise(parts))


def test_the_share_of_servers_follows_strategy_and_active_region() -> None:
    assert servers_percent(settings(), Strategy.PILOT_LIGHT) == 0
    assert servers_percent(settings(), Strategy.WARM_STANDBY) == 34
    assert servers_percent(settings(), Strategy.ACTIVE_ACTIVE) == 100
    assert servers_percent(settings(activeRegion="secondary"), Strategy.PILOT_LIGHT) == 100


def recorded(**outputs: Any) -> Recorded:
    return Recorded(outputs=outputs)


HELD = recorded(holds=sorted(part.value for part in Part), strategy="active-active")


def test_taking_parts_away_is_refused_with_their_names() -> None:
    wanted = settings(strategy="warm-standby")
    with pytest.raises(pulumi.RunError, match="no longer holds latency-records") as refused:
        secondary_of(wanted, decide(wanted), HELD)
    assert "secondaryRemoval to release" in str(refused.value)
    assert "strategy to what it was (active-active)" in str(refused.value)


def test_released_parts_stay_without_protection_and_removed_ones_are_gone() -> None:
    wanted = settings(strategy="backup-restore", strategyReason=REASON, secondaryRemoval=SecondaryRemoval.RELEASE.value)
    parts = secondary_of(wanted, decide(wanted), HELD)
    assert parts.keeps == frozenset()
    assert parts.retires == frozenset(Part)
    released = run_program(
        "dr", last=dict(HELD.outputs), strategy="backup-restore", strategyReason=REASON, secondaryRemoval="release"
    )
    for token in ("aws:rds/instance:Instance", "aws:dynamodb/tableReplica:TableReplica"):
        for resource in released.of(token):
            assert not resource.protect
    for database in released.of("aws:rds/instance:Instance"):
        assert database.inputs["deletionProtection"] is False
    removed = settings(strategy="backup-restore", strategyReason=REASON, secondaryRemoval="remove")
    assert secondary_of(removed, decide(removed), HELD).parts == frozenset()


@pytest.mark.parametrize("removal", list(SecondaryRemoval))
def test_what_serves_is_never_taken_away(removal: SecondaryRemoval) -> None:
    """Whatever the settings say: after a failover the promoted databases are the only ones that take orders."""
    wanted = settings(
        strategy="backup-restore", strategyReason=REASON, secondaryRemoval=removal.value,
        activeRegion="secondary", databaseRole="promoted",
    )  # fmt: skip
    with pytest.raises(pulumi.RunError, match="It would end what customers use there") as refused:
        secondary_of(wanted, decide(wanted), HELD)
    assert "securecart failback" in str(refused.value)


def test_the_first_deployment_has_nothing_to_lose() -> None:
    wanted = settings()
    assert secondary_of(wanted, decide(wanted), recorded()).keeps == PARTS[Strategy.WARM_STANDBY]


def test_a_promoted_database_is_never_made_a_replica_again() -> None:
    last = recorded(databaseRole="promoted", generations={"orders": 1, "payments": 1})
    with pytest.raises(pulumi.RunError, match="raise the generation of orders, payments"):
        check_database_role(settings(), last)
    check_database_role(settings(databaseRole="promoted"), last)
    databases = {"orders": {"generation": 2}, "payments": {"generation": 2}}
    check_database_role(settings(databases=databases), last)


def test_an_update_never_promotes() -> None:
    """RDS is asked, and only in the run in which the role changes: a plan must not pay for it every time."""
    promoted, last = settings(databaseRole="promoted"), recorded(databaseRole="replica", holds=list(Part))
    asked: list[str] = []

    def replicates(identifier: str) -> bool:
        asked.append(identifier)
        return "orders" in identifier

    with pytest.raises(pulumi.RunError, match="orders still replicate the primary"):
        check_promotion(promoted, last, replicates)
    assert asked == ["securecart-orders-secondary-g1", "securecart-payments-secondary-g1"]
    check_promotion(promoted, last, lambda _: False)
    for quiet in (recorded(databaseRole="promoted", holds=list(Part)), recorded()):
        check_promotion(promoted, quiet, lambda _: pytest.fail("RDS was asked"))
    check_promotion(settings(), last, lambda _: pytest.fail("RDS was asked"))


def test_a_promoted_database_is_described_as_what_it_became() -> None:
    refused_on_replicas = {"engine", "engineVersion", "username", "dbName", "allocatedStorage"}
    for replica in program("dr").of("aws:rds/instance:Instance"):
        assert not refused_on_replicas & set(replica.inputs)
    promoted = run_program("dr", databaseRole="promoted", activeRegion="secondary", last={"databaseRole": "promoted"})
    for database in promoted.of("aws:rds/instance:Instance"):
        assert "replicateSourceDb" not in database.inputs
        assert refused_on_replicas <= set(database.inputs)
        assert database.protect
        assert database.inputs["finalSnapshotIdentifier"]
    (group,) = promoted.of("aws:autoscaling/group:Group")
    assert group.inputs["desiredCapacity"] == 3, "the Region that serves runs the full fleet"
    rules = {rule["ruleName"] for plan in promoted.of("aws:backup/plan:Plan") for rule in plan.inputs["rules"]}
    assert "daily" in rules, "and every rule of the plan"
