"""Rules over several settings: which sections each reads, and who knows it. All of them are asked, not only until the first no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from components.naming import AUDIT
from components.recovery.steps import checked_objective, switch_stages
from components.settings import Settings, adoption, databases, protection_rules, protection_windows
from components.settings.base import Switch
from components.strategy import selection

Problems = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule; it is asked when every section that it reads is right by itself."""

    reads: frozenset[str]
    problems: Callable[[Settings], Problems]


def regions_differ(settings: Settings) -> Problems:
    """A Region cannot be the recovery site of itself."""
    here = settings.regions.primary
    if here != settings.regions.secondary:
        return []
    return [("regions", f"primary and secondary are both {here}: a Region cannot be the recovery site of itself")]


def late_switch(settings: Settings) -> Problems:
    """A plan whose steps may take longer than the RTO is no plan for it."""
    if settings.recovery.region_switch.state is Switch.OFF:
        return []
    stages = switch_stages(
        timeouts=settings.recovery.step_timeouts,
        approval=settings.recovery.region_switch.approval_required,
        databases=list(settings.databases),
        fleets=["servers"],
        record_name=settings.recovery.dns.record_name,
    )
    try:
        checked_objective(stages, settings.objectives.rto_minutes)
    except ValueError as late:
        return [("recovery.stepTimeouts", str(late))]
    return []


def passive_plan(settings: Settings) -> Problems:
    """The Region that does not serve has a plan of its own, so that a failover finds it running."""
    if any(rule.when_passive for rule in settings.backup.rules.values()):
        return []
    return [
        (
            "backup.rules",
            "has no rule with whenPassive: true: the Region that does not serve would have no plan; set it on one",
        )
    ]


def maintenance(settings: Settings) -> Problems:
    """A backup that would start in a database's maintenance window never starts."""
    windows = {store: database.maintenance_window for store, database in settings.databases.items()}
    return protection_windows.window_problems(settings.backup, windows)


def watch_problems(settings: Settings) -> Problems:
    """Alerts must reach somebody."""
    return [
        (key, reason)
        for key, _, reason in (p.partition(" ") for p in settings.watch.problems(ephemeral=settings.ephemeral))
    ]


def adopted_stores(settings: Settings) -> Problems:
    """An `existing` ARN must be of the store's own kind, Region and account."""
    found: Problems = []
    for kind in adoption.KINDS:
        stores = getattr(settings, kind).items()
        given = [
            (name, one)
            for name, store in stores
            for one in ((store.existing,) if isinstance(store.existing, str) else store.existing or ())
        ]
        found += adoption.problems(kind, given, settings.regions.primary, settings.account_id)
    return found


def reserved_names(settings: Settings) -> Problems:
    """The audit bucket is the program's own."""
    if AUDIT not in settings.buckets:
        return []
    return [(f"buckets.{AUDIT}", "is the name of the bucket for the estate's own records: choose another")]


def server_volumes(settings: Settings) -> Problems:
    """The servers' snapshot schedule must be one that exists."""
    store = settings.servers.volume_store
    if store is None or store in settings.volumes:
        return []
    return [("servers.volumeStore", f"is {store}, the volumes are {', '.join(sorted(settings.volumes))}")]


def certificate(settings: Settings) -> Problems:
    """A load balancer takes a certificate of its own Region and account."""
    wanted = f"arn:aws:acm:{settings.region}:{settings.account_id}:certificate/"
    if settings.certificate_arn is None:
        return [("certificateArn", f"is missing: the load balancer needs a certificate, {wanted}...")]
    if not settings.certificate_arn.startswith(wanted):
        return [
            ("certificateArn", f"is {settings.certificate_arn}, it must begin with {wanted} (Elastic Load Balancing)")
        ]
    return []


_STORES = frozenset({"databases", "tables", "buckets", "volumes"})
_PLAN = frozenset({"objectives", "backup", "recovery", "watch", "elastic_recovery", "strategy", "strategy_reason"})

CHECKS: tuple[Check, ...] = (
    Check(reads=frozenset({"regions"}), problems=regions_differ),
    Check(
        reads=frozenset({"backup", "vault_lock"}), problems=lambda s: protection_rules.problems(s.backup, s.vault_lock)
    ),
    Check(reads=frozenset({"recovery", "objectives", "databases"}), problems=late_switch),
    Check(reads=frozenset({"backup"}), problems=passive_plan),
    Check(reads=frozenset({"backup", "databases"}), problems=maintenance),
    Check(reads=frozenset({"watch", "ephemeral"}), problems=watch_problems),
    Check(reads=frozenset({"databases"}), problems=lambda s: databases.problems(s.databases)),
    Check(reads=_STORES | {"regions", "account_id"}, problems=adopted_stores),
    Check(reads=frozenset({"buckets"}), problems=reserved_names),
    Check(reads=frozenset({"servers", "volumes"}), problems=server_volumes),
    Check(reads=frozenset({"certificate_arn", "role", "regions", "account_id"}), problems=certificate),
    Check(reads=_STORES | _PLAN | {"active_region"}, problems=selection.problems),
)
