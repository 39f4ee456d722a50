"""The one door to AWS of a recovery: every call is recorded with its request id, and tried again for as long as its step has time.

boto3's own retries are off: they are neither seen nor bounded by the step that waits for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import tenacity
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 5, 30
# Of a call outside of any step.
PATIENCE_SECONDS = 60.0
# What a Region gets to answer in, when the question is whether it answers.
PROBE_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})
PROBES, PROBE_SECONDS = 5, 8.0
CALL_CONFIG = Config(
    connect_timeout=CONNECT_TIMEOUT_SECONDS,
    read_timeout=READ_TIMEOUT_SECONDS,
    retries={"total_max_attempts": 1},
    # Steps run in parallel on one client a service and Region.
    max_pool_connections=50,
)
# What AWS services call it when they ask to be called less often (AWS SDKs, "Retry behavior", throttling errors).
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
# No connection, no answer in time, or one that broke off.
_SILENCE = (HTTPClientError, ConnectionError)
_READS = ("describe_", "get_", "list_", "head_", "lookup_")
_SERVER_ERROR = 500

ClientOf = Callable[[str, str, Config], Any]
"""Makes a boto3 client of (service, Region, config)."""


class RegionUnreachableError(Exception):
    """A Region, or a service in it, answered nothing (or only 5xx) for as long as was waited."""

    def __init__(self, service: str, region: str, operation: str, cause: Exception) -> None:
        super().__init__(f"{service} in {region} does not answer ({operation}: {type(cause).__name__})")
        self.region = region


@dataclass(frozen=True)
class Call:
    """One call that AWS answered, as evidence."""

    service: str
    region: str
    operation: str
    request_id: str
    attempts: int

    @property
    def reads(self) -> bool:
        return self.operation.startswith(_READS)

    def document(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "region": self.region,
            "operation": self.operation,
            "requestId": self.request_id,
            "attempts": self.attempts,
        }


@dataclass
class Scope:
    """What one step called, and until when it may try."""

    deadline: float
    calls: list[Call] = field(default_factory=list)

    def evidence(self) -> list[Call]:
        """Every change; of the reads, which polling repeats, the last of each kind."""
        last = {(call.service, call.region, call.operation): number for number, call in enumerate(self.calls)}
        return [c for n, c in enumerate(self.calls) if not c.reads or last[(c.service, c.region, c.operation)] == n]


_SCOPE: ContextVar[Scope | None] = ContextVar("securecart_aws_scope", default=None)


@contextmanager
def scope(seconds: float) -> Iterator[Scope]:
    """Calls inside are recorded, and none is tried again after `seconds`."""
    opened = Scope(time.monotonic() + seconds)
    token = _SCOPE.set(opened)
    try:
        yield opened
    finally:
        _SCOPE.reset(token)


class Aws:
    """Calls by name: `aws.call("rds", "us-west-2", "promote_read_replica", DBInstanceIdentifier=...)`. Safe in threads."""

    def __init__(self, client_of: ClientOf) -> None:
        self._client_of = client_of
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._making = Lock()

    def call(self, service: str, region: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer. Tries again with backoff and jitter what is throttled, 5xx or unanswered.

        Raises RegionUnreachableError when nothing answered in time, botocore's ClientError for any refusal.
        """
        here = _SCOPE.get() or Scope(time.monotonic() + PATIENCE_SECONDS)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_another_try),
            wait=tenacity.wait_random_exponential(multiplier=0.2, max=10),
            stop=lambda state: time.monotonic() + state.upcoming_sleep > here.deadline,
            reraise=True,
        )
        client = self._client(service, region, probe=False)
        try:
            answer: dict[str, Any] = retrying(getattr(client, operation), **parameters)
        except _SILENCE as silence:
            raise RegionUnreachableError(service, region, operation, silence) from silence
        except ClientError as refusal:
            if _status(refusal) >= _SERVER_ERROR:
                raise RegionUnreachableError(service, region, operation, refusal) from refusal
            raise
        attempts = int(retrying.statistics.get("attempt_number", 1))
        here.calls.append(Call(service, region, operation, request_id(answer), attempts))
        return answer

    def pages(self, service: str, region: str, operation: str, key: str, **parameters: Any) -> list[Any]:
        """All items under `key`, over every page that the service's own paginator would ask for."""
        client = self._client(service, region, probe=False)
        if not client.can_paginate(operation):
            return list(self.call(service, region, operation, **parameters).get(key) or [])
        paginator = client.get_paginator(operation)
        inputs, outputs = (_listed(getattr(paginator, name)) for name in ("_input_token", "_output_token"))
        found: list[Any] = []
        asked = dict(parameters)
        while True:
            answer = self.call(service, region, operation, **asked)
            found += answer.get(key) or []
            following = {put: answer[got] for put, got in zip(inputs, outputs, strict=False) if answer.get(got)}
            if not following:
                return found
            asked = parameters | following

    def answers(self, region: str) -> bool:
        """Whether the Region answers at all: STS of that Region, asked briefly. One answer is enough."""
        give_up = time.monotonic() + PROBE_SECONDS
        for _ in range(PROBES):
            try:
                self._client("sts", region, probe=True).get_caller_identity()
            except _SILENCE:
                answered = False
            except ClientError as refusal:
                answered = _status(refusal) < _SERVER_ERROR
            else:
                answered = True
            if answered or time.monotonic() > give_up:
                return answered
        return False

    def caller(self, region: str) -> dict[str, Any]:
        """Whose credentials these are, by the STS of that Region."""
        return self.call("sts", region, "get_caller_identity")

    def _client(self, service: str, region: str, *, probe: bool) -> Any:
        key = (service, region, probe)
        with self._making:  # a boto3 session makes clients one at a time
            if key not in self._clients:
                self._clients[key] = self._client_of(service, region, PROBE_CONFIG if probe else CALL_CONFIG)
            return self._clients[key]


def code_of(error: BaseException) -> str:
    """AWS's own name of a refusal, empty for anything else."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def request_id(answer: Any) -> str:
    meta = answer.get("ResponseMetadata", {}) if isinstance(answer, dict) else {}
    return str(meta.get("RequestId") or meta.get("HTTPHeaders", {}).get("x-amz-request-id") or "")


def _worth_another_try(error: BaseException) -> bool:
    if isinstance(error, ClientError):
        return code_of(error) in THROTTLED or _status(error) >= _SERVER_ERROR
    return isinstance(error, _SILENCE)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _listed(token: Any) -> list[str]:
    return [str(one) for one in (token if isinstance(token, list) else [token])]
