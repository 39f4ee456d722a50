"""The cases of what watches: messages, events, alarms, logs."""

from __future__ import annotations

import json
from typing import Any

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, Case, Client, Inputs, World


def topic(world: World) -> str:
    return str(world.client("sns").create_topic(Name=world.name())["TopicArn"])


def queue(world: World) -> str:
    return str(world.client("sqs").create_queue(QueueName=world.name())["QueueUrl"])


def queue_arn(world: World) -> str:
    return f"arn:aws:sqs:{PRIMARY}:{ACCOUNT}:{queue(world).rpartition('/')[2]}"


def rule(world: World) -> str:
    name = world.name()
    world.client("events").put_rule(Name=name, EventPattern='{"source": ["aws.backup"]}')
    return name


def resource_policy(action: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": [action],
        "Resource": ["*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


def _set_queue(client: Client, url: str, **attributes: str) -> None:
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)


def _target(world: World, age: int = 3600) -> Props:
    return {
        "rule": rule(world),
        "targetId": "alerts",
        "arn": topic(world),
        "inputTransformer": {
            "inputPaths": {"account": "$.account", "what": "$.detail.eventName"},
            "inputTemplate": '"<what> in <account>"',
        },
        "deadLetterConfig": {"arn": queue_arn(world)},
        "retryPolicy": {"maximumEventAgeInSeconds": age, "maximumRetryAttempts": 10},
    }


def _target_moved(client: Client, _: str, inputs: Props) -> None:
    client("events").put_targets(
        Rule=inputs["rule"],
        Targets=[
            {
                "Id": "alerts",
                "Arn": inputs["arn"],
                "InputTransformer": {"InputPathsMap": inputs["inputTransformer"]["inputPaths"], "InputTemplate": '"x"'},
                "DeadLetterConfig": {"Arn": inputs["deadLetterConfig"]["arn"]},
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
            }
        ],
    )


def _alarm(**more: Any) -> Inputs:
    return lambda world: {
        "name": world.name(), "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 3, "threshold": 60,
        "treatMissingData": "breaching", "alarmActions": [topic(world)], "okActions": [topic(world)],
        "alarmDescription": "the replica lags", **more,
    }  # fmt: skip


_LAG = {"namespace": "AWS/RDS", "metricName": "ReplicaLag", "dimensions": {"DBInstanceIdentifier": "orders"}}
_LAG_ALARM = _alarm(**_LAG, period=60, statistic="Maximum", tags={"a": "1"})
_QUERIES = [
    {"id": "age", "expression": "IF(copies > 0, 0, 1)", "label": "no copy", "returnData": True},
    {
        "id": "copies",
        "metric": {
            "namespace": "AWS/Backup",
            "metricName": "NumberOfCopyJobsCompleted",
            "dimensions": {"ResourceType": "RDS"},
            "period": 3600,
            "stat": "Sum",
        },
    },
]
QUERY_ALARM = _alarm(metricQueries=_QUERIES)


def _alarm_silenced(client: Client, id_: str, _: Props) -> None:
    client("cloudwatch").disable_alarm_actions(AlarmNames=[id_])


def _widgets(title: str) -> str:
    widget = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": title}}
    return json.dumps({"widgets": [widget]}, indent=2)


CASES: dict[str, Case] = {
    "aws:cloudwatch/dashboard:Dashboard": Case(
        lambda w: {"dashboardName": w.name(), "dashboardBody": _widgets("copies")},
        lambda _: {"dashboardBody": _widgets("copies and restores")},
        {"dashboardName": "other"},
        lambda client, id_, _: client("cloudwatch").put_dashboard(
            DashboardName=id_, DashboardBody=_widgets("stranger")
        ),
        "dashboardBody",
    ),
    "aws:cloudwatch/eventRule:EventRule": Case(
        lambda w: {
            "name": w.name(),
            "description": "failed jobs",
            "eventPattern": json.dumps(
                {"source": ["aws.backup"], "detail": {"state": ["FAILED", "EXPIRED"]}}, indent=2
            ),
            "tags": {"a": "1"},
        },
        lambda _: {"eventPattern": json.dumps({"source": ["aws.guardduty"]}), "tags": {"a": "2"}},
        {"name": "other"},
        lambda client, id_, _: client("events").disable_rule(Name=id_),
        "state",
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Case(
        _target,
        lambda _: {"retryPolicy": {"maximumEventAgeInSeconds": 7200}},
        {"rule": "other"},
        _target_moved,
        "inputTransformer",
        import_id=lambda _, inputs: f"{inputs['rule']}/{inputs['targetId']}",
    ),
    "aws:cloudwatch/logGroup:LogGroup": Case(
        lambda w: {"name": f"/securecart/{w.name()}", "retentionInDays": 365, "kmsKeyId": w.key(), "tags": {"a": "1"}},
        lambda w: {"retentionInDays": 90, "kmsKeyId": w.key(), "tags": {"a": "2"}},
        {"name": "other"},
        lambda client, id_, _: client("logs").put_retention_policy(logGroupName=id_, retentionInDays=1),
        "retentionInDays",
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Case(
        _LAG_ALARM,
        lambda _: {"threshold": 120, "tags": {"a": "2"}},
        {"name": "other"},
        _alarm_silenced,
        "actionsEnabled",
    ),
    "aws:sns/topic:Topic": Case(
        lambda w: {"name": w.name(), "displayName": "alerts", "kmsMasterKeyId": w.key(), "tags": {"a": "1"}},
        lambda w: {"kmsMasterKeyId": w.key(), "tags": {"a": "2"}},
        {"name": "other"},
        lambda client, id_, _: client("sns").set_topic_attributes(
            TopicArn=id_, AttributeName="DisplayName", AttributeValue="stranger"
        ),
        "displayName",
    ),
    "aws:sns/topicPolicy:TopicPolicy": Case(
        lambda w: {"arn": topic(w), "policy": resource_policy("sns:Publish")},
        lambda _: {"policy": resource_policy("sns:Subscribe")},
        {"arn": f"arn:aws:sns:{PRIMARY}:{ACCOUNT}:other"},
        lambda client, id_, _: client("sns").set_topic_attributes(
            TopicArn=id_, AttributeName="Policy", AttributeValue=resource_policy("sns:*")
        ),
        "policy",
        ends=False,
    ),
    "aws:sns/topicSubscription:TopicSubscription": Case(
        lambda w: {
            "topic": topic(w),
            "protocol": "sqs",
            "endpoint": queue_arn(w),
            "rawMessageDelivery": True,
            "redrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn(w)}),
        },
        lambda _: {"rawMessageDelivery": False, "filterPolicy": json.dumps({"severity": ["high"]})},
        {"protocol": "https"},
        lambda client, id_, _: client("sns").set_subscription_attributes(
            SubscriptionArn=id_, AttributeName="RawMessageDelivery", AttributeValue="false"
        ),
        "rawMessageDelivery",
    ),
    "aws:sqs/queue:Queue": Case(
        lambda w: {
            "name": w.name(),
            "kmsMasterKeyId": w.key(),
            "kmsDataKeyReusePeriodSeconds": 3600,
            "messageRetentionSeconds": 1_209_600,
            "redrivePolicy": json.dumps({"deadLetterTargetArn": queue_arn(w), "maxReceiveCount": 5}),
            "tags": {"a": "1"},
        },
        lambda _: {"visibilityTimeoutSeconds": 60, "tags": {"a": "2"}},
        {"name": "other"},
        lambda client, id_, _: _set_queue(client, id_, MessageRetentionPeriod="60"),
        "messageRetentionSeconds",
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Case(
        lambda w: {"queueUrl": queue(w), "policy": resource_policy("sqs:SendMessage")},
        lambda _: {"policy": resource_policy("sqs:ReceiveMessage")},
        {"queueUrl": "https://other"},
        lambda client, id_, _: _set_queue(client, id_, Policy=resource_policy("sqs:*")),
        "policy",
    ),
}
