"""The alarms: which metric in which Region, and that silence alarms exactly where it means broken."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from components.watch import alarms
from components.watch.alarms import RecoveryAlarms, RecoveryAlarmsArgs, Thresholds, range_problem
from components.watch.metrics import WRITES, BucketRule, CopiesTo, TableReplication
from tests.support.program import Registered, registrations

TOPIC = "arn:aws:sns:us-west-2:123456789012:securecart-alerts"
OUT = BucketRule(source_bucket_name="invoices-west", destination_bucket_name="invoices-east", rule_id="whole-bucket")
IN = BucketRule(source_bucket_name="invoices-east", destination_bucket_name="invoices-west", rule_id="whole-bucket")
LIMITS = Thresholds(
    replica_lag_seconds=300,
    table_latency_milliseconds=60_000,
    bucket_latency_seconds=900,
    copy_age_hours=30,
    free_storage_gib=10,
)
ARGS = RecoveryAlarmsArgs(
    prefix="securecart-dr",
    topic_arn=TOPIC,
    thresholds=LIMITS,
    replicas=("securecart-orders-secondary-g1",),
    databases=("securecart-orders-secondary-g1",),
    tables=(TableReplication(table_name="securecart-order-history", receiving_region="us-east-1"),),
    incoming=(IN,),
    outgoing=(OUT,),
    copies=(CopiesTo(vault_name="securecart-primary-7d-400d"), CopiesTo(vault_name="v", resource_type="RDS")),
)


def build(args: RecoveryAlarmsArgs = ARGS) -> dict[str, Registered]:
    made = registrations(lambda: RecoveryAlarms("alarms", args))
    return {
        r.inputs["name"].removeprefix("securecart-dr-"): r for r in made.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    }


@cache
def built() -> dict[str, Registered]:
    return build()


@pytest.fixture
def lag_alarm() -> dict[str, Any]:
    return built()["replica-lag-securecart-orders-secondary-g1"].inputs


@pytest.fixture
def table_alarm() -> dict[str, Any]:
    return built()["table-latency-securecart-order-history-us-east-1"].inputs


def watched(inputs: dict[str, Any], **values: float | None) -> float | None:
    """What an alarm's expression yields for values of its metrics; None is missing (CloudWatch user guide, "Using math
    expressions"): an expression over missing data is missing, FILL puts a value in."""
    queries = {q["id"]: q for q in inputs["metricQueries"]}
    expression = queries["watched"]["expression"]
    assert set(values) == set(queries) - {"watched"}

    if "FILL" not in expression and None in values.values():
        return None
    scope: dict[str, Any] = {
        "FILL": lambda value, filler: filler if value is None else value,
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
    }
    return float(eval(expression, {"__builtins__": {}}, scope | values))  # noqa: S307  our own expression


def breaches(inputs: dict[str, Any], value: float | None) -> bool:
    return inputs["treatMissingData"] == "breaching" if value is None else value > inputs["threshold"]


@pytest.mark.parametrize(("lag", "alarm"), [(0, False), (300, False), (301, True), (-1, True), (None, True)])
def test_a_lag_that_is_not_known_is_not_a_lag_of_zero(
    lag_alarm: dict[str, Any], lag: float | None, alarm: bool
) -> None:
    """Amazon RDS user guide: -1 when the lag is not known; nothing at all when the replica is gone."""
    assert breaches(lag_alarm, watched(lag_alarm, lag=lag)) is alarm


@pytest.mark.parametrize(
    ("writes", "latency", "alarm"),
    [
        (None, None, False),  # idle: nothing to replicate, nothing reported
        (12, 900, False),
        (12, 60_001, True),
        (12, None, True),  # written to, and no word of the other Region
        (None, 60_001, True),  # the last writes are still under way
    ],
)
def test_a_table_that_is_written_to_and_does_not_replicate_alarms(
    table_alarm: dict[str, Any], writes: float | None, latency: float | None, alarm: bool
) -> None:
    for busy in range(len(WRITES)):
        counts = {f"w{n}": writes if n == busy else None for n in range(len(WRITES))}
        assert breaches(table_alarm, watched(table_alarm, latency=latency, **counts)) is alarm


def test_dynamodb_is_not_told_what_cloudwatch_would_not_do(table_alarm: dict[str, Any]) -> None:
    """CloudWatch PutMetricAlarm, TreatMissingData: alarms on AWS/DynamoDB always ignore missing data."""
    assert table_alarm["treatMissingData"] == "ignore"
    (latency,) = [q["metric"] for q in table_alarm["metricQueries"] if q["id"] == "latency"]
    assert latency["namespace"] == "AWS/DynamoDB"
    assert latency["dimensions"] == {"TableName": "securecart-order-history", "ReceivingRegion": "us-east-1"}


