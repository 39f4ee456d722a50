"""The backup plan of a Region: one schedule, a copy of each recovery point in the other Region.

And selections that name every store. What the tiers build until they take the plan of several rules (backup_plan.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import trusts_service
from components.protection.opt_in import FULLY_MANAGED, OPTED_IN
from components.protection.service_role import MANAGED_POLICIES as MANAGED_POLICIES_BY_DUTY
from components.protection.service_role import Duty
from components.settings import Backup, limits

# AWS Backup: StartWindowMinutes is at least 60; the completion window begins with the start window.
START_WINDOW_MINUTES = 60
# A large bucket's first backup takes hours; a job that overruns its window is cancelled.
COMPLETION_WINDOW_MINUTES = 720
ARNS_A_SELECTION = limits.BACKUP_SELECTION_ARNS

# One role for both duties.
MANAGED_POLICIES = MANAGED_POLICIES_BY_DUTY[Duty.BACKUP] | MANAGED_POLICIES_BY_DUTY[Duty.RESTORE]


@dataclass(frozen=True, kw_only=True)
class BackupPlanArgs:
    """Inputs of a plan."""

    plan_name: str
    role_name: str
    vault_name: pulumi.Input[str]
    copy_vault_arn: str
    """Vault of the other Region; computed, since it may not exist yet (docs/adr/0002)."""
    backup: Backup
    stores: Mapping[str, Sequence[pulumi.Input[str]]]
    """ARNs of what is backed up, by kind."""


class BackupPlan(pulumi.ComponentResource):
    """One daily plan that reaches each store by its ARN, so that no missing tag leaves one out.

    Produces the following resources:
    - `backup.RegionSettings` (kept when the stack goes: they are the account's)
    - `iam.Role` with one `iam.RolePolicyAttachment` for each of MANAGED_POLICIES
    - `backup.Plan`, and a `backup.Selection` for each kind of store (more than one beyond 500 ARNs)

    Outputs: `arn`, `plan_id`, `role_arn`.
    """

    def __init__(self, name: str, args: BackupPlanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:plan:BackupPlan", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = aws.backup.RegionSettings(
            f"{name}-region",
            resource_type_opt_in_preference=OPTED_IN,
            resource_type_management_preference=FULLY_MANAGED,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.role_arn = self._role(name, args.role_name)
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=args.plan_name,
            rules=[_rule(args)],
            tags={"Name": args.plan_name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[settings]),
        )
        self.arn: pulumi.Output[str] = plan.arn
        self.plan_id: pulumi.Output[str] = plan.id
        for kind, arns in args.stores.items():
            for number, some in enumerate(shards(arns)):
                selection = f"{kind}-{number}"
                aws.backup.Selection(
                    f"{name}-{selection}",
                    name=selection,
                    plan_id=plan.id,
                    iam_role_arn=self.role_arn,
                    resources=list(some),
                    opts=child,
                )
        self.register_outputs({"arn": self.arn, "roleArn": self.role_arn})

    def _role(self, name: str, role_name: str) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=role_name,
            assume_role_policy=trusts_service("backup.amazonaws.com"),
            tags={"Name": role_name},
            opts=child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(f"{name}-{purpose}", role=role.name, policy_arn=arn, opts=child)
            for purpose, arn in MANAGED_POLICIES.items()
        ]
        # AWS Backup checks the role when a selection is made: its rights come first.
        return pulumi.Output.all(role.arn, *[a.id for a in attached]).apply(lambda made: str(made[0]))


def shards(arns: Sequence[pulumi.Input[str]]) -> list[Sequence[pulumi.Input[str]]]:
    """Splits into parts that fit a selection."""
    return [arns[start : start + ARNS_A_SELECTION] for start in range(0, len(arns), ARNS_A_SELECTION)]


def _rule(args: BackupPlanArgs) -> aws.backup.PlanRuleArgs:
    backup = args.backup
    return aws.backup.PlanRuleArgs(
        rule_name="scheduled",
        target_vault_name=args.vault_name,
        schedule=backup.schedule,
        start_window=START_WINDOW_MINUTES,
        completion_window=COMPLETION_WINDOW_MINUTES,
        lifecycle=aws.backup.PlanRuleLifecycleArgs(
            delete_after=backup.retention_days, cold_storage_after=backup.cold_storage_after_days
        ),
        copy_actions=[
            aws.backup.PlanRuleCopyActionArgs(
                destination_vault_arn=args.copy_vault_arn,
                lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(
                    delete_after=backup.copy_retention_days, cold_storage_after=backup.cold_storage_after_days
                ),
            )
        ],
    )
