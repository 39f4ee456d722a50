"""Amazon Aurora: what only Aurora clusters have."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls, stores
from resilience_policies.checks import days
from resilience_policies.estate import Estate, Member
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.rules.rds import CLUSTER
from resilience_policies.truth import Truth, any_of

CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
SCALED = "aws:appautoscaling/target:Target"

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


def multi_az(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """Aurora keeps the data in three zones and its instances where they are put: it takes two, in two zones.

    Not asked: a copy (its source stands), Serverless v1 (Aurora moves its capacity by itself), a Multi-AZ DB cluster of another
    engine (always three zones). Aurora spreads the members that name no zone.
    """
    copies = stores.copies(estate)
    for cluster in estate.of({CLUSTER}):
        engine = cluster.stated.text("engine")
        if cluster.urn in copies or cluster.stated.text("engineMode") == "serverless":
            continue
        if engine is not UNKNOWN and not (isinstance(engine, str) and engine.startswith("aurora")):
            continue
        members = estate.referring(
            cluster, {CLUSTER_INSTANCE}, "clusterIdentifier", to={CLUSTER}, matching=("id", "clusterIdentifier")
        )
        yield from _spread(cluster, members, _apart(members) | _scaled(estate, cluster) | _adrift(estate))


def _spread(cluster: Member, members: tuple[Member, ...], answer: Truth) -> Iterator[Finding]:
    if answer is Truth.YES:
        return
    required = "two members in two Availability Zones are required"
    if answer is Truth.UNKNOWN or cluster.stated.text("engine") is UNKNOWN:
        yield not_yet("the zone of a member", f"for an Aurora cluster {required}", cluster.urn)
        return
    found = f"has {len(members)} ClusterInstance{'' if len(members) == 1 else 's'} in this stack"
    zone = ", all in one Availability Zone" if len(members) > 1 else ""
    write = "another rds.ClusterInstance(..., cluster_identifier=cluster.id), without availability_zone"
    yield Violation(f"the Aurora cluster {found}{zone}; {required}. Write: {write}", cluster.urn)


def _apart(members: tuple[Member, ...]) -> Truth:
    """Whether two members are in two zones, as far as the program decides it."""
    zones = [member.stated.text("availabilityZone") for member in members]
    known = {zone for zone in zones if isinstance(zone, str)}
    if len(zones) > 1 and (len(known) > 1 or None in zones):
        return Truth.YES
    return Truth.UNKNOWN if len(zones) > 1 and UNKNOWN in zones else Truth.NO


def _scaled(estate: Estate, cluster: Member) -> Truth:
    """Whether Application Auto Scaling keeps at least one reader beside the members of the program."""
    return any_of(_keeps_reader(target, cluster) for target in estate.of({SCALED}))


def _keeps_reader(target: Member, cluster: Member) -> Truth:
    if target.stated.text("serviceNamespace") != "rds":
        return Truth.NO
    resource, name = target.stated.text("resourceId"), cluster.text("clusterIdentifier")
    named = isinstance(resource, str) and isinstance(name, str) and resource == f"cluster:{name}"
    if not named and cluster.urn not in target.sources.get("resourceId", ()):
        return Truth.UNKNOWN if resource is UNKNOWN and not target.sources.get("resourceId") else Truth.NO
    least = target.stated.number("minCapacity")
    return Truth.UNKNOWN if least is UNKNOWN else Truth.of(isinstance(least, int | float) and least >= 1)


def _adrift(estate: Estate) -> Truth:
    """UNKNOWN when some member does not say yet which cluster it joins."""
    return any_of(
        Truth.UNKNOWN
        for member in estate.of({CLUSTER_INSTANCE})
        if member.stated.text("clusterIdentifier") is UNKNOWN and not member.sources.get("clusterIdentifier")
    )


RULES: tuple[Rule, ...] = (
    StackRule(
        id="aurora-multi-az",
        service="rds",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Aurora clusters have members in two Availability Zones.",
        why="The data outlives a zone, but a cluster whose only member was there stands still until Aurora has made another.",
        fix='rds.ClusterInstance("second", cluster_identifier=cluster.id, ...)',
        tags=(
            "nist-800-53r5:CP-10",
            "nist-800-53r5:SC-5(2)",
            "nist-800-53r5:SI-13(5)",
            "cis-aws-5.0:2.2.4",
            "iso-27001-2022:A.8.14",
            "security-hub:RDS.15",
        ),
        types=frozenset({CLUSTER, CLUSTER_INSTANCE, SCALED}),
        check=multi_az,
    ),
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
