"""What watches one Region: the same in both tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi

from components.buckets.replication import RULE_ID
from components.naming import AUDIT, Names
from components.settings import Role, Settings
from components.settings.watch import GuardDuty
from components.tiers.shared import all_buckets
from components.watch.alarms import RecoveryAlarms, RecoveryAlarmsArgs, Thresholds
from components.watch.dashboard import Dashboard, DashboardArgs
from components.watch.events import AlertRules, AlertRulesArgs
from components.watch.metrics import BucketRule, CopiesTo, TableReplication
from components.watch.threats import ThreatDetection, ThreatDetectionArgs
from components.watch.trail import AuditTrail, AuditTrailArgs, DataEvents


@dataclass(frozen=True, kw_only=True)
class RegionWatchArgs:
    """Inputs of a Region's watch."""

    settings: Settings
    topic_arn: pulumi.Input[str]
    data_key_arn: pulumi.Input[str]
    audit_bucket_name: pulumi.Input[str]
    """Available once its policy lets the trail in."""
    databases: Sequence[str] = field(default_factory=tuple)
    """Identifiers of the databases in this Region."""
    replicas: Sequence[str] = field(default_factory=tuple)
    """Those of them that are replicas of the other Region's."""
    tables: Sequence[str] = field(default_factory=tuple)
    """Stores whose tables are replicated with the other Region."""


class RegionWatch(pulumi.ComponentResource):
    """The trail of who touched what, the detector of who should not, and the alerts and alarms that reach a person.

    Produces the following resources: one ThreatDetection, AlertRules, RecoveryAlarms and Dashboard; an AuditTrail unless
    `watch.trail` is false.

    Outputs: `alarm_names`.

    AWS limits:
    - Of each part: see its own page.

    Cost: of each part.
    """

    def __init__(self, name: str, args: RegionWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:RegionWatch", name, None, opts)
        self._args, self._settings = args, args.settings
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        watch = self._settings.watch
        if watch.trail:
            self._trail(name)
        adopted = watch.detector_id if watch.guard_duty is GuardDuty.ADOPT else None
        threats = ThreatDetectionArgs(detector_id=adopted, ephemeral=self._settings.ephemeral)
        ThreatDetection("threats", threats, self._child)
        rules = AlertRulesArgs(
            prefix=self._names.of_region(),
            topic_arn=args.topic_arn,
            account_id=self._settings.account_id,
            region=self._settings.region,
            finding_severity=watch.finding_severity,
        )
        AlertRules("alerts", rules, self._child)
        self.alarm_names: tuple[str, ...] = self._alarms()
        self._dashboard(name)
        self.register_outputs({"alarmNames": list(self.alarm_names)})

    def _trail(self, name: str) -> None:
        settings, names = self._settings, self._names
        here, there = settings.region, settings.other_region
        events = DataEvents(
            bucket_prefix=names.bucket_prefix(),
            table_prefix=names.table_prefix(),
            account_id=settings.account_id,
            regions=(here, there),
            audit_bucket_names=(names.bucket(AUDIT, here), names.bucket(AUDIT, there)),
            adopted_bucket_arns=tuple(
                names.bucket_arn(store, settings.regions.primary)
                for store, bucket in settings.buckets.items()
                if bucket.existing
            ),
            adopted_table_arns=tuple(
                f"arn:aws:dynamodb:{region}:{settings.account_id}:table/{names.table(store)}"
                for store, table in settings.tables.items()
                if table.existing
                for region in (here, there)
            ),
            reads=settings.watch.trail_reads,
        )
        args = AuditTrailArgs(
            trail_name=names.of_region(),
            bucket_name=self._args.audit_bucket_name,
            key_arn=self._args.data_key_arn,
            data_events=events,
            ephemeral=settings.ephemeral,
        )
        AuditTrail(name, args, self._child)

    def _alarms(self) -> tuple[str, ...]:
        settings, watch = self._settings, self._settings.watch
        other = Role.SECONDARY if settings.role is Role.PRIMARY else Role.PRIMARY
        args = RecoveryAlarmsArgs(
            prefix=self._names.of_region(),
            topic_arn=self._args.topic_arn,
            thresholds=Thresholds(
                replica_lag_seconds=watch.replica_lag_seconds,
                table_latency_milliseconds=watch.table_latency_milliseconds,
                bucket_latency_seconds=watch.bucket_latency_seconds,
                copy_age_hours=watch.copy_age_hours,
                free_storage_gib=watch.free_storage_gib,
            ),
            replicas=tuple(self._args.replicas),
            databases=tuple(self._args.databases),
            tables=self._table_replication(),
            incoming=self._bucket_rules(incoming=True),
            outgoing=self._bucket_rules(incoming=False),
            # The Region that does not serve copies once a week: CloudWatch looks back seven days at most.
            copies=(CopiesTo(vault_name=self._names.vault(other)),) if settings.is_active else (),
        )
        return tuple(RecoveryAlarms("recovery", args, self._child).alarm_names)

    def _dashboard(self, name: str) -> None:
        args = DashboardArgs(
            dashboard_name=f"{self._names.of_region('recovery')}-{self._settings.region}",
            region=self._settings.region,
            replicas=tuple(self._args.replicas),
            databases=tuple(self._args.databases),
            tables=self._table_replication(),
            incoming=self._bucket_rules(incoming=True),
            outgoing=self._bucket_rules(incoming=False),
            vault_names=(self._names.vault(Role.PRIMARY), self._names.vault(Role.SECONDARY)),
        )
        Dashboard(name, args, self._child)

    def _table_replication(self) -> tuple[TableReplication, ...]:
        names, there = self._names, self._settings.other_region
        return tuple(
            TableReplication(table_name=names.table(store), receiving_region=there) for store in self._args.tables
        )

    def _bucket_rules(self, *, incoming: bool) -> tuple[BucketRule, ...]:
        settings, names = self._settings, self._names
        source, destination = settings.region, settings.other_region
        if incoming:
            source, destination = destination, source
        return tuple(
            BucketRule(
                source_bucket_name=names.bucket(store, source),
                destination_bucket_name=names.bucket(store, destination),
                rule_id=RULE_ID,
            )
            for store in all_buckets(settings)
        )
