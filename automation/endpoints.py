"""AWS clients at an endpoint of one's own, such as the local cloud's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit


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
