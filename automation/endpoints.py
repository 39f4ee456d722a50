"""AWS clients at an endpoint of one's own, such as the local cloud's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit


def clients_of(variables: Mapping[str, str]) -> Callable[..., Any]:
    """Makes boto3 clients of (service, Region, config=None) that reach the cloud of `variables`; with no endpoint there, AWS by the
    shell's credentials.
    """
    import boto3  # noqa: PLC0415  a second of start-up that only a command that calls AWS pays

    endpoint = variables.get("AWS_ENDPOINT_URL")
    if not endpoint:
        return lambda service, region, config=None: boto3.client(service, region_name=region, config=config)
    keys = {name.lower(): variables[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    return lambda service, region, config=None: without_account_in_host(
        boto3.client(service, region_name=region, endpoint_url=endpoint, config=config, **keys)
    )


def without_account_in_host(client: Any) -> Any:
    """The boto3 client, which from now on asks the endpoint by its own name.

    S3 Control alone puts the account's number before the host of any endpoint. 123456789012.127.0.0.1 is no name that a
    machine knows; the request names the account in a header as well.
    """
    client.meta.events.register("before-sign.s3-control", _drop_account)
    return client


def _drop_account(request: Any, **_: Any) -> None:
    url = urlsplit(request.url)
    account, _, host = url.netloc.partition(".")
    if account.isdecimal() and host:
        request.url = urlunsplit(url._replace(netloc=host))
