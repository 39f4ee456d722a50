"""Every rule of the pack, in the order in which documents and reports list them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from resilience_policies import pack_rules
from resilience_policies.rule import Rule
from resilience_policies.rules import (
    aurora,
    backup,
    backup_copies,
    backup_selection,
    backup_vaults,
    cloudtrail,
    copy_keys,
    cross_region,
    docdb,
    dynamodb,
    ebs,
    ebs_copies,
    ec2,
    efs,
    elasticache,
    kms,
    logs,
    neptune,
    objectives,
    proof,
    rds,
    rds_deletion,
    rds_keys,
    redshift,
    residency,
    s3,
    s3_protection,
    s3_replicas,
    secrets,
    sns,
    stateful,
)


def ordered(*groups: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules of all groups, in order.

    The SDK accepts a duplicate id and then applies one configuration to both, so it is refused here.

    Raises:
        ValueError: two rules share an id.
    """
    rules = tuple(rule for group in groups for rule in group)
    twice = [id_ for id_, count in Counter(rule.id for rule in rules).items() if count > 1]
    if twice:
        raise ValueError(f"rule ids must be unique; registered more than once: {', '.join(twice)}")
    return rules


RULES = ordered(
    rds.RULES,
    rds_keys.RULES,
    rds_deletion.RULES,
    aurora.RULES,
    docdb.RULES,
    neptune.RULES,
    redshift.RULES,
    elasticache.RULES,
    dynamodb.RULES,
    s3.RULES,
    s3_protection.RULES,
    ebs.RULES,
    ebs_copies.RULES,
    ec2.RULES,
    efs.RULES,
    backup.RULES,
    backup_selection.RULES,
    backup_copies.RULES,
    backup_vaults.RULES,
    objectives.RULES,
    stateful.RULES,
    residency.RULES,
    proof.RULES,
    copy_keys.RULES,
    cross_region.RULES,
    s3_replicas.RULES,
    kms.RULES,
    cloudtrail.RULES,
    sns.RULES,
    logs.RULES,
    secrets.RULES,
    pack_rules.RULES,  # last: they look back at what the others found
)


def rules_for(resource_type: str) -> tuple[Rule, ...]:
    """The rules that look at a resource type."""
    return tuple(rule for rule in RULES if resource_type in rule.types)
