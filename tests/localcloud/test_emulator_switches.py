"""Throttling, errors and latency of the emulated API: in each protocol's own form, and gone when they are switched off."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import Client

PRIMARY, SECONDARY = "us-east-1", "us-west-2"
# Service, a call that reads nothing but a list, the code of throttling and that of an internal error.
PROTOCOLS = [
    ("dynamodb", "list_tables", {"throttle": "ThrottlingException", "errors": "InternalServerError"}),  # JSON 1.0
    ("kms", "list_keys", {"throttle": "ThrottlingException", "errors": "KMSInternalException"}),  # JSON 1.1
    ("rds", "describe_db_instances", {"throttle": "Throttling", "errors": "InternalFailure"}),  # query
    ("ec2", "describe_volumes", {"throttle": "RequestLimitExceeded", "errors": "InternalError"}),  # ec2
    (
        "backup",
        "list_backup_vaults",
        {"throttle": "ThrottlingException", "errors": "InternalFailure"},
    ),  # REST with JSON
    ("route53", "list_hosted_zones", {"throttle": "Throttling", "errors": "InternalFailure"}),  # REST with XML
    ("s3", "list_buckets", {"throttle": "SlowDown", "errors": "InternalError"}),  # REST with XML, S3's own errors
    (
        "cloudwatch",
        "describe_alarms",
        {"throttle": "ThrottlingException", "errors": "InternalFailure"},
    ),  # RPC over CBOR
]


def admin(emulator: Emulator, name: str, **asked: Any) -> Any:
    url = f"{emulator.endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, json.dumps(asked).encode() if asked else None)  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


@pytest.fixture(autouse=True)
def no_faults(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.faults.reset()
    emulator.traffic.reset()


@pytest.mark.parametrize(("service", "call", "codes"), PROTOCOLS)
def test_faults_come_as_the_protocol_of_the_service_gives_them(
    emulator: Emulator, client: Client, service: str, call: str, codes: dict[str, str]
) -> None:
    ask = getattr(client(service), call)
    ask()
    for kind, code in codes.items():
        admin(emulator, "faults", kind=kind, service=service, rate=1)
        with pytest.raises(ClientError) as met:
            ask()
        assert met.value.response["Error"]["Code"] == code
        assert met.value.response["Error"]["Message"]
        assert (met.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 500) == (
            kind == "errors" or service in ("s3", "ec2")
        )
        admin(emulator, "faults/off", kind=kind, service=service)
        ask()


@pytest.mark.parametrize("service", ["dynamodb", "s3", "rds", "ec2", "cloudwatch", "backup"])
def test_boto3_takes_them_for_what_it_should_try_again(emulator: Emulator, service: str) -> None:
    calls = {name: call for name, call, *_ in PROTOCOLS}
    retrying = boto3.client(
        service,
        PRIMARY,
        endpoint_url=emulator.endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="a",
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    for kind in ("throttle", "errors"):
        admin(emulator, "faults", kind=kind, service=service, rate=1)
        with pytest.raises(ClientError) as met:
            getattr(retrying, calls[service])()
        assert met.value.response["ResponseMetadata"]["RetryAttempts"] == 1
        emulator.faults.reset()


def test_only_the_named_service_and_region_meet_a_fault_and_all_means_all(emulator: Emulator, client: Client) -> None:
    admin(emulator, "faults", kind="throttle", service="dynamodb", rate=1, region=PRIMARY)
    client("dynamodb", SECONDARY).list_tables()
    client("sqs").list_queues()
    with pytest.raises(ClientError):
        client("dynamodb").list_tables()
    admin(emulator, "faults", kind="errors", service="all", rate=1)
    for service, call in (("sqs", "list_queues"), ("iam", "list_roles")):
        with pytest.raises(ClientError):
            getattr(client(service, SECONDARY), call)()


def _outcomes(client: Client, calls: int) -> str:
    outcomes = []
    for _ in range(calls):
        try:
            client("sqs").list_queues()
            outcomes.append(".")
        except ClientError:
            outcomes.append("x")
    return "".join(outcomes)


def test_a_seed_repeats_a_drill_and_health_counts_what_was_hit(emulator: Emulator, client: Client) -> None:
    runs = []
    for _ in range(2):
        admin(emulator, "faults", kind="throttle", service="sqs", rate=0.4, seed=7)
        runs.append(_outcomes(client, 20))
    assert runs[0] == runs[1]
    assert 0 < runs[0].count("x") < 20
    [shown] = json.load(urllib.request.urlopen(f"{emulator.endpoint}/_securecart/health"))["faults"]  # noqa: S310
    assert shown == {
        "kind": "throttle",
        "service": "sqs",
        "region": None,
        "rate": 0.4,
        "seed": 7,
        "callsSeen": 20,
        "callsHit": runs[0].count("x"),
    }


def test_latency_delays_whom_it_is_for_and_holds_up_nobody_else(emulator: Emulator, client: Client) -> None:
    admin(emulator, "faults", kind="latency", service="cloudwatch", milliseconds=1500)
    waiting = client("cloudwatch")
    slow = Thread(target=waiting.describe_alarms)
    started = time.monotonic()
    slow.start()
    client("sqs").list_queues()
    others = time.monotonic() - started
    slow.join()
    assert others < 1.5 <= time.monotonic() - started


@pytest.mark.parametrize("ends", ["heal", "reset"])
def test_a_heal_and_a_reset_end_the_faults(emulator: Emulator, client: Client, ends: str) -> None:
    admin(emulator, "faults", kind="errors", service="sqs", rate=1)
    admin(emulator, "faults", kind="errors", service="sns", rate=1, region=SECONDARY)
    admin(emulator, ends, region=PRIMARY)
    client("sqs").list_queues()
    left = [fault["service"] for fault in emulator.faults.shown()]
    assert left == (["sns"] if ends == "heal" else []), "a heal leaves the faults of the other Region"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"kind": "flood", "service": "s3", "rate": 1}, "kind 'flood' is none of throttle, errors, latency"),
        ({"kind": "throttle", "service": "dynamo", "rate": 1}, "service 'dynamo' is no AWS service"),
        ({"kind": "throttle", "service": "s3", "rate": 25}, "rate 25 is not a number from 0 to 1"),
        ({"kind": "latency", "service": "s3", "milliseconds": -1}, "milliseconds -1 is not a number"),
        ({"kind": "errors", "service": "s3", "rate": 1, "region": "eu-west-1"}, "us-east-1, us-west-2"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_is(emulator: Emulator, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        admin(emulator, "faults", **asked)
    assert refused.value.code == 400
    assert message in json.load(refused.value)["error"]
    assert emulator.faults.shown() == []
