"""The dashboard: a body that CloudWatch takes, for a handful of stores and for a thousand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.settings import limits
from components.watch.dashboard import LINES_A_WIDGET, Dashboard, DashboardArgs, Widget, shards
from components.watch.metrics import BucketRule, TableReplication, free_storage
from tests.support.program import registrations


def estate(stores: int) -> DashboardArgs:
    """So many databases, tables and buckets each."""
    rules = tuple(
        BucketRule(source_bucket_name=f"b{n}-east", destination_bucket_name=f"b{n}-west", rule_id="whole-bucket")
        for n in range(stores)
    )
    return DashboardArgs(
        dashboard_name="securecart-us-west-2",
        region="us-west-2",
        replicas=tuple(f"db{n}" for n in range(stores)),
        databases=tuple(f"db{n}" for n in range(stores)),
        tables=tuple(TableReplication(table_name=f"t{n}", receiving_region="us-east-1") for n in range(stores)),
        incoming=rules,
        outgoing=rules,
        vault_names=("securecart-secondary-7d-400d", "securecart-primary-7d-400d"),
    )


def bodies(args: DashboardArgs) -> dict[str, list[dict[str, Any]]]:
    made = registrations(lambda: Dashboard("dashboard", args)).of("aws:cloudwatch/dashboard:Dashboard")
    return {d.inputs["dashboardName"]: json.loads(d.inputs["dashboardBody"])["widgets"] for d in made}


def lines(graphs: list[dict[str, Any]]) -> list[list[Any]]:
    return [line for graph in graphs for line in graph["properties"]["metrics"]]


def test_a_few_stores_are_one_dashboard_that_shows_each_of_them() -> None:
    (graphs,) = bodies(estate(2)).values()
    shown = {(line[0], line[1], *line[2:-1:2]) for line in lines(graphs)}
    assert ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier") in shown
    assert ("AWS/DynamoDB", "ReplicationLatency", "TableName", "ReceivingRegion") in shown
    assert ("AWS/S3", "ReplicationLatency", "SourceBucket", "DestinationBucket", "RuleId") in shown
    for name in ("RecoveryPointsCompleted", "BackupJobsFailed", "CopyJobsCompleted", "RestoreJobsCompleted"):
        assert ("AWS/Backup", f"NumberOf{name}", "BackupVaultName") in shown
    assert {graph["properties"]["region"] for graph in graphs} == {"us-west-2"}


def test_no_graph_lies_on_another() -> None:
    (graphs,) = bodies(estate(50)).values()
    places = [(g["x"], g["y"]) for g in graphs]
    assert len(set(places)) == len(places)
    assert all(g["x"] + g["width"] <= 24 for g in graphs)


def test_a_thousand_stores_are_all_shown_within_the_quotas() -> None:
    """CloudWatch user guide, service quotas: 500 widgets and 2,500 metrics a dashboard."""
    found = bodies(estate(1000))
    assert set(found) == {"securecart-us-west-2", "securecart-us-west-2-2", "securecart-us-west-2-3"}
    for graphs in found.values():
        assert len(graphs) <= limits.DASHBOARD_WIDGETS
        assert len(lines(graphs)) <= limits.DASHBOARD_METRICS
    everything = [json.dumps(line[:-1]) for graphs in found.values() for line in lines(graphs)]
    assert len(everything) == len(set(everything)) == 5 * 1000 + 2 * 9


@pytest.mark.parametrize(
    ("widgets", "lines_each", "dashboards"), [(500, 1, 1), (501, 1, 2), (125, 20, 1), (126, 20, 2)]
)
def test_the_quotas_are_the_edges(widgets: int, lines_each: int, dashboards: int) -> None:
    graph = Widget(title="t", lines=tuple(free_storage(f"db{n}") for n in range(lines_each)))
    assert len(shards([graph] * widgets)) == dashboards


def test_an_empty_estate_has_an_empty_dashboard() -> None:
    (graphs,) = bodies(DashboardArgs(dashboard_name="securecart-us-west-2", region="us-west-2")).values()
    assert graphs == []


def test_graphs_stay_readable() -> None:
    for graphs in bodies(estate(100)).values():
        assert all(len(graph["properties"]["metrics"]) <= LINES_A_WIDGET for graph in graphs)
