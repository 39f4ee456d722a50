"""What an AWS request says about itself before anything answers it: its service, its Region and its operation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.exceptions import UnknownServiceError
from botocore.session import Session
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

GLOBAL = "global"
# One control plane for all Regions: its calls are signed for us-east-1 and do not depend on the Region of the caller
# (AWS General Reference, "Service endpoints"; whitepaper "AWS Fault Isolation Boundaries", global services).
_GLOBAL_SERVICES = frozenset({"iam", "route53", "cloudfront", "organizations"})
_SCOPE = re.compile(r"[^/]+/\d{8}/(?P<region>[^/]*)/(?P<service>[^/]+)/aws4_request")
_RPC_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>[^/]+)$")
# Services that sign with another's name: (name in the signature, start of the path) -> botocore's name of the service.
_SIGNED_AS_ANOTHER = {("s3", "/v20180820/"): "s3control", ("resiliencehub", "/v2/"): "resiliencehubv2"}
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """`service` as the signature names it; `region` of the endpoint that answers, or "global"; None when unsigned."""

    service: str
    operation: str
    region: str


def read_request(environ: Mapping[str, Any], body: bytes) -> Asked | None:
    """None for a request that is not signed: nothing says which Region it asks."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", "") or query.get("X-Amz-Credential", [""])[0])
    if scope is None:
        return None
    service, region = scope["service"], scope["region"]
    if service == "s3":
        region = _bucket_region(environ) or region
    if service in _GLOBAL_SERVICES:
        region = GLOBAL
    return Asked(service, _operation(service, environ, query, body), region)


def raw_path(environ: Mapping[str, Any]) -> str:
    """The path as it was sent: an ARN in it has its slashes quoted, and they separate nothing."""
    return str(environ.get("RAW_URI") or environ.get("PATH_INFO", "")).partition("?")[0]


def _bucket_region(environ: Mapping[str, Any]) -> str | None:
    """S3 answers from the Region that the bucket is in, whatever Region the request was signed for."""
    name = unquote(environ.get("PATH_INFO", "")).strip("/").split("/")[0]
    for backend in dict.values(s3_backends[DEFAULT_ACCOUNT_ID]):
        if name in backend.buckets:
            return str(backend.buckets[name].region_name)
    return None


def _operation(service: str, environ: Mapping[str, Any], query: Mapping[str, list[str]], body: bytes) -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    path = raw_path(environ)
    if rpc := _RPC_PATH.match(path):
        return rpc["operation"]
    if "form" in environ.get("CONTENT_TYPE", "") and (action := parse_qs(body.decode(errors="replace")).get("Action")):
        return action[0]
    if "Action" in query:
        return query["Action"][0]
    for (signed_as, start), model in _SIGNED_AS_ANOTHER.items():
        if service == signed_as and path.startswith(start):
            service = model
    matching = [
        (len(route.needs), len(route.pattern.pattern), route.operation)
        for route in _routes(service)
        if route.answers(environ, path, query)
    ]
    return max(matching)[2] if matching else _UNKNOWN


@dataclass(frozen=True)
class _Route:
    """One operation of a REST service: what a request must have to mean it."""

    operation: str
    method: str
    pattern: re.Pattern[str]
    # Query parameters (with their value where it is fixed) and headers that it requires.
    needs: tuple[tuple[str, str | None], ...]

    def answers(self, environ: Mapping[str, Any], path: str, query: Mapping[str, list[str]]) -> bool:
        if environ.get("REQUEST_METHOD") != self.method or self.pattern.fullmatch(path) is None:
            return False
        return all(
            name in environ or (name in query and value in (None, "", *query[name])) for name, value in self.needs
        )


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    """The routes in botocore's model of the service, which most REST services have under the name they sign with."""
    try:
        model = Session().get_service_model(service)
    except UnknownServiceError:
        return ()
    return tuple(_route(model.operation_model(name)) for name in model.operation_names)


def _route(operation: Any) -> _Route:
    uri, _, query = str(operation.http["requestUri"]).partition("?")
    pattern = re.sub(
        r"\\{[^}]*?(\\\+)?\\}", lambda label: ".+" if label[1] else "[^/]+", re.escape(uri.rstrip("/") or "/")
    )
    fixed = [(name, value or None) for name, _, value in (part.partition("=") for part in query.split("&") if part)]
    return _Route(
        operation.name,
        str(operation.http["method"]),
        re.compile(f"{pattern}/?"),
        (*fixed, *_required(operation.input_shape)),
    )


def _required(shape: Any) -> list[tuple[str, str | None]]:
    needs: list[tuple[str, str | None]] = []
    for name in shape.required_members if shape is not None else ():
        place = shape.members[name].serialization
        if place.get("location") == "querystring":
            needs.append((place["name"], None))
        elif place.get("location") == "header":
            needs.append((f"HTTP_{place['name'].upper().replace('-', '_')}", None))
    return needs


def json_body(body: bytes) -> dict[str, Any]:
    """A JSON object, or an empty one for anything else."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
