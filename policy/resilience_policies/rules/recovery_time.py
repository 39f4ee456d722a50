"""The RTO: that the strategy which a stack declares can keep it, and that the steps of a Region switch fit into it."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import data_class
from resilience_policies.estate import Estate, Member
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.rule import Finding, Rule, Setting, Settings, StackRule, Violation

POLICY = "aws:resiliencehub/v2Policy:V2Policy"
SWITCH = "aws:arcregionswitch/plan:Plan"
GROUP = "aws:autoscaling/group:Group"
SERVICE = "aws:ecs/service:Service"
# AWS Resilience Hub's approaches -> the setting that says the shortest RTO which one is trusted to keep.
_FLOORS = {
    "BACKUP_AND_RESTORE": "backupAndRestoreMinutes",
    "PILOT_LIGHT": "pilotLightMinutes",
    "WARM_STANDBY": "warmStandbyMinutes",
    "HOT_STANDBY": "warmStandbyMinutes",
    "ACTIVE_ACTIVE": "activeActiveMinutes",
}
_STANDING = ("WARM_STANDBY", "HOT_STANDBY", "ACTIVE_ACTIVE")


def strategy_meets_rto(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Judges what the stack declares: to Resilience Hub, or in a plan of ARC Region switch."""
    for policy in estate.of({POLICY}):
        own = settings.of(data_class.of(policy.stated))
        target = policy.stated.number("multiRegion", "rtoInMinutes")
        yield from _bounded(policy, "multiRegion.rtoInMinutes", target, own)
        yield from _approach(estate, policy, target, own)
    for plan in estate.of({SWITCH}):
        own = settings.of(data_class.of(plan.stated))
        target = plan.stated.number("recoveryTimeObjectiveMinutes")
        yield from _bounded(plan, "recoveryTimeObjectiveMinutes", target, own)
        yield from _steps(plan, target)


def _bounded(owner: Member, key: str, target: object, settings: Settings) -> Iterator[Finding]:
    maximum = settings.integer("maxMinutes")
    required = f"at most {maximum} minutes are required ({settings.origin('maxMinutes')})"
    if target is UNKNOWN:
        yield not_yet(f"{key} of {owner.name}", required, owner.urn)
    elif isinstance(target, int | float) and target > maximum:
        yield Violation(f"{key} is {target}; {required}. Write: an RTO of {maximum} minutes or less", owner.urn)


def _approach(estate: Estate, policy: Member, target: object, settings: Settings) -> Iterator[Finding]:
    approach = policy.stated.text("multiRegion", "disasterRecoveryApproach")
    if not isinstance(approach, str) or approach not in _FLOORS:
        return
    floor = settings.integer(_FLOORS[approach])
    if isinstance(target, int | float) and target < floor:
        yield Violation(
            f"multiRegion.rtoInMinutes is {target}, and {approach} is not trusted to keep less than {floor} minutes "
            f"({settings.origin(_FLOORS[approach])}). Write: a stronger disaster_recovery_approach, or a longer RTO",
            policy.urn,
        )
    groups = [group for group in estate.of({GROUP, SERVICE}) if group.region == policy.region]
    if approach in _STANDING and groups and all(_capacity(group) == 0 for group in groups):
        yield Violation(
            f"multiRegion.disasterRecoveryApproach is {approach}, and nothing runs in {policy.region}: every group "
            "has a capacity of 0, which is a pilot light. Write: desired_capacity=1 or more, or the true approach",
            policy.urn,
        )


def _capacity(group: Member) -> object:
    keys = ("desiredCapacity", "minSize", "desiredCount")
    return next((value for value in map(group.stated.number, keys) if value is not None), None)


def _steps(plan: Member, target: object) -> Iterator[Finding]:
    """The timeouts of one workflow, one after the other, are what its execution may take."""
    if not isinstance(target, int | float):
        return
    for workflow in plan.stated.blocks("workflows").known:
        # What is deactivated, or replicated again after the recovery, is not waited for.
        if workflow.text("workflowTargetAction") not in (None, UNKNOWN, "activate"):
            continue
        minutes = sum(_minutes(step) for step in workflow.blocks("steps").known)
        if minutes > target:
            name = workflow.text("workflowTargetRegion")
            place = f"of the workflow to {name}" if isinstance(name, str) else "of a workflow"
            yield Violation(
                f"the steps {place} may take {minutes} minutes by their timeouts, recoveryTimeObjectiveMinutes is "
                f"{target}. Write: shorter timeout_minutes, steps in parallel, or a longer RTO",
                plan.urn,
            )


def _minutes(step: Reading) -> int:
    parallel = [inner for config in step.blocks("parallelConfigs").known for inner in config.blocks("steps").known]
    if parallel:
        return max(_minutes(inner) for inner in parallel)
    keys = step.keys()
    given = [
        config.number("timeoutMinutes")
        for key in keys
        if key.endswith(("Configs", "Config"))
        for config in step.blocks(key).known
    ]
    return int(max((minutes for minutes in given if isinstance(minutes, int | float)), default=0))


def _floor(key: str, minutes: int, approach: str) -> Setting:
    return Setting(key, "integer", minutes, f"Shortest RTO that {approach} is trusted to keep.", minimum=0)


RULES: tuple[Rule, ...] = (
    StackRule(
        id="strategy-meets-rto",
        service="recovery",
        severity=Severity.MEDIUM,
        level="advisory",
        title="The declared recovery strategy can keep the RTO.",
        why="An RTO that the strategy cannot keep is found out in the disaster.",
        fix='multi_region={"disaster_recovery_approach": "WARM_STANDBY", "rto_in_minutes": 30, "rpo_in_minutes": 15}',
        tags=(
            "nist-800-53r5:CP-2",
            "nist-800-53r5:CP-6(2)",
            "nist-800-53r5:CP-10",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.5.30",
        ),
        # AWS whitepaper "Disaster Recovery of Workloads on AWS": hours, tens of minutes, minutes, real time.
        settings=(
            Setting("maxMinutes", "integer", 1440, "Longest RTO that a stack may declare.", minimum=1),
            _floor("backupAndRestoreMinutes", 60, "backup and restore"),
            _floor("pilotLightMinutes", 10, "a pilot light"),
            _floor("warmStandbyMinutes", 1, "a warm or hot standby"),
            _floor("activeActiveMinutes", 0, "active-active"),
        ),
        types=frozenset({POLICY, SWITCH, GROUP, SERVICE}),
        check=strategy_meets_rto,
    ),
)
