"""Settings of the watch: each rule of AWS, and each pair of settings that contradict each other."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.settings.watch import ENDPOINTS, Protocol, Subscriber, Watch

ON_CALL = {"protocol": "email", "endpoint": "oncall@securecart.example"}


def test_every_protocol_says_what_it_takes() -> None:
    assert set(ENDPOINTS) == set(Protocol)


@pytest.mark.parametrize(
    ("protocol", "right", "wrong"),
    [
        ("email", "oncall@securecart.example", "oncall"),
        ("email-json", "oncall@securecart.example", "on call@securecart.example"),
        ("https", "https://alerts.securecart.example/aws", "http://alerts.securecart.example/aws"),
        ("sms", "+12065550100", "2065550100"),
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:alerts", "https://sqs.us-east-1.amazonaws.com/1/alerts"),
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:alerts", "arn:aws:sqs:us-east-1:123456789012:alerts.fifo"),
        ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:pager", "pager"),
    ],
)
def test_an_endpoint_fits_its_protocol(protocol: str, right: str, wrong: str) -> None:
    """Amazon SNS Subscribe, Endpoint; a standard topic does not deliver to a FIFO queue."""
    assert Subscriber.model_validate({"protocol": protocol, "endpoint": right}).endpoint == right
    with pytest.raises(ValidationError, match=f"protocol {protocol} takes"):
        Subscriber.model_validate({"protocol": protocol, "endpoint": wrong})


def test_plain_http_is_no_protocol() -> None:
    with pytest.raises(ValidationError, match="protocol"):
        Subscriber.model_validate({"protocol": "http", "endpoint": "http://alerts.securecart.example"})


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("copyAgeHours", 0, 169),
        ("replicaLagSeconds", 0, 86_401),
        ("tableLatencyMilliseconds", 0, 86_400_001),
        ("bucketLatencySeconds", 0, 86_401),
        ("findingSeverity", 0, 11),
        ("trailRetentionDays", 364, 36_501),
        ("freeStorageGib", 0, 65_537),
    ],
)
def test_ranges(key: str, low: int, high: int) -> None:
    for value, inside in ((low, low + 1), (high, high - 1)):
        with pytest.raises(ValidationError, match=key):
            Watch.model_validate({key: value})
        Watch.model_validate({key: inside})


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"subscribers": []}, "watch.subscribers is empty"),
        ({"subscribers": [ON_CALL, ON_CALL]}, "watch.subscribers names oncall@securecart.example twice"),
        ({"guardDuty": "adopt"}, "watch.detectorId is missing"),
        ({"detectorId": "a" * 32}, "watch.detectorId is aaaa"),
        ({"trail": False, "trailReads": True}, "watch.trailReads is true"),
    ],
)
def test_contradictions_are_problems(changed: dict[str, Any], key: str) -> None:
    (problem,) = Watch.model_validate({"subscribers": [ON_CALL]} | changed).problems()
    assert problem.startswith(key)


def test_all_problems_are_told_at_once_and_none_where_there_is_none() -> None:
    assert Watch.model_validate({"subscribers": [ON_CALL]}).problems() == []
    assert Watch().problems(ephemeral=True) == []
    assert len(Watch.model_validate({"guardDuty": "adopt", "trail": False, "trailReads": True}).problems()) == 3
