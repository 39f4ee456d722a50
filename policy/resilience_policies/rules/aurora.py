"""Amazon Aurora: what only Aurora clusters have."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import days
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation
from resilience_policies.rules.rds import CLUSTER

_SECONDS_A_DAY = 24 * 60 * 60
# Only Aurora MySQL goes back in place; "aurora" is its oldest name.
_MYSQL = ("aurora", "aurora-mysql")


def backtrack(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Aurora refuses backtrack together with replication between Regions, and in Serverless v1."""
    stated = resource.stated
    engine, mode = stated.text("engine"), stated.text("engineMode")
    if stated.has("globalClusterIdentifier") or stated.has("replicationSourceIdentifier") or mode == "serverless":
        return
    if engine is not UNKNOWN and engine not in _MYSQL:
        return
    minimum = settings.integer("minDays")
    seconds = stated.number("backtrackWindow")
    if isinstance(seconds, int | float) and seconds >= minimum * _SECONDS_A_DAY:
        return
    required = f"at least {minimum * _SECONDS_A_DAY} seconds = {days(minimum)} are required"
    required += f" ({settings.origin('minDays')})"
    if UNKNOWN in (engine, seconds):
        key = "engine" if engine is UNKNOWN else "backtrackWindow"
        yield not_yet(key, f"for Aurora MySQL a backtrackWindow of {required}")
    else:
        found = "not set" if seconds is None else f"{seconds} seconds"
        write = f"backtrack_window={minimum * _SECONDS_A_DAY}"
        yield Violation(f"backtrackWindow is {found}; {required}. Write: {write}")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="aurora-backtrack",
        service="rds",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Aurora MySQL clusters can go back in time in place.",
        why="A bad write is undone within minutes, where a restore makes a new cluster and takes hours.",
        fix="backtrack_window=86400",
        tags=(*controls.BACKED_UP, "security-hub:RDS.14", "checkov:CKV_AWS_326"),
        # Aurora goes back at most 72 hours (ModifyDBCluster, BacktrackWindow).
        settings=(Setting("minDays", "integer", 1, "Fewest days to go back in place.", minimum=1, maximum=3),),
        types=frozenset({CLUSTER}),
        check=backtrack,
    ),
)
