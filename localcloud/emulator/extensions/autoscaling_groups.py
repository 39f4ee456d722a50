"""EC2 Auto Scaling: settings of a group that moto drops, and instance refresh."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from localcloud.emulator import clock
from localcloud.emulator.extensions.calls import Refusal, extend, precede

# Parameter -> attribute of moto's group, which it describes by its attributes.
_SETTINGS = {
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "TerminationPolicies": "termination_policies",
}
_create_auto_scaling_group = AutoScalingResponse.create_auto_scaling_group
_update_auto_scaling_group = AutoScalingResponse.update_auto_scaling_group
_delete_auto_scaling_group = AutoScalingResponse.delete_auto_scaling_group
_update = FakeAutoScalingGroup.update


def create_auto_scaling_group(self: AutoScalingResponse) -> ActionResult:
    """CreateAutoScalingGroup."""
    answer: ActionResult = _create_auto_scaling_group(self)
    _keep_settings(self)
    return answer


def update_auto_scaling_group(self: AutoScalingResponse) -> ActionResult:
    """UpdateAutoScalingGroup: what it does not name stays."""
    answer: ActionResult = _update_auto_scaling_group(self)
    _keep_settings(self)
    return answer


def update(self: FakeAutoScalingGroup, *args: Any, **kwargs: Any) -> None:
    """moto's own, which sets the capacity; a capacity outside the group's sizes is moved inside, as AWS does it."""
    _update(self, *args, **kwargs)
    wanted = min(max(self.desired_capacity or 0, self.min_size or 0), self.max_size or 0)
    if wanted != self.desired_capacity:
        self.set_desired_capacity(wanted)


def remember_size(self: FakeAutoScalingGroup, _: int | None) -> None:
    """Keep the size that a group has had until now, as its CloudWatch metrics would."""
    before = getattr(self, "desired_capacity", None)
    if before is not None:
        self.sizes = (*self.sizes, (clock.now(), before))


def largest_size(group: FakeAutoScalingGroup, since: datetime) -> int:
    """The most instances that a group wanted at any time from `since` on."""
    sizes: tuple[tuple[datetime, int], ...] = group.sizes
    return max([int(group.desired_capacity or 0), *(size for until, size in sizes if until >= since)])


def delete_auto_scaling_group(self: AutoScalingResponse) -> ActionResult:
    """DeleteAutoScalingGroup, refused while instances run unless it is forced."""
    group = _group(self)
    if group.instance_states and not self._get_bool_param("ForceDelete"):
        raise Refusal("ResourceInUse", f"You cannot delete {group.name} while there are instances still in the group.")
    answer: ActionResult = _delete_auto_scaling_group(self)
    return answer


def _keep_settings(response: AutoScalingResponse) -> None:
    group = _group(response)
    for parameter, attribute in _SETTINGS.items():
        value = response._get_param(parameter)
        if value not in (None, []):
            setattr(group, attribute, value)


def _group(response: AutoScalingResponse) -> FakeAutoScalingGroup:
    name = response._get_param("AutoScalingGroupName")
    groups = response.autoscaling_backend.autoscaling_groups
    if name not in groups:
        raise Refusal("ValidationError", f"AutoScalingGroup name not found - {name}")
    group: FakeAutoScalingGroup = groups[name]
    return group


def enable_metrics_collection(self: AutoScalingResponse) -> ActionResult:
    """EnableMetricsCollection adds to what is collected."""
    group = _group(self)
    group.metrics = sorted({*group.metrics, *self._get_param("Metrics", [])})
    return EmptyResult()


def disable_metrics_collection(self: AutoScalingResponse) -> ActionResult:
    """DisableMetricsCollection, of the named metrics or of all."""
    group = _group(self)
    named = self._get_param("Metrics", [])
    group.metrics = [metric for metric in group.metrics if named and metric not in named]
    return EmptyResult()


def start_instance_refresh(self: AutoScalingResponse) -> ActionResult:
    """StartInstanceRefresh: every instance is replaced at once, by the version of the template that the group has."""
    group = _group(self)
    started, running = utcnow(), len(group.instance_states)
    group.set_desired_capacity(0)
    group.set_desired_capacity(running)
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group.name,
        "Strategy": self._get_param("Strategy", "Rolling"),
        "Preferences": self._get_param("Preferences", {}),
        "Status": "Successful",
        "StartTime": started,
        "EndTime": utcnow(),
        "PercentageComplete": 100,
        "InstancesToUpdate": 0,
    }
    group.instance_refreshes = [refresh, *group.instance_refreshes]
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(self: AutoScalingResponse) -> ActionResult:
    """DescribeInstanceRefreshes, the latest first."""
    content: dict[str, Any] = {"InstanceRefreshes": _group(self).instance_refreshes}
    return ActionResult(content)


def apply() -> None:
    """Put the settings and the refreshes into moto's Auto Scaling."""
    FakeAutoScalingGroup.instance_refreshes = []
    FakeAutoScalingGroup.default_instance_warmup = None
    FakeAutoScalingGroup.max_instance_lifetime = None
    FakeAutoScalingGroup.sizes = ()
    extend(FakeAutoScalingGroup, update)
    precede(FakeAutoScalingGroup, "set_desired_capacity", remember_size)
    extend(
        AutoScalingResponse,
        create_auto_scaling_group,
        update_auto_scaling_group,
        delete_auto_scaling_group,
        enable_metrics_collection,
        disable_metrics_collection,
        start_instance_refresh,
        describe_instance_refreshes,
    )
