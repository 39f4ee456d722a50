"""How the extensions read a request and look at other services' data."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.kms.models import Key, kms_backends


class Refusal(ServiceException):
    """An error of the service that is called, by its code; moto looks for the codes of its own classes elsewhere."""


def parameters(response: BaseResponse) -> dict[str, Any]:
    """The request's parameters under the names of the API reference, wherever they travelled (path, query or body)."""
    response._get_action()  # matches the path against the service's model, which parse_parameters needs
    response.parse_parameters(response.normalized_request)
    return dict(response.params)


def find_key(backend: BaseBackend, key: str) -> Key | None:
    """The KMS key in the backend's own account and Region that `key` (id, ARN or alias) means, if there is one."""
    kms = kms_backends[backend.account_id][backend.region_name]
    if key.startswith("arn:") and key.split(":")[3] != backend.region_name:
        return None
    found: Key | None = kms.keys.get(kms.any_id_to_key_id(key))
    return found


def extend(target: type, *functions: Callable[..., Any]) -> None:
    """Put functions into a class of moto under their own names: an operation it lacks, or one that replaces its own."""
    for function in functions:
        setattr(target, function.__name__, function)


def precede(target: type, name: str, check: Callable[..., None]) -> None:
    """Run `check` with the arguments of a method before the method, whichever module put it there; it may refuse."""
    method = getattr(target, name)

    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        check(*args, **kwargs)
        return method(*args, **kwargs)

    setattr(target, name, checked)


def around(target: type, name: str, replacement: Callable[..., Any]) -> None:
    """Put `replacement` for a method; it gets the method, whichever module put it there, before the arguments."""
    method = getattr(target, name)

    @functools.wraps(method)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        return replacement(method, *args, **kwargs)

    setattr(target, name, replaced)


def surround(target: type, *functions: Callable[..., Any]) -> None:
    """Put each function around the method of its name (`around`)."""
    for function in functions:
        around(target, function.__name__, function)
