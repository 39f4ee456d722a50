"""ARC Region switch: plans, their tags and the health checks that they vend. moto has no such service.

A health check has the status that the last execution gave it (arc_runs.py carries executions out); before the first one the primary
Region's is healthy, or those of both under active/active. The checks are shown here only: Route 53 does not know their ids.
Plans belong to the account, not to a Region: the control plane answers everywhere, `...InRegion` in a plan's own Regions.
"""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import utcnow

from localcloud.emulator.extensions.arc_executions import ACTIVE, Execution
from localcloud.emulator.extensions.calls import Refusal, parameters

SERVICE = "arc-region-switch"
_SUFFIX_LETTERS = string.ascii_lowercase + string.digits
_SUFFIX_CHARACTERS = 6
# What UpdatePlan can change; it replaces all of it.
_CHANGEABLE = (
    "description",
    "workflows",
    "executionRole",
    "recoveryTimeObjectiveMinutes",
    "associatedAlarms",
    "triggers",
    "reportConfiguration",
    "serviceQuotaChecksEnabled",
)
_FIXED = ("name", "regions", "recoveryApproach", "primaryRegion")


@dataclass
class Plan:
    """One plan: the members of the Plan shape as they were given."""

    arn: str
    owner: str
    content: dict[str, Any]
    tags: dict[str, str]
    version: int = 1
    updated_at: datetime = field(default_factory=utcnow)
    # (hosted zone, record, Region) -> id, for ever: the records of the zone name it.
    health_check_ids: dict[tuple[str, str, str], str] = field(default_factory=dict)
    # (hosted zone, record) -> the Regions that a step of an execution left healthy.
    turned: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)

    def update(self, asked: dict[str, Any]) -> None:
        """Replace everything that can change."""
        kept = {name: self.content[name] for name in _FIXED if name in self.content}
        self.content = {**kept, **{name: asked[name] for name in _CHANGEABLE if name in asked}}
        self.version += 1
        self.updated_at = utcnow()

    def describe(self) -> dict[str, Any]:
        """The Plan shape."""
        return {
            **self.content,
            "arn": self.arn,
            "owner": self.owner,
            "version": str(self.version),
            "updatedAt": self.updated_at,
        }

    def turn(self, zone: str, record: str, region: str, *, on: bool = True) -> None:
        """Let customers be sent to a Region, or to it no more: under active/passive to it alone."""
        before = self._healthy(zone, record)
        alone = frozenset({region}) if self._passive else before | {region}
        self.turned[zone, record] = alone if on else before - {region}

    @property
    def active_execution(self) -> Execution | None:
        """The one that is under way or paused."""
        return next((one for one in self.executions.values() if one.state in ACTIVE), None)

    @property
    def _passive(self) -> bool:
        return bool(self.content["recoveryApproach"] == "activePassive")

    def _healthy(self, zone: str, record: str) -> frozenset[str]:
        first = [self.content.get("primaryRegion")] if self._passive else self.content["regions"]
        return self.turned.get((zone, record), frozenset(first))

    def health_checks(self) -> list[dict[str, str]]:
        """One for each Region of each record that a step switches."""
        found = []
        for block in self._route53_blocks():
            for region in self.content["regions"]:
                key = (block["hostedZoneId"], block["recordName"], region)
                healthy = region in self._healthy(*key[:2])
                found.append(
                    {
                        "hostedZoneId": key[0],
                        "recordName": key[1],
                        "region": region,
                        "healthCheckId": self.health_check_ids.setdefault(key, str(uuid.uuid4())),
                        "status": "healthy" if healthy else "unhealthy",
                    }
                )
        return [check for number, check in enumerate(found) if check not in found[:number]]

    def _route53_blocks(self) -> Iterator[dict[str, Any]]:
        steps = [step for workflow in self.content["workflows"] for step in workflow.get("steps") or ()]
        while steps:
            configuration = steps.pop(0)["executionBlockConfiguration"]
            steps += configuration.get("parallelConfig", {}).get("steps", [])
            if "route53HealthCheckConfig" in configuration:
                yield configuration["route53HealthCheckConfig"]


