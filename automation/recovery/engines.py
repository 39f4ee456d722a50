"""Which engine carries a failover out, and that the two never work on one failover at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.arc_executions import ENDED_BADLY, ENDED_WELL, Executions
from automation.recovery.failback import Failback
from automation.recovery.failover import Failover
from automation.recovery.journal import Journal
from automation.recovery.session import Declared, Session
from automation.recovery.steps import Engine, Plan

PLAN = "arcPlan"
"""Under which name the journal's first event keeps the ARN of the plan."""


def by_engine(
    session: Session, moving: Failover, plan: Plan, declared: Declared, *, about: Mapping[str, Any], abandon: str = ""
) -> Journal:
    """Carries a move out, with the engine that it was planned for; raises what `Session.execute` and `refuse_mixed` raise."""
    refuse_mixed(session, moving, declared, abandon)
    arc = moving.arc
    if arc is None:
        return session.execute(declared, lambda: plan, about=about, abandon=abandon)
    who = f"{declared.reason} (by {declared.operator}, approved by {declared.approver})"
    return session.execute(
        declared, lambda: plan, about={**about, PLAN: arc.plan.arn}, abandon=abandon,
        begun=lambda journal: arc.belongs_to(journal.execution, who),
    )  # fmt: skip


def refuse_failback_by_arc(returning: Failback) -> None:
    """Raises SecurecartError (REFUSED), always: the declared plan knows the databases that are, a failback makes the next ones."""
    made = ", ".join(returning.after.primary.databases.values())
    raise SecurecartError(
        f"ARC cannot fail back: a promoted database never becomes a replica again, so a failback makes {made} in"
        f" {returning.after.primary.region}, and the declared plan promotes instances that exist when it is declared; nothing was"
        " changed.",
        "securecart failback without --engine arc",
        ExitCode.REFUSED,
    )


def refuse_mixed(session: Session, moving: Failover, declared: Declared, abandon: str) -> None:
    """Raises SecurecartError (REFUSED) when the unfinished execution is another engine's and that one may still act.

    What ARC began our own engine may finish, once ARC's execution has ended; never the other way: ARC cannot promote what is
    promoted already.
    """
    journal = session.archive.unfinished()
    if journal is None or journal.execution == abandon:
        return
    before = journal.events[0].facts
    engine = str(before.get("engine", Engine.SECURECART))
    if engine == declared.engine or before["command"] != declared.command:
        return
    if engine == Engine.SECURECART:
        raise SecurecartError(
            f"execution {journal.execution} is carried out by --engine securecart; nothing was changed.",
            f"finish it with that engine, or give it up: --abandon {journal.execution}",
            ExitCode.REFUSED,
        )
    executions = Executions(moving.world, moving.target.region, str(before[PLAN]), journal.execution)
    for one in executions.mine():
        if one["executionState"] not in ENDED_WELL | ENDED_BADLY:
            raise SecurecartError(
                f"ARC's execution {one['executionId']} of {journal.execution} is {one['executionState']}: two engines would work on"
                " one failover; nothing was changed.",
                f"go on with --engine arc, or first: {executions.command('cancel-plan-execution', one)}",
                ExitCode.REFUSED,
            )
