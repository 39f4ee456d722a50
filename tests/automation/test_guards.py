"""An `up` that would lose or promote a store is refused with the command to run; so is one whose record differs from RDS."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from automation import operations
from automation.errors import SecurecartError
from automation.events import PlannedStep, Run
from automation.exit_codes import ExitCode
from automation.guards import (
    FENCES,
    GROUP,
    REPLICATIONS,
    STORES,
    refuse_gone,
    refuse_losses,
    refuse_mended_fence,
    refuse_other_role,
    refuse_store_steps,
    refuse_unfencing,
)
from automation.stacks import Workspace

INSTANCE = "aws:rds/instance:Instance"


def preview(*steps: PlannedStep) -> Run:
    return Run("dr", "preview", steps=list(steps))


def step(op: str, kind: str = INSTANCE, *keys: str) -> PlannedStep:
    return PlannedStep(op, kind, f"urn:pulumi:dr::securecart::{kind}::orders-replica", frozenset(keys))


@pytest.mark.parametrize("kind", sorted(STORES))
@pytest.mark.parametrize("op", ["delete", "replace", "delete-replaced", "create-replacement"])
def test_an_update_that_loses_a_store_is_refused_unless_the_settings_say_so(kind: str, op: str) -> None:
    with pytest.raises(SecurecartError, match="would replace or delete") as refused:
        refuse_losses(preview(step(op, kind)))
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "orders-replica" in refused.value.message
    assert "Nothing was changed" in refused.value.message
    refuse_losses(preview(step(op, kind)), decided=True)


@pytest.mark.parametrize("kind", sorted(STORES))
def test_a_store_that_is_gone_is_restored_before_an_update_makes_it_anew_and_empty(kind: str) -> None:
    with pytest.raises(SecurecartError, match=r"anew, empty: .* orders-replica") as refused:
        refuse_gone(Run("prod", "drift", ended=[step("delete", kind)]))
    assert refused.value.exit_code is ExitCode.REFUSED
    refuse_gone(
        Run("prod", "drift", ended=[step("update", kind), step("delete", "aws:backup/vaultPolicy:VaultPolicy")])
    )


@pytest.mark.parametrize("decided", [True, False])
def test_an_update_never_promotes_whatever_the_settings_say(decided: bool) -> None:
    with pytest.raises(SecurecartError, match="would promote") as refused:
        refuse_losses(preview(step("update", INSTANCE, "replicateSourceDb", "tags")), decided=decided)
    assert "securecart failover" in refused.value.fix


def test_what_holds_no_data_may_come_and_go() -> None:
    alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"
    run = preview(
        step("delete", alarm), step("replace", "aws:backup/selection:Selection"), step("update", INSTANCE, "tags")
    )
    refuse_losses(run)


def test_after_a_failover_no_store_is_made_or_changed_but_in_the_state_alone() -> None:
    refuse_store_steps(preview(step("update", INSTANCE, "skipFinalSnapshot", "finalSnapshotIdentifier")))
    for op, keys in (("create", ()), ("update", ("multiAz",))):
        with pytest.raises(SecurecartError, match="would change"):
            refuse_store_steps(preview(step(op, INSTANCE, *keys)))


def database(identifier: str) -> dict[str, Any]:
    return {"type": INSTANCE, "outputs": {"identifier": identifier}}


@pytest.mark.parametrize(("recorded", "live", "wrong"), [("replica", True, False), ("promoted", False, False),
                                                        ("replica", False, True), ("promoted", True, True)])  # fmt: skip
def test_the_recorded_role_must_be_the_live_one(recorded: str, live: bool, wrong: bool) -> None:
    if not wrong:
        refuse_other_role(recorded, [database("orders")], lambda _: live)
        return
    with pytest.raises(SecurecartError, match=f"databaseRole says {recorded}, but orders is") as refused:
        refuse_other_role(recorded, [database("orders")], lambda _: live)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "securecart reconcile" in refused.value.fix


def test_a_database_that_is_not_there_has_no_role_to_disagree_with() -> None:
    refuse_other_role("replica", [database("orders"), {"type": "aws:s3/bucket:Bucket"}], lambda _: None)


@pytest.mark.parametrize(
    ("kind", "op", "key"),
    [(kind, op, "tags") for kind in sorted(FENCES | {INSTANCE}) for op in ("create", "update", "delete", "replace")]
    + [(GROUP, "update", "desiredCapacity"), (GROUP, "update", "minSize"), (GROUP, "create", "")],
)
def test_while_the_other_region_serves_an_update_opens_no_fence(kind: str, op: str, key: str) -> None:
    with pytest.raises(SecurecartError, match="would let writers into the Region that was left") as refused:
        refuse_unfencing(preview(step(op, kind, key)))
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "orders-replica" in refused.value.message
    assert "securecart failback" in refused.value.fix


@pytest.mark.parametrize("kind", sorted(FENCES | {GROUP}))
@pytest.mark.parametrize("op", ["update", "delete"])
def test_while_the_other_region_serves_a_fence_is_no_drift_to_mend(kind: str, op: str) -> None:
    with pytest.raises(SecurecartError, match="would let writers into the Region that was left") as refused:
        refuse_mended_fence(Run("prod", "drift", ended=[step(op, kind)]))
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "without --refresh" in refused.value.fix
    refuse_mended_fence(Run("prod", "drift", ended=[step(op, "aws:backup/vaultPolicy:VaultPolicy")]))


@pytest.mark.parametrize("kind", sorted(REPLICATIONS))
@pytest.mark.parametrize("op", ["delete", "replace"])
def test_while_the_other_region_serves_its_replications_stay(kind: str, op: str) -> None:
    with pytest.raises(SecurecartError, match="would end a replication") as refused:
        refuse_unfencing(preview(step(op, kind)))
    assert "securecart failback" in refused.value.fix


def test_what_lets_nobody_write_may_change_while_the_other_region_serves() -> None:
    refuse_unfencing(
        preview(
            step("update", INSTANCE, "skipFinalSnapshot"),
            step("update", GROUP, "tags"),
            step("create", sorted(REPLICATIONS)[0]),
            step("replace", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        )
    )


@dataclass
class Engine:
    """In place of automation.stacks: what drift and preview find, and what was called."""

    drifted: tuple[PlannedStep, ...] = ()
    planned: tuple[PlannedStep, ...] = ()
    called: list[str] = field(default_factory=list)

    def _ran(self, operation: str, stack: str, **found: Any) -> Run:
        self.called.append(f"{operation} {stack}")
        return Run(stack, operation, **found)

    def drift(self, _: Workspace, stack: str, __: object) -> Run:
        return self._ran("drift", stack, ended=list(self.drifted))

    def refresh(self, _: Workspace, stack: str, __: object) -> Run:
        return self._ran("refresh", stack)

    def preview(self, _: Workspace, stack: str, __: object) -> Run:
        return self._ran("preview", stack, steps=list(self.planned), changes={"update": len(self.planned)})

    def deploy(self, _: Workspace, stack: str, __: object) -> Run:
        return self._ran("deploy", stack)

    def resources(self, _: Workspace, __: str) -> list[dict[str, Any]]:
        return [{"type": INSTANCE}]


class Quiet:
    def say(self, line: str) -> None: ...
    def progress(self, run: Run) -> None: ...
    def finished(self, run: Run) -> None: ...


def up(patch: pytest.MonkeyPatch, engine: Engine, stack: str, *, dr_serves: bool, refresh: bool) -> list[str]:
    patch.setattr(operations, "stacks", engine)
    patch.setattr(operations, "secondary_serves", lambda: dr_serves)
    operations.up(Workspace(Path(), {}), [stack], Quiet(), [], refresh=refresh)
    return engine.called


RULE = sorted(FENCES)[-1]


def test_up_of_prod_is_refused_before_the_fence_is_written_into_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(drifted=(step("update", RULE),))
    with pytest.raises(SecurecartError, match="would let writers"):
        up(monkeypatch, engine, "prod", dr_serves=True, refresh=True)
    assert engine.called == ["drift prod"]


def test_up_of_prod_is_refused_before_it_opens_a_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(planned=(step("update", GROUP, "minSize"),))
    with pytest.raises(SecurecartError, match="would let writers"):
        up(monkeypatch, engine, "prod", dr_serves=True, refresh=False)
    assert engine.called == ["preview prod"]


@pytest.mark.parametrize(("stack", "dr_serves"), [("prod", False), ("dr", True)])
def test_up_mends_the_region_that_serves(stack: str, dr_serves: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = (step("update", RULE, "fromPort"),)
    called = up(monkeypatch, Engine(changes, changes), stack, dr_serves=dr_serves, refresh=True)
    assert called == [f"{verb} {stack}" for verb in ("drift", "refresh", "preview", "deploy")]
