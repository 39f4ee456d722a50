"""What each execution block of an ARC Region switch plan does, on the emulated services themselves.

A block acts when its step starts and is asked until it is done. It touches the Region that is activated only, so that it works
while the other one is out; of that one it knows what Region switch has collected before (sizes of Auto Scaling groups).

ARC developer guide: "Amazon EC2 Auto Scaling group execution block", "Amazon RDS Promote Read Replica execution block", "Amazon RDS
Create Cross-Region Replica execution block", "Amazon Route 53 health check execution block".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends
from moto.core.exceptions import ServiceException
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from werkzeug.exceptions import HTTPException

from localcloud.emulator import clock
from localcloud.emulator.extensions.autoscaling_groups import largest_size
from localcloud.emulator.extensions.rds_instances import find_database

CAPACITY, PROMOTION, REPLICA, TRAFFIC = (
    "EC2AutoScaling",
    "RdsPromoteReadReplica",
    "RdsCreateCrossRegionReplica",
    "Route53HealthCheck",
)
# autoscalingMaxInLast24Hours and sampledMaxInLast24Hours.
_LOOK_BACK = timedelta(hours=24)
_WHOLE_PERCENT = 100
RENAMED_TAG = "renamedByRegionSwitch"


class BlockError(Exception):
    """Why a step fails."""


# What a service answers with when it cannot do what a block asks it.
FAILURES = (BlockError, ServiceException, HTTPException)


@dataclass(frozen=True)
class Job:
    """One block at work."""

    config: dict[str, Any]
    account_id: str
    activating: str
    deactivating: str
    ungraceful: bool
    turn: Callable[[str, str], None]
    """Turns the health checks of (zone, record) as the execution's action wants it."""


@dataclass(frozen=True)
class Block:
    start: Callable[[Job], None]
    done: Callable[[Job], bool]
    """Whether what was started has come to its end; raises one of FAILURES when it never will."""
    resources: Callable[[Job], tuple[str, ...]]


def _groups(job: Job) -> dict[str, FakeAutoScalingGroup]:
    """By Region."""
    found: dict[str, FakeAutoScalingGroup] = {}
    for asked in job.config["asgs"]:
        region, name = asked["arn"].split(":")[3], asked["arn"].rpartition("/")[2]
        group = autoscaling_backends[job.account_id][region].autoscaling_groups.get(name)
        if group is None:
            raise BlockError(f"Auto Scaling group {name} not found in {region}")
        found[region] = group
    return found


def _wanted(job: Job, groups: dict[str, FakeAutoScalingGroup]) -> int:
    most = largest_size(groups[job.deactivating], clock.now() - _LOOK_BACK)
    return -(-most * int(job.config.get("targetPercent") or _WHOLE_PERCENT) // _WHOLE_PERCENT)


def _grow(job: Job) -> None:
    """Minimum and desired size up to the other Region's, neither lowered; the maximum stays."""
    groups = _groups(job)
    group, wanted = groups[job.activating], _wanted(job, groups)
    if wanted > group.max_size:
        raise BlockError(f"{group.name} needs {wanted} instances, its maximum size is {group.max_size}")
    group.min_size = max(group.min_size, wanted)
    group.set_desired_capacity(max(group.desired_capacity or 0, wanted))


def _grown(job: Job) -> bool:
    groups = _groups(job)
    share = job.config.get("ungraceful", {}).get("minimumSuccessPercentage", _WHOLE_PERCENT)
    percent = share if job.ungraceful else _WHOLE_PERCENT
    states = groups[job.activating].instance_states
    serving = sum(one.lifecycle_state == "InService" and one.health_status == "Healthy" for one in states)
    return int(serving) >= -(-_wanted(job, groups) * percent // _WHOLE_PERCENT)


def _database(job: Job, region: str) -> DBInstance:
    arn = job.config["dbInstanceArnMap"][region]
    found = find_database(arn)
    if found is None:
        raise BlockError(f"DB instance {arn} not found")
    return found


def _rds(job: Job, region: str) -> RDSBackend:
    found: RDSBackend = rds_backends[job.account_id][region]
    return found


def _promote(job: Job) -> None:
    database = _database(job, job.activating)
    if not database.is_replica:
        raise BlockError(f"DB instance {database.db_instance_identifier} is not a read replica")
    asked = {"db_instance_identifier": database.db_instance_identifier}
    _rds(job, job.activating).promote_read_replica(asked)


def _promoted(job: Job) -> bool:
    database = _database(job, job.activating)
    return not database.is_replica and database.status == "available"


def _replicate(job: Job) -> None:
    """The old primary gets another name, and a replica of the new one takes its old name and settings."""
    old, source, rds = _database(job, job.deactivating), _database(job, job.activating), _rds(job, job.deactivating)
    if source.is_replica or old.is_replica:
        raise BlockError(f"{source.db_instance_identifier} and {old.db_instance_identifier}: one is a replica already")
    name = old.db_instance_identifier
    asked: dict[str, Any] = {
        "db_instance_identifier": name,
        "source_db_instance_identifier": source.db_instance_arn,
        "db_parameter_group_name": old.db_parameter_group_name,
        "db_subnet_group_name": getattr(old.db_subnet_group, "name", None),
        "kms_key_id": old.kms_key_id if old.storage_encrypted else None,
        "vpc_security_group_ids": list(old.vpc_security_group_ids or ()),
        "tags": old.get_tags(),
    }
    renamed = {"new_db_instance_identifier": f"{name}-{clock.now():%Y%m%d%H%M%S}"}
    database = rds.modify_db_instance(name, renamed)
    database.add_tags([{"Key": RENAMED_TAG, "Value": "true"}])
    rds.create_db_instance_read_replica({key: value for key, value in asked.items() if value is not None})


def _replicated(job: Job) -> bool:
    database = _database(job, job.deactivating)
    return bool(database.is_replica) and database.status == "available"


def _turn(job: Job) -> None:
    job.turn(job.config["hostedZoneId"], job.config["recordName"])


def _databases(job: Job) -> tuple[str, ...]:
    return tuple(job.config["dbInstanceArnMap"].values())


def missing_resources(kind: str, config: dict[str, Any]) -> list[str]:
    """ARNs of a block's instances and groups that do not exist."""
    if kind == CAPACITY:
        groups = [(one["arn"].split(":"), one["arn"]) for one in config["asgs"]]
        return [
            arn
            for parts, arn in groups
            if arn.rpartition("/")[2] not in autoscaling_backends[parts[4]][parts[3]].autoscaling_groups
        ]
    return [arn for arn in (config.get("dbInstanceArnMap") or {}).values() if find_database(arn) is None]


BLOCKS: dict[str, Block] = {
    CAPACITY: Block(_grow, _grown, lambda job: tuple(one["arn"] for one in job.config["asgs"])),
    PROMOTION: Block(_promote, _promoted, _databases),
    REPLICA: Block(_replicate, _replicated, _databases),
    TRAFFIC: Block(_turn, lambda _: True, lambda job: (job.config["hostedZoneId"],)),
}


def block_of(kind: str) -> Block:
    """The block of that type. Raises BlockError for one that is not modelled."""
    if kind not in BLOCKS:
        raise BlockError(f"the local cloud does not carry out blocks of type {kind}")
    return BLOCKS[kind]
