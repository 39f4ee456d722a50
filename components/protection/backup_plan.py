"""The central backup plan of a Region: its rules, their copies in the other Region, and the stores that it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.protection.opt_in import FULLY_MANAGED, OPTED_IN
from components.protection.selections import Stores, selection_name, selections
from components.protection.service_role import BackupRole, BackupRoleArgs, Duty
from components.settings import limits
from components.settings.protection import BackupRule, Kind, Protection

# Which rule made a recovery point; what a person looks for first in a vault of thousands.
RULE_TAG = "backup-rule"


@dataclass(frozen=True, kw_only=True)
class BackupPlanArgs:
    """Inputs of the plan."""

    plan_name: str
    role_name: str
    vault_name: pulumi.Input[str]
    copy_vault_arn: pulumi.Input[str]
    """Vault of the other Region; computed, since it may not exist yet (docs/adr/0002)."""
    protection: Protection
    stores: Mapping[Kind, Stores]
    """ARNs of what is backed up, by kind and by a key that changes when the ARN does (an identifier)."""
    key_arns: Sequence[pulumi.Input[str]]
    """Keys of the stores, of this vault and of the vault that copies go to."""
    air_gapped_vault_arn: pulumi.Input[str] | None = None
    """Of this account and Region; for the rules with `air_gapped`."""


class BackupPlan(pulumi.ComponentResource):
    """Several rules that reach each store by its ARN, so that no missing tag leaves one out.

    Rules with the same kinds are one `backup.Plan`, as AWS applies every rule of a plan to everything that the plan
    selects: a continuous rule for buckets must not make AWS Backup take over the retention of a database.

    Produces the following resources:
    - `backup.RegionSettings` (kept when the stack goes: they are the account's)
    - BackupRole with the rights to back up and copy
    - `backup.Plan`, one for all rules that cover every kind and one for each narrower set of kinds
    - `backup.Selection` for each plan and kind of store (more than one beyond 500 ARNs), and one by tag if asked for

    Outputs: `arn`, `plan_id` (of the widest plan), `plan_ids` (by name), `role_arn`.

    AWS limits:
    - a selection has at most 500 ARNs (AWS Backup BackupSelection Resources) and a plan 100 selections (AWS Backup
      quotas); beyond the first it is split, beyond the second refused
    - a selection by tag reaches only opted-in services, one by ARN reaches all (AWS Backup developer guide)
    - rules whose windows overlap are one job, for the rule with the longest retention (AWS Backup developer guide,
      backup plan options)
    - a copied continuous recovery point is a snapshot (AWS Backup developer guide, copying continuous backups)

    Cost: per GB of backup storage and of transfer to the other Region: $0.05 warm, $0.01 cold, $0.02 transfer.
    """

    def __init__(self, name: str, args: BackupPlanArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:BackupPlan", name, None, opts)
        settings = aws.backup.RegionSettings(
            f"{name}-region",
            resource_type_opt_in_preference=OPTED_IN,
            resource_type_management_preference=FULLY_MANAGED,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        role = BackupRole(
            name,
            BackupRoleArgs(role_name=args.role_name, duty=Duty.BACKUP, key_arns=args.key_arns),
            pulumi.ResourceOptions(parent=self),
        )
        self.role_arn: pulumi.Output[str] = role.arn
        plans = {
            suffix: self._plan(f"{name}{suffix}", f"{args.plan_name}{suffix}", args, rules, settings)
            for suffix, rules in planned(args.protection).items()
        }
        widest = next(iter(plans.values()))
        self.arn: pulumi.Output[str] = widest.arn
        self.plan_id: pulumi.Output[str] = widest.id
        self.plan_ids: dict[str, pulumi.Output[str]] = {
            f"{args.plan_name}{suffix}": plan.id for suffix, plan in plans.items()
        }
        self.register_outputs({"arn": self.arn, "roleArn": self.role_arn})

    def _plan(
        self,
        name: str,
        plan_name: str,
        args: BackupPlanArgs,
        rules: Mapping[str, BackupRule],
        settings: aws.backup.RegionSettings,
    ) -> aws.backup.Plan:
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=plan_name,
            rules=[_rule(rule_name, rule, args) for rule_name, rule in rules.items()],
            tags={"Name": plan_name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[settings]),
        )
        child = pulumi.ResourceOptions(parent=self)
        covered = next(iter(rules.values())).kinds
        kinds = [kind for kind in Kind if kind in covered]
        for stable, stores in checked_selections(kinds, args.stores).items():
            aws.backup.Selection(
                f"{name}-{stable}",
                name=selection_name(stable, stores),
                plan_id=plan.id,
                iam_role_arn=self.role_arn,
                resources=list(stores.values()),
                opts=child,
            )
        tag = args.protection.selection_tag
        if tag is not None and kinds == list(Kind):
            aws.backup.Selection(
                f"{name}-tagged",
                name="tagged",
                plan_id=plan.id,
                iam_role_arn=self.role_arn,
                selection_tags=[
                    aws.backup.SelectionSelectionTagArgs(type="STRINGEQUALS", key=tag.key, value=tag.value)
                ],
                opts=child,
            )
        return plan


def planned(protection: Protection) -> dict[str, dict[str, BackupRule]]:
    """The rules of each plan, by the suffix of its name: none for the plan of all kinds, else the kinds.

    The widest comes first.
    """
    plans: dict[str, dict[str, BackupRule]] = {}
    for name, rule in sorted(protection.rules.items(), key=lambda item: -len(set(item[1].kinds))):
        covers_all = set(rule.kinds) == set(Kind)
        suffix = "" if covers_all else "".join(f"-{kind}" for kind in Kind if kind in rule.kinds)
        plans.setdefault(suffix, {})[name] = rule
    return plans


def checked_selections(kinds: Sequence[Kind], stores: Mapping[Kind, Stores]) -> dict[str, Stores]:
    """The selections of a plan. Raises ValueError beyond what AWS Backup allows one."""
    made = {name: part for kind in kinds for name, part in selections(kind, stores.get(kind, {})).items()}
    if len(made) >= limits.BACKUP_PLAN_SELECTIONS:
        raise ValueError(
            f"{sum(map(len, made.values()))} stores need {len(made)} selections, and one by tag may join them; AWS"
            f" Backup allows {limits.BACKUP_PLAN_SELECTIONS} a plan, and raises that for nobody: leave stores out of it"
            " and protect them by a tag (selectionTag)"
        )
    return made


def _rule(name: str, rule: BackupRule, args: BackupPlanArgs) -> aws.backup.PlanRuleArgs:
    if rule.air_gapped and args.air_gapped_vault_arn is None:
        raise ValueError(f"rule {name} has air_gapped, and the plan has no air_gapped_vault_arn: pass AirGappedVault's")
    return aws.backup.PlanRuleArgs(
        rule_name=name,
        target_vault_name=args.vault_name,
        target_logically_air_gapped_backup_vault_arn=args.air_gapped_vault_arn if rule.air_gapped else None,
        schedule=rule.schedule,
        start_window=rule.start_window_minutes,
        completion_window=rule.completion_window_minutes,
        enable_continuous_backup=rule.continuous,
        lifecycle=aws.backup.PlanRuleLifecycleArgs(
            delete_after=rule.retention_days, cold_storage_after=rule.cold_storage_after_days
        ),
        recovery_point_tags={RULE_TAG: name},
        copy_actions=_copies(rule, args),
    )


def _copies(rule: BackupRule, args: BackupPlanArgs) -> list[aws.backup.PlanRuleCopyActionArgs]:
    if rule.copy_retention_days is None:
        return []
    lifecycle = aws.backup.PlanRuleCopyActionLifecycleArgs(
        delete_after=rule.copy_retention_days, cold_storage_after=rule.copy_cold_storage_after_days
    )
    return [aws.backup.PlanRuleCopyActionArgs(destination_vault_arn=args.copy_vault_arn, lifecycle=lifecycle)]
