"""The backup plans of a Region: several schedules, copies in the other Region, selections that name every store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.protection.selections import shards
from components.settings.protection import BackupRule, SelectionTag

# Kinds of stores whose continuous backups AWS Backup may own. RDS is left out on purpose: AWS Backup would take over retention
# and window of the instance, and every later `up` would fight it (terraform-provider-aws#33465).
CONTINUOUS_KINDS = ("buckets",)

# Every key is declared: AWS answers with all of them, and one left out is a diff for ever (terraform-provider-aws#22744).
OPTED_IN = {
    "Aurora": True,
    "CloudFormation": False,
    "DSQL": False,
    "DocumentDB": True,
    "DynamoDB": True,
    "EBS": True,
    "EC2": True,
    "EFS": True,
    "EKS": False,
    "FSx": True,
    "Neptune": True,
    "RDS": True,
    "Redshift": False,
    "Redshift Serverless": False,
    "S3": True,
    "SAP HANA on Amazon EC2": False,
    "Storage Gateway": True,
    "Timestream": False,
    "VirtualMachine": False,
}
# DynamoDB managed fully by AWS Backup is what allows copies to another Region and a key of the vault's own.
FULLY_MANAGED = {"DynamoDB": True, "EFS": True}


@dataclass(frozen=True, kw_only=True)
class BackupPlanArgs:
    """Inputs of the plans."""

    plan_name: str
    role_arn: pulumi.Input[str]
    vault_name: pulumi.Input[str]
    copy_vault_arn: str
    """Vault of the other Region; computed, since it may not exist yet (docs/adr/0002)."""
    rules: Mapping[str, BackupRule]
    stores: Mapping[str, Mapping[str, pulumi.Input[str]]]
    """ARNs of what is backed up, by kind and name."""
    selection_tag: SelectionTag | None = None
    air_gapped_vault_arn: pulumi.Input[str] | None = None
    """A vault of the same Region that receives every recovery point as well."""


class BackupPlan(pulumi.ComponentResource):
    """The plans of a Region. They reach each store by its ARN, so that no missing tag leaves one out.

    Produces the following resources:
    - `backup.RegionSettings` (kept when the stack goes: they are the account's)
    - `backup.Plan` of the scheduled rules, and a second one for buckets where a rule is continuous
    - `backup.Selection` for each kind of store (more than one beyond 500 ARNs), and one by tag where a tag is given

    Outputs: `arn`, `plan_id`.

    AWS limits:
    - A selection takes at most 500 ARNs (CreateBackupSelection); more are spread over several.
    - Start window at least 60 minutes, rule names at most 50 characters (BackupRule).
    - Cold storage is kept 90 days at least: deletion comes 90 days after the transition or later (Lifecycle).
    - Continuous backups are kept at most 35 days; their copies are snapshots (AWS Backup developer guide).
    - Resources and tags of a selection are a union; explicit ARNs bypass the Region's opt-in, tags do not.

    Cost: warm storage about $0.05 a GB and month, and $0.02 a GB for the transfer of copies to the other Region.
    """

    def __init__(self, name: str, args: BackupPlanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:plan:BackupPlan", name, None, opts)
        settings = aws.backup.RegionSettings(
            f"{name}-region",
            resource_type_opt_in_preference=OPTED_IN,
            resource_type_management_preference=FULLY_MANAGED,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self._after_settings = pulumi.ResourceOptions(parent=self, depends_on=[settings])
        scheduled = {rule: r for rule, r in args.rules.items() if not r.continuous}
        continuous = {rule: r for rule, r in args.rules.items() if r.continuous}
        plan = self._plan(name, args.plan_name, scheduled, args)
        self._select(name, plan, args, args.stores)
        if args.selection_tag:
            self._select_by_tag(name, plan, args, args.selection_tag)
        if continuous:
            of_buckets = self._plan(f"{name}-continuous", f"{args.plan_name}-continuous", continuous, args)
            self._select(
                f"{name}-continuous", of_buckets, args, {k: v for k, v in args.stores.items() if k in CONTINUOUS_KINDS}
            )
        self.arn: pulumi.Output[str] = plan.arn
        self.plan_id: pulumi.Output[str] = plan.id
        self.register_outputs({"arn": self.arn})

    def _plan(
        self, name: str, plan_name: str, rules: Mapping[str, BackupRule], args: BackupPlanArgs
    ) -> aws.backup.Plan:
        return aws.backup.Plan(
            f"{name}-plan",
            name=plan_name,
            rules=[_rule(rule_name, rule, args) for rule_name, rule in rules.items()],
            tags={"Name": plan_name},
            opts=self._after_settings,
        )

    def _select(
        self,
        name: str,
        plan: aws.backup.Plan,
        args: BackupPlanArgs,
        stores: Mapping[str, Mapping[str, pulumi.Input[str]]],
    ) -> None:
        for kind, arns in stores.items():
            for number, some in shards(arns).items():
                aws.backup.Selection(
                    f"{name}-{kind}-{number}",
                    name=f"{kind}-{number}",
                    plan_id=plan.id,
                    iam_role_arn=args.role_arn,
                    resources=some,
                    opts=pulumi.ResourceOptions(parent=self),
                )

    def _select_by_tag(self, name: str, plan: aws.backup.Plan, args: BackupPlanArgs, tag: SelectionTag) -> None:
        aws.backup.Selection(
            f"{name}-tagged",
            name="tagged",
            plan_id=plan.id,
            iam_role_arn=args.role_arn,
            selection_tags=[aws.backup.SelectionSelectionTagArgs(type="STRINGEQUALS", key=tag.key, value=tag.value)],
            opts=pulumi.ResourceOptions(parent=self),
        )


def _rule(name: str, rule: BackupRule, args: BackupPlanArgs) -> aws.backup.PlanRuleArgs:
    copies = []
    if rule.copy_retention_days is not None:
        kept = aws.backup.PlanRuleCopyActionLifecycleArgs(
            delete_after=rule.copy_retention_days, cold_storage_after=rule.copy_cold_storage_after_days
        )
        copies.append(aws.backup.PlanRuleCopyActionArgs(destination_vault_arn=args.copy_vault_arn, lifecycle=kept))
    return aws.backup.PlanRuleArgs(
        rule_name=name,
        target_vault_name=args.vault_name,
        target_logically_air_gapped_backup_vault_arn=args.air_gapped_vault_arn,
        schedule=rule.schedule,
        start_window=rule.start_window_minutes,
        completion_window=rule.completion_window_minutes,
        enable_continuous_backup=True if rule.continuous else None,
        lifecycle=aws.backup.PlanRuleLifecycleArgs(
            delete_after=rule.retention_days, cold_storage_after=rule.cold_storage_after_days
        ),
        copy_actions=copies,
    )
