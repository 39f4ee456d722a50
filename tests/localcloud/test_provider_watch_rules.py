"""What AWS refuses in the types that watch and serve, with the nearest thing that it accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.provider import checks_servers, checks_watch
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.validate import failures
from tests.localcloud.provider_cases_front import CERTIFICATE
from tests.localcloud.provider_cases_servers import tracking

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
QUEUE = "aws:sqs/queue:Queue"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TRAIL = "aws:cloudtrail/trail:Trail"
GROUP = "aws:autoscaling/group:Group"
LISTENER = "aws:lb/listener:Listener"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
POLICY = "aws:appautoscaling/policy:Policy"
ROUTE = "aws:ec2/route:Route"


def _alarm(**more: Any) -> Props:
    fixed = {"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "threshold": 1}
    return {**fixed, "namespace": "AWS/RDS", "metricName": "ReplicaLag", "period": 60, "statistic": "Maximum", **more}


def _queries(*queries: Props) -> Props:
    fixed = {"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "threshold": 1}
    return {**fixed, "metricQueries": list(queries)}


def _selectors(category: str, count: int) -> list[Props]:
    category_field = {"field": category, "equals": ["Data"]}
    buckets = {"field": "resources.ARN", "startsWiths": [f"arn:aws:s3:::b{number}" for number in range(count)]}
    return [{"name": "objects", "fieldSelectors": [category_field, buckets]}]


def _widgets(count: int) -> str:
    return json.dumps({"widgets": [{"type": "text"}] * count})


def _redirect(**parts: str) -> list[Props]:
    return [{"type": "redirect", "redirect": {"statusCode": "HTTP_301", **parts}}]


_EXPRESSION = {"id": "a", "expression": "m1 * 2", "returnData": True}
_METRIC = {"id": "m1", "metric": {"metricName": "ReplicaLag", "period": 60, "stat": "Maximum"}}
_FORWARD = [{"type": "forward", "targetGroupArn": "arn"}]
_TABLE = {
    "resourceId": "table/t", "serviceNamespace": "dynamodb", "scalableDimension": "dynamodb:table:ReadCapacityUnits",
}  # fmt: skip
_TRACKED = {"targetTrackingScalingPolicyConfiguration": tracking(70)}
_FEATURE = {"detectorId": "d", "status": "ENABLED"}
_AGENT = [{"name": "EC2_AGENT_MANAGEMENT", "status": "ENABLED"}]

# (type, inputs that AWS refuses, inputs that it accepts, the property that is blamed, a word of the reason).
RULES: list[tuple[str, Props, Props, str, str]] = [
    ("aws:sns/topicSubscription:TopicSubscription", {"topic": TOPIC, "endpoint": "a@b.example", "protocol": "mail"},
     {"topic": TOPIC, "endpoint": "a@b.example", "protocol": "email"}, "protocol", "email-json"),
    *((QUEUE, {key: high + 1}, {key: high}, key, str(low))
      for key, (low, high) in checks_watch._QUEUE_LIMITS.items()),
    (QUEUE, {"sqsManagedSseEnabled": True, "kmsMasterKeyId": "k"}, {"sqsManagedSseEnabled": True},
     "sqsManagedSseEnabled", "kmsMasterKeyId"),
    ("aws:cloudwatch/eventRule:EventRule", {}, {"eventPattern": "{}"}, "eventPattern", "scheduleExpression"),
    (TARGET, {"rule": "r", "arn": TOPIC, "input": "{}", "inputPath": "$.detail"},
     {"rule": "r", "arn": TOPIC, "inputPath": "$.detail"}, "input", "inputPath"),
    (ALARM, _alarm(period=90), _alarm(period=120), "period", "60"),
    (ALARM, _alarm(period=60, evaluationPeriods=1441), _alarm(period=60, evaluationPeriods=1440), "period", "86400"),
    (ALARM, _alarm(period=3600, evaluationPeriods=169), _alarm(period=3600, evaluationPeriods=168), "period", "604800"),
    (ALARM, _alarm(datapointsToAlarm=2), _alarm(datapointsToAlarm=1), "datapointsToAlarm", "evaluationPeriods"),
    (ALARM, _alarm(treatMissingData="bad"), _alarm(treatMissingData="breaching"), "treatMissingData", "notBreaching"),
    (ALARM, _alarm(extendedStatistic="p99"), _alarm(), "metricName", "2"),
    (ALARM, {**_queries(_EXPRESSION, _METRIC), "period": 60}, _queries(_EXPRESSION, _METRIC), "metricName", "period"),
    (ALARM, _queries(_METRIC), _queries(_EXPRESSION, _METRIC), "metricName", "returnData"),
    (ALARM, _queries({**_EXPRESSION, "metric": _METRIC["metric"]}), _queries(_EXPRESSION), "metricQueries", "expression"),
    ("aws:cloudwatch/dashboard:Dashboard", {"dashboardName": "d", "dashboardBody": _widgets(501)},
     {"dashboardName": "d", "dashboardBody": _widgets(500)}, "dashboardBody", "500"),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 8}, {"retentionInDays": 7}, "retentionInDays", "3653"),
    (TRAIL, {"s3BucketName": "b", "advancedEventSelectors": _selectors("readOnly", 1)},
     {"s3BucketName": "b", "advancedEventSelectors": _selectors("eventCategory", 1)}, "advancedEventSelectors", "objects"),
    (TRAIL, {"s3BucketName": "b", "advancedEventSelectors": _selectors("eventCategory", 500)},
     {"s3BucketName": "b", "advancedEventSelectors": _selectors("eventCategory", 499)}, "advancedEventSelectors", "501"),
    (TRAIL, {"s3BucketName": "b", "isMultiRegionTrail": True, "includeGlobalServiceEvents": False},
     {"s3BucketName": "b", "isMultiRegionTrail": True}, "isMultiRegionTrail", "global"),
    ("aws:guardduty/detectorFeature:DetectorFeature",
     {**_FEATURE, "name": "S3_DATA_EVENTS", "additionalConfigurations": _AGENT},
     {**_FEATURE, "name": "RUNTIME_MONITORING", "additionalConfigurations": _AGENT}, "additionalConfigurations", "RUNTIME"),
    (ROUTE, {"routeTableId": "r", "gatewayId": "g"}, {"routeTableId": "r", "gatewayId": "g", "destinationCidrBlock": "::/0"},
     "destinationCidrBlock", "destinationIpv6CidrBlock"),
    (ROUTE, {"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "g", "natGatewayId": "n"},
     {"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "n"}, "gatewayId", "natGatewayId"),
    (GROUP, {"minSize": 2, "maxSize": 1, "launchTemplate": {"id": "lt"}},
     {"minSize": 1, "maxSize": 1, "launchTemplate": {"id": "lt"}}, "desiredCapacity", "maxSize"),
    (GROUP, {"minSize": 0, "maxSize": 1, "desiredCapacity": 2, "launchTemplate": {"id": "lt"}},
     {"minSize": 0, "maxSize": 2, "desiredCapacity": 2, "launchTemplate": {"id": "lt"}}, "desiredCapacity", "maxSize"),
    (GROUP, {"minSize": 0, "maxSize": 1, "launchTemplate": {"version": "1"}},
     {"minSize": 0, "maxSize": 1, "launchTemplate": {"name": "lt"}}, "launchTemplate", "exactly one"),
    (BALANCER, {"name": "internal-front"}, {"name": "front"}, "name", "internal-"),
    (BALANCER, {"subnets": ["a"]}, {"subnets": ["a", "b"]}, "subnets", "two"),
    ("aws:lb/targetGroup:TargetGroup", {"name": "a" * 33}, {"name": "a" * 32}, "name", "32"),
    ("aws:lb/targetGroup:TargetGroup", {"healthCheck": {"timeout": 30}}, {"healthCheck": {"timeout": 29}}, "healthCheck", "30"),
    (LISTENER, {"loadBalancerArn": "lb", "defaultActions": _FORWARD, "protocol": "HTTPS"},
     {"loadBalancerArn": "lb", "defaultActions": _FORWARD, "protocol": "HTTPS", "certificateArn": CERTIFICATE},
     "certificateArn", "needs"),
    (LISTENER, {"loadBalancerArn": "lb", "defaultActions": _FORWARD, "certificateArn": CERTIFICATE},
     {"loadBalancerArn": "lb", "defaultActions": _FORWARD}, "certificateArn", "takes no"),
    (LISTENER, {"loadBalancerArn": "lb", "defaultActions": [{"type": "forward"}]},
     {"loadBalancerArn": "lb", "defaultActions": _FORWARD}, "defaultActions", "targetGroupArn"),
    (LISTENER, {"loadBalancerArn": "lb", "defaultActions": _redirect(port="#{port}", query="a=b")},
     {"loadBalancerArn": "lb", "defaultActions": _redirect(port="443", protocol="HTTPS")}, "defaultActions", "itself"),
    ("aws:appautoscaling/target:Target", {**_TABLE, "minCapacity": 2, "maxCapacity": 1},
     {**_TABLE, "minCapacity": 1, "maxCapacity": 1}, "minCapacity", "maxCapacity"),
    (POLICY, {**_TABLE, **_TRACKED, "policyType": "StepScaling"}, {**_TABLE, **_TRACKED, "policyType": "TargetTrackingScaling"},
     "policyType", "TargetTrackingScaling"),
    (POLICY, {**_TABLE, **_TRACKED}, {**_TABLE, **_TRACKED, "policyType": "TargetTrackingScaling"},
     "targetTrackingScalingPolicyConfiguration", "StepScaling"),
]  # fmt: skip


@pytest.mark.parametrize(("token", "refused", "accepted", "blamed", "word"), RULES)
def test_a_rule_refuses_one_side_by_name_and_accepts_the_other(
    token: str, refused: Props, accepted: Props, blamed: str, word: str
) -> None:
    assert failures(token, accepted) == []
    (failure,) = failures(token, refused)
    assert failure.property == blamed
    assert word in failure.reason
    assert failure.reason.endswith(")"), "the source is named"


def test_every_rule_has_a_case() -> None:
    wanted = {(token, blamed) for token, blamed, _, _ in (*checks_watch.ROWS, *checks_servers.ROWS)}
    assert wanted == {(token, blamed) for token, _, _, blamed, _ in RULES}


@pytest.mark.parametrize(("token", "refused", "accepted", "blamed", "word"), RULES)
def test_what_is_not_known_yet_is_not_refused(
    token: str, refused: Props, accepted: Props, blamed: str, word: str
) -> None:
    assert blamed
    assert word
    unknown = {key: UNKNOWN for key in {**refused, **accepted} if key in accepted}
    assert failures(token, unknown) == []
