"""What an update must never take away in passing, whatever the strategy (docs/adr/0013)."""

from __future__ import annotations

from components.strategy.parts import Part
from tests.support.program import run_program

PROMOTED = {"databaseRole": "promoted", "generations": {"orders": 1, "payments": 1}}


def test_a_promoted_database_stays_under_every_strategy() -> None:
    program = run_program(
        "dr",
        {"strategy": "warm-standby", "holds": list(Part)} | PROMOTED,
        strategy="backup-restore",
        strategyReason="a test of what leaves the secondary Region",
        secondaryRemoval="remove",
        databaseRole="promoted",
    )
    kept = program.of("aws:rds/instance:Instance")
    assert len(kept) == 2
    assert all(database.protect and not database.inputs.get("replicateSourceDb") for database in kept)
    assert "aws:dynamodb/tableReplica:TableReplica" not in {r.type for r in program.resources}
