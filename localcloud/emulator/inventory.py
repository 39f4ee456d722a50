"""Everything that exists in the emulated AWS, by Region and kind: what a destroy has to leave empty.

Not listed: what AWS makes by itself (default VPCs, AWS managed keys, default groups) and what is already on its way out
(keys and secrets that are scheduled for deletion).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

from localcloud.emulator.extensions import OWN_BACKENDS
from localcloud.emulator.extensions.backup_audit import frameworks
from localcloud.emulator.extensions.backup_recovery_points import recovery_points
from localcloud.emulator.extensions.backup_restore_testing import restore_testing_plans, restore_testing_selections
from localcloud.emulator.extensions.backup_selections import all_selections
from localcloud.emulator.extensions.rds_backup_replication import replicated_backups

Backend = Any
Kinds = dict[str, Callable[[Backend], Iterable[str]]]


def _ec2_default_vpcs(backend: Backend) -> set[str]:
    return {vpc.id for vpc in backend.vpcs.values() if str(vpc.is_default).lower() == "true"}


def _own_vpc_parts(collection: str) -> Callable[[Backend], Iterable[str]]:
    def names(backend: Backend) -> Iterable[str]:
        defaults = _ec2_default_vpcs(backend)
        return (name for name, part in getattr(backend, collection).items() if part.vpc_id not in defaults)

    return names


def _own_subnets(backend: Backend) -> Iterable[str]:
    defaults = _ec2_default_vpcs(backend)
    return (name for zone in backend.subnets.values() for name, subnet in zone.items() if subnet.vpc_id not in defaults)


def _own_security_groups(backend: Backend) -> Iterable[str]:
    # A group named "default" is part of its VPC and goes with it.
    return (name for groups in backend.groups.values() for name, group in groups.items() if group.name != "default")


def _customer_keys(backend: Backend) -> Iterable[str]:
    for key in backend.keys.values():
        aws_managed = any(alias.startswith("alias/aws/") for alias in key.aliases)
        if not key.key_state.startswith("Pending") and not aws_managed:
            yield key.id


def _customer_aliases(backend: Backend) -> Iterable[str]:
    return (alias for key in backend.keys.values() for alias in key.aliases if not alias.startswith("alias/aws/"))


def _rules(backend: Backend) -> Iterable[str]:
    return (name for bus in backend.event_buses.values() for name in bus.rules)


def _targets(backend: Backend) -> Iterable[str]:
    rules = [rule for bus in backend.event_buses.values() for rule in bus.rules.values()]
    return (f"{rule.name}/{target['Id']}" for rule in rules for target in rule.targets)


def _running_instances(backend: Backend) -> Iterable[str]:
    instances = [item for reservation in backend.reservations.values() for item in reservation.instances]
    return (instance.id for instance in instances if instance.state != "terminated")


def _grants(backend: Backend) -> Iterable[str]:
    keys = [key for key in backend.keys.values() if not key.key_state.startswith("Pending")]
    return (grant for key in keys for grant in key.grants)


# Service -> kind -> names of what exists in one Region's backend.
_REGIONAL: dict[str, Kinds] = {
    "applicationautoscaling": {
        "target": lambda backend: (name for targets in backend.targets.values() for name in targets),
        "policy": lambda backend: (policy.policy_name for policy in backend.policies.values()),
    },
    "autoscaling": {"group": lambda backend: backend.autoscaling_groups},
    "backup": {
        "vault": lambda backend: backend.vaults,
        "plan": lambda backend: (name for name, plan in backend.plans.items() if plan.deletion_date is None),
        "selection": all_selections,
        "recovery-point": recovery_points,
        "restore-testing-plan": restore_testing_plans,
        "restore-testing-selection": restore_testing_selections,
        "framework": frameworks,
        "report-plan": lambda backend: backend.report_plans,
    },
    "cloudtrail": {"trail": lambda backend: backend.trails},
    "cloudwatch": {"alarm": lambda backend: backend.alarms, "dashboard": lambda backend: backend.dashboards},
    "config": {
        "recorder": lambda backend: backend.recorders,
        "delivery-channel": lambda backend: backend.delivery_channels,
    },
    "dlm": {"policy": lambda backend: backend.policies},
    "drs": {"replication-configuration-template": lambda backend: backend.templates},
    "dynamodb": {"table": lambda backend: backend.tables},
    "ec2": {
        "vpc": lambda backend: set(backend.vpcs) - _ec2_default_vpcs(backend),
        "subnet": _own_subnets,
        "route-table": _own_vpc_parts("route_tables"),
        "security-group": _own_security_groups,
        "internet-gateway": lambda backend: backend.internet_gateways,
        "launch-template": lambda backend: backend.launch_templates,
        "instance": _running_instances,
        # A deleted endpoint stays listed for a while, as on AWS.
        "vpc-endpoint": lambda backend: (
            name for name, endpoint in backend.vpc_end_points.items() if endpoint.state.lower() != "deleted"
        ),
        "volume": lambda backend: backend.volumes,
        "snapshot": lambda backend: (
            name for name, snapshot in backend.snapshots.items() if snapshot.owner_id == DEFAULT_ACCOUNT_ID
        ),
        "encryption-by-default": lambda backend: ["enabled"] if backend.ebs_encryption_by_default else [],
    },
    "elbv2": {
        "load-balancer": lambda backend: backend.load_balancers,
        "target-group": lambda backend: backend.target_groups,
    },
    "events": {"rule": _rules, "target": _targets},
    "guardduty": {"detector": lambda backend: backend.detectors},
    "kms": {"key": _customer_keys, "alias": _customer_aliases, "grant": _grants},
    "logs": {"log-group": lambda backend: backend.groups},
    "rds": {
        "instance": lambda backend: backend.databases,
        "subnet-group": lambda backend: backend.subnet_groups,
        "parameter-group": lambda backend: (
            name for name in backend.db_parameter_groups if not name.startswith("default.")
        ),
        "snapshot": lambda backend: backend.database_snapshots,
        "replicated-backup": replicated_backups,
    },
    "resiliencehubv2": {"policy": lambda backend: (policy["name"] for policy in backend.policies.values())},
    "secretsmanager": {
        "secret": lambda backend: (
            name for name, secret in backend.secrets.items() if not getattr(secret, "deleted_date", None)
        ),
    },
    "sns": {"topic": lambda backend: backend.topics, "subscription": lambda backend: backend.subscriptions},
    "sqs": {"queue": lambda backend: backend.queues},
}
# Services without Regions, whose one backend is called "aws".
_GLOBAL: dict[str, Kinds] = {
    "arc-region-switch": {"plan": lambda backend: (plan.content["name"] for plan in backend.plans.values())},
    "iam": {
        "role": lambda backend: (role.name for role in backend.roles.values()),
        "instance-profile": lambda backend: (profile.name for profile in backend.instance_profiles.values()),
    },
    "route53": {
        "zone": lambda backend: (zone.name for zone in backend.zones.values()),
        "health-check": lambda backend: backend.health_checks,
    },
}


def inventory() -> dict[str, dict[str, dict[str, list[str]]]]:
    """What exists, as Region (or "global") -> service -> kind -> sorted names. Empty when nothing exists."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for service, kinds in {**_REGIONAL, **_GLOBAL}.items():
        for region, backend in _backends(service):
            for kind, names in kinds.items():
                _add(found, "global" if region == "aws" else region, service, kind, names(backend))
    for _, backend in _backends("s3"):
        for bucket in backend.buckets.values():
            _add(found, bucket.region_name, "s3", "bucket", [bucket.name])
    return found


def _backends(service: str) -> list[tuple[str, Backend]]:
    backend_dict: Any = OWN_BACKENDS[service] if service in OWN_BACKENDS else get_backend(service)
    return list(dict.items(backend_dict[DEFAULT_ACCOUNT_ID]))


def _add(found: dict[str, Any], region: str, service: str, kind: str, names: Iterable[str]) -> None:
    listed = sorted(names)
    if listed:
        kinds = found.setdefault(region, {}).setdefault(service, {})
        kinds[kind] = sorted([*kinds.get(kind, []), *listed])
