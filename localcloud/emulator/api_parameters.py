"""The parameters of an AWS request as a trail shows them: by name, the first letter small, secrets left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.exceptions import UnknownServiceError
from botocore.session import Session

from localcloud.emulator.requests import Asked, json_body, raw_path

# CloudTrail user guide, "Security best practices": a trail never shows what a caller must keep to itself.
_SECRET = re.compile(r"password|secretstring|secretbinary|authtoken|passphrase|privatekey", re.IGNORECASE)
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_NO_PARAMETERS = frozenset({"Action", "Version"})
_LABEL = re.compile(r"\\{(?P<name>\w+)(?:\\\+)?\\}")


def request_parameters(asked: Asked, environ: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """Whatever protocol the request has: from its path, its query and its body."""
    path, query = raw_path(environ), dict(parse_qsl(environ.get("QUERY_STRING", "")))
    if asked.service == "s3":
        bucket, _, key = path.strip("/").partition("/")
        found: dict[str, Any] = {"bucketName": unquote(bucket), **({"key": unquote(key)} if key else {})}
    elif "form" in environ.get("CONTENT_TYPE", ""):
        found = {**query, **dict(parse_qsl(body.decode(errors="replace")))}
    else:
        found = {**query, **json_body(body), **_labels(asked, path)}
    return {_small(name): _shown(name, value) for name, value in found.items() if name not in _NO_PARAMETERS}


def _labels(asked: Asked, path: str) -> dict[str, str]:
    pattern = _path_pattern(asked.service, asked.operation)
    match = pattern.fullmatch(path) if pattern is not None else None
    return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}


@cache
def _path_pattern(service: str, operation: str) -> re.Pattern[str] | None:
    try:
        model = Session().get_service_model(service)
    except UnknownServiceError:
        return None
    if operation not in model.operation_names:
        return None
    uri = str(model.operation_model(operation).http["requestUri"]).partition("?")[0].rstrip("/")
    return re.compile(_LABEL.sub(lambda label: f"(?P<{label['name']}>.+?)", re.escape(uri)) + "/?")


def _shown(name: str, value: Any) -> Any:
    if _SECRET.search(name):
        return _HIDDEN
    if isinstance(value, dict):
        return {_small(member): _shown(member, part) for member, part in value.items()}
    if isinstance(value, list):
        return [_shown("", part) for part in value]
    return value


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
