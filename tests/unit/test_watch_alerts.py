"""The alert topic: encrypted, open to the watching services alone, and said to whoever subscribes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.settings.watch import Protocol, Subscriber
from components.watch.alerts import AlertTopic, AlertTopicArgs, subscription_name
from tests.support.program import Program, registrations

ACCOUNT, REGION = "123456789012", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:securecart-alerts"
ON_CALL = Subscriber(protocol=Protocol.EMAIL, endpoint="oncall@securecart.example")
PAGER = Subscriber(protocol=Protocol.HTTPS, endpoint="https://pager.securecart.example/hook/5f3a")


@pytest.fixture(scope="module")
def made() -> Program:
    args = AlertTopicArgs(
        topic_name="securecart-alerts",
        key_alias="alias/securecart/alerts",
        account_id=ACCOUNT,
        region=REGION,
        key_deletion_window_days=30,
        subscribers=(ON_CALL, PAGER),
        administrator_roles=("securecart-deployer",),
    )
    return registrations(lambda: AlertTopic("alerts", args))


def by_sid(policy: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


def test_the_topic_is_encrypted_with_a_key_of_its_own(made: Program) -> None:
    (topic,), (key,) = made.of("aws:sns/topic:Topic"), made.of("aws:kms/key:Key")
    assert topic.inputs["kmsMasterKeyId"].endswith("key/mrk-alerts-key-key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["multiRegion"] is False
    assert key.protect


def test_the_key_is_for_these_services_and_guarded_where_they_say_who_asks(made: Program) -> None:
    """Amazon SNS developer guide: EventBridge sends no source keys to KMS; a condition would drop every event."""
    (key,) = made.of("aws:kms/key:Key")
    found = by_sid(key.inputs["policy"])
    services = {
        s["Principal"]["Service"]: s.get("Condition") for s in found.values() if "Service" in (s["Principal"] or {})
    }
    assert services == {
        "cloudwatch.amazonaws.com": {
            "StringEquals": {"aws:SourceAccount": [ACCOUNT]},
            "ArnLike": {"aws:SourceArn": [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"]},
        },
        "events.amazonaws.com": None,
        "backup.amazonaws.com": None,
        "sns.amazonaws.com": {
            "StringEquals": {"aws:SourceAccount": [ACCOUNT]},
            "ArnLike": {"aws:SourceArn": [TOPIC]},
        },
    }
    for statement in found.values():
        if isinstance(statement["Principal"], dict) and "Service" in statement["Principal"]:
            assert statement["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]
    assert "OnlyAdministratorsMayDestroy" in found


def test_only_the_watching_services_publish_and_never_in_the_open(made: Program) -> None:
    (policy,) = made.of("aws:sns/topicPolicy:TopicPolicy")
    found = by_sid(policy.inputs["policy"])
    assert all(s["Resource"] == TOPIC for s in found.values())
    publishers = {
        s["Principal"]["Service"] for s in found.values() if s["Effect"] == "Allow" and "Service" in s["Principal"]
    }
    assert publishers == {"cloudwatch.amazonaws.com", "events.amazonaws.com", "backup.amazonaws.com"}
    everyone = [s for s in found.values() if s["Principal"] == "*"]
    assert [(s["Effect"], s["Condition"]) for s in everyone] == [("Deny", {"Bool": {"aws:SecureTransport": "false"}})]
    (owner,) = [s for s in found.values() if s["Principal"] != "*" and "AWS" in s["Principal"]]
    assert owner["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert "sns:SetTopicAttributes" in owner["Action"], "a policy that nobody may change cannot be mended"


def test_every_subscriber_is_subscribed_and_no_webhook_is_in_a_name(made: Program) -> None:
    found = made.of("aws:sns/topicSubscription:TopicSubscription")
    assert {(s.inputs["protocol"], s.inputs["endpoint"]) for s in found} == {
        ("email", ON_CALL.endpoint),
        ("https", PAGER.endpoint),
    }
    assert not any("pager" in s.name or "@" in s.name for s in found)
    assert len({subscription_name(s) for s in (ON_CALL, PAGER)}) == 2
