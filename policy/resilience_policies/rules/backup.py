"""AWS Backup: vaults, and plans that copy to another Region."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import stores
from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.messages import found
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import (
    Finding,
    Resource,
    ResourceRule,
    Rule,
    Setting,
    Settings,
    StackRule,
    Undetermined,
    Violation,
)

VAULT = "aws:backup/vault:Vault"
PLAN = "aws:backup/plan:Plan"
_AWS_MANAGED_KEY = "alias/aws/backup"
_WRITE_COPY = '"copy_actions": [{"destination_vault_arn": vault_in_other_region.arn}] in a rule of the plan'


def vault_cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Copies of databases and volumes to a vault with AWS's own key fail."""
    key = resource.stated.raw("kmsKeyArn")
    required = "a customer managed KMS key is required"
    if not key:
        yield Violation(found("kmsKeyArn", None, required, "kms_key_arn=key.arn"))
    elif isinstance(key, str) and key.endswith(_AWS_MANAGED_KEY):
        yield Violation(f"kmsKeyArn is the key that AWS manages; {required}. Write: kms_key_arn=key.arn")


def copies_to_other_region(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Every plan has a rule that copies to a vault in another Region; a stack with stores of its own has a plan."""
    plans = estate.of({PLAN})
    for plan in plans:
        yield from _plan(estate, plan)
    if not plans and settings.flag("requirePlan"):
        copied = stores.copies(estate)
        held = [store for store in estate.of(stores.BACKED_UP) if store.urn not in copied]
        if held:
            names = ", ".join(store.name for store in held[:3]) + (" and more" if len(held) > 3 else "")
            count = "1 data store" if len(held) == 1 else f"{len(held)} data stores"
            yield Violation(
                f"the stack has {count} ({names}) and no backup plan; one is required (requirePlan). "
                f"Write: backup.Plan(...) with {_WRITE_COPY}, and a backup.Selection"
            )


def _plan(estate: Estate, plan: Member) -> Iterator[Finding]:
    rules = plan.stated.blocks("rules")
    copies = [rule.blocks("copyActions") for rule in rules.known]
    targets = [action.text("destinationVaultArn") for blocks in copies for action in blocks.known]
    undecided = rules.has_unknown or any(blocks.has_unknown for blocks in copies) or UNKNOWN in targets
    if any(isinstance(arn, str) and region_in_arn(arn) != plan.region for arn in targets):
        return
    if undecided:
        # The rules also refer to the vault that the plan fills, so a vault of the plan's own Region decides nothing.
        regions = {vault.region for vault in estate.of({VAULT}) if vault.urn in plan.sources.get("rules", ())} - {
            plan.region,
            None,
        }
        if not regions:
            yield Undetermined(
                f"undetermined: rules of {plan.name} are not known yet; one must copy to a vault in another Region"
            )
        return
    place = "rules[].copyActions[].destinationVaultArn"
    if any(isinstance(arn, str) for arn in targets):
        yield Violation(
            f"{place} lies in the plan's own Region; another Region is required. Write: {_WRITE_COPY}", plan.urn
        )
    else:
        yield Violation(found(place, None, "a vault in another Region is required", _WRITE_COPY), plan.urn)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="backup-vault-cmk",
        service="backup",
        severity=Severity.HIGH,
        title="Backup vaults are encrypted with a customer managed key.",
        why="Nothing encrypted with the key that AWS manages can be shared or, for RDS and EBS, copied to its vault.",
        fix="kms_key_arn=key.arn",
        tags=(
            "nist-800-53r5:CP-9(8)",
            "nist-800-53r5:SC-28(1)",
            "pci-dss-4.0:3.5.1",
            "gdpr:32(1)(a)",
            "iso-27001-2022:A.8.24",
            "security-hub:Backup.1",
            "checkov:CKV_AWS_166",
        ),
        types=frozenset({VAULT}),
        check=vault_cmk,
    ),
    StackRule(
        id="backup-plan-copies-to-other-region",
        service="backup",
        severity=Severity.HIGH,
        title="Backup plans copy recovery points to another Region.",
        why="Backups that share their store's Region share its disaster.",
        fix=_WRITE_COPY,
        tags=(
            "nist-800-53r5:CP-6",
            "nist-800-53r5:CP-6(1)",
            "nist-800-53r5:CP-9",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            "iso-27001-2022:A.5.30",
            "backup-audit-manager:BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION",
        ),
        settings=(
            Setting(
                "requirePlan",
                "boolean",
                True,
                "A stack with data stores holds a plan; false where another stack's plan reaches them.",
            ),
        ),
        types=frozenset({VAULT, PLAN}) | frozenset(stores.BACKED_UP) | stores.COPYING,
        check=copies_to_other_region,
    ),
)
