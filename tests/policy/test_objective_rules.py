from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

RPO = "backup-schedule-meets-rpo"
RTO = "strategy-meets-rto"
VOLUME = Registration("aws:ebs/volume:Volume", "volume", {"size": 10})
BUCKET = Registration("aws:s3/bucket:Bucket", "bucket", {"bucket": "data"})
ALL = Registration(
    "aws:backup/selection:Selection", "all", {"planId": UNKNOWN, "resources": ["*"]}, sources={"planId": ("plan",)}
)
FAR = [{"destinationVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:far"}]
DAILY, WEEKLY = "cron(0 5 ? * * *)", "cron(0 5 ? * 1 *)"


def plan(*rules: dict[str, Any] | str) -> Registration:
    written = [{"schedule": rule} if isinstance(rule, str) else rule for rule in rules]
    return Registration("aws:backup/plan:Plan", "plan", {"rules": written})


def table(pitr: object) -> Registration:
    return Registration("aws:dynamodb/table:Table", "table", {"pointInTimeRecovery": {"enabled": pitr}})


def database(days: object) -> Registration:
    return Registration("aws:rds/instance:Instance", "database", {"backupRetentionPeriod": days})


def said(pack: Pack, rule: str, *program: Registration) -> list[tuple[str, bool]]:
    return [(d.resource, d.mandatory) for d in of_rule(pack.judge(*program), rule)]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((VOLUME, ALL, plan(DAILY)), []),
        ((VOLUME, ALL, plan(WEEKLY, DAILY)), []),
        ((VOLUME, ALL, plan({})), []),
        ((BUCKET, ALL, plan({"schedule": WEEKLY, "enableContinuousBackup": True})), []),
        ((table(True), ALL, plan(WEEKLY)), []),
        ((database(7), ALL, plan(WEEKLY)), []),
        ((Registration("aws:rds/cluster:Cluster", "aurora", {}), ALL, plan(WEEKLY)), []),
        ((VOLUME, plan(WEEKLY)), []),
        ((VOLUME,), []),
        ((VOLUME, ALL, plan(WEEKLY)), [("volume", True)]),
        ((VOLUME, BUCKET, ALL, plan(WEEKLY)), [("volume", True), ("bucket", True)]),
        ((table(False), ALL, plan(WEEKLY)), [("table", True)]),
        ((database(0), ALL, plan(WEEKLY)), [("database", True)]),
        ((VOLUME, ALL, plan("every day")), [("volume", True)]),
        ((VOLUME, ALL, plan(UNKNOWN)), [("", False)]),
        ((VOLUME, ALL, plan(WEEKLY, UNKNOWN)), [("", False)]),
        ((VOLUME, ALL, plan(DAILY, UNKNOWN)), []),
    ],
    ids=[
        "daily",
        "the shortest counts",
        "AWS's own schedule",
        "continuous backup",
        "table with PITR",
        "database with PITR",
        "Aurora",
        "not selected",
        "no plan",
        "weekly",
        "weekly, each store",
        "table without PITR",
        "database without PITR",
        "not understood",
        "unknown",
        "unknown beside too rare",
        "unknown beside enough",
    ],
)
def test_stores_are_backed_up_as_often_as_the_rpo_asks(
    pack: Pack, program: tuple[Registration, ...], expected: list[tuple[str, bool]]
) -> None:
    assert said(pack, RPO, *program) == expected


def test_the_message_names_the_gap_and_the_rpo(pack: Pack) -> None:
    pack.configure({RPO: {"maxMinutes": 240}})
    [found] = of_rule(pack.judge(VOLUME, ALL, plan(DAILY)), RPO)
    assert "backed up 1440 minutes apart at the longest; at most 240 minutes are required" in found.message
    assert "(maxMinutes, set in the policy configuration)" in found.message
    assert said(pack, RPO, VOLUME, ALL, plan("rate(4 hours)")) == []


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (({"schedule": DAILY, "copyActions": FAR},), ""),
        (({"schedule": DAILY},), ""),
        (
            ({"schedule": DAILY}, {"schedule": WEEKLY, "copyActions": FAR}),
            "copied to another Region 10080 minutes apart",
        ),
        (({"schedule": DAILY, "copyActions": UNKNOWN}, {"schedule": WEEKLY, "copyActions": FAR}), ""),
    ],
    ids=["daily copies", "no copies: another rule's", "weekly copies", "perhaps daily copies"],
)
def test_copies_leave_the_region_as_often_as_the_rpo_asks(pack: Pack, rules: tuple[Any, ...], says: str) -> None:
    found = of_rule(pack.judge(table(True), ALL, plan(*rules)), RPO)
    assert len(found) == bool(says)
    assert all(says in d.message and "copyMaxMinutes" in d.message for d in found)


