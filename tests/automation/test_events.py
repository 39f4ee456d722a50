"""Engine events, in the JSON that the engine itself writes, become our model."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from automation.events import Run
from automation.render import blocked_text

URN = "urn:pulumi:prod::securecart::securecart:data:Tier$aws:kms/key:Key::data"
STACK_URN = "urn:pulumi:prod::securecart::pulumi:pulumi:Stack::securecart-prod"


def event(kind: str, content: dict[str, Any]) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, kind: content})


def step(op: str, urn: str = URN, type_: str = "aws:kms/key:Key", **states: Any) -> dict[str, Any]:
    return {"metadata": {"op": op, "urn": urn, "type": type_, "provider": "", **states}}


def policy(level: str) -> EngineEvent:
    return event(
        "policyEvent",
        {
            "resourceUrn": URN, "message": "enableKeyRotation is false. Write: enable_key_rotation=True\n",
            "color": "never", "policyName": "kms-rotation", "policyPackName": "aws-data-resilience",
            "policyPackVersion": "0.1.0", "policyPackVersionTag": "0.1.0", "enforcementLevel": level,
        },
    )  # fmt: skip


@pytest.fixture
def run() -> Run:
    return Run("prod", "preview")


def test_a_resource_is_active_until_its_outputs_arrive(run: Run) -> None:
    run.add(event("resourcePreEvent", step("create")))
    assert run.active == {URN: "create"}
    run.add(event("resOutputsEvent", step("create")))
    assert run.active == {}
    assert run.finished["create"] == 1


def test_a_failed_resource_is_named_as_in_the_program(run: Run) -> None:
    run.add(event("resourcePreEvent", step("create")))
    run.add(event("resOpFailedEvent", {**step("create"), "status": 1, "steps": 1}))
    assert run.failed == ["aws:kms/key:Key data"]
    assert run.active == {}


def test_only_mandatory_violations_block_and_each_is_reported_once(run: Run) -> None:
    for level in ("mandatory", "mandatory", "advisory"):
        run.add(policy(level))
    assert [v.level for v in run.violations] == ["mandatory", "advisory"]
    assert [v.policy for v in run.blocking] == ["kms-rotation"]


def test_a_blocked_preview_shows_rule_resource_fix_and_that_nothing_changed(run: Run) -> None:
    run.add(policy("mandatory"))
    text = blocked_text(run)
    for part in (
        "1 violation.",
        "kms-rotation",
        "aws:kms/key:Key data",
        "enable_key_rotation=True",
        "Nothing was changed.",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"same": 60}, False),
        ({"same": 60, "read": 2}, False),
        ({"same": 60, "update": 1}, True),
        ({"delete": 1}, True),
        ({}, False),
    ],
)
def test_a_plan_changes_something_when_any_step_does(run: Run, changes: dict[str, int], changed: bool) -> None:
    run.add(event("summaryEvent", {"resourceChanges": changes, "durationSeconds": 1, "maybeCorrupt": False}))
    assert run.changed is changed


@pytest.mark.parametrize(("new", "changed"), [({"y": 1}, False), ({"y": 2}, True), ({}, True)])
def test_a_changed_stack_output_is_a_change(run: Run, new: dict[str, Any], changed: bool) -> None:
    state = {"type": "pulumi:pulumi:Stack", "urn": STACK_URN, "id": "", "parent": "", "inputs": {}, "provider": ""}
    states = {"old": {**state, "outputs": {"y": 1}}, "new": {**state, "outputs": new}}
    run.add(event("resOutputsEvent", step("same", STACK_URN, "pulumi:pulumi:Stack", **states)))
    assert run.changed is changed


def test_debug_messages_of_the_engine_are_not_diagnostics(run: Run) -> None:
    for severity in ("debug", "info", "error"):
        run.add(event("diagnosticEvent", {"message": "text\n", "color": "never", "severity": severity, "urn": URN}))
    assert [(d.severity, d.message) for d in run.diagnostics] == [("error", "text")]
