"""Data Lifecycle Manager: EBS snapshot policies, kept and read back; dlm_runs carries them out. moto has no such service."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import utcnow

from localcloud.emulator import clock
from localcloud.emulator.extensions.calls import Refusal, parameters

_UPDATABLE = ("ExecutionRoleArn", "Description", "State")


@dataclass
class LifecyclePolicy:
    """One policy: the members of the LifecyclePolicy shape as they were given."""

    policy_id: str
    arn: str
    content: dict[str, Any]
    tags: dict[str, str]
    date_created: datetime = field(default_factory=utcnow)
    date_modified: datetime = field(default_factory=utcnow)
    runs_after: datetime = field(default_factory=clock.now)
    """Schedules ran up to here (UTC)."""
    managed: list[Any] = field(default_factory=list)
    """The snapshots and copies that its schedules made and that it has to delete (dlm_runs.Managed)."""

    def update(self, asked: dict[str, Any]) -> None:
        """Take over what was asked; PolicyDetails is replaced as a whole."""
        self.content.update({name: asked[name] for name in _UPDATABLE if name in asked})
        if "PolicyDetails" in asked:
            # What AWS fills in when it is left out (API reference, PolicyDetails).
            defaults = {"PolicyType": "EBS_SNAPSHOT_MANAGEMENT", "ResourceLocations": ["CLOUD"]}
            self.content["PolicyDetails"] = {**defaults, **asked["PolicyDetails"]}
        self.date_modified = utcnow()
        self.runs_after = clock.now()

    def describe(self) -> dict[str, Any]:
        """The LifecyclePolicy shape."""
        return {
            **self.content,
            "PolicyId": self.policy_id,
            "PolicyArn": self.arn,
            "StatusMessage": self.content["State"],
            "Tags": self.tags,
            "DateCreated": self.date_created,
            "DateModified": self.date_modified,
        }

    def summary(self) -> dict[str, Any]:
        """The LifecyclePolicySummary shape."""
        return {
            "PolicyId": self.policy_id,
            "Description": self.content["Description"],
            "State": self.content["State"],
            "Tags": self.tags,
            "PolicyType": self.content["PolicyDetails"]["PolicyType"],
        }


class DlmBackend(BaseBackend):
    """The policies of one account and Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.policies: dict[str, LifecyclePolicy] = {}

    def find(self, policy_id: str) -> LifecyclePolicy:
        """The policy of that id, or ResourceNotFoundException."""
        if policy_id not in self.policies:
            raise Refusal("ResourceNotFoundException", f"Policy {policy_id} not found")
        return self.policies[policy_id]

    def find_by_arn(self, arn: str) -> LifecyclePolicy:
        """The policy of that ARN, or ResourceNotFoundException."""
        return self.find(arn.rpartition("/")[2])


class DlmResponse(BaseResponse):
    """The operations of the service; botocore's model routes and serialises them."""

    def __init__(self) -> None:
        super().__init__(service_name="dlm")

    @property
    def backend(self) -> DlmBackend:
        """The backend of the request's account and Region."""
        backend: DlmBackend = dlm_backends[self.current_account][self.region]
        return backend

    def create_lifecycle_policy(self) -> ActionResult:
        """CreateLifecyclePolicy of a custom policy; default policies are refused, because they are not modelled."""
        asked = parameters(self)
        if "DefaultPolicy" in asked:
            raise Refusal("InvalidRequestException", "DefaultPolicy is not modelled by the local cloud")
        if "PolicyDetails" not in asked:
            raise Refusal("InvalidRequestException", "PolicyDetails is required for a custom policy")
        policy_id = f"policy-{uuid.uuid4().hex[:17]}"
        arn = f"arn:{self.partition}:dlm:{self.region}:{self.current_account}:policy/{policy_id}"
        policy = LifecyclePolicy(policy_id, arn, {}, dict(asked.get("Tags") or {}))
        policy.update(asked)
        self.backend.policies[policy_id] = policy
        return ActionResult({"PolicyId": policy_id})

    def get_lifecycle_policy(self) -> ActionResult:
        """GetLifecyclePolicy."""
        return ActionResult({"Policy": self.backend.find(parameters(self)["PolicyId"]).describe()})

    def get_lifecycle_policies(self) -> ActionResult:
        """GetLifecyclePolicies, by id and state; the filters by tag and resource type are refused."""
        asked = parameters(self)
        for unmodelled in ("ResourceTypes", "TargetTags", "TagsToAdd", "DefaultPolicyType"):
            if asked.get(unmodelled):
                raise Refusal("InvalidRequestException", f"{unmodelled} is not modelled by the local cloud")
        policies: Iterable[LifecyclePolicy] = self.backend.policies.values()
        if asked.get("PolicyIds"):
            policies = [self.backend.find(policy_id) for policy_id in asked["PolicyIds"]]
        wanted_state = asked.get("State")
        found = [policy for policy in policies if wanted_state in (None, policy.content["State"])]
        return ActionResult({"Policies": [policy.summary() for policy in found]})

    def update_lifecycle_policy(self) -> ActionResult:
        """UpdateLifecyclePolicy."""
        asked = parameters(self)
        self.backend.find(asked["PolicyId"]).update(asked)
        return EmptyResult()

    def delete_lifecycle_policy(self) -> ActionResult:
        """DeleteLifecyclePolicy."""
        policy = self.backend.find(parameters(self)["PolicyId"])
        del self.backend.policies[policy.policy_id]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self.backend.find_by_arn(parameters(self)["ResourceArn"]).tags})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        asked = parameters(self)
        self.backend.find_by_arn(asked["ResourceArn"]).tags.update(asked["Tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        asked = parameters(self)
        tags = self.backend.find_by_arn(asked["ResourceArn"]).tags
        for key in asked["TagKeys"]:
            tags.pop(key, None)
        return EmptyResult()


dlm_backends = BackendDict(DlmBackend, "dlm")
