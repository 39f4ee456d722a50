"""All four strategies deployed one after the other, and every switch between two of them previewed.

An estate of its own: the other modules keep the shipped strategy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engine.estate import ORGANIZATION_PROJECT, PRIMARY, REPO, SECONDARY, Estate, configure, copy_project
from tests.policy.lifted import RELEASE_BREAKS, relaxed

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("strategies")]

# The weakest first.
STRATEGIES = ("backup-restore", "pilot-light", "warm-standby", "active-active")
REASON = "this test deploys every strategy, whatever the objectives ask"
# Steps after which something that was there is gone, or is another.
DESTRUCTIVE = {"delete", "replace", "create-replacement", "delete-replaced", "discard"}
STACKS = ("prod", "dr")
# The types whose resources hold data or take part in serving customers, which a strategy adds to the secondary Region.
PARTS = {
    "pilot-light": {
        "aws:rds/instance:Instance",
        "aws:dynamodb/tableReplica:TableReplica",
        "aws:autoscaling/group:Group",
    },
    "warm-standby": {"aws:lb/loadBalancer:LoadBalancer"},
    "active-active": set(),
}


@dataclass
class Switching:
    """The estate, its project, and what was deployed last."""

    estate: Estate
    project: Path
    deployed: str = ""
    history: list[str] = field(default_factory=list)

    def configure(self, strategy: str, removal: str = "refuse", **more: Any) -> None:
        configure(self.project, {"strategy": strategy, "strategyReason": REASON, "secondaryRemoval": removal, **more})

    def up(self, stack: str, *judged: str) -> None:
        """Deploys under the pack; `judged` are options that say how it judges."""
        done = self.estate.pulumi(
            "up", "--yes", "--skip-preview", "--stack", name(stack), "--policy-pack", str(REPO / "policy"), *judged,
            cwd=self.project,
        )  # fmt: skip
        assert done.code == 0, done.text[-6000:]

    def deploy(self, strategy: str, removal: str = "refuse") -> None:
        self.configure(strategy, removal)
        if self.deployed:
            # prod is the same under every strategy (tests/unit/test_strategy.py compares all that it registers).
            assert self.plan("prod") == [], "only outputs change"
        else:
            self.up("prod")
        self.up("dr")
        self.deployed = strategy
        self.history.append(strategy)

    def plan(self, stack: str) -> list[Mapping[str, Any]]:
        """The steps that an update would take."""
        shown = self.estate.pulumi("preview", "--json", "--stack", name(stack), cwd=self.project)
        assert shown.code == 0, shown.text[-6000:]
        return [step for step in shown.json()["steps"] if step["op"] not in ("same", "read")]

    def refused(self, stack: str) -> str:
        shown = self.estate.pulumi("preview", "--stack", name(stack), cwd=self.project)
        assert shown.code != 0, shown.text[-3000:]
        return shown.text


def name(stack: str) -> str:
    return f"{ORGANIZATION_PROJECT}/{stack}"


def kinds(steps: list[Mapping[str, Any]], ops: set[str]) -> set[str]:
    return {step["urn"].split("::")[2].rsplit("$", 1)[-1] for step in steps if step["op"] in ops}


@pytest.fixture(scope="module")
def switching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switching]:
    estate = Estate(tmp_path_factory.mktemp("strategies") / "root")
    project = copy_project(tmp_path_factory.mktemp("strategies-project") / "project")
    started = estate.securecart("local", "start")
    assert started.code == 0, started.text
    for stack in STACKS:
        made = estate.pulumi("stack", "init", name(stack), cwd=project)
        assert made.code == 0, made.text
    try:
        yield Switching(estate, project)
    finally:
        estate.end()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_strategy_deploys_and_a_stronger_one_is_a_clean_update(switching: Switching, strategy: str) -> None:
    switching.deploy(strategy)
    outputs = switching.estate.outputs("dr")
    assert outputs["strategy"] == strategy
    held = {resource["type"] for resource in switching.estate.state("dr")}
    for weaker in STRATEGIES[: STRATEGIES.index(strategy) + 1]:
        assert PARTS.get(weaker, set()) <= held
    missing = [PARTS[stronger] - held for stronger in STRATEGIES[STRATEGIES.index(strategy) + 1 :]]
    assert all(parts for parts in missing[:-1]), "a weaker strategy holds less"

    for stronger in STRATEGIES[STRATEGIES.index(strategy) + 1 :]:
        switching.configure(stronger)
        dr = switching.plan("dr")
        assert not kinds(dr, DESTRUCTIVE), (strategy, stronger)
        assert kinds(dr, {"create"}), "a stronger strategy adds something"
    for weaker in STRATEGIES[: STRATEGIES.index(strategy)]:
        if strategy != STRATEGIES[-1]:  # from the strongest: the tests below
            switching.configure(weaker)
            assert "secondaryRemoval to release" in switching.refused("dr"), (strategy, weaker)
        switching.configure(weaker, "release")
        assert not kinds(switching.plan("dr"), DESTRUCTIVE), (strategy, weaker)


def test_every_call_of_all_four_strategies_was_accepted_by_botocore_and_by_our_rules(switching: Switching) -> None:
    """boto3 validates each call's parameters, the provider's Check our cross-field rules: an `up` that failed would not be here."""
    assert tuple(switching.history) == STRATEGIES
    called = {(c["service"], c["operation"]) for c in calls(switching.estate)}
    for service, operation in (
        ("rds", "CreateDBInstanceReadReplica"),
        ("backup", "CreateBackupPlan"),
        ("backup", "CreateFramework"),
        ("route53", "ChangeResourceRecordSets"),
        ("arc-region-switch", "CreatePlan"),
    ):
        assert (service, operation) in called, f"{service} {operation} was never called"


@pytest.mark.parametrize("weaker", STRATEGIES[:-1])
def test_a_weaker_strategy_is_refused_and_says_what_it_would_delete(switching: Switching, weaker: str) -> None:
    """From active-active; what the two before it would lose is less of the same."""
    assert switching.deployed == "active-active"
    before = switching.estate.inventory()
    switching.configure(weaker)
    text = switching.refused("dr")
    assert "latency-records" in text
    assert "secondaryRemoval to release" in text
    assert ("the replicas of orders, payments" in text) == (weaker == "backup-restore")
    assert switching.estate.inventory() == before


@pytest.mark.parametrize("weaker", STRATEGIES[:-1])
def test_removing_at_once_is_refused_by_the_engine_itself(switching: Switching, weaker: str) -> None:
    """Whoever skips the first step meets the protection of every store."""
    switching.configure(weaker, "remove")
    if weaker == "backup-restore":
        assert "protected" in switching.refused("dr")
    else:
        gone = kinds(switching.plan("dr"), DESTRUCTIVE)
        assert "aws:rds/instance:Instance" not in gone


def test_release_keeps_everything_and_removal_then_touches_the_secondary_region_only(switching: Switching) -> None:
    switching.configure("backup-restore", "release")
    assert not kinds(switching.plan("dr"), DESTRUCTIVE)
    # The pack holds a store without deletion protection against the strategy too: whoever releases says so to it as well.
    relaxed_file = switching.project / "relaxed.json"
    relaxed_file.write_text(json.dumps(relaxed(RELEASE_BREAKS)))
    switching.up("dr", "--policy-pack-config", str(relaxed_file))
    held = {r["type"] for r in switching.estate.state("dr")}
    assert PARTS["pilot-light"] <= held, "released, not removed"
    for weaker in STRATEGIES[:-1]:
        switching.configure(weaker, "remove")
        steps = [step for step in switching.plan("dr") if step["op"] in DESTRUCTIVE]
        assert steps
        for step in steps:
            old = step.get("oldState") or {}
            assert "us-east-1" not in str(old.get("provider", "")), step["urn"]
        gone = kinds(steps, DESTRUCTIVE)
        assert "aws:s3/bucketReplicationConfig:BucketReplicationConfig" not in gone
        assert ("aws:rds/instance:Instance" in gone) == (weaker == "backup-restore")
    switching.deploy("warm-standby", "remove")
    records = [r for r in switching.estate.state("dr") if r["type"] == "aws:route53/record:Record"]
    assert records
    assert not [r["urn"] for r in records if r["inputs"].get("latencyRoutingPolicies")]
    switching.configure("pilot-light")
    assert "load-balancer" in switching.refused("dr"), "what it holds now is guarded again"
    switching.configure("backup-restore")
    assert "database-replicas" in switching.refused("dr")
    switching.configure("pilot-light", "release")
    assert not kinds(switching.plan("dr"), DESTRUCTIVE)


def test_dr_lives_without_the_primary_region_and_keeps_what_a_failover_made(switching: Switching) -> None:
    """Warm standby; us-east-1 answers nothing. The failover's calls are made by the API, as a failover makes them."""
    assert switching.deployed == "warm-standby"
    estate = switching.estate
    lost = estate.securecart("local", "outage", PRIMARY)
    assert lost.code == 0, lost.text
    try:
        stack_file = switching.project / "Pulumi.dr.yaml"
        stack_file.write_text(stack_file.read_text().replace("securecart:links: enabled", "securecart:links: frozen"))
        switching.configure("warm-standby")
        assert not kinds(switching.plan("dr"), DESTRUCTIVE | {"create"})
        switching.up("dr")
        assert [step["op"] for step in switching.plan("dr")] == []

        configured_alone = {"activeRegion": "secondary", "databaseRole": "promoted"}
        switching.configure("warm-standby", **configured_alone)
        assert "would promote them" in switching.refused("dr")

        rds = estate.client("rds", SECONDARY)
        for database in rds.describe_db_instances()["DBInstances"]:
            rds.promote_read_replica(DBInstanceIdentifier=database["DBInstanceIdentifier"])
        replicas = [r["urn"] for r in estate.state("dr") if r["type"] == "aws:rds/instance:Instance"]
        targets = [argument for urn in replicas for argument in ("--target", urn)]
        refreshed = estate.pulumi("refresh", "--yes", "--stack", name("dr"), *targets, cwd=switching.project)
        assert refreshed.code == 0, refreshed.text[-4000:]
        steps = switching.plan("dr")
        gone = [step["urn"].rsplit("::", 1)[-1] for step in steps if step["op"] in DESTRUCTIVE]
        assert gone
        assert all("-replica-lag-" in resource for resource in gone), "a database of its own has no lag to watch"
        switching.up("dr")
        assert [step["op"] for step in switching.plan("dr")] == [], "after a failover the program agrees with the world"
        for database in rds.describe_db_instances()["DBInstances"]:
            assert not database.get("ReadReplicaSourceDBInstanceIdentifier")
        touched = {c["region"] for c in calls(estate) if c["operation"].startswith(("Delete", "Put", "Create"))}
        assert SECONDARY in touched

        switching.configure("warm-standby", activeRegion="secondary", databaseRole="replica")
        assert "RDS cannot make" in switching.refused("dr")
    finally:
        healed = estate.securecart("local", "heal", PRIMARY)
        assert healed.code == 0, healed.text


def test_the_generated_role_of_deploy_knows_every_call_of_a_switch(switching: Switching) -> None:
    # What the test above called itself, in the place of a failover, is the operator's.
    mine = {"rds:PromoteReadReplica"}
    assert set(switching.estate.unrecorded_calls("deploy")) - mine == set()


def calls(estate: Estate) -> list[dict[str, Any]]:
    return list(estate.admin("calls")["calls"])
