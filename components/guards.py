"""What an `up` must not do in passing: held against what the stack recorded, before anything is registered.

Pulumi promotes a replica when its source is taken out of the program, and deletes a part that is no longer registered. Both are
right only when somebody decided them.
"""

from __future__ import annotations

from collections.abc import Callable

import pulumi

from components.naming import Names
from components.recorded import Recorded
from components.settings import DatabaseRole, Role, SecondaryRemoval, Settings
from components.strategy.parts import PARTS, Part, Secondary
from components.strategy.selection import Decision


def secondary_of(settings: Settings, decision: Decision, last: Recorded) -> Secondary:
    """What dr builds: the parts of the strategy, and those of an earlier one that are on their way out.

    Raises `pulumi.RunError` when a weaker strategy would take parts away and nobody said that it may; while they serve, always.
    """
    keeps = PARTS[decision.strategy]
    lost = frozenset(part for part in Part if part in last.holds) - keeps
    if lost and settings.active_region is Role.SECONDARY:
        raise pulumi.RunError(
            f"strategy {decision.strategy} no longer holds {', '.join(sorted(lost))} of {settings.regions.secondary}, and"
            f" {settings.regions.secondary} serves (securecart:activeRegion: secondary); nothing was changed.\n"
            f"  It would end what customers use there: {'; '.join(sorted(_named(settings, lost)))}.\n"
            "  First: securecart failback, then securecart reconcile; then change the strategy."
        )
    if lost and settings.secondary_removal is SecondaryRemoval.REFUSE:
        raise pulumi.RunError(
            f"strategy {decision.strategy} no longer holds {', '.join(sorted(lost))} of {settings.regions.secondary}; nothing was"
            " changed.\n"
            f"  It would delete there: {'; '.join(sorted(_named(settings, lost)))}.\n"
            "  If that is meant: set securecart:secondaryRemoval to release and deploy dr (they stay, without protection), then to"
            " remove and deploy again.\n"
            f"  If not: set securecart:strategy to what it was ({last.outputs.get('strategy')})."
        )
    if settings.secondary_removal is not SecondaryRemoval.REFUSE:
        pulumi.log.warn(
            f"securecart:secondaryRemoval is {settings.secondary_removal}: parts of the secondary Region may go; set it back to"
            " refuse when they have"
        )
    releases = settings.secondary_removal is SecondaryRemoval.RELEASE
    return Secondary(keeps=keeps, retires=lost if releases else frozenset())


def check_database_role(settings: Settings, last: Recorded) -> None:
    """Refuses to turn promoted databases back into replicas: RDS cannot (CreateDBInstanceReadReplica makes new ones).

    Raises `pulumi.RunError`.
    """
    was = last.database_role
    if (
        settings.role is Role.SECONDARY
        and was == DatabaseRole.PROMOTED
        and settings.database_role is DatabaseRole.REPLICA
    ):
        generations = last.outputs.get("generations") or {}
        stale = [
            name
            for name, store in settings.databases.items()
            if int(generations.get(name, store.generation)) == store.generation
        ]
        if stale:
            raise pulumi.RunError(
                f"the databases of {settings.regions.secondary} are promoted, securecart:databaseRole says replica: RDS cannot make"
                " a promoted database a replica again; nothing was changed.\n"
                "  Keep databaseRole: promoted. To fail back, each database needs a new replica: raise the generation of"
                f" {', '.join(stale)} together with databaseRole."
            )


def check_promotion(settings: Settings, last: Recorded, replicates: Callable[[str], bool]) -> None:
    """Refuses `databaseRole: promoted` while a database still is a replica: the update would promote it in passing.

    `replicates` asks RDS about an instance (components/databases/live.py). Only the first run after
    the role changed asks.

    Raises `pulumi.RunError`.
    """
    if not (
        settings.role is Role.SECONDARY
        and settings.database_role is DatabaseRole.PROMOTED
        and last.database_role == DatabaseRole.REPLICA
        and Part.DATABASE_REPLICAS in last.holds
    ):
        return
    names = Names(settings=settings)
    waiting = [name for name in settings.databases if replicates(names.database(name, Role.SECONDARY))]
    if waiting:
        raise pulumi.RunError(
            f"securecart:databaseRole says promoted, and in {settings.regions.secondary} {', '.join(waiting)} still replicate the"
            " primary: this run would promote them, which cannot be undone; nothing was changed.\n"
            "  A failover promotes them itself and in order (docs/architecture.md, Guards), then the role is recorded here. If"
            " none is under way: set databaseRole back to replica."
        )


def _named(settings: Settings, lost: frozenset[Part]) -> list[str]:
    """Each part with what it holds."""
    holds = {
        Part.DATABASE_REPLICAS: f"the replicas of {', '.join(settings.databases)}",
        Part.TABLE_REPLICAS: f"the replicas of {', '.join(settings.tables)}",
        Part.SERVERS: "the server fleet",
        Part.FRONT_DOOR: "the load balancer and its failover record",
        Part.LATENCY_ROUTING: "the latency records",
    }
    return [holds[part] for part in lost]
