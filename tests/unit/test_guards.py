"""What an `up` must not do in passing is refused before anything is registered (docs/adr/0013 and 0014)."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.strategy.parts import Part
from tests.support.program import Program, run_program

HELD = {
    "strategy": "warm-standby",
    "holds": [Part.DATABASE_REPLICAS, Part.FRONT_DOOR, Part.SERVERS, Part.TABLE_REPLICAS],
}
WEAKER = {"strategy": "backup-restore", "strategyReason": "a test of what leaves the secondary Region"}
PROMOTED = {"databaseRole": "promoted", "generations": {"orders": 1, "payments": 1}}
REPLICAS = {"aws:rds/instance:Instance", "aws:dynamodb/tableReplica:TableReplica"}


def dr(last: dict[str, Any], **changed: Any) -> Program:
    return run_program("dr", last, **changed)


def types(program: Program) -> set[str]:
    return {resource.type for resource in program.resources}


def test_a_weaker_strategy_is_refused_and_names_what_it_would_delete() -> None:
    with pytest.raises(pulumi.RunError) as refused:
        dr(HELD, **WEAKER)
    text = str(refused.value)
    assert "nothing was changed" in text
    assert "the replicas of orders, payments" in text
    assert "the load balancer and its failover record" in text
    assert "set securecart:secondaryRemoval to release" in text
    assert "set securecart:strategy to what it was (warm-standby)" in text


def test_the_first_step_keeps_the_parts_and_lifts_their_protection() -> None:
    program = dr(HELD, **WEAKER, secondaryRemoval="release")
    leaving = [r for r in program.resources if r.type in REPLICAS]
    assert {r.type for r in leaving} == REPLICAS
    assert not any(r.protect for r in leaving)
    assert not any(r.inputs.get("deletionProtection") for r in leaving)
    assert not any(r.inputs.get("deletionProtectionEnabled") for r in leaving)
    assert all(bucket.protect for bucket in program.of("aws:s3/bucket:Bucket")), "what stays is still protected"
    assert set(program.outputs["holds"]) == set(HELD["holds"]), "until they have gone"


def test_the_second_step_lets_them_go() -> None:
    program = dr(HELD, **WEAKER, secondaryRemoval="remove")
    assert not types(program) & REPLICAS
    assert program.outputs["holds"] == []


def test_a_stack_that_holds_nothing_yet_needs_no_removal() -> None:
    assert not types(dr({}, **WEAKER)) & REPLICAS


def test_promoted_databases_are_never_turned_back_into_replicas() -> None:
    with pytest.raises(
        pulumi.RunError, match=r"(?s)RDS cannot make a promoted database a replica again.*orders, payments"
    ):
        dr(HELD | PROMOTED)


def test_a_new_generation_is_a_new_replica() -> None:
    databases = {"orders": {"generation": 2}, "payments": {"generation": 2}}
    replicas = dr(HELD | PROMOTED, databases=databases).of("aws:rds/instance:Instance")
    assert all(replica.inputs["replicateSourceDb"] for replica in replicas)
    assert all(replica.inputs["identifier"].endswith("-g2") for replica in replicas)


def test_a_promoted_database_stays_under_every_strategy() -> None:
    program = dr(HELD | PROMOTED, **WEAKER, secondaryRemoval="remove", databaseRole="promoted")
    kept = program.of("aws:rds/instance:Instance")
    assert len(kept) == 2
    assert all(database.protect and not database.inputs.get("replicateSourceDb") for database in kept)
