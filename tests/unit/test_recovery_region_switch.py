"""The Region switch plan: what ARC takes, in time for the RTO, with the rights that its steps need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from components.recovery.objectives_policy import APPROACHES, ResiliencePolicy, ResiliencePolicyArgs, approach_of
from components.recovery.objectives_policy import checked_name as checked_policy_name
from components.recovery.region_switch import RegionSwitch, RegionSwitchArgs, checked, stages_of
from components.recovery.steps import Approach, StepKind, longest_minutes, replica_stages
from components.recovery.switch_blocks import RegionPair, SwitchResources, Traffic
from components.settings.recovery import RegionSwitchSettings, StepTimeouts
from tests.support.arc_plan import as_call
from tests.support.botocore_shapes import enum, refusals
from tests.support.program import Program, registrations

ARC = "arc-region-switch"
ACCOUNT = "123456789012"


def pair(service: str, name: str) -> RegionPair:
    return RegionPair(
        primary=f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}",
        secondary=f"arn:aws:{service}:us-west-2:{ACCOUNT}:{name}",
    )


RESOURCES = SwitchResources(
    primary_region="us-east-1",
    secondary_region="us-west-2",
    databases={name: pair("rds", f"db:securecart-{name}") for name in ("orders", "payments")},
    fleets={"backend": pair("autoscaling", "autoScalingGroup:1:autoScalingGroupName/securecart-backend")},
    traffic=Traffic(hosted_zone_id="Z0123456789ABCDEFGHIJ", record_name="shop.securecart.example"),
)


def args(**changed: Any) -> RegionSwitchArgs:
    given: dict[str, Any] = {
        "plan_name": "securecart",
        "role_name": "securecart-region-switch",
        "account_id": ACCOUNT,
        "approach": Approach.ACTIVE_PASSIVE,
        "rto_minutes": 30,
        "settings": RegionSwitchSettings(approver_role="securecart-approver"),
        "step_timeouts": StepTimeouts(),
        "resources": RESOURCES,
        "key_arns": (f"arn:aws:kms:us-west-2:{ACCOUNT}:key/mrk-1", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/mrk-1"),
        "health_alarm_arns": {"shop": f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:shop"},
    }
    return RegionSwitchArgs(**(given | changed))


ACTIVE = args(approach=Approach.ACTIVE_ACTIVE, resources=replace(RESOURCES, databases={}), key_arns=())


@cache
def passive() -> Program:
    return registrations(lambda: RegionSwitch("switch", args()))


@cache
def active() -> Program:
    return registrations(lambda: RegionSwitch("switch", ACTIVE))


def plan(recorded: Program) -> dict[str, Any]:
    (found,) = recorded.of("aws:arcregionswitch/plan:Plan")
    return found.inputs


def every_step(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for workflow in given["workflows"]:
        for step in workflow["steps"]:
            yield step
            yield from (step["parallelConfigs"][0]["steps"] if "parallelConfigs" in step else [])


@pytest.mark.parametrize("recorded", [passive(), active()], ids=["active-passive", "active-active"])
def test_the_plan_is_one_that_arc_takes(recorded: Program) -> None:
    given = plan(recorded)
    assert not refusals(ARC, "CreatePlan", as_call(given))
    assert given["recoveryApproach"] in enum(ARC, "RecoveryApproach")
    assert {w["workflowTargetAction"] for w in given["workflows"]} <= enum(ARC, "WorkflowTargetAction")
    assert {s["executionBlockType"] for s in every_step(given)} <= enum(ARC, "ExecutionBlockType")
    for step in every_step(given):
        for config in step.get("ec2AsgCapacityIncreaseConfigs", []):
            assert config["capacityMonitoringApproach"] in enum(ARC, "Ec2AsgCapacityMonitoringApproach")


def test_our_kinds_of_step_are_arcs() -> None:
    assert {kind.value for kind in StepKind} <= enum(ARC, "ExecutionBlockType")
    assert {approach.value for approach in Approach} == enum(ARC, "RecoveryApproach")


def test_active_passive_activates_either_region_and_replicates_again_afterwards() -> None:
    workflows = plan(passive())["workflows"]
    assert [(w["workflowTargetAction"], w.get("workflowTargetRegion")) for w in workflows] == [
        ("activate", "us-west-2"),
        ("activate", "us-east-1"),
        ("postRecovery", None),
    ]
    for workflow in workflows[:2]:
        assert [s["executionBlockType"] for s in workflow["steps"]] == [
            "ManualApproval",
            "Parallel",
            "Route53HealthCheck",
        ]
        inner = workflow["steps"][1]["parallelConfigs"][0]["steps"]
        assert [s["executionBlockType"] for s in inner] == ["RdsPromoteReadReplica"] * 2 + ["EC2AutoScaling"]
        assert inner[0]["rdsPromoteReadReplicaConfigs"][0]["dbInstanceArnMap"].keys() == {"us-east-1", "us-west-2"}
    (again,) = workflows[2]["steps"][0]["parallelConfigs"]
    assert {s["executionBlockType"] for s in again["steps"]} == {"RdsCreateCrossRegionReplica"}


def test_active_active_activates_and_deactivates_and_promotes_nothing() -> None:
    workflows = plan(active())["workflows"]
    assert [w["workflowTargetAction"] for w in workflows] == ["activate", "deactivate"]
    assert all(w.get("workflowTargetRegion") is None for w in workflows)
    assert not any("Rds" in s["executionBlockType"] for s in every_step(plan(active())))


def test_every_step_that_waits_has_its_timeout_and_nobody_but_the_approver_approves() -> None:
    waited = StepTimeouts()
    expected = {
        "ManualApproval": waited.approval_minutes,
        "EC2AutoScaling": waited.capacity_minutes,
        "RdsPromoteReadReplica": waited.promotion_minutes,
        "Route53HealthCheck": waited.traffic_minutes,
        "RdsCreateCrossRegionReplica": waited.replica_minutes,
    }
    seen = set()
    for step in every_step(plan(passive())):
        kind = step["executionBlockType"]
        if kind != "Parallel":
            (block,) = [key for key in step if key.endswith("Configs")]
            assert step[block][0]["timeoutMinutes"] == expected[kind]
            seen.add(kind)
    assert seen == expected.keys()
    approval = plan(passive())["workflows"][0]["steps"][0]["executionApprovalConfigs"][0]
    assert approval["approvalRole"] == f"arn:aws:iam::{ACCOUNT}:role/securecart-approver"


def test_traffic_follows_the_failover_records_of_the_regions() -> None:
    (config,) = plan(passive())["workflows"][0]["steps"][2]["route53HealthCheckConfigs"]
    assert {s["recordSetIdentifier"]: s["region"] for s in config["recordSets"]} == {
        "primary": "us-east-1",
        "secondary": "us-west-2",
    }


def test_the_steps_one_after_the_other_are_what_counts() -> None:
    """Resilience Hub adds sequential timeouts; steps at the same time count once, by the longest."""
    assert longest_minutes(stages_of(args())) == 5 + 15 + 5
    assert longest_minutes(stages_of(ACTIVE)) == 5 + 10 + 5
    unattended = args(settings=RegionSwitchSettings(approval_required=False))
    assert longest_minutes(stages_of(unattended)) == 15 + 5
    checked(args(rto_minutes=25))
    with pytest.raises(ValueError, match=r"may take 25 minutes, rtoMinutes is 24: 5 \(approve the switch\)"):
        checked(args(rto_minutes=24))


def test_replication_afterwards_is_no_part_of_the_rto() -> None:
    (stage,) = replica_stages(timeouts=StepTimeouts(), databases=["orders"])
    assert stage.timeout_minutes > args().rto_minutes
    assert not replica_stages(timeouts=StepTimeouts(), databases=[])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"plan_name": "a" * 33}, "CreatePlan name"),
        ({"plan_name": "securecart-"}, "CreatePlan name"),
        ({"rto_minutes": 0}, "1 to 10080"),
        ({"rto_minutes": 10081}, "1 to 10080"),
        ({"resources": replace(RESOURCES, secondary_region="us-east-1")}, "exactly two Regions"),
        ({"approach": Approach.ACTIVE_ACTIVE}, "promotes none"),
        ({"settings": RegionSwitchSettings.model_validate({"state": "off"})}, "approvalRole"),
        ({"key_arns": ()}, "encrypted replica"),
        ({"resources": SwitchResources(primary_region="us-east-1", secondary_region="us-west-2")}, "move nothing"),
    ],
)
def test_what_arc_refuses_or_could_not_execute_is_refused_first(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked(args(**changed))


def rights(recorded: Program) -> dict[str, list[str]]:
    """Resources by action."""
    (policy,) = recorded.of("aws:iam/rolePolicy:RolePolicy")
    return {
        action: statement["Resource"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }


def test_the_plan_may_act_on_its_own_resources_only() -> None:
    found = rights(passive())
    anywhere = {action for action, resources in found.items() if "*" in resources}
    assert anywhere == {
        "autoscaling:DescribeAutoScalingGroups",
        "cloudwatch:GetMetricStatistics",
        "rds:DescribeDBInstances",
    }
    assert len(found["rds:PromoteReadReplica"]) == 4
    assert len(found["autoscaling:UpdateAutoScalingGroup"]) == 2
    assert found["route53:ListResourceRecordSets"] == ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"]
    assert not any(action.startswith(("rds:", "kms:")) for action in rights(active()))
    (role,) = passive().of("aws:iam/role:Role")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {
        "Service": "arc-region-switch.amazonaws.com"
    }


@pytest.mark.parametrize("strategy", sorted(APPROACHES))
def test_resilience_hub_gets_our_objectives_in_its_own_words(strategy: str) -> None:
    given = ResiliencePolicyArgs(
        policy_name="securecart", strategy=strategy, rto_minutes=30, rpo_minutes=5, backup_interval_minutes=1440
    )
    (policy,) = registrations(lambda: ResiliencePolicy("objectives", given)).of("aws:resiliencehub/v2Policy:V2Policy")
    regions = policy.inputs["multiRegion"]
    assert regions["disasterRecoveryApproach"] in enum("resiliencehubv2", "MultiRegionDisasterRecoveryApproach")
    assert (regions["rtoInMinutes"], regions["rpoInMinutes"]) == (30, 5)
    assert policy.inputs["dataRecovery"] == {"timeBetweenBackupsInMinutes": 1440}
    call = {
        "name": policy.inputs["name"],
        "description": policy.inputs["description"],
        "multiRegion": {k: int(v) if isinstance(v, float) else v for k, v in regions.items()},
        "dataRecovery": {"timeBetweenBackupsInMinutes": 1440},
    }
    assert not refusals("resiliencehubv2", "CreatePolicy", call)


def test_a_strategy_or_name_that_resilience_hub_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed are backup-restore"):
        approach_of("hope")
    for name in ("s", "-securecart", "secure cart", "s" * 61):
        with pytest.raises(ValueError, match="CreatePolicy name"):
            checked_policy_name(name)
