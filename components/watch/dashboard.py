"""One page a Region with the freshness of every copy and the jobs of AWS Backup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.watch.metrics import Freshness

# Amazon CloudWatch PutDashboard: widgets a dashboard.
WIDGETS_MAXIMUM = 500
# The dashboard is 24 columns wide.
COLUMNS, WIDTH, HEIGHT = 24, 8, 6
JOBS = ("BackupJobs", "CopyJobs", "RestoreJobs")
JOB_STATES = ("Completed", "Failed", "Expired")


@dataclass(frozen=True, kw_only=True)
class RecoveryDashboardArgs:
    """Inputs of the dashboard."""

    dashboard_name: str
    region: str
    metrics: Sequence[Freshness]


class RecoveryDashboard(pulumi.ComponentResource):
    """What a person looks at when an alarm woke them: the same metrics, with the line that they crossed.

    Produces the following resources:
    - `cloudwatch.Dashboard`, and further ones beyond 500 widgets

    Outputs: `names`.

    AWS limits:
    - 500 widgets a dashboard (PutDashboard).

    Cost: three dashboards an account are free, $3 each and month after that is AWS's list price; not checked here.
    """

    def __init__(self, name: str, args: RecoveryDashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:RecoveryDashboard", name, None, opts)
        self.names: list[str] = []
        room = WIDGETS_MAXIMUM - len(JOBS)
        for number, start in enumerate(range(0, max(len(args.metrics), 1), room)):
            dashboard_name = args.dashboard_name if number == 0 else f"{args.dashboard_name}-{number + 1}"
            aws.cloudwatch.Dashboard(
                f"{name}-dashboard" if number == 0 else f"{name}-dashboard-{number + 1}",
                dashboard_name=dashboard_name,
                dashboard_body=_body(args.region, args.metrics[start : start + room], with_jobs=number == 0),
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.names.append(dashboard_name)
        self.register_outputs({"names": self.names})


def _body(region: str, metrics: Sequence[Freshness], *, with_jobs: bool) -> pulumi.Output[str]:
    graphs = [_jobs(region, kind) for kind in JOBS] if with_jobs else []
    graphs += [_freshness(region, metric) for metric in metrics]
    widgets = [
        {
            "type": "metric",
            "x": number * WIDTH % COLUMNS,
            "y": number * WIDTH // COLUMNS * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "properties": graph,
        }
        for number, graph in enumerate(graphs)
    ]
    return pulumi.Output.from_input({"widgets": widgets}).apply(json.dumps)


def _jobs(region: str, kind: str) -> dict[str, Any]:
    return {
        "title": kind,
        "region": region,
        "stat": "Sum",
        "period": 3600,
        "metrics": [["AWS/Backup", f"NumberOf{kind}{state}"] for state in JOB_STATES],
    }


def _freshness(region: str, metric: Freshness) -> dict[str, Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return {
        "title": metric.name,
        "region": region,
        "stat": metric.statistic,
        "period": metric.period_seconds,
        "metrics": [[metric.namespace, metric.metric, *dimensions]],
        "annotations": {"horizontal": [{"label": "alarm", "value": metric.threshold}]},
    }
