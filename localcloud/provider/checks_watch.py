"""What AWS refuses in messages, events, alarms, logs, trails and detectors; rows of `rules.RULES`.

A row is (type, property, source, check). A value that is not known yet is the UNKNOWN text: present, and of no size.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from localcloud.provider.checks import within
from localcloud.provider.codec import UNKNOWN, Props

Check = Callable[[Props], str | None]
Row = tuple[str, str, str, Check]

_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_RETENTIONS_DAYS = (
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
_SHORT_PERIODS_SECONDS = (10, 20, 30)
_LONGEST_EVALUATION_SECONDS, _LONGEST_OF_SHORT_PERIODS_SECONDS, _HOUR_SECONDS = 604_800, 86_400, 3_600
_SINGLE_METRIC = ("namespace", "metricName", "dimensions", "period", "unit", "statistic", "extendedStatistic")
_MAXIMUM_WIDGETS = 500
_MAXIMUM_SELECTOR_VALUES = 500
_OPERATORS = ("equals", "startsWiths", "endsWiths", "notEquals", "notStartsWiths", "notEndsWiths")
_RUNTIME_FEATURES = ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")


def known(value: Any) -> bool:
    """Whether there is a value, and one that can be judged."""
    return value is not None and value != UNKNOWN


def structures(value: Any) -> list[Props]:
    """The structures of a list that are known."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def one_of(key: str, allowed: tuple[Any, ...]) -> Check:
    def check(p: Props) -> str | None:
        value = p.get(key)
        return None if not known(value) or value in allowed else f"{value} is none of {', '.join(map(str, allowed))}"

    return check


def exactly_one(*keys: str) -> Check:
    def check(p: Props) -> str | None:
        count = sum(p.get(key) is not None for key in keys)
        return None if count == 1 else f"exactly one of {', '.join(keys)} must be set, not {count}"

    return check


def at_most_one(*keys: str) -> Check:
    def check(p: Props) -> str | None:
        set_keys = [key for key in keys if p.get(key) is not None]
        return None if len(set_keys) <= 1 else f"{' and '.join(set_keys)} exclude each other"

    return check


def pattern_or_schedule(p: Props) -> str | None:
    if p.get("eventPattern") is None and p.get("scheduleExpression") is None:
        return "eventPattern or scheduleExpression must be set"
    return None


def one_encryption(p: Props) -> str | None:
    if p.get("sqsManagedSseEnabled") is True and p.get("kmsMasterKeyId") is not None:
        return "sqsManagedSseEnabled and kmsMasterKeyId exclude each other"
    return None


def evaluation(p: Props) -> str | None:
    """How long an alarm looks back."""
    period, count = p.get("period"), p.get("evaluationPeriods")
    if not isinstance(period, int):
        return None
    if period not in _SHORT_PERIODS_SECONDS and period % 60:
        return f"period {period} is neither 10, 20 or 30 nor a multiple of 60 seconds"
    longest = _LONGEST_OF_SHORT_PERIODS_SECONDS if period < _HOUR_SECONDS else _LONGEST_EVALUATION_SECONDS
    if isinstance(count, int) and period * count > longest:
        return f"period {period} times evaluationPeriods {count} is more than {longest} seconds"
    return None


def datapoints(p: Props) -> str | None:
    few, all_ = p.get("datapointsToAlarm"), p.get("evaluationPeriods")
    if isinstance(few, int) and isinstance(all_, int) and few > all_:
        return f"datapointsToAlarm {few} is more than evaluationPeriods {all_}"
    return None


def metric_or_queries(p: Props) -> str | None:
    if not p.get("metricQueries"):
        if p.get("metricName") is None:
            return "metricName or metricQueries must be set"
        count = sum(p.get(key) is not None for key in ("statistic", "extendedStatistic"))
        return None if count == 1 else f"metricName needs statistic or extendedStatistic, one of them; {count} are set"
    single = [key for key in _SINGLE_METRIC if p.get(key) is not None]
    if single:
        return f"{single[0]} does not go with metricQueries"
    queries = structures(p["metricQueries"])
    watched = sum(query.get("returnData") is True for query in queries)
    doubtful = queries != p["metricQueries"] or any(query.get("returnData") == UNKNOWN for query in queries)
    return None if watched == 1 or doubtful else f"one of metricQueries has returnData, not {watched}"