@pytest.mark.parametrize(
    ("alarm", "metric", "dimensions", "missing"),
    [
        (
            "bucket-latency-invoices-east-whole-bucket",
            "ReplicationLatency",
            {"SourceBucket": "invoices-east", "DestinationBucket": "invoices-west", "RuleId": "whole-bucket"},
            "breaching",
        ),
        (
            "bucket-failures-invoices-west-whole-bucket",
            "OperationsFailedReplication",
            {"SourceBucket": "invoices-west", "DestinationBucket": "invoices-east", "RuleId": "whole-bucket"},
            "notBreaching",
        ),
        (
            "copy-age-securecart-primary-7d-400d-all",
            "NumberOfCopyJobsCompleted",
            {"BackupVaultName": "securecart-primary-7d-400d"},
            "breaching",
        ),
        ("copy-age-v-rds", "NumberOfCopyJobsCompleted", {"BackupVaultName": "v", "ResourceType": "RDS"}, "breaching"),
        (
            "free-storage-securecart-orders-secondary-g1",
            "FreeStorageSpace",
            {"DBInstanceIdentifier": "securecart-orders-secondary-g1"},
            "breaching",
        ),
    ],
)
def test_each_alarm_watches_its_metric(alarm: str, metric: str, dimensions: dict[str, str], missing: str) -> None:
    """Amazon S3 user guide, "Using S3 Replication metrics": latency in the destination's Region and always, failures in
    the source's and only while something replicates."""
    inputs = built()[alarm].inputs
    assert (inputs["metricName"], inputs["dimensions"]) == (metric, dimensions)
    assert inputs["treatMissingData"] == missing


def test_a_copy_alarm_sounds_after_its_hours_and_not_before() -> None:
    inputs = built()["copy-age-securecart-primary-7d-400d-all"].inputs
    assert inputs["period"] * inputs["evaluationPeriods"] == 30 * 3600
    assert inputs["datapointsToAlarm"] == inputs["evaluationPeriods"], "every hour must be without a copy"
    assert (inputs["comparisonOperator"], inputs["threshold"]) == ("LessThanThreshold", 1)


def test_bytes_are_bytes() -> None:
    assert built()["free-storage-securecart-orders-secondary-g1"].inputs["threshold"] == 10 * 1024**3
    quiet = build(replace(ARGS, thresholds=replace(LIMITS, free_storage_gib=None)))
    assert not any(name.startswith("free-storage") for name in quiet)


def test_every_alarm_tells_the_topic_that_it_sounds_and_that_it_is_over() -> None:
    assert len(built()) == 7
    for alarm in built().values():
        assert alarm.inputs["alarmActions"] == [TOPIC]
        assert alarm.inputs["okActions"] == [TOPIC]


@pytest.mark.parametrize(
    ("period", "periods", "refused"),
    [(3600, 168, False), (3600, 169, True), (60, 1440, False), (60, 1441, True), (90, 1, True)],
)
def test_an_alarm_looks_back_no_further_than_cloudwatch_lets_it(period: int, periods: int, refused: bool) -> None:
    """CloudWatch PutMetricAlarm Period: 604,800 s, 86,400 s below an hour, multiples of 60."""
    assert (range_problem(period, periods) is not None) is refused


def test_a_copy_age_beyond_seven_days_is_refused_before_anything_is_made() -> None:
    with pytest.raises(ValueError, match=r"copy-age.*604800"):
        build(replace(ARGS, thresholds=replace(LIMITS, copy_age_hours=169)))


def test_cloudwatch_s_own_model_takes_every_alarm() -> None:
    shape = botocore.session.get_session().get_service_model("cloudwatch").shape_for("PutMetricAlarmInput")
    for alarm in built().values():
        report = ParamValidator().validate(_request(alarm.inputs), shape)
        assert not report.has_errors(), report.generate_report()


def _request(inputs: dict[str, Any]) -> dict[str, Any]:
    """The call that the provider makes; numbers travel to it as floats."""
    given = {
        "AlarmName": inputs["name"],
        "AlarmDescription": inputs["alarmDescription"],
        "EvaluationPeriods": int(inputs["evaluationPeriods"]),
        "DatapointsToAlarm": int(inputs["datapointsToAlarm"]),
        "ComparisonOperator": inputs["comparisonOperator"],
        "Threshold": inputs["threshold"],
        "TreatMissingData": inputs["treatMissingData"],
        "AlarmActions": inputs["alarmActions"],
    }
    if "metricQueries" in inputs:
        assert not {"metricName", "period", "statistic"} & set(inputs), "either or (PutMetricAlarm Metrics)"
        assert sum(query["returnData"] for query in inputs["metricQueries"]) == 1
        return given | {"Metrics": [_query(query) for query in inputs["metricQueries"]]}
    one = {"MetricName": inputs["metricName"], "Namespace": inputs["namespace"], "Statistic": inputs["statistic"]}
    return given | one | {"Period": int(inputs["period"])}


def _query(query: dict[str, Any]) -> dict[str, Any]:
    made = {"Id": query["id"], "ReturnData": query["returnData"]}
    if "expression" in query:
        return made | {"Expression": query["expression"], "Label": query["label"]}
    metric = query["metric"]
    dimensions = [{"Name": k, "Value": v} for k, v in metric["dimensions"].items()]
    which = {"Namespace": metric["namespace"], "MetricName": metric["metricName"], "Dimensions": dimensions}
    return made | {"MetricStat": {"Metric": which, "Period": int(metric["period"]), "Stat": metric["stat"]}}


def test_lag_is_five_minutes_in_a_row(lag_alarm: dict[str, Any]) -> None:
    assert alarms.LAG_PERIOD_SECONDS * lag_alarm["evaluationPeriods"] == 300
