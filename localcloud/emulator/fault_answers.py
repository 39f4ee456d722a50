"""Throttling and internal errors in the form in which each service's protocol gives them, so that SDKs retry as on AWS.

Sources: "Common Error Types" of the services' API references; S3 "Error responses"; EC2 "Error codes for the Amazon EC2
API"; SQS and DynamoDB "Common errors". A service that is not named answers as its protocol usually does.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from localcloud.emulator.faults import THROTTLE
from localcloud.emulator.requests import Asked

_S3, _EC2, _QUERY, _REST_XML, _JSON, _REST_JSON, _CBOR = "s3", "ec2", "query", "rest-xml", "json", "rest-json", "cbor"
_XML_SERVICES = frozenset({"route53", "cloudfront"})


@dataclass(frozen=True)
class _Error:
    code: str
    status: int
    message: str


_SLOW_DOWN = "Rate exceeded"
_BROKEN = "An internal error occurred; the local cloud was asked for it."
_THROTTLED = {
    _S3: _Error("SlowDown", 503, "Please reduce your request rate."),
    _EC2: _Error("RequestLimitExceeded", 503, "Request limit exceeded."),
    _QUERY: _Error("Throttling", 400, _SLOW_DOWN),
    _REST_XML: _Error("Throttling", 400, _SLOW_DOWN),
    _JSON: _Error("ThrottlingException", 400, _SLOW_DOWN),
    _REST_JSON: _Error("ThrottlingException", 429, _SLOW_DOWN),
    _CBOR: _Error("ThrottlingException", 400, _SLOW_DOWN),
}
_FAILED = {
    _S3: _Error("InternalError", 500, _BROKEN),
    _EC2: _Error("InternalError", 500, _BROKEN),
}
_FAILED_OF_SERVICE = {
    "dynamodb": _Error("InternalServerError", 500, _BROKEN),
    "kms": _Error("KMSInternalException", 500, _BROKEN),
    "secretsmanager": _Error("InternalServiceError", 500, _BROKEN),
}
_INTERNAL_FAILURE = _Error("InternalFailure", 500, _BROKEN)


def fault_answer(instead: str, asked: Asked, environ: Mapping[str, Any]) -> Response:
    """The answer that a call meets instead of its own; `instead` is THROTTLE or ERRORS."""
    protocol = _protocol(asked, environ)
    if instead == THROTTLE:
        error = _THROTTLED[protocol]
    else:
        error = _FAILED_OF_SERVICE.get(asked.service) or _FAILED.get(protocol, _INTERNAL_FAILURE)
    if environ.get("REQUEST_METHOD") == "HEAD":
        return Response(status=error.status)
    return _FORMS[protocol](error)


def _protocol(asked: Asked, environ: Mapping[str, Any]) -> str:
    """By what the request looks like: a service may speak several protocols, and its client chose one."""
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return _CBOR
    if environ.get("HTTP_X_AMZ_TARGET"):
        return _JSON
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        return _EC2 if asked.service == "ec2" else _QUERY
    if asked.service == "s3":
        return _S3
    return _REST_XML if asked.service in _XML_SERVICES else _REST_JSON


def _s3(error: _Error) -> Response:
    body = f"<Error><Code>{error.code}</Code><Message>{error.message}</Message><RequestId>{uuid.uuid4()}</RequestId></Error>"
    return _xml(error, body)


def _ec2(error: _Error) -> Response:
    inner = f"<Error><Code>{error.code}</Code><Message>{error.message}</Message></Error>"
    return _xml(error, f"<Response><Errors>{inner}</Errors><RequestID>{uuid.uuid4()}</RequestID></Response>")


def _query(error: _Error) -> Response:
    kind = "Sender" if error.status < 500 else "Receiver"
    inner = f"<Error><Type>{kind}</Type><Code>{error.code}</Code><Message>{error.message}</Message></Error>"
    return _xml(error, f"<ErrorResponse>{inner}<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>")


def _xml(error: _Error, body: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', error.status, content_type="text/xml")


def _json(error: _Error) -> Response:
    headers = {"x-amzn-ErrorType": error.code, "x-amzn-RequestId": str(uuid.uuid4())}
    body = json.dumps({"__type": error.code, "message": error.message})
    return Response(body, error.status, headers, content_type="application/x-amz-json-1.1")


def _cbor(error: _Error) -> Response:
    content = {"__type": error.code, "message": error.message}
    body = bytes([0xA0 | len(content)]) + b"".join(_cbor_text(part) for pair in content.items() for part in pair)
    return Response(body, error.status, {"smithy-protocol": "rpc-v2-cbor"}, content_type="application/cbor")


def _cbor_text(text: str) -> bytes:
    """RFC 8949, major type 3 with a length of one byte: every text here is shorter than 256 bytes."""
    encoded = text.encode()
    return bytes([0x78, len(encoded)]) + encoded


_FORMS = {_S3: _s3, _EC2: _ec2, _QUERY: _query, _REST_XML: _query, _JSON: _json, _REST_JSON: _json, _CBOR: _cbor}
