"""What a service excludes and moto takes, refused before the operation: values outside of the service's model, and more.

The models of botocore state ranges, lengths, patterns and enums as the API references do; they are held to for the calls that
change something in the services below. What no model states is in refused_kms, refused_rds and refused_calls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from localcloud.emulator.extensions import refused_calls, refused_kms, refused_rds
from localcloud.emulator.extensions.calls import Refusal, around

# By botocore's name of the service: what it calls a value that it does not take.
_CODES = {
    "application-autoscaling": "ValidationException",
    "arc-region-switch": "ValidationException",
    "backup": "InvalidParameterValueException",
    "cloudwatch": "ValidationError",
    "dlm": "InvalidRequestException",
    "dynamodb": "ValidationException",
    "events": "ValidationException",
    "guardduty": "BadRequestException",
    "kms": "ValidationException",
    "logs": "InvalidParameterException",
    "route53": "InvalidInput",
    "secretsmanager": "InvalidParameterException",
}
_CHANGES = ("Create", "Put", "Update", "Start", "Enable", "Schedule", "Register", "Associate", "Replicate", "Change")
# Calls on the data of a table or a trail: many, and moto knows their rules.
_LEFT_OUT = frozenset({"PutItem", "UpdateItem", "PutLogEvents", "PutMetricData", "PutEvents"})
_QUOTED_CHARACTERS = 80

Check = Callable[[dict[str, Any], BaseResponse], Refusal | None]
_CHECKS: dict[tuple[str, str], Check] = {**refused_calls.CHECKS, **refused_kms.CHECKS, **refused_rds.CHECKS}
_CHECKED = frozenset(service for service, _ in _CHECKS)


def _call_action(call: Any, self: BaseResponse) -> Any:
    """Every call of every service but S3 passes here."""
    service = self.boto3_service_name
    modelled = service in _CODES
    if not modelled and service not in _CHECKED:
        return call(self)
    operation = str(self._get_action())
    check = _CHECKS.get((service, operation))
    modelled = modelled and operation.startswith(_CHANGES) and operation not in _LEFT_OUT
    model = get_service_model(service)
    if (check is None and not modelled) or operation not in model.operation_names:
        return call(self)
    shape = model.operation_model(operation).input_shape
    given = _given(self, operation)
    if shape is None or any(name not in given for name in shape.required_members):
        return call(self)  # who leaves out what is required hears so from the operation
    fault = next(_faults(shape, given, ""), None) if modelled else None
    refusal = Refusal(_CODES[service], fault) if fault else check(given, self) if check else None
    return call(self) if refusal is None else _refuse(self, refusal)


def _given(response: BaseResponse, operation: str) -> dict[str, Any]:
    """The parameters under the names of the API reference, read without a trace: the operation reads them in its own way."""
    model, request = get_service_model(response.boto3_service_name), response.normalized_request
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)]
    parsed: dict[str, Any] = parser(model.operation_model(operation)).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": response.uri_match,
        }
    )
    return parsed


def _refuse(response: BaseResponse, refusal: ServiceException) -> Any:
    """As moto answers what an operation raises."""
    status, headers, body = response.serialized(ActionResult(refusal))
    headers["status"] = status
    return response._transform_response(response.response_headers, (body, headers))


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    """What the model excludes, deepest last; each says where, what, and what is allowed."""
    if value is None:
        return
    said = _fault(shape, value)
    if said:
        yield f"1 validation error detected: Value at '{path}' failed to satisfy constraint: {said}"
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            yield from _faults(member, value.get(name), f"{path}.{name}".lstrip("."))
    if shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _faults(shape.member, item, f"{path}.{number}.member")


def _fault(shape: Any, value: Any) -> str | None:
    stated = shape.metadata
    if isinstance(value, bool) or shape.type_name in ("structure", "timestamp", "blob"):
        return None
    if stated.get("enum") and isinstance(value, str) and value not in stated["enum"]:
        return f"{_shown(value)} is none of {', '.join(stated['enum'])}"
    size = value if isinstance(value, int | float) else len(value)
    low, high = stated.get("min", -math.inf), stated.get("max", math.inf)
    if not low <= size <= high:
        return f"{_shown(value)} has to be between {low} and {high}"
    pattern = _pattern(stated.get("pattern"))
    if pattern is not None and isinstance(value, str) and not pattern.fullmatch(value):
        return f"{_shown(value)} does not match {pattern.pattern}"
    return None


@cache
def _pattern(text: str | None) -> re.Pattern[str] | None:
    """None for a pattern in the words of Java that Python cannot read."""
    try:
        return re.compile(text, re.DOTALL) if text else None
    except re.error:
        return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}..."


def apply() -> None:
    """Put this before every operation of moto's and of ours."""
    around(BaseResponse, "call_action", _call_action)
