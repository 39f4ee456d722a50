"""Alarms: how far behind the other Region is, and how old its newest copies are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.settings import limits
from components.watch import metrics
from components.watch.metrics import BucketRule, CopiesTo, Metric, TableReplication

HOUR = 3600
GIB = 1024**3
# Five minutes in a row: a minute of lag is traffic, five are a fault.
LAG_PERIOD_SECONDS, LAG_PERIODS = 60, 5


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """From when on an alarm sounds; the settings have the defaults."""

    replica_lag_seconds: int
    table_latency_milliseconds: int
    bucket_latency_seconds: int
    copy_age_hours: int
    free_storage_gib: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecoveryAlarmsArgs:
    """Inputs of the alarms of a Region; each list names what this Region publishes metrics of."""

    prefix: str
    """Begins every alarm's name."""
    topic_arn: pulumi.Input[str]
    thresholds: Thresholds
    replicas: tuple[str, ...] = ()
    """Identifiers of the read replicas in this Region."""
    databases: tuple[str, ...] = ()
    """Identifiers of all databases in this Region, for their free storage."""
    tables: tuple[TableReplication, ...] = ()
    incoming: tuple[BucketRule, ...] = ()
    """Rules whose destination is in this Region: S3 reports their latency here."""
    outgoing: tuple[BucketRule, ...] = ()
    """Rules whose source is in this Region: S3 reports their failures here."""
    copies: tuple[CopiesTo, ...] = ()


