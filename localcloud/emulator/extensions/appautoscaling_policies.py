"""Application Auto Scaling: tags of a target, policies by their exact place, and errors by their own codes."""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse, _build_policy

from localcloud.emulator.extensions.calls import Refusal, extend

_put_scaling_policy = ApplicationAutoscalingBackend.put_scaling_policy
_register_scalable_target = ApplicationAutoScalingResponse.register_scalable_target
_delete_scaling_policy = ApplicationAutoScalingResponse.delete_scaling_policy
_deregister_scalable_target = ApplicationAutoScalingResponse.deregister_scalable_target


def put_scaling_policy(self: ApplicationAutoscalingBackend, **asked: Any) -> FakeApplicationAutoscalingPolicy:
    """PutScalingPolicy, refused for what may not scale; the alarms of what it replaces go, its ARN stays."""
    where = (asked["service_namespace"], asked["resource_id"], asked["scalable_dimension"])
    if asked["resource_id"] not in self.targets.get(asked["scalable_dimension"], {}):
        raise Refusal("ObjectNotFoundException", f"No scalable target registered for {', '.join(where)}")
    before = self.policies.get(FakeApplicationAutoscalingPolicy.formulate_key(*where, asked["policy_name"]))
    policy: FakeApplicationAutoscalingPolicy = _put_scaling_policy(self, **asked)
    if before is not None:
        before.delete_alarms(self.account_id, self.region_name)
        policy.policy_arn = before.policy_arn
    return policy


def describe_scaling_policies(self: ApplicationAutoScalingResponse) -> str:
    """DescribeScalingPolicies, by name and by exact resource; moto takes a part of an id for the whole. No pages."""
    asked = json.loads(self.body)
    found = [
        policy
        for policy in self.applicationautoscaling_backend.policies.values()
        if policy.service_namespace == asked["ServiceNamespace"]
        and asked.get("ResourceId") in (None, policy.resource_id)
        and asked.get("ScalableDimension") in (None, policy.scalable_dimension)
        and (not asked.get("PolicyNames") or policy.policy_name in asked["PolicyNames"])
    ]
    return json.dumps({"ScalingPolicies": [_build_policy(policy) for policy in found]})


def delete_scaling_policy(self: ApplicationAutoScalingResponse) -> str:
    """DeleteScalingPolicy; moto calls what is not there a wrong value."""
    asked = json.loads(self.body)
    where = (asked["ServiceNamespace"], asked["ResourceId"], asked["ScalableDimension"], asked["PolicyName"])
    if FakeApplicationAutoscalingPolicy.formulate_key(*where) not in self.applicationautoscaling_backend.policies:
        raise Refusal("ObjectNotFoundException", f"No scaling policy found for {', '.join(where)}")
    answer: str = _delete_scaling_policy(self)
    return answer


def deregister_scalable_target(self: ApplicationAutoScalingResponse) -> str:
    """DeregisterScalableTarget; likewise."""
    asked = json.loads(self.body)
    if asked["ResourceId"] not in self.applicationautoscaling_backend.targets.get(asked["ScalableDimension"], {}):
        raise Refusal("ObjectNotFoundException", f"No scalable target registered for {asked['ResourceId']}")
    answer: str = _deregister_scalable_target(self)
    return answer


def register_scalable_target(self: ApplicationAutoScalingResponse) -> str:
    """RegisterScalableTarget, with its tags where the target is new."""
    asked = json.loads(self.body)
    targets = self.applicationautoscaling_backend.targets
    known = asked["ResourceId"] in targets.get(asked["ScalableDimension"], {})
    answer: str = _register_scalable_target(self)
    target = targets[asked["ScalableDimension"]][asked["ResourceId"]]
    if not known:
        target.tags = dict(asked.get("Tags") or {})
    return answer


def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
    """ListTagsForResource of a scalable target."""
    return json.dumps({"Tags": _tagged(self).tags})


def tag_resource(self: ApplicationAutoScalingResponse) -> str:
    """TagResource of a scalable target."""
    target = _tagged(self)
    target.tags = {**target.tags, **json.loads(self.body)["Tags"]}
    return "{}"


def untag_resource(self: ApplicationAutoScalingResponse) -> str:
    """UntagResource of a scalable target."""
    target, gone = _tagged(self), json.loads(self.body)["TagKeys"]
    target.tags = {key: value for key, value in target.tags.items() if key not in gone}
    return "{}"


def _tagged(response: ApplicationAutoScalingResponse) -> FakeScalableTarget:
    arn = json.loads(response.body)["ResourceARN"]
    for by_resource in response.applicationautoscaling_backend.targets.values():
        for target in by_resource.values():
            if target.arn == arn:
                return target
    raise Refusal("ResourceNotFoundException", f"The scalable target {arn} is not registered")


def apply() -> None:
    """Put these into moto's Application Auto Scaling."""
    FakeScalableTarget.tags = {}
    extend(ApplicationAutoscalingBackend, put_scaling_policy)
    extend(
        ApplicationAutoScalingResponse,
        register_scalable_target,
        describe_scaling_policies,
        delete_scaling_policy,
        deregister_scalable_target,
        list_tags_for_resource,
        tag_resource,
        untag_resource,
    )
