"""The types that the local cloud provides, by token.

A new type is a class in a module here, and an entry of `schema.json`: `python -m localcloud.provider.schema` writes it.
"""

from __future__ import annotations

from types import ModuleType

from localcloud.provider.catalog import (
    appautoscaling,
    arc_region_switch,
    autoscaling,
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
    ec2_gateways,
    ec2_groups,
    ec2_network,
    events,
    guardduty,
    iam,
    iam_profiles,
    kms,
    kms_grants,
    launch_templates,
    lb,
    lb_listeners,
    lb_target_groups,
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
    sns,
    sqs,
)
from localcloud.provider.resource import ResourceType

_MODULES: tuple[ModuleType, ...] = (
    appautoscaling,
    arc_region_switch,
    autoscaling,
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
    ec2_gateways,
    ec2_groups,
    ec2_network,
    events,
    guardduty,
    iam,
    iam_profiles,
    kms,
    kms_grants,
    launch_templates,
    lb,
    lb_listeners,
    lb_target_groups,
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