def query_kind(p: Props) -> str | None:
    for query in structures(p.get("metricQueries")):
        if (query.get("expression") is None) == (query.get("metric") is None):
            return f"query {query.get('id')} needs either expression or metric"
    return None


def widgets(p: Props) -> str | None:
    body = p.get("dashboardBody")
    found = json.loads(str(body)).get("widgets", []) if known(body) else []
    return None if len(found) <= _MAXIMUM_WIDGETS else f"{len(found)} widgets are more than {_MAXIMUM_WIDGETS}"


def selectors(p: Props) -> str | None:
    """Each selector names its category of events, and all of them together have so many values."""
    values = 0
    for selector in structures(p.get("advancedEventSelectors")):
        fields = structures(selector.get("fieldSelectors"))
        if "eventCategory" not in [field.get("field") for field in fields] and UNKNOWN not in selector.values():
            return f"selector {selector.get('name')} names no eventCategory"
        lists = [field[key] for field in fields for key in _OPERATORS if isinstance(field.get(key), list)]
        values += sum(map(len, lists))
    if values > _MAXIMUM_SELECTOR_VALUES:
        return f"{values} values of all selectors are more than {_MAXIMUM_SELECTOR_VALUES}"
    return None


def whole_trail(p: Props) -> str | None:
    if p.get("isMultiRegionTrail") is True and p.get("includeGlobalServiceEvents") is False:
        return "a multi-Region trail must include global service events"
    return None


def agents(p: Props) -> str | None:
    """The local cloud knows those of the runtime features only."""
    name = p.get("name")
    if p.get("additionalConfigurations") and known(name) and name not in _RUNTIME_FEATURES:
        return f"{name} has no additional configurations; {' and '.join(_RUNTIME_FEATURES)} have"
    return None


_QUEUE = "aws:sqs/queue:Queue"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_TRAIL = "aws:cloudtrail/trail:Trail"
_QUEUE_LIMITS = {
    "delaySeconds": (0, 900),
    "maxMessageSize": (1024, 1_048_576),
    "messageRetentionSeconds": (60, 1_209_600),
    "receiveWaitTimeSeconds": (0, 20),
    "visibilityTimeoutSeconds": (0, 43_200),
    "kmsDataKeyReusePeriodSeconds": (60, 86_400),
}

ROWS: tuple[Row, ...] = (
    ("aws:sns/topicSubscription:TopicSubscription", "protocol", "Amazon SNS Subscribe", one_of("protocol", _PROTOCOLS)),
    *((_QUEUE, key, "Amazon SQS CreateQueue", within(key, *limit)) for key, limit in _QUEUE_LIMITS.items()),
    (_QUEUE, "sqsManagedSseEnabled", "Amazon SQS CreateQueue", one_encryption),
    ("aws:cloudwatch/eventRule:EventRule", "eventPattern", "Amazon EventBridge PutRule", pattern_or_schedule),
    (
        "aws:cloudwatch/eventTarget:EventTarget",
        "input",
        "Amazon EventBridge PutTargets",
        at_most_one("input", "inputPath", "inputTransformer"),
    ),
    (_ALARM, "period", "Amazon CloudWatch PutMetricAlarm", evaluation),
    (_ALARM, "datapointsToAlarm", "Amazon CloudWatch PutMetricAlarm", datapoints),
    (_ALARM, "metricName", "Amazon CloudWatch PutMetricAlarm", metric_or_queries),
    (_ALARM, "metricQueries", "Amazon CloudWatch MetricDataQuery", query_kind),
    (_ALARM, "treatMissingData", "Amazon CloudWatch PutMetricAlarm", one_of("treatMissingData", _MISSING_DATA)),
    ("aws:cloudwatch/dashboard:Dashboard", "dashboardBody", "Amazon CloudWatch user guide, quotas", widgets),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        "retentionInDays",
        "Amazon CloudWatch Logs PutRetentionPolicy",
        one_of("retentionInDays", _RETENTIONS_DAYS),
    ),
    (_TRAIL, "advancedEventSelectors", "AWS CloudTrail PutEventSelectors", selectors),
    (_TRAIL, "isMultiRegionTrail", "AWS CloudTrail CreateTrail", whole_trail),
    (
        "aws:guardduty/detectorFeature:DetectorFeature",
        "additionalConfigurations",
        "a limit of the local cloud, not of AWS",
        agents,
    ),
)
