"""What CloudTrail makes of API calls: an event on the Region's bus for each that changes something, allowed or refused.

Only while a trail logs management events there (EventBridge user guide, "AWS service events delivered via AWS
CloudTrail"). Read-only calls and calls on data (items, objects, messages) are no such events.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.events.models import events_backends

from localcloud.emulator import clock
from localcloud.emulator.api_parameters import request_parameters
from localcloud.emulator.callers import access_key_of, principal_arn
from localcloud.emulator.extensions.backup_store import Place
from localcloud.emulator.extensions.service_events import iso, publish
from localcloud.emulator.requests import GLOBAL, Asked

_DETAIL_TYPE = "AWS API Call via CloudTrail"
# The Region that calls of global services are recorded in.
_HOME_OF_GLOBAL = "us-east-1"
_READS = re.compile(
    r"(Describe|Get|List|Head|BatchGet|Query|Scan|Select|Search|Lookup|Filter|Test|Validate|Check|Simulate)"
)
# Calls on data, and calls that change nothing although their names do not say so.
_NOT_MANAGEMENT = {
    "cloudwatch": re.compile(r"PutMetricData"),
    "dynamodb": re.compile(r"(Put|Update|Delete)Item|BatchWriteItem|Transact\w+|\w*Execute\w*"),
    "events": re.compile(r"PutEvents"),
    "kms": re.compile(r"Decrypt|Encrypt|ReEncrypt|Generate\w+|Sign|Verify\w*"),
    "logs": re.compile(r"PutLogEvents|CreateLogStream"),
    "monitoring": re.compile(r"PutMetricData"),
    "s3": re.compile(
        r"(Put|Copy|Restore)Object|DeleteObjects?|PutObject(Acl|Tagging|Retention|LegalHold)|\w*Multipart\w*|UploadPart\w*|DeleteObjectTagging"
    ),
    "sns": re.compile(r"Publish(Batch)?"),
    "sqs": re.compile(r"(Send|Receive|Delete)Message(Batch)?|ChangeMessageVisibility(Batch)?"),
    "sts": re.compile(r".*"),
}
_ERROR_CODE = re.compile(rb'"(?:__type|code|Code)"\s*:\s*"(?:[^"#]*#)?(?P<json>\w+)|<Code>(?P<xml>[\w.]+)</Code>')
_FAILED = 400

StartResponse = Callable[..., Any]
Dispatch = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def answered(
    asked: Asked | None, environ: dict[str, Any], body: bytes, start_response: StartResponse, dispatch: Dispatch
) -> Iterable[bytes]:
    """Have a request answered by `dispatch`, and tell the Region's bus of it if it is an event there."""
    # Asked before: StopLogging is the last thing that a trail records.
    if asked is None or not _is_recorded(asked):
        return dispatch(environ, start_response)
    heard: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        heard.append(status)
        return start_response(status, headers, *more)

    parts = dispatch(environ, start)
    answer = list(parts)
    if (close := getattr(parts, "close", None)) is not None:
        close()
    status = int(heard[0].partition(" ")[0]) if heard else 0
    _tell(asked, environ, body, _error_code(b"".join(answer)) if status >= _FAILED else None)
    return answer


def _tell(asked: Asked, environ: Mapping[str, Any], body: bytes, error: str | None) -> None:
    place = _place(asked)
    caller = principal_arn(access_key_of(environ))
    kind = "Root" if caller.endswith(":root") else "AssumedRole" if ":role/" in caller else "IAMUser"
    detail: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": {"type": kind, "arn": caller, "accountId": place.account_id},
        "eventTime": iso(clock.now()),
        "eventSource": f"{asked.service}.amazonaws.com",
        "eventName": asked.operation,
        "awsRegion": place.region,
        "sourceIPAddress": environ.get("REMOTE_ADDR", ""),
        "userAgent": environ.get("HTTP_USER_AGENT", ""),
        "requestParameters": request_parameters(asked, environ, body),
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": place.account_id,
        "eventCategory": "Management",
    }
    if error is not None:
        detail["errorCode"] = error
    publish(place, f"aws.{asked.service}", _DETAIL_TYPE, [], detail)


def _is_recorded(asked: Asked) -> bool:
    if _READS.match(asked.operation) or asked.operation == "unknown":
        return False
    data = _NOT_MANAGEMENT.get(asked.service)
    if data is not None and data.fullmatch(asked.operation):
        return False
    region = _place(asked).region
    bus = dict.get(events_backends[DEFAULT_ACCOUNT_ID], region)
    if bus is None or not bus.event_buses["default"].rules:
        return False
    trails = [
        trail for backend in dict.values(cloudtrail_backends[DEFAULT_ACCOUNT_ID]) for trail in backend.trails.values()
    ]
    return any(_logs(trail, region) for trail in trails)


def _logs(trail: Trail, region: str) -> bool:
    if not trail.status.is_logging or (trail.region_name != region and not trail.is_multi_region):
        return False
    if trail.advanced_event_selectors:
        fields = [field for selector in trail.advanced_event_selectors for field in selector["FieldSelectors"]]
        return any(field["Field"] == "eventCategory" and "Management" in field.get("Equals", ()) for field in fields)
    selectors = trail.event_selectors
    return not selectors or any(
        selector.get("IncludeManagementEvents", True) and selector.get("ReadWriteType", "All") != "ReadOnly"
        for selector in selectors
    )


def _place(asked: Asked) -> Place:
    return Place(DEFAULT_ACCOUNT_ID, _HOME_OF_GLOBAL if asked.region == GLOBAL else asked.region)


def _error_code(answer: bytes) -> str:
    found = _ERROR_CODE.search(answer)
    return (found["json"] or found["xml"]).decode() if found else "InternalFailure"
