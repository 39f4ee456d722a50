"""The ARC Region switch plan that dr declares (components/recovery/region_switch.py), as the Region that takes over knows it.

It is read where it will run, so that what is shown is what is done: which steps, on which instances and groups, with which limits.
AWS: ARC Region switch ListPlansInRegion, GetPlanInRegion, GetPlanEvaluationStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.world import World
from components.naming import Names
from components.recovery.steps import StepKind
from components.settings.base import Switch

SERVICE = "arc-region-switch"
PARALLEL = "Parallel"
# A step without a limit of its own.
DEFAULT_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step of the plan's workflow, with what runs inside it at the same time."""

    name: str
    kinds: frozenset[str]
    timeout_minutes: int
    does: str
    inside: tuple[str, ...]
    """Names of the steps in a parallel one."""
    promotes: tuple[str, ...]
    """Identifiers of instances."""

    @property
    def approves(self) -> bool:
        return StepKind.APPROVAL.value in self.kinds

    @property
    def sends_customers(self) -> bool:
        return StepKind.TRAFFIC.value in self.kinds


@dataclass(frozen=True, kw_only=True)
class SwitchPlan:
    """The plan, and the stages of its workflow that activates one Region."""

    name: str
    arn: str
    version: str
    stages: tuple[Stage, ...]

    @property
    def promotes(self) -> frozenset[str]:
        return frozenset(name for stage in self.stages for name in stage.promotes)


def read_plan(world: World) -> SwitchPlan:
    """The plan that activates the secondary Region. Raises SecurecartError (REFUSED) for none, or one of other instances."""
    estate, name = world.estate, Names(settings=world.estate.settings).of_region()
    target = estate.secondary
    promotes = frozenset(() if estate.promoted else target.databases.values())
    if estate.settings.recovery.region_switch.state is Switch.OFF:
        raise _refused(
            "recovery.regionSwitch.state is off: no plan is declared", "set it to on, securecart up --stack dr"
        )
    plans = world.aws.pages(SERVICE, target.region, "list_plans_in_region", "plans")
    arn = next((str(one["arn"]) for one in plans if one["name"] == name), None)
    if arn is None:
        raise _refused(f"ARC has no plan {name} in {target.region}", "securecart up --stack dr")
    found = world.aws.call(SERVICE, target.region, "get_plan_in_region", arn=arn)["plan"]
    workflow = _workflow(found, target.region)
    if workflow is None:
        raise _refused(f"plan {name} has no workflow that activates {target.region}", "securecart up --stack dr")
    stages = tuple(_stage(step, target.region) for step in workflow.get("steps") or ())
    made = SwitchPlan(name=name, arn=arn, version=str(found.get("version", "")), stages=stages)
    if made.promotes != promotes:
        told = ", ".join(sorted(made.promotes)) or "nothing"
        wanted = ", ".join(sorted(promotes)) or "nothing"
        raise _refused(
            f"plan {name} promotes {told} in {target.region}, where {wanted} must be promoted",
            "securecart up --stack dr",
        )
    return made


def evaluation(world: World, region: str, plan_arn: str) -> tuple[str, list[str]]:
    """What ARC thinks of the plan: its state, and the warnings that stand."""
    found = world.aws.call(SERVICE, region, "get_plan_evaluation_status", planArn=plan_arn)
    active = [one for one in found.get("warnings") or () if one.get("warningStatus") == "active"]
    said = [f"{one.get('stepName') or 'plan'}: {one['warningMessage']}" for one in active]
    return str(found.get("evaluationState", "unknown")), list(dict.fromkeys(said))


def _workflow(plan: Mapping[str, Any], region: str) -> dict[str, Any] | None:
    return next(
        (
            dict(one)
            for one in plan["workflows"]
            if one["workflowTargetAction"] == "activate" and one.get("workflowTargetRegion", region) == region
        ),
        None,
    )


def _stage(step: Mapping[str, Any], region: str) -> Stage:
    inner = [*_config(step).get("steps", [])] if step["executionBlockType"] == PARALLEL else []
    blocks = inner or [step]
    return Stage(
        name=step["name"],
        kinds=frozenset(one["executionBlockType"] for one in blocks),
        timeout_minutes=max(int(_config(one).get("timeoutMinutes") or DEFAULT_MINUTES) for one in blocks),
        does="; ".join(_does(one, region) for one in blocks),
        inside=tuple(one["name"] for one in inner),
        promotes=tuple(
            _promoted(one, region) for one in blocks if one["executionBlockType"] == StepKind.PROMOTION.value
        ),
    )


def _does(step: Mapping[str, Any], region: str) -> str:
    config, kind = _config(step), step["executionBlockType"]
    if kind == StepKind.APPROVAL.value:
        return f"whoever runs this command approves, with the rights of {config['approvalRole'].rpartition('/')[2]}"
    if kind == StepKind.PROMOTION.value:
        return f"{_promoted(step, region)} takes writes"
    if kind == StepKind.CAPACITY.value:
        (group,) = [one["arn"].rpartition("/")[2] for one in config["asgs"] if one["arn"].split(":")[3] == region]
        return f"{group} grows to the other Region's size of the last 24 hours"
    if kind == StepKind.TRAFFIC.value:
        return f"ARC's own health checks of {config['recordName']} are healthy for {region} alone"
    return f"{step['name']} ({kind})"


def _promoted(step: Mapping[str, Any], region: str) -> str:
    return str(_config(step)["dbInstanceArnMap"][region]).rpartition(":")[2]


def _config(step: Mapping[str, Any]) -> dict[str, Any]:
    (config,) = step["executionBlockConfiguration"].values()
    return dict(config)


def _refused(said: str, fix: str) -> SecurecartError:
    return SecurecartError(
        f"{said}; nothing was changed.", f"{fix}; or fail over without ARC: --engine securecart", ExitCode.REFUSED
    )
