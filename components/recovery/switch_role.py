"""The role that ARC assumes while it executes or evaluates a Region switch plan: what its steps need and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.policies import Statement
from components.roles import ServiceRoleArgs, service_role


@dataclass(frozen=True, kw_only=True)
class SwitchRights:
    """What the steps act on, in both Regions."""

    group_arns: Sequence[pulumi.Input[str]]
    database_arns: Sequence[pulumi.Input[str]]
    key_arns: Sequence[pulumi.Input[str]]
    """Keys of the databases: RDS creates a grant on them for a new encrypted replica."""
    hosted_zone_id: pulumi.Input[str] | None
    alarm_arns: Sequence[pulumi.Input[str]]
    account_id: str


def switch_role(name: str, role_name: str, rights: SwitchRights, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Makes the role and answers its ARN once its rights are there, for ARC evaluates a plan as soon as it exists."""
    role = ServiceRoleArgs(
        # No aws:SourceAccount: ARC's trust policy does not document it (ARC developer guide, "Plan execution role trust
        # policy").
        service="arc-region-switch.amazonaws.com",
        role_name=role_name,
        rights={f"{name}-steps": statements(rights)},
    )
    return service_role(f"{name}-execution", role, parent)


def statements(rights: SwitchRights) -> list[Statement]:
    """The statements of the plan's steps (ARC developer guide, "Execution block permissions"), ARNs where AWS takes them."""
    found: list[Statement] = []
    if rights.group_arns:
        # The describing calls take no resource (Service Authorization Reference).
        found += [
            _allow(["autoscaling:DescribeAutoScalingGroups", "cloudwatch:GetMetricStatistics"], ["*"]),
            _allow(["autoscaling:UpdateAutoScalingGroup"], rights.group_arns),
        ]
    if rights.database_arns:
        # A new replica is checked against its subnet group, parameter group and option group too.
        groups = [f"arn:aws:rds:*:{rights.account_id}:{kind}:*" for kind in ("subgrp", "pg", "og")]
        found += [
            _allow(["rds:DescribeDBInstances"], ["*"]),
            _allow(["rds:PromoteReadReplica", "rds:ModifyDBInstance"], rights.database_arns),
            _allow(
                ["rds:CreateDBInstanceReadReplica", "rds:AddTagsToResource"],
                [f"arn:aws:rds:*:{rights.account_id}:db:*", *groups],
            ),
            _allow(["kms:DescribeKey"], rights.key_arns),
            _allow(["kms:CreateGrant"], rights.key_arns)
            | {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
        ]
    if rights.hosted_zone_id is not None:
        zone = pulumi.Output.concat("arn:aws:route53:::hostedzone/", rights.hosted_zone_id)
        found.append(_allow(["route53:ListResourceRecordSets"], [zone]))
    if rights.alarm_arns:
        found.append(_allow(["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"], rights.alarm_arns))
    return found


def _allow(actions: Sequence[str], resources: Sequence[pulumi.Input[str]]) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