class RecoveryAlarms(pulumi.ComponentResource):
    """Says when the other Region could no longer take over within the objectives. Silence alarms where it means broken.

    | metric | missing data is | because |
    |---|---|---|
    | replica lag | a breach | RDS reports it every minute of a replica's life; -1, its way to say unknown, is one too |
    | table latency | a breach while the table is written to | DynamoDB reports it of writes alone |
    | bucket latency | a breach | S3 reports it even while nothing replicates, until the destination is gone |
    | failed replications | no breach | S3 reports them only while something replicates |
    | completed copies | a breach | AWS Backup reports no zeros: no copy is no data |
    | free storage | a breach | RDS reports it every minute of an instance's life |

    Produces the following resources:
    - `cloudwatch.MetricAlarm`, one each row above and replica, table, rule, kind of copy and database.

    Outputs: `alarm_names`.

    AWS limits:
    - An alarm looks back on at most seven days, one day at a period below an hour (CloudWatch PutMetricAlarm, Period).
    - Alarms on AWS/DynamoDB ignore missing data whatever they say (CloudWatch PutMetricAlarm, TreatMissingData): the
      expression fills it in instead.
    - 5,000 alarms an account and Region, which AWS raises on request (CloudWatch user guide, service quotas).
    - An alarm and its topic are of one Region (CloudWatch PutMetricAlarm, AlarmActions).

    Cost: by alarm and by metric that it reads, six for a table; not priced here.
    """

    def __init__(self, name: str, args: RecoveryAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:alarms:RecoveryAlarms", name, None, opts)
        self.alarm_names: list[str] = []
        self._name, self._args = name, args
        limit = args.thresholds
        for identifier in args.replicas:
            self._replica_lag(identifier, limit.replica_lag_seconds)
        for table in args.tables:
            self._table_latency(table, limit.table_latency_milliseconds)
        for rule in args.incoming:
            self._bucket_latency(rule, limit.bucket_latency_seconds)
        for rule in args.outgoing:
            self._bucket_failures(rule)
        for copies in args.copies:
            self._copy_age(copies, limit.copy_age_hours)
        if limit.free_storage_gib is not None:
            for identifier in args.databases:
                self._free_storage(identifier, limit.free_storage_gib)
        self.register_outputs({"alarmNames": self.alarm_names})

    def _replica_lag(self, identifier: str, seconds: int) -> None:
        lag = metrics.replica_lag(identifier)
        self._alarm(
            f"replica-lag-{identifier}",
            f"{identifier} is more than {seconds} s behind its primary, or does not know how far.",
            queries=(
                _query("lag", lag, LAG_PERIOD_SECONDS),
                _expression(f"IF(lag < 0, {seconds + 1}, lag)", "lag, unknown counted as too much"),
            ),
            threshold=seconds,
            period_seconds=LAG_PERIOD_SECONDS,
            periods=LAG_PERIODS,
        )

    def _table_latency(self, table: TableReplication, milliseconds: int) -> None:
        latency = metrics.table_latency(table)
        writes = [
            _query(f"w{n}", metrics.table_writes(table.table_name, operation), LAG_PERIOD_SECONDS)
            for n, operation in enumerate(metrics.WRITES)
        ]
        written = " + ".join(f"FILL(w{n}, 0)" for n in range(len(writes)))
        self._alarm(
            f"table-latency-{table.table_name}-{table.receiving_region}",
            f"{table.table_name} takes more than {milliseconds} ms to reach {table.receiving_region},"
            " or is written to and does not reach it.",
            queries=(
                _query("latency", latency, LAG_PERIOD_SECONDS),
                *writes,
                # Not reported while written to is broken; not reported while idle is nothing to report.
                _expression(
                    f"IF(({written}) > 0, FILL(latency, {milliseconds + 1}), FILL(latency, 0))",
                    "latency, unreported while written to counted as too much",
                ),
            ),
            threshold=milliseconds,
            period_seconds=LAG_PERIOD_SECONDS,
            periods=LAG_PERIODS,
            # What CloudWatch does for AWS/DynamoDB in any case; to say something else would only look better.
            missing="ignore",
        )

    def _bucket_latency(self, rule: BucketRule, seconds: int) -> None:
        latency = metrics.bucket_latency(rule)
        self._alarm(
            f"bucket-latency-{rule.source_bucket_name}-{rule.rule_id}",
            f"{rule.destination_bucket_name} is more than {seconds} s behind {rule.source_bucket_name},"
            " or S3 does not say.",
            metric=latency,
            threshold=seconds,
            period_seconds=LAG_PERIOD_SECONDS,
            # S3 replication metrics are delivered on a best-effort basis: a gap of some minutes is no outage.
            periods=3 * LAG_PERIODS,
        )

    def _bucket_failures(self, rule: BucketRule) -> None:
        failures = metrics.bucket_failures(rule)
        self._alarm(
            f"bucket-failures-{rule.source_bucket_name}-{rule.rule_id}",
            f"Objects of {rule.source_bucket_name} failed to replicate to {rule.destination_bucket_name}; S3 does not"
            " try again by itself: Batch Replication does.",
            metric=failures,
            threshold=0,
            period_seconds=300,
            periods=1,
            missing="notBreaching",
        )

    def _copy_age(self, copies: CopiesTo, hours: int) -> None:
        completed = metrics.backup_count("NumberOfCopyJobsCompleted", copies.vault_name, copies.resource_type)
        kind = copies.resource_type or "any kind"
        self._alarm(
            f"copy-age-{copies.vault_name}-{(copies.resource_type or 'all').lower()}",
            f"No copy of {kind} to {copies.vault_name} completed in {hours} h.",
            metric=completed,
            threshold=1,
            comparison="LessThanThreshold",
            period_seconds=HOUR,
            periods=hours,
        )

    def _free_storage(self, identifier: str, gib: int) -> None:
        self._alarm(
            f"free-storage-{identifier}",
            f"{identifier} has less than {gib} GiB free; a full database stops, and so does its replication.",
            metric=metrics.free_storage(identifier),
            threshold=gib * GIB,
            comparison="LessThanThreshold",
            period_seconds=300,
            periods=3,
        )

    def _alarm(
        self,
        suffix: str,
        description: str,
        *,
        threshold: float,
        period_seconds: int,
        periods: int,
        metric: Metric | None = None,
        queries: tuple[aws.cloudwatch.MetricAlarmMetricQueryArgs, ...] = (),
        comparison: Literal["GreaterThanThreshold", "LessThanThreshold"] = "GreaterThanThreshold",
        missing: Literal["breaching", "notBreaching", "ignore"] = "breaching",
    ) -> None:
        """On one metric or on the expression of several: CloudWatch takes either (PutMetricAlarm, Metrics)."""
        if problem := range_problem(period_seconds, periods):
            raise ValueError(f"alarm {suffix}: {problem}")
        alarm_name = f"{self._args.prefix}-{suffix}"
        aws.cloudwatch.MetricAlarm(
            f"{self._name}-{suffix}",
            name=alarm_name,
            alarm_description=description,
            namespace=metric.namespace if metric else None,
            metric_name=metric.name if metric else None,
            dimensions=dict(metric.dimensions) if metric else None,
            statistic=metric.statistic if metric else None,
            period=period_seconds if metric else None,
            metric_queries=list(queries) or None,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            comparison_operator=comparison,
            threshold=threshold,
            treat_missing_data=missing,
            alarm_actions=[self._args.topic_arn],
            ok_actions=[self._args.topic_arn],
            tags={"Name": alarm_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.alarm_names.append(alarm_name)


def range_problem(period_seconds: int, periods: int) -> str | None:
    """Why CloudWatch would refuse an alarm that looks back so far; None where it would not."""
    most = limits.ALARM_RANGE_SECONDS if period_seconds >= HOUR else limits.ALARM_RANGE_SECONDS_BELOW_AN_HOUR
    if period_seconds % 60:
        return f"period is {period_seconds} s, allowed are multiples of 60 (Amazon CloudWatch PutMetricAlarm Period)"
    if period_seconds * periods > most:
        return (
            f"{periods} periods of {period_seconds} s are {period_seconds * periods} s, at most {most} s are allowed"
            " (Amazon CloudWatch PutMetricAlarm Period); lower the threshold's time, or take periods of an hour"
        )
    return None


def _query(query_id: str, metric: Metric, period_seconds: int) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=query_id,
        return_data=False,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            stat=metric.statistic,
            period=period_seconds,
        ),
    )


def _expression(expression: str, label: str) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(id="watched", expression=expression, label=label, return_data=True)
