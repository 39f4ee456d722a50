"""Resilience Hub, next generation: policies, kept and read back. moto has the first generation only.

Both are signed as `resiliencehub`; the paths of this one begin with /v2/. No service is assessed against a policy.
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import utcnow

from localcloud.emulator.extensions.calls import Refusal, parameters

SERVICE = "resiliencehubv2"
# What UpdatePolicy can change; a target that is sent empty is removed.
_TARGETS = ("availabilitySlo", "multiAz", "multiRegion", "dataRecovery")
_CHANGEABLE = (*_TARGETS, "description", "sharingEnabled")
_FIXED = ("name", "kmsKeyId")

Policy = dict[str, Any]


class ResilienceHubV2Backend(BaseBackend):
    """The policies of one account and Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.policies: dict[str, Policy] = {}

    def find(self, arn: str) -> Policy:
        """The policy of that ARN, or ResourceNotFoundException."""
        if arn not in self.policies:
            raise Refusal("ResourceNotFoundException", f"Policy {arn} not found")
        return self.policies[arn]


class ResilienceHubV2Response(BaseResponse):
    """The operations of the service; botocore's model routes and serialises them."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)

    @property
    def backend(self) -> ResilienceHubV2Backend:
        """The backend of the request's account and Region."""
        backend: ResilienceHubV2Backend = resilience_hub_v2_backends[self.current_account][self.region]
        return backend

    def create_policy(self) -> ActionResult:
        """CreatePolicy; names are unique in a Region."""
        asked = parameters(self)
        if any(policy["name"] == asked["name"] for policy in self.backend.policies.values()):
            raise Refusal("ConflictException", f"Policy {asked['name']} already exists")
        arn = f"arn:{self.partition}:resiliencehub:{self.region}:{self.current_account}:policy/{uuid.uuid4()}"
        policy = {
            **{name: asked[name] for name in (*_FIXED, *_CHANGEABLE) if name in asked},
            "policyArn": arn,
            "tags": dict(asked.get("tags") or {}),
            "associatedServiceCount": 0,
            "createdAt": utcnow(),
            "updatedAt": utcnow(),
        }
        self.backend.policies[arn] = policy
        return ActionResult({"policy": policy})

    def get_policy(self) -> ActionResult:
        """GetPolicy."""
        return ActionResult({"policy": self.backend.find(parameters(self)["policyArn"])})

    def list_policies(self) -> ActionResult:
        """ListPolicies, all on one page."""
        return ActionResult({"policySummaries": list(self.backend.policies.values())})

    def update_policy(self) -> ActionResult:
        """UpdatePolicy: takes over what it names."""
        asked = parameters(self)
        policy = self.backend.find(asked["policyArn"])
        policy.update({name: asked[name] for name in _CHANGEABLE if name in asked})
        for target in _TARGETS:
            if policy.get(target) == {}:
                del policy[target]
        policy["updatedAt"] = utcnow()
        return ActionResult({"policy": policy})

    def delete_policy(self) -> ActionResult:
        """DeletePolicy."""
        policy = self.backend.find(parameters(self)["policyArn"])
        del self.backend.policies[policy["policyArn"]]
        return ActionResult({"policyArn": policy["policyArn"]})

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"tags": self.backend.find(parameters(self)["resourceArn"])["tags"]})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        asked = parameters(self)
        self.backend.find(asked["resourceArn"])["tags"].update(asked["tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        asked = parameters(self)
        tags = self.backend.find(asked["resourceArn"])["tags"]
        for key in asked["tagKeys"]:
            tags.pop(key, None)
        return EmptyResult()


resilience_hub_v2_backends = BackendDict(ResilienceHubV2Backend, SERVICE)
