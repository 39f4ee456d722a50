"""The door to AWS: retries that end in time, what counts as unanswered, and request ids as evidence."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from automation.recovery.aws import Aws, RegionUnreachableError, scope


def refusal(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Op")


SILENCE = EndpointConnectionError(endpoint_url="https://rds.us-east-1")


class Client:
    """Answers one thing after the other, then goes on with the last."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), 0

    def describe_db_instances(self, **_: Any) -> Any:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    promote_read_replica = get_caller_identity = describe_db_instances

    def can_paginate(self, _: str) -> bool:
        return False


OK = {"ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 200}}


def aws(client: Client) -> Aws:
    return Aws(lambda _service, _region, _config: client)


@pytest.mark.parametrize("failure", [refusal("Throttling", 400), refusal("InternalFailure", 500), SILENCE])
def test_what_aws_may_answer_on_a_second_try_is_tried_again_and_counted(failure: Exception) -> None:
    client = Client(failure, failure, OK)
    with scope(20) as calls:
        aws(client).call("rds", "us-east-1", "promote_read_replica", DBInstanceIdentifier="orders")
    (call,) = calls.evidence()
    assert (call.request_id, call.attempts, call.operation) == ("r-1", 3, "promote_read_replica")


def test_a_refusal_is_final_at_once() -> None:
    client = Client(refusal("InvalidDBInstanceState", 400))
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        aws(client).call("rds", "us-east-1", "promote_read_replica")
    assert client.asked == 1


@pytest.mark.parametrize("failure", [refusal("ServiceUnavailable", 503), SILENCE])
def test_a_region_that_never_answers_is_given_up_within_the_limit_of_the_step(failure: Exception) -> None:
    started = time.monotonic()
    with scope(1.0), pytest.raises(RegionUnreachableError, match="rds in us-east-1 does not answer"):
        aws(Client(failure)).call("rds", "us-east-1", "describe_db_instances")
    assert time.monotonic() - started < 1.5


def test_evidence_keeps_every_change_and_the_last_of_each_read() -> None:
    door = aws(Client(OK))
    with scope(5) as calls:
        for operation in (
            "describe_db_instances",
            "promote_read_replica",
            "describe_db_instances",
            "promote_read_replica",
        ):
            door.call("rds", "us-west-2", operation)
    assert [call.operation for call in calls.evidence()] == [
        "promote_read_replica",
        "describe_db_instances",
        "promote_read_replica",
    ]


def test_one_answer_shows_that_a_region_lives_and_none_that_it_does_not() -> None:
    assert aws(Client(refusal("InternalFailure", 500), OK)).answers("us-east-1")
    assert aws(Client(refusal("AccessDenied", 403))).answers("us-east-1")
    assert not aws(Client(SILENCE)).answers("us-east-1")
