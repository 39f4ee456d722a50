"""What ARC Region switch, Elastic Disaster Recovery and Resilience Hub refuse; rows of `rules.RULES`, as in checks_backup."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.provider.codec import UNKNOWN, Props

Row = tuple[str, str, str, Callable[[Props], str | None]]

_PIT_RULES = 3
_TARGETS = ("availabilitySlo", "dataRecovery", "multiAz", "multiRegion")


def two_regions(p: Props) -> str | None:
    regions = p.get("regions")
    if not isinstance(regions, list) or UNKNOWN in regions:
        return None
    return None if len(set(regions)) == len(regions) == 2 else f"{', '.join(regions)} are not two different Regions"


def primary_region(p: Props) -> str | None:
    primary, regions = p.get("primaryRegion"), p.get("regions")
    if p.get("recoveryApproach") == "activePassive" and primary is None:
        return "an activePassive plan needs a primaryRegion"
    if primary in (None, UNKNOWN) or not isinstance(regions, list) or UNKNOWN in regions or primary in regions:
        return None
    return f"{primary} is none of the plan's regions: {', '.join(regions)}"


def pit_rules(p: Props) -> str | None:
    """The list's length in the API: three at least (limits.json leaves minima of lists out), and three at most."""
    rules = p.get("pitPolicies")
    if not isinstance(rules, list) or len(rules) == _PIT_RULES:
        return None
    return f"{len(rules)} rules; there must be {_PIT_RULES}"


def some_target(p: Props) -> str | None:
    return None if any(p.get(target) for target in _TARGETS) else f"one of {', '.join(_TARGETS)} must be set"


_PLAN = "aws:arcregionswitch/plan:Plan"
_TEMPLATE = "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate"

ROWS: tuple[Row, ...] = (
    (_PLAN, "regions", "ARC Region switch CreatePlan", two_regions),
    (_PLAN, "primaryRegion", "ARC Region switch CreatePlan", primary_region),
    (_TEMPLATE, "pitPolicies", "AWS DRS CreateReplicationConfigurationTemplate", pit_rules),
    ("aws:resiliencehub/v2Policy:V2Policy", "multiRegion", "the official provider, as Resilience Hub", some_target),
)
