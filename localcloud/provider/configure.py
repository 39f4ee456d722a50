"""The provider's own configuration: Region, account, tags; and the proof that it talks to the local cloud only."""

from __future__ import annotations

import functools
import json
import os
import threading
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import HTTPClientError
from botocore.session import Session

from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.resource import Context, RegionOutError
from localcloud.provider.validate import Failure

# The skip... settings are what the SDK sends by itself; each asks for less checking, and the stand-in always checks.
SUPPORTED = frozenset(
    {
        "region",
        "allowedAccountIds",
        "defaultTags",
        "version",
        "skipCredentialsValidation",
        "skipMetadataApiCheck",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "stsRegion",
    }
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CREDENTIAL = "securecart-local"
_HEALTH_TIMEOUT_SECONDS = 10


class ConfigurationError(Exception):
    """The provider cannot work with this configuration or environment; the message says what to do."""


@dataclass(frozen=True)
class Configuration:
    """A configured provider."""

    region: str
    account_id: str
    default_tags: Mapping[str, str]
    clients: Callable[[str, str], Any]

    def context(self, region: str | None = None) -> Context:
        return Context(region or self.region, self.account_id, self.default_tags, self.clients)


def check(props: Props) -> list[Failure]:
    """What is wrong with the provider's inputs."""
    return [
        Failure(key, "is not modelled by the local cloud's provider; it is refused rather than dropped")
        for key in props
        if key not in SUPPORTED and not key.startswith("__")
    ]


def configure(props: Props) -> Configuration:
    """Connects to the local cloud. Raises ConfigurationError for anything that is not it."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if urlsplit(endpoint).hostname not in _LOOPBACK:
        raise ConfigurationError(
            f"the stand-in aws provider serves the local cloud only, and AWS_ENDPOINT_URL is {endpoint or 'not set'}."
            ' Run: eval "$(.venv/bin/securecart env)"'
        )
    _same_cloud(endpoint)
    region = _decoded(props.get("region")) or os.environ.get("AWS_REGION")
    if not region or region == UNKNOWN:
        raise ConfigurationError("the provider has no region: set it on the aws.Provider")
    clients = client_factory(endpoint)
    if sts_region := _decoded(props.get("stsRegion")):
        clients = _asking_sts_in(sts_region, clients)
    account = str(clients("sts", region).get_caller_identity()["Account"])
    allowed = _decoded(props.get("allowedAccountIds")) or []
    if allowed and account not in allowed:
        raise ConfigurationError(f"AWS account {account} is not among allowedAccountIds ({', '.join(allowed)})")
    tags = (_decoded(props.get("defaultTags")) or {}).get("tags") or {}
    return Configuration(region, account, tags, clients)


def _asking_sts_in(sts_region: str, clients: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """The same clients, but for STS, so that a provider of a Region that is out can be configured all the same."""
    return lambda service, region: clients(service, sts_region if service == "sts" else region)


def _decoded(value: Any) -> Any:
    """Nested provider settings arrive as JSON text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    return value


def _same_cloud(endpoint: str) -> None:
    """Refuses a cloud that was restarted empty since the shell was pointed at it: Pulumi's state describes another one."""
    try:
        found = _health(endpoint)["id"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"the local cloud does not answer at {endpoint} ({error}). Run: .venv/bin/securecart local start"
        ) from error
    expected = os.environ.get("SECURECART_CLOUD_ID")
    if expected and expected != found:
        raise ConfigurationError(
            "the local cloud is not the one that this environment was made for: it was restarted and is empty."
            " If Pulumi's state still lists resources, run: securecart local reset"
            ' Otherwise run again: eval "$(.venv/bin/securecart env)"'
        )


def _health(endpoint: str) -> dict[str, Any]:
    # Without the proxies of the environment: the cloud is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{endpoint}/_securecart/health", timeout=_HEALTH_TIMEOUT_SECONDS) as answer:
        health: dict[str, Any] = json.load(answer)
        return health


def _refuse_region_out(endpoint: str, service: str, region: str) -> Callable[..., None]:
    """A handler of botocore's `needs-retry`: a connection that a Region closed because it is out is not tried again."""

    def handler(caught_exception: Exception | None = None, **_: Any) -> None:
        if not isinstance(caught_exception, HTTPClientError):
            return
        # A bucket is out with the Region that it is in, whatever Region the client is of.
        suspects = _health(endpoint)["regionsOut"]
        out = [name for name in suspects if name == region] or (suspects if service == "s3" else [])
        if out:
            raise RegionOutError(
                f"Region {out[0]} does not answer: it was taken out of the local cloud."
                f" To bring it back: .venv/bin/securecart local heal {out[0]}"
            ) from caught_exception

    return handler


def client_factory(endpoint: str) -> Callable[[str, str], Any]:
    """Makes and keeps one boto3 client a service and Region; clients are thread-safe, making them is not."""
    session = boto3.Session(
        botocore_session=Session(), aws_access_key_id=_CREDENTIAL, aws_secret_access_key=_CREDENTIAL
    )
    config = Config(
        retries={"mode": "standard", "max_attempts": 5},
        max_pool_connections=32,
        s3={"addressing_style": "path"},
        proxies={},
    )
    lock = threading.Lock()

    @functools.cache
    def cached(service: str, region: str) -> Any:
        made = session.client(service, region_name=region, endpoint_url=endpoint, config=config)
        made.meta.events.register_first("needs-retry", _refuse_region_out(endpoint, service, region))
        return made

    def client(service: str, region: str) -> Any:
        with lock:
            return cached(service, region)

    return client
