"""What watches one Region: the same in both tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.naming import Names
from components.settings import Settings
from components.watch.alarms import FreshnessAlarms, FreshnessAlarmsArgs
from components.watch.dashboard import RecoveryDashboard, RecoveryDashboardArgs
from components.watch.events import AlertRules, AlertRulesArgs
from components.watch.metrics import Freshness
from components.watch.patterns import alerts
from components.watch.threats import ThreatDetection, ThreatDetectionArgs
from components.watch.trail import AuditTrail, AuditTrailArgs


@dataclass(frozen=True, kw_only=True)
class RegionWatchArgs:
    """Inputs of a Region's watch."""

    settings: Settings
    topic_arn: pulumi.Input[str]
    alert_key_arn: pulumi.Input[str]
    data_key_arn: pulumi.Input[str]
    audit_bucket_name: pulumi.Input[str]
    """Available once its policy lets the trail in."""
    metrics: Sequence[Freshness]
    """How fresh each copy is that this Region can see."""


class RegionWatch(pulumi.ComponentResource):
    """The trail of who touched what, the detector of who should not, and the alerts and alarms that reach a person.

    Produces the following resources: one AuditTrail, ThreatDetection, AlertRules, FreshnessAlarms and RecoveryDashboard.

    Outputs: `trail_arn`, `alarm_names`.

    AWS limits:
    - Of each part: see its own page.

    Cost: of each part.
    """

    def __init__(self, name: str, args: RegionWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:RegionWatch", name, None, opts)
        settings, names = args.settings, Names(settings=args.settings)
        child = pulumi.ResourceOptions(parent=self)
        trail = AuditTrailArgs(
            trail_name=names.of_region(),
            bucket_name=args.audit_bucket_name,
            key_arn=args.data_key_arn,
            bucket_arn_prefixes=_bucket_prefixes(settings, names),
            table_arn_prefixes=_table_prefixes(settings, names),
        )
        self.trail_arn: pulumi.Output[str] = AuditTrail(name, trail, child).arn
        ThreatDetection("threats", ThreatDetectionArgs(manage=settings.watch.guard_duty), child)
        rules = AlertRulesArgs(
            alerts=alerts(settings.watch.finding_severity),
            topic_arn=args.topic_arn,
            queue_name=names.of_region("undelivered"),
            key_arn=args.alert_key_arn,
            account_id=settings.account_id,
        )
        AlertRules("alerts", rules, child)
        alarms = FreshnessAlarmsArgs(prefix=names.of_region(), metrics=args.metrics, topic_arn=args.topic_arn)
        self.alarm_names: list[str] = FreshnessAlarms("freshness", alarms, child).names
        board = RecoveryDashboardArgs(
            dashboard_name=names.of_region("recovery"), region=settings.region, metrics=args.metrics
        )
        RecoveryDashboard(name, board, child)
        self.register_outputs({"trailArn": self.trail_arn})


def _bucket_prefixes(settings: Settings, names: Names) -> list[str]:
    """One for all buckets of ours, and one for each that had its name before."""
    ours = f"arn:aws:s3:::{names.bucket_prefix()}"
    adopted = [
        names.bucket_arn(store, settings.region) for store, bucket in settings.buckets.items() if bucket.existing
    ]
    return [ours, *(f"{arn}/" for arn in adopted if not arn.startswith(ours))]


def _table_prefixes(settings: Settings, names: Names) -> list[str]:
    ours = f"arn:aws:dynamodb:{settings.region}:{settings.account_id}:table/"
    adopted = [names.table(store) for store, table in settings.tables.items() if table.existing]
    first = names.table_prefix()
    return [f"{ours}{first}", *(f"{ours}{table}" for table in adopted if not table.startswith(first))]
