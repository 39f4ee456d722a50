"""The dashboard of a Region: what the alarms watch, as lines over time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.settings import limits
from components.watch import metrics
from components.watch.metrics import BucketRule, Metric, TableReplication

# More lines than this in one graph cannot be told apart.
LINES_A_WIDGET = 20
# Two graphs a row on the 24 columns of a dashboard (Amazon CloudWatch, "Dashboard body structure and syntax").
COLUMNS, WIDTH, HEIGHT = 2, 12, 6
DAY = 86_400
# Title and metrics of AWS/Backup, both from AWS Backup's list of CloudWatch metrics.
BACKUP_COUNTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Recovery points", ("NumberOfRecoveryPointsCompleted", "NumberOfRecoveryPointsPartial")),
    ("Backup jobs", ("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed", "NumberOfBackupJobsExpired")),
    ("Copy jobs", ("NumberOfCopyJobsCompleted", "NumberOfCopyJobsFailed")),
    ("Restore jobs", ("NumberOfRestoreJobsCompleted", "NumberOfRestoreJobsFailed")),
)


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One graph."""

    title: str
    lines: tuple[Metric, ...]
    period_seconds: int = 60


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """Inputs of the dashboard; the same lists as those of the alarms."""

    dashboard_name: str
    """Must say the Region: the dashboards of an account share one list."""
    region: str
    replicas: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    tables: tuple[TableReplication, ...] = ()
    incoming: tuple[BucketRule, ...] = ()
    outgoing: tuple[BucketRule, ...] = ()
    vault_names: tuple[str, ...] = ()
    """This Region's vault and the one that it copies to."""


class Dashboard(pulumi.ComponentResource):
    """Shows how far behind each store's copy is, and what the backups did, day by day.

    The age of a vault's newest recovery point is no metric of AWS: a day without a completed one shows it, and
    `securecart status` reads it.

    Produces the following resources:
    - `cloudwatch.Dashboard`; a further one, numbered, for each 500 widgets or 2,500 metrics.

    Outputs: `dashboard_names`.

    AWS limits:
    - 500 widgets and 2,500 metrics a dashboard (CloudWatch user guide, service quotas).
    - Names are of the account, not of a Region (CloudWatch PutDashboard).

    Cost: by dashboard and month; not priced here.
    """

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:dashboard:Dashboard", name, None, opts)
        self.dashboard_names: list[str] = []
        for number, shard in enumerate(shards(list(widgets(args)))):
            suffix = f"-{number + 1}" if number else ""
            dashboard_name = args.dashboard_name + suffix
            aws.cloudwatch.Dashboard(
                f"{name}-dashboard{suffix}",
                dashboard_name=dashboard_name,
                dashboard_body=body(shard, args.region),
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.dashboard_names.append(dashboard_name)
        self.register_outputs({"dashboardNames": self.dashboard_names})


def widgets(args: DashboardArgs) -> Iterator[Widget]:
    """Every graph of a Region; stores of one kind share graphs."""
    for vault in args.vault_names:
        for kind, names in BACKUP_COUNTS:
            lines = tuple(metrics.backup_count(name, vault) for name in names)
            yield Widget(title=f"{kind} of {vault}, by day", lines=lines, period_seconds=DAY)
    yield from _graphs("Replica lag, s", [metrics.replica_lag(one) for one in args.replicas])
    latencies = [metrics.table_latency(one) for one in args.tables]
    yield from _graphs("Tables, replication latency, ms", latencies)
    yield from _graphs("Buckets, replication latency, s", [metrics.bucket_latency(one) for one in args.incoming])
    yield from _graphs("Buckets, failed replications", [metrics.bucket_failures(one) for one in args.outgoing])
    yield from _graphs("Databases, free storage, bytes", [metrics.free_storage(one) for one in args.databases])


def shards(graphs: Sequence[Widget]) -> list[list[Widget]]:
    """As many dashboards as CloudWatch's quotas ask for, at least one."""
    made: list[list[Widget]] = [[]]
    lines = 0
    for graph in graphs:
        full = len(made[-1]) == limits.DASHBOARD_WIDGETS or lines + len(graph.lines) > limits.DASHBOARD_METRICS
        if full:
            made.append([])
            lines = 0
        made[-1].append(graph)
        lines += len(graph.lines)
    return made


def body(graphs: Sequence[Widget], region: str) -> str:
    """The dashboard body as JSON."""
    return json.dumps({"widgets": [_placed(graph, place, region) for place, graph in enumerate(graphs)]})


def _placed(graph: Widget, place: int, region: str) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": place % COLUMNS * WIDTH,
        "y": place // COLUMNS * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": graph.title,
            "region": region,
            "view": "timeSeries",
            "stacked": False,
            "period": graph.period_seconds,
            "metrics": [_line(metric) for metric in graph.lines],
        },
    }


def _line(metric: Metric) -> list[Any]:
    named = [part for dimension in metric.dimensions for part in dimension]
    return [metric.namespace, metric.name, *named, {"stat": metric.statistic, "label": metric.label}]


def _graphs(title: str, lines: Sequence[Metric]) -> Iterator[Widget]:
    for start in range(0, len(lines), LINES_A_WIDGET):
        part = tuple(lines[start : start + LINES_A_WIDGET])
        yield Widget(title=f"{title} ({start + 1} to {start + len(part)} of {len(lines)})", lines=part)
