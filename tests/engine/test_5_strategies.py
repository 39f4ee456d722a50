"""All four strategies deployed one after the other, and every switch between two of them previewed.

An estate of its own: the other modules keep the shipped strategy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engine.estate import ORGANIZATION_PROJECT, REPO, Estate, configure, copy_project

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

    def up(self, stack: str) -> None:
        done = self.estate.pulumi(
            "up", "--yes", "--skip-preview", "--stack", name(stack), "--policy-pack", str(REPO / "policy"), cwd=self.project,
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
        estate.securecart("down")


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


def calls(estate: Estate) -> list[dict[str, Any]]:
    return list(estate.admin("calls")["calls"])
