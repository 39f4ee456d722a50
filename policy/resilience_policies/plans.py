"""Plans of AWS Backup: their rules, and which of them copy to another Region."""

from __future__ import annotations

from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.schedules import longest_gap_minutes
from resilience_policies.selections import SELECTION, plans_of, selects
from resilience_policies.truth import Truth, any_of

VAULT = "aws:backup/vault:Vault"
AIR_GAPPED_VAULT = "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"
# AWS Backup API, BackupRuleInput: used when no ScheduleExpression is given.
DEFAULT_SCHEDULE = "cron(0 5 ? * * *)"


def copies_elsewhere(estate: Estate, plan: Member, rule: Reading) -> Truth:
    """Whether a rule of the plan copies to a vault in another Region."""
    actions = rule.blocks("copyActions")
    answers = [_is_elsewhere(estate, plan, action) for action in actions.known]
    return any_of([*answers, Truth.UNKNOWN] if actions.has_unknown else answers)


def gap_minutes(rule: Reading) -> int | None:
    """The longest time between two runs of the rule; None while its schedule is not known or not understood."""
    schedule = rule.text("schedule")
    if schedule is UNKNOWN:
        return None
    return longest_gap_minutes(schedule or DEFAULT_SCHEDULE)


def _is_elsewhere(estate: Estate, plan: Member, action: Reading) -> Truth:
    arn = action.text("destinationVaultArn")
    if isinstance(arn, str):
        return Truth.of(region_in_arn(arn) != plan.region) if plan.region is not None else Truth.UNKNOWN
    if arn is None:
        return Truth.NO
    # A new vault has no ARN yet; the rules also refer to the vault that they fill, which is in the plan's own Region.
    sources = (estate.member(urn) for urn in plan.sources.get("rules", ()))
    vaults = (source for source in sources if source is not None and source.type in (VAULT, AIR_GAPPED_VAULT))
    elsewhere = any(vault.region not in (None, plan.region) for vault in vaults)
    return Truth.YES if elsewhere and plan.region is not None else Truth.UNKNOWN


def copied_by_plan(estate: Estate, store: Member) -> Truth:
    """Whether a plan that reaches the store copies its recovery points to another Region; open when the plan of a
    selection is not in this stack.
    """
    answers = []
    for selection in estate.of({SELECTION}):
        reached = selects(selection, store)
        if reached is Truth.NO:
            continue
        plans = plans_of(estate, selection)
        answers.append(reached & (any_of(_leaves(estate, plan) for plan in plans) if plans else Truth.UNKNOWN))
    return any_of(answers)


def _leaves(estate: Estate, plan: Member) -> Truth:
    rules = plan.stated.blocks("rules")
    known = any_of(copies_elsewhere(estate, plan, rule) for rule in rules.known)
    return known | Truth.UNKNOWN if rules.has_unknown else known
