"""An `up` that would lose or promote a store is refused with the command to run; so is one whose record differs from RDS."""

from __future__ import annotations

from typing import Any

import pytest

from automation.errors import SecurecartError
from automation.events import PlannedStep, Run
from automation.exit_codes import ExitCode
from automation.guards import STORES, refuse_gone, refuse_losses, refuse_other_role, refuse_store_steps

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
