"""The rules as registered: one a row, each to the topic, none of whose events is lost."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext

import pytest

from components.settings import limits
from components.watch.events import AlertRules, AlertRulesArgs
from components.watch.patterns import alerts
from tests.support.program import Program, registrations

TOPIC = "arn:aws:sns:us-east-1:123456789012:securecart-alerts"


@pytest.fixture(scope="module")
def made() -> Program:
    args = AlertRulesArgs(
        prefix="securecart-prod", topic_arn=TOPIC, account_id="123456789012", region="us-east-1", finding_severity=7
    )
    return registrations(lambda: AlertRules("rules", args))


def test_each_row_is_an_enabled_rule_with_a_name_that_eventbridge_takes(made: Program) -> None:
    rules = made.of("aws:cloudwatch/eventRule:EventRule")
    assert {r.inputs["name"] for r in rules} == {f"securecart-prod-{alert.name}" for alert in alerts(7)}
    for rule in rules:
        assert rule.inputs["state"] == "ENABLED"
        assert re.fullmatch(r"[.\-_A-Za-z0-9]+", rule.inputs["name"])
        assert len(rule.inputs["name"]) <= limits.EVENT_RULE_NAME_CHARACTERS
        assert len(rule.inputs["description"]) <= limits.EVENT_RULE_DESCRIPTION_CHARACTERS
    (threats,) = [r for r in rules if r.inputs["name"].endswith("-threats")]
    assert json.loads(threats.inputs["eventPattern"])["detail"] == {"severity": [{"numeric": [">=", 7]}]}


def test_each_rule_sends_a_text_whose_placeholders_are_all_defined(made: Program) -> None:
    targets = made.of("aws:cloudwatch/eventTarget:EventTarget")
    assert len(targets) == len(alerts(7))
    for target in targets:
        assert target.inputs["arn"] == TOPIC
        assert "roleArn" not in target.inputs, (
            "a role makes delivery to an encrypted topic fail (eb-use-resource-based)"
        )
        transformer = target.inputs["inputTransformer"]
        used = set(re.findall(r"<([\w-]+)>", transformer["inputTemplate"]))
        assert used == set(transformer["inputPaths"])


def test_what_cannot_be_delivered_waits_where_the_topic_s_key_does_not_matter(made: Program) -> None:
    (queue,) = made.of("aws:sqs/queue:Queue")
    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 1_209_600, "SQS keeps a message 14 days at most"
    arn = "arn:aws:sqs:us-east-1:123456789012:rules-undelivered"
    targets = made.of("aws:cloudwatch/eventTarget:EventTarget")
    assert {t.inputs["deadLetterConfig"]["arn"] for t in targets} == {arn}
    (policy,) = made.of("aws:sqs/queuePolicy:QueuePolicy")
    send, tls = json.loads(policy.inputs["policy"])["Statement"]
    assert send["Principal"] == {"Service": "events.amazonaws.com"}
    assert send["Condition"] == {
        "ArnLike": {"aws:SourceArn": ["arn:aws:events:us-east-1:123456789012:rule/securecart-prod-*"]}
    }
    assert tls["Effect"] == "Deny"
    (alarm,) = made.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert alarm.inputs["dimensions"] == {"QueueName": queue.inputs["name"]}
    assert alarm.inputs["alarmActions"] == [TOPIC]


def test_every_target_waits_for_the_queue_s_policy(made: Program) -> None:
    (policy,) = made.of("aws:sqs/queuePolicy:QueuePolicy")
    assert all(policy.urn in t.depends_on for t in made.of("aws:cloudwatch/eventTarget:EventTarget"))


@pytest.mark.parametrize(("characters", "refused"), [(45, False), (46, True)])
def test_a_prefix_leaves_room_for_every_rule_s_name(characters: int, refused: bool) -> None:
    """EventBridge PutRule Name: 64 characters."""
    args = AlertRulesArgs(
        prefix="p" * characters, topic_arn=TOPIC, account_id="123456789012", region="us-east-1", finding_severity=4
    )
    with pytest.raises(ValueError, match="shorten the prefix") if refused else nullcontext():
        registrations(lambda: AlertRules("rules", args))