def test_copies_are_not_held_to_the_rpo_of_their_source(pack: Pack) -> None:
    replica = Registration(
        "aws:dynamodb/tableReplica:TableReplica", "replica", {"globalTableArn": "arn:aws:dynamodb:us-west-2:1:table/t"}
    )
    assert said(pack, RPO, replica, ALL, plan(WEEKLY)) == []


def declared(approach: object, rto: object, region: str = SECONDARY) -> Registration:
    inputs = {"multiRegion": {"disasterRecoveryApproach": approach, "rtoInMinutes": rto, "rpoInMinutes": 15}}
    return Registration("aws:resiliencehub/v2Policy:V2Policy", "policy", inputs, region)


def group(region: str = SECONDARY, **inputs: object) -> Registration:
    return Registration("aws:autoscaling/group:Group", f"group-{region}", inputs, region)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ((declared("WARM_STANDBY", 30),), ""),
        ((declared("BACKUP_AND_RESTORE", 240),), ""),
        ((declared("ACTIVE_ACTIVE", 1), group(desiredCapacity=2)), ""),
        ((declared("PILOT_LIGHT", 60), group(desiredCapacity=0)), ""),
        ((declared("WARM_STANDBY", 30), group(PRIMARY, desiredCapacity=0)), ""),
        ((declared("WARM_STANDBY", 30), group(desiredCapacity=UNKNOWN)), ""),
        ((declared("SOMETHING_NEW", 30),), ""),
        (
            (declared("BACKUP_AND_RESTORE", 30),),
            "is 30, and BACKUP_AND_RESTORE is not trusted to keep less than 60 minutes",
        ),
        ((declared("PILOT_LIGHT", 5),), "PILOT_LIGHT is not trusted to keep less than 10 minutes"),
        ((declared("WARM_STANDBY", 30), group(minSize=0)), "nothing runs in us-west-2"),
        ((declared("WARM_STANDBY", 3000),), "rtoInMinutes is 3000; at most 1440 minutes are required"),
    ],
)
def test_a_declared_strategy_can_keep_its_rto(pack: Pack, program: tuple[Registration, ...], says: str) -> None:
    found = of_rule(pack.judge(*program), RTO)
    assert len(found) == bool(says), found
    for diagnostic in found:
        assert says in diagnostic.message
        assert (diagnostic.resource, diagnostic.mandatory) == ("policy", False)


def test_an_unknown_rto_is_undetermined_and_the_floors_are_configured(pack: Pack) -> None:
    [found] = of_rule(pack.judge(declared("WARM_STANDBY", UNKNOWN)), RTO)
    assert "undetermined: multiRegion.rtoInMinutes of policy" in found.message
    pack.configure({RTO: {"warmStandbyMinutes": 45}})
    [found] = of_rule(pack.judge(declared("WARM_STANDBY", 30)), RTO)
    assert "(warmStandbyMinutes, set in the policy configuration)" in found.message


def step(minutes: object) -> dict[str, Any]:
    return {"executionBlockType": "CustomActionLambda", "customActionLambdaConfigs": [{"timeoutMinutes": minutes}]}


def switch(rto: object, *steps: dict[str, Any], action: str = "activate") -> Registration:
    workflows = [{"workflowTargetAction": action, "workflowTargetRegion": SECONDARY, "steps": list(steps)}]
    inputs = {"recoveryTimeObjectiveMinutes": rto, "workflows": workflows}
    return Registration("aws:arcregionswitch/plan:Plan", "switch", inputs)


PARALLEL = {"executionBlockType": "Parallel", "parallelConfigs": [{"steps": [step(10), step(20)]}]}


@pytest.mark.parametrize(
    ("plan_of_switch", "says"),
    [
        (switch(30, step(10), PARALLEL), ""),
        (switch(30, step(UNKNOWN), PARALLEL), ""),
        (switch(30, {"executionBlockType": "Unheard", "x": 3}), ""),
        (switch(29, step(10), PARALLEL), "the workflow to us-west-2 may take 30 minutes by their timeouts"),
        (switch(30, {"executionApprovalConfigs": [{"timeoutMinutes": 31}]}), "may take 31 minutes"),
        (switch(UNKNOWN, step(10)), "undetermined: "),
        (switch(30, step(240), action="postRecovery"), ""),
    ],
)
def test_the_steps_of_a_region_switch_fit_into_its_rto(pack: Pack, plan_of_switch: Registration, says: str) -> None:
    found = of_rule(pack.judge(plan_of_switch), RTO)
    assert len(found) == bool(says), found
    assert all(says in d.message for d in found)
