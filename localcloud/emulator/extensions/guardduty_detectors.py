"""GuardDuty: one detector a Region, every protection plan with its status, and tags by ARN."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.guardduty.models import Detector, GuardDutyBackend
from moto.guardduty.responses import GuardDutyResponse
from moto.guardduty.urls import url_paths

from localcloud.emulator.extensions.calls import Refusal, extend

_ENABLED, _DISABLED = "ENABLED", "DISABLED"
# Those that a detector always has, then those that a new one has unless told otherwise (API reference, CreateDetector).
_FEATURES = {
    "CLOUD_TRAIL": _ENABLED,
    "DNS_LOGS": _ENABLED,
    "FLOW_LOGS": _ENABLED,
    "S3_DATA_EVENTS": _ENABLED,
    "EKS_AUDIT_LOGS": _ENABLED,
    "EBS_MALWARE_PROTECTION": _ENABLED,
    "RDS_LOGIN_EVENTS": _ENABLED,
    "LAMBDA_NETWORK_LOGS": _ENABLED,
    "EKS_RUNTIME_MONITORING": _DISABLED,
    "RUNTIME_MONITORING": _DISABLED,
}
_ALWAYS_ON = frozenset({"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"})
_RUNTIME = frozenset({"EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"})
_AGENTS = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")
_ADDITIONAL = {"EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",), "RUNTIME_MONITORING": _AGENTS}

Feature = dict[str, Any]

_create_detector = GuardDutyBackend.create_detector
_update = Detector.update


def create_detector(self: GuardDutyBackend, *args: Any, **kwargs: Any) -> str:
    """CreateDetector, refused where the Region has one."""
    if self.detectors:
        raise Refusal(
            "BadRequestException",
            "The request is rejected because a detector already exists for the current account.",
        )
    made: str = _create_detector(self, *args, **kwargs)
    detector = self.detectors[made]
    detector.features = _merged([], detector.features)
    return made


def update(self: Detector, enable: bool, frequency: str, data_sources: dict[str, Any], features: list[Feature]) -> None:
    """UpdateDetector: a feature that the call does not name stays as it is."""
    _update(self, enable, frequency, data_sources, _merged(self.features, features or []))


def _merged(before: list[Feature], asked: list[Feature]) -> list[Feature]:
    for feature in asked:
        if feature["name"] not in _FEATURES or feature["name"] in _ALWAYS_ON:
            raise Refusal("BadRequestException", f"The request is rejected because {feature['name']} cannot be set.")
        for item in feature.get("additionalConfiguration") or []:
            if item["name"] not in _ADDITIONAL.get(feature["name"], ()):
                reason = f"{item['name']} of {feature['name']} is not modelled by the local cloud"
                raise Refusal("BadRequestException", reason)
    known = {feature["name"]: feature for feature in before}
    wanted = {feature["name"]: feature for feature in asked}
    merged = [_feature(name, known.get(name, {}), wanted.get(name, {})) for name in _FEATURES]
    if sum(feature["name"] in _RUNTIME and feature["status"] == _ENABLED for feature in merged) > 1:
        raise Refusal(
            "BadRequestException",
            "The request is rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING exclude each other.",
        )
    return merged


def _feature(name: str, known: Feature, wanted: Feature) -> Feature:
    feature = {"name": name, "status": wanted.get("status") or known.get("status") or _FEATURES[name]}
    if name in _ADDITIONAL:
        statuses = {
            item["name"]: item["status"]
            for item in [*known.get("additionalConfiguration", []), *(wanted.get("additionalConfiguration") or [])]
        }
        feature["additionalConfiguration"] = [
            {"name": agent, "status": statuses.get(agent, _DISABLED)} for agent in _ADDITIONAL[name]
        ]
    return feature


def list_tags_for_resource(self: GuardDutyResponse) -> str:
    """ListTagsForResource of a detector."""
    return json.dumps({"tags": _tagged(self).tags})


def tag_resource(self: GuardDutyResponse) -> str:
    """TagResource of a detector."""
    _tagged(self).tags.update(self._get_param("tags"))
    return "{}"


def untag_resource(self: GuardDutyResponse) -> str:
    """UntagResource of a detector."""
    tags = _tagged(self).tags
    for key in self.querystring.get("tagKeys", []):
        tags.pop(key, None)
    return "{}"


def _tagged(response: GuardDutyResponse) -> Detector:
    arn = unquote(response.path.partition("/tags/")[2])
    detector: Detector = response.guardduty_backend.get_detector(arn.rpartition("/")[2])
    return detector


def apply() -> None:
    """Put the rules and the tags into moto's GuardDuty."""
    url_paths["{0}/tags/(?P<arn>.+)$"] = GuardDutyResponse.dispatch
    extend(GuardDutyBackend, create_detector)
    extend(Detector, update)
    extend(GuardDutyResponse, list_tags_for_resource, tag_resource, untag_resource)