class ArcRegionSwitchBackend(BaseBackend):
    """The plans of one account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.plans: dict[str, Plan] = {}

    def find(self, arn: str) -> Plan:
        """The plan of that ARN, or ResourceNotFoundException."""
        if arn not in self.plans:
            raise Refusal("ResourceNotFoundException", f"Plan {arn} not found")
        return self.plans[arn]


class ArcRegionSwitchResponse(BaseResponse):
    """The operations of the service; botocore's model routes and serialises them."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)

    @property
    def backend(self) -> ArcRegionSwitchBackend:
        """The backend of the request's account."""
        backend: ArcRegionSwitchBackend = arc_region_switch_backends[self.current_account][self.partition]
        return backend

    def create_plan(self) -> ActionResult:
        """CreatePlan: two Regions, and a primary among them if there is one."""
        asked = parameters(self)
        regions, primary = asked["regions"], asked.get("primaryRegion")
        if len(set(regions)) != 2:
            raise Refusal("IllegalArgumentException", f"regions {regions} must be two different Regions")
        if primary is not None and primary not in regions:
            raise Refusal("IllegalArgumentException", f"primaryRegion {primary} is none of {regions}")
        suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(_SUFFIX_CHARACTERS))
        arn = f"arn:{self.partition}:{SERVICE}::{self.current_account}:plan/{asked['name']}:{suffix}"
        content = {name: asked[name] for name in (*_FIXED, *_CHANGEABLE) if name in asked}
        plan = Plan(arn, self.current_account, content, dict(asked.get("tags") or {}))
        self.backend.plans[arn] = plan
        return ActionResult({"plan": plan.describe()})

    def update_plan(self) -> ActionResult:
        """UpdatePlan."""
        asked = parameters(self)
        plan = self.backend.find(asked["arn"])
        plan.update(asked)
        return ActionResult({"plan": plan.describe()})

    def get_plan(self) -> ActionResult:
        """GetPlan."""
        return ActionResult({"plan": self.backend.find(parameters(self)["arn"]).describe()})

    def get_plan_in_region(self) -> ActionResult:
        """GetPlanInRegion: what a Region of the plan answers when the control plane's Region is gone."""
        return ActionResult({"plan": self.find_here().describe()})

    def list_plans(self) -> ActionResult:
        """ListPlans, all on one page."""
        return ActionResult({"plans": [plan.describe() for plan in self.backend.plans.values()]})

    def list_plans_in_region(self) -> ActionResult:
        """ListPlansInRegion, all on one page."""
        here = [plan for plan in self.backend.plans.values() if self.region in plan.content["regions"]]
        return ActionResult({"plans": [plan.describe() for plan in here]})

    def delete_plan(self) -> ActionResult:
        """DeletePlan, refused while it is executed."""
        plan = self.backend.find(parameters(self)["arn"])
        if plan.active_execution is not None:
            raise Refusal("IllegalStateException", f"Plan {plan.arn} is being executed: {plan.active_execution.id}")
        del self.backend.plans[plan.arn]
        return EmptyResult()

    def list_route53_health_checks(self) -> ActionResult:
        """ListRoute53HealthChecks, all on one page, by zone and record."""
        return self._health_checks(self.backend.find(parameters(self)["arn"]))

    def list_route53_health_checks_in_region(self) -> ActionResult:
        """ListRoute53HealthChecksInRegion."""
        return self._health_checks(self.find_here())

    def _health_checks(self, plan: Plan) -> ActionResult:
        asked = parameters(self)
        wanted = {name: asked[name] for name in ("hostedZoneId", "recordName") if name in asked}
        found = [check for check in plan.health_checks() if wanted.items() <= check.items()]
        return ActionResult({"healthChecks": found})

    def find_here(self) -> Plan:
        """The plan that is asked for, by its ARN, in one of its own Regions."""
        asked = parameters(self)
        plan = self.backend.find(asked.get("arn") or asked["planArn"])
        if self.region not in plan.content["regions"]:
            raise Refusal("ResourceNotFoundException", f"Plan {plan.arn} is not in {self.region}")
        return plan

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"resourceTags": self.backend.find(parameters(self)["arn"]).tags})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        asked = parameters(self)
        self.backend.find(asked["arn"]).tags.update(asked["tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        asked = parameters(self)
        tags = self.backend.find(asked["arn"]).tags
        for key in asked["resourceTagKeys"]:
            tags.pop(key, None)
        return EmptyResult()


arc_region_switch_backends = BackendDict(
    ArcRegionSwitchBackend, SERVICE, use_boto3_regions=False, additional_regions=["aws"]
)
