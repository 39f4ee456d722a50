"""The steps of a restore: each store is brought back and then read, all beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from automation.recovery.steps import Facts, Plan, Settled, Step
from automation.restore.proof import Proof
from automation.restore.wanted import Kind, Restorer

OWNER = "operator"
# How long each kind may take before somebody is called. RDS and DynamoDB restore by size; hours are not unheard of.
LIMIT_SECONDS = {Kind.DATABASE: 4 * 3600.0, Kind.TABLE: 8 * 3600.0, Kind.BUCKET: 12 * 3600.0, Kind.VOLUME: 2 * 3600.0}
VERIFY_SECONDS = {Kind.DATABASE: 1800.0, Kind.TABLE: 3600.0, Kind.BUCKET: 3600.0, Kind.VOLUME: 3600.0}
_MADE = {
    Kind.DATABASE: "an instance",
    Kind.TABLE: "a table",
    Kind.BUCKET: "a bucket",
    Kind.VOLUME: "a volume",
}


@dataclass
class Reading:
    """A proof that is made once a run."""

    restorer: Restorer
    proof: Proof | None = field(default=None)

    def act(self) -> Facts | None:
        self.proof = self.restorer.verify()
        return None

    def settled(self) -> Settled:
        facts = self.proof.document() if self.proof else {}
        return Settled(self.proof is not None, "reading", facts)


def restore_plan(restorers: Sequence[Restorer]) -> Plan:
    """Nothing of it touches what lives."""
    names = ", ".join(one.wanted.label for one in restorers)
    return Plan(f"restore of {names}", tuple(step for one in restorers for step in steps(one)))


def steps(restorer: Restorer, depends_on: Iterable[str] = ()) -> tuple[Step, Step]:
    """Bring back, then read."""
    wanted = restorer.wanted
    reading = Reading(restorer)
    bring = Step(
        name=f"restore {wanted.label}", owner=OWNER, timeout_seconds=LIMIT_SECONDS[wanted.kind],
        does=f"{_MADE[wanted.kind]} {wanted.name} in {wanted.region} from {wanted.from_text}, beside {wanted.original}",
        depends_on=tuple(depends_on), act=restorer.act, settled=restorer.settled,
    )  # fmt: skip
    read = Step(
        name=verify_name(wanted.label), owner=OWNER, timeout_seconds=VERIFY_SECONDS[wanted.kind],
        does=f"{wanted.name} is read: counts, checksum, newest record", depends_on=(bring.name,),
        act=reading.act, settled=reading.settled,
    )  # fmt: skip
    return bring, read


def verify_name(label: str) -> str:
    return f"verify {label}"


def proofs(events: Iterable[Any], labels: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the reading steps of an execution recorded, by label."""
    from automation.recovery.evidence import step_facts  # noqa: PLC0415  plan is shown without it

    found = {label: dict(step_facts(list(events), verify_name(label))) for label in labels}
    return {label: facts for label, facts in found.items() if facts}
