"""The types that the local cloud provides, by token.

A new type is a class in a module here, and an entry of `schema.json`: `python -m localcloud.provider.schema` writes it.
"""

from __future__ import annotations

from types import ModuleType

from localcloud.provider.catalog import (
    application_scaling,
    arc_region_switch,
    backup,
    backup_audit,
    backup_plans,
    backup_restore_testing,
    cfg,
    cloudtrail,
    cloudwatch,
    drs,
    dynamodb,
    dynamodb_replicas,
    ebs,
    ec2_endpoints,
    ec2_groups,
    ec2_network,
    ec2_routes,
    events,
    guardduty,
    iam,
    iam_services,
    kms,
    load_balancer_listeners,
    load_balancing,
    rds,
    rds_backup_replication,
    rds_instances,
    rds_snapshots,
    resilience_hub,
    route53,
    route53_records,
    s3,
    s3_rules,
    secretsmanager,
    servers,
    sns,
    sqs,
)
from localcloud.provider.resource import ResourceType

_MODULES: tuple[ModuleType, ...] = (
    application_scaling,
    arc_region_switch,
    backup,
    backup_audit,
    backup_plans,
    backup_restore_testing,
    drs,
    cfg,
    cloudtrail,
    cloudwatch,
    dynamodb,
    dynamodb_replicas,
    ebs,
    ec2_endpoints,
    ec2_groups,
    ec2_network,
    ec2_routes,
    events,
    guardduty,
    iam,
    iam_services,
    kms,
    load_balancer_listeners,
    load_balancing,
    rds,
    rds_backup_replication,
    rds_instances,
    rds_snapshots,
    resilience_hub,
    route53,
    route53_records,
    s3,
    s3_rules,
    secretsmanager,
    servers,
    sns,
    sqs,
)


def _types() -> dict[str, ResourceType]:
    found: dict[str, ResourceType] = {}
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, ResourceType) and "token" in vars(value):
                found[value.token] = value()
    return dict(sorted(found.items()))


TYPES: dict[str, ResourceType] = _types()
