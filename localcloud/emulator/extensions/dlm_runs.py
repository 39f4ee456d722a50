"""Carries Data Lifecycle Manager's snapshot policies out, by the clock of the local cloud: snapshots, copies, retention.

User guide of Data Lifecycle Manager, "How Amazon Data Lifecycle Manager works", "Snapshot retention", "Cross-Region copy";
API reference: CreateRule, RetainRule, CrossRegionCopyRule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_block_store import Snapshot, Volume

from localcloud.emulator import clock
from localcloud.emulator.cron import next_run
from localcloud.emulator.duties import when_due
from localcloud.emulator.extensions.dlm import DlmBackend, LifecyclePolicy, dlm_backends
from localcloud.emulator.traffic import is_out

_UNITS = {"DAYS": "days", "WEEKS": "weeks", "MONTHS": "months", "YEARS": "years"}
# CreateRule, Times: "If you do not specify a time, Amazon DLM selects a time within the next 24 hours."
_TIME_OF_ITS_OWN = "09:00"
_DAY = timedelta(days=1)

Schedule = dict[str, Any]


@dataclass(frozen=True)
class Managed:
    """A snapshot that a schedule made, or a copy of one; `expires` is None when it is kept by count."""

    snapshot_id: str
    region: str
    schedule: str
    volume_id: str
    expires: datetime | None


def next_due() -> datetime | None:
    """When a schedule runs next, or a snapshot expires."""
    moments: list[datetime] = []
    for _, policy in _policies():
        moments.extend(run for schedule in _schedules(policy) if (run := _next_run(schedule, policy.runs_after)))
        moments.extend(managed.expires for managed in policy.managed if managed.expires and not is_out(managed.region))
    return min(moments, default=None)


def run_due() -> None:
    """Run every schedule that is due and delete what is kept no longer. Runs missed in an outage are made up for by one."""
    now = clock.now()
    for backend, policy in _policies():
        for schedule in _schedules(policy):
            run = _next_run(schedule, policy.runs_after)
            if run is not None and run <= now:
                _run(backend, policy, schedule)
        policy.runs_after = now
        gone = [managed for managed in policy.managed if managed.expires and managed.expires <= now]
        _delete(backend, policy, [managed for managed in gone if not is_out(managed.region)])


def _policies() -> Iterator[tuple[DlmBackend, LifecyclePolicy]]:
    """The policies that are carried out now: a disabled one makes and deletes nothing, nor does a Region that is out."""
    for regions in list(dlm_backends.values()):
        for backend in dict.values(regions):
            if not is_out(backend.region_name):
                for policy in backend.policies.values():
                    if policy.content["State"] == "ENABLED":
                        yield backend, policy


def _schedules(policy: LifecyclePolicy) -> list[Schedule]:
    return policy.content["PolicyDetails"].get("Schedules") or []


def _next_run(schedule: Schedule, after: datetime) -> datetime | None:
    rule = schedule["CreateRule"]
    if "CronExpression" in rule:
        return next_run(rule["CronExpression"], after)
    hour, minute = (rule.get("Times") or [_TIME_OF_ITS_OWN])[0].split(":")
    run = after.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0) - _DAY
    while run <= after:
        run += timedelta(hours=rule["Interval"])
    return run


def _run(backend: DlmBackend, policy: LifecyclePolicy, schedule: Schedule) -> None:
    ec2 = _ec2(backend, backend.region_name)
    for volume in _targets(ec2, policy.content["PolicyDetails"]):
        description = f"Created for policy: {policy.policy_id} schedule: {schedule['Name']}"
        snapshot = ec2.create_snapshot(volume.id, description)
        own = _user_tags(volume) if schedule.get("CopyTags") else {}
        added = {tag["Key"]: tag["Value"] for tag in schedule.get("TagsToAdd") or ()}
        kept = _manage(policy, schedule, snapshot, volume.id, schedule.get("RetainRule") or {})
        snapshot.add_tags({**own, **added, **_system_tags(policy, schedule, kept)})
        for rule in schedule.get("CrossRegionCopyRules") or ():
            _copy(backend, policy, schedule, rule, snapshot)
        _retain_by_count(backend, policy, schedule, volume.id)


def _targets(ec2: EC2Backend, details: dict[str, Any]) -> list[Volume]:
    """Volumes with one of the target tags, or those of instances that have one."""
    wanted = {(tag["Key"], tag["Value"]) for tag in details.get("TargetTags") or ()}
    volumes = [volume for volume in ec2.volumes.values() if volume.status != "error"]
    if details.get("ResourceTypes") == ["INSTANCE"]:
        return [
            volume
            for volume in volumes
            if volume.attachment and wanted & {*_user_tags(volume.attachment.instance).items()}
        ]
    return [volume for volume in volumes if wanted & {*_user_tags(volume).items()}]


def _copy(
    backend: DlmBackend, policy: LifecyclePolicy, schedule: Schedule, rule: dict[str, Any], snapshot: Snapshot
) -> None:
    region = rule.get("Target") or rule["TargetRegion"]
    if is_out(region):
        return
    there = _ec2(backend, region)
    copied = there.copy_snapshot(snapshot.id, backend.region_name, snapshot.description, rule.get("CmkArn"))
    copied.encrypted = copied.encrypted or bool(rule.get("Encrypted"))
    kept = _manage(policy, schedule, copied, snapshot.volume.id, rule.get("RetainRule") or {})
    own = _user_tags(snapshot) if rule.get("CopyTags") else {}
    copied.add_tags({**own, **_system_tags(policy, schedule, kept)})


def _manage(
    policy: LifecyclePolicy, schedule: Schedule, snapshot: Snapshot, volume_id: str, retain: dict[str, Any]
) -> Managed:
    unit = _UNITS.get(retain.get("IntervalUnit", ""))
    expires = clock.now() + relativedelta(**{unit: retain["Interval"]}) if unit else None
    managed = Managed(snapshot.id, snapshot.ec2_backend.region_name, schedule["Name"], volume_id, expires)
    policy.managed.append(managed)
    return managed


def _retain_by_count(backend: DlmBackend, policy: LifecyclePolicy, schedule: Schedule, volume_id: str) -> None:
    count = (schedule.get("RetainRule") or {}).get("Count")
    if count is None:
        return
    made = [
        managed
        for managed in policy.managed
        if (managed.region, managed.schedule, managed.volume_id) == (backend.region_name, schedule["Name"], volume_id)
    ]
    _delete(backend, policy, made[: max(0, len(made) - count)])


def _delete(backend: DlmBackend, policy: LifecyclePolicy, gone: list[Managed]) -> None:
    for managed in gone:
        ec2 = _ec2(backend, managed.region)
        if managed.snapshot_id in ec2.snapshots:
            ec2.delete_snapshot(managed.snapshot_id)
        policy.managed.remove(managed)


def _user_tags(resource: Any) -> dict[str, str]:
    tags = {tag["key"]: tag["value"] for tag in resource.get_tags()}
    return {key: value for key, value in tags.items() if not key.startswith(("aws:", "dlm:"))}


def _system_tags(policy: LifecyclePolicy, schedule: Schedule, kept: Managed) -> dict[str, str]:
    tags = {
        "aws:dlm:lifecycle-policy-id": policy.policy_id,
        "aws:dlm:lifecycle-schedule-name": schedule["Name"],
        "dlm:managed": "true",
    }
    return tags | ({"aws:dlm:expirationTime": kept.expires.isoformat()} if kept.expires else {})


def _ec2(backend: DlmBackend, region: str) -> EC2Backend:
    return ec2_backends[backend.account_id][region]


def apply() -> None:
    """Let the local cloud's clock run the schedules."""
    when_due(next_due, run_due)
