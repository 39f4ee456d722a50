"""A restored store takes the place of the damaged one: an order of its own, after the content was read once more.

An instance changes names with the old one, which is kept. Tables and buckets cannot be renamed: their content is written back, and
point-in-time recovery or versions bring back what that overwrote. A volume takes over the tags, and the place at a stopped server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery import databases
from automation.recovery.checks import Verdict
from automation.recovery.steps import Facts, Plan, Settled, Step
from automation.recovery.world import World
from automation.restore.plan import OWNER, VERIFY_SECONDS, Reading
from automation.restore.swap_content import bucket_steps, table_steps
from automation.restore.swap_volume import volume_steps
from automation.restore.wanted import Kind, Restorer, Wanted

RENAME_SECONDS = 1800.0


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a swap is wanted."""

    keep_new: bool = False
    """Items and objects that came since stay."""
    accept_unknown: bool = False
    """Swap although the content could not be read from here."""


def swap_plan(world: World, restorers: list[Restorer], terms: Terms) -> Plan:
    """Raises SecurecartError (REFUSED) for what was not restored yet or cannot take the place now."""
    steps: list[Step] = []
    for one in restorers:
        wanted = one.wanted
        if not _begun(world, wanted) and not one.settled().done:
            raise SecurecartError(
                f"{wanted.name} is not there: {wanted.label} was not brought back from {wanted.from_text}; nothing was changed.",
                "the same command without --swap brings it back first", ExitCode.REFUSED,
            )  # fmt: skip
        read = _read_again(one, terms)
        steps += [read, *_steps(world, wanted, terms, (read.name,))]
    return Plan("swap of " + ", ".join(one.wanted.label for one in restorers), tuple(steps))


def read_again(label: str) -> str:
    """The name of the step before which nothing is swapped."""
    return f"read {label} again"


def _begun(world: World, wanted: Wanted) -> bool:
    """Whether a swap was interrupted after the old instance had given its name away."""
    return wanted.kind is Kind.DATABASE and databases.describe(world, wanted.region, wanted.retired) is not None


def _steps(world: World, wanted: Wanted, terms: Terms, after: tuple[str, ...]) -> tuple[Step, ...]:
    if wanted.kind is Kind.DATABASE:
        return _database(world, wanted, after)
    if wanted.kind is Kind.TABLE:
        return table_steps(world, wanted, after, keep_new=terms.keep_new)
    if wanted.kind is Kind.BUCKET:
        return bucket_steps(world, wanted, after, keep_new=terms.keep_new)
    return volume_steps(world, wanted, after)


def _read_again(restorer: Restorer, terms: Terms) -> Step:
    reading, wanted = Reading(restorer), restorer.wanted

    def settled() -> Settled:
        proof = reading.proof
        if proof is None:
            return Settled(False, "reading")
        accepted = proof.verdict is Verdict.UNKNOWN and terms.accept_unknown
        if proof.verdict is not Verdict.PASS and not accepted:
            raise SecurecartError(
                f"{wanted.name} is not proved: {proof.verdict} {proof.said}; nothing was changed.",
                "restore from another moment or point"
                + (
                    "; or --accept-unknown, once you have looked at it yourself"
                    if proof.verdict is Verdict.UNKNOWN
                    else ""
                ),
                ExitCode.UNPROVEN,
            )
        return Settled(True, proof.said, proof.document())

    return Step(
        name=read_again(wanted.label), owner=OWNER, timeout_seconds=VERIFY_SECONDS[wanted.kind], act=reading.act,
        settled=settled, does=f"{wanted.name} is read once more; nothing goes on unless it is proved",
    )  # fmt: skip


def _database(world: World, wanted: Wanted, after: tuple[str, ...]) -> tuple[Step, ...]:
    """Names change hands, and with them the endpoint that the servers know."""
    region = wanted.region
    old = databases.describe(world, region, wanted.original) or {}
    replicas = old.get("ReadReplicaDBInstanceIdentifiers") or []

    def there(name: str) -> dict[str, Any] | None:
        return databases.describe(world, region, name)

    def rename(name: str, new: str) -> None:
        asked = {"DBInstanceIdentifier": name, "NewDBInstanceIdentifier": new, "ApplyImmediately": True}
        world.aws.call("rds", region, "modify_db_instance", **asked)

    def retired() -> Settled:
        if there(wanted.name) is None or there(wanted.retired):
            return Settled(True, f"{wanted.original} is retired", {"retired": wanted.retired})
        if there(wanted.original) is None:
            return Settled(True, "there is no old one", {"retired": "none"})
        return Settled(False, f"{wanted.original} is being renamed")

    def retire() -> Facts | None:
        rename(wanted.original, wanted.retired)
        return None

    def taken() -> Settled:
        found = there(wanted.original)
        ready = found is not None and found["DBInstanceStatus"] == databases.AVAILABLE and there(wanted.name) is None
        return Settled(ready, f"{wanted.name} is being renamed", {"endpoint": databases.endpoint_of(found or {})})

    def take() -> Facts | None:
        if there(wanted.name) and there(wanted.original) is None:
            rename(wanted.name, wanted.original)
        return None

    stay = f"; {', '.join(replicas)} stay replicas of it: make new ones (docs/runbooks)" if replicas else ""
    return (
        _step(
            f"retire {wanted.label}", after, retire, retired, does=f"{wanted.original} becomes {wanted.retired} and is kept{stay}",
            destroys=f"connections to {wanted.original}; what was written after {wanted.from_text} stays in {wanted.retired} only",
            interrupts=True,
        ),
        _step(
            f"put {wanted.label} in place", (f"retire {wanted.label}",), take, taken,
            does=f"{wanted.name} becomes {wanted.original}, with its endpoint",
        ),
    )  # fmt: skip


def _step(
    name: str, after: tuple[str, ...], act: Callable[[], Facts | None], settled: Callable[[], Settled],
    *, does: str, destroys: str = "", interrupts: bool = False,
) -> Step:  # fmt: skip
    return Step(
        name=name, owner=OWNER, timeout_seconds=RENAME_SECONDS, does=does, destroys=destroys, depends_on=after, act=act,
        settled=settled, interrupts=interrupts,
    )  # fmt: skip
