"""Aurora clusters outlive a zone: by their members, or by what Application Auto Scaling keeps beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, of_rule
from tests.policy.pack import UNKNOWN, Pack, Registration

CLUSTER = "aws:rds/cluster:Cluster"
MEMBER = "aws:rds/clusterInstance:ClusterInstance"
SCALED = "aws:appautoscaling/target:Target"
RULE = "aurora-multi-az"
A, B = {"availabilityZone": "us-east-1a"}, {"availabilityZone": "us-east-1b"}
NOT_KNOWN = {"availabilityZone": UNKNOWN}
AURORA = {"engine": "aurora-postgresql", "masterUsername": "it"}


@dataclass(frozen=True)
class Cluster:
    """A cluster and its members, and what the rule must say of it."""

    title: str
    members: tuple[Mapping[str, Any], ...]
    says: str
    inputs: Mapping[str, Any] = field(default_factory=lambda: AURORA)

    def __str__(self) -> str:
        return self.title

    @property
    def program(self) -> list[Registration]:
        cluster = Registration(CLUSTER, "orders", {"clusterIdentifier": "orders", **self.inputs})
        return [cluster, *(member(f"m{number}", **inputs) for number, inputs in enumerate(self.members))]


def member(name: str, **inputs: Any) -> Registration:
    """As at the first preview: the cluster's id is not known, and only the dependency tells whose member this is."""
    joins = {"clusterIdentifier": UNKNOWN, **inputs}
    return Registration(MEMBER, name, joins, sources={"clusterIdentifier": ("orders",)})


CLUSTERS = [
    Cluster("two zones", (A, B), PASS),
    Cluster("Aurora chooses both zones", ({}, {}), PASS),
    Cluster("Aurora chooses the second zone", (A, {}), PASS),
    Cluster("three members, two zones", (A, A, B), PASS),
    Cluster("one member", ({},), "has 1 ClusterInstance in this stack; two members in two Availability Zones"),
    Cluster("one member, its zone not known", (NOT_KNOWN,), "has 1 ClusterInstance in this stack; two members"),
    Cluster("no member", (), "has 0 ClusterInstances in this stack; two members"),
    Cluster("one zone", (A, A), "has 2 ClusterInstances in this stack, all in one Availability Zone; two members"),
    Cluster("one zone is not known", (A, NOT_KNOWN), UNDETERMINED),
    Cluster("one zone is not known, the others differ", (A, NOT_KNOWN, B), PASS),
    Cluster("an engine that is not known", (), UNDETERMINED, {"engine": UNKNOWN}),
    Cluster("a Multi-AZ DB cluster", (), PASS, {"engine": "postgres", "dbClusterInstanceClass": "db.m6gd.large"}),
    Cluster("Serverless v1", (), PASS, {**AURORA, "engineMode": "serverless"}),
    Cluster(
        "the secondary of a global database", ({},), PASS, {"engine": "aurora-mysql", "globalClusterIdentifier": "g"}
    ),
    Cluster("the primary of one", ({},), "has 1 ClusterInstance", {**AURORA, "globalClusterIdentifier": "g"}),
    Cluster("a replica of another cluster", ({},), PASS, {**AURORA, "replicationSourceIdentifier": "arn:x"}),
]


def say(pack: Pack, says: str, *program: Registration) -> None:
    found = of_rule(pack.judge(*program), RULE)
    assert len(found) == (says != PASS), found
    for diagnostic in found:
        assert says in diagnostic.message
        assert not diagnostic.mandatory
        assert says == UNDETERMINED or (diagnostic.resource == "orders" and "Write: " in diagnostic.message)


@pytest.mark.parametrize("cluster", CLUSTERS, ids=str)
def test_an_aurora_cluster_outlives_a_zone(pack: Pack, cluster: Cluster) -> None:
    say(pack, cluster.says, *cluster.program)


def test_a_member_is_found_by_the_name_of_its_cluster_too(pack: Pack) -> None:
    cluster = Cluster("", (), PASS).program[0]
    members = [Registration(MEMBER, name, {"clusterIdentifier": "orders"}) for name in ("m1", "m2")]
    say(pack, PASS, cluster, *members)
    others = [Registration(MEMBER, name, {"clusterIdentifier": "reports"}) for name in ("m1", "m2")]
    say(pack, "has 0 ClusterInstances", cluster, *others)


def test_a_member_that_does_not_say_yet_where_it_belongs_leaves_it_open(pack: Pack) -> None:
    adrift = Registration(MEMBER, "m2", {"clusterIdentifier": UNKNOWN})
    say(pack, UNDETERMINED, *Cluster("", ({},), PASS).program, adrift)


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"minCapacity": 1}, PASS),
        ({"minCapacity": UNKNOWN}, UNDETERMINED),
        ({"minCapacity": 0}, "has 1 ClusterInstance"),
        ({"minCapacity": 1, "resourceId": "cluster:reports"}, "has 1 ClusterInstance"),
        ({"minCapacity": 1, "resourceId": UNKNOWN}, UNDETERMINED),
        ({"minCapacity": 1, "serviceNamespace": "dynamodb", "resourceId": "table/orders"}, "has 1 ClusterInstance"),
    ],
    ids=str,
)
def test_readers_that_are_scaled_count_as_far_as_they_are_kept(pack: Pack, inputs: dict[str, Any], says: str) -> None:
    target = Registration(SCALED, "readers", {"serviceNamespace": "rds", "resourceId": "cluster:orders", **inputs})
    say(pack, says, *Cluster("", ({},), PASS).program, target)
