"""Databases, file systems and secrets have a copy in another Region."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import data_class, stores
from resilience_policies.buckets import CLAIM_TAG
from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.plans import copied_by_plan
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.selections import PLAN, SELECTION
from resilience_policies.truth import Truth, any_of

AUTOMATED = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  a resource type, no password
_DATABASES = {stores.RDS_INSTANCE: "replicateSourceDb", stores.RDS_CLUSTER: "replicationSourceIdentifier"}
_NAMES = ("arn", "id", "identifier", "clusterIdentifier")
# CreateDBInstanceAutomatedBackupsReplication: kept for 7 days unless told otherwise.
_AUTOMATED_DAYS = 7
_ACCEPT_COPIES = Setting(
    "acceptBackupCopies",
    "boolean",
    True,
    "A backup plan that copies the store's recovery points to another Region is enough.",
)
_OTHERWISE = f', or tags={{"{CLAIM_TAG}": "<stack>"}} when another stack owns the copy'
_WRITE_DATABASE = (
    "rds.InstanceAutomatedBackupsReplication(..., source_db_instance_arn=database.arn, region=other_region)"
)
_WRITE_FILES = 'efs.ReplicationConfiguration(..., source_file_system_id=files.id, destination={"region": other_region})'


def rds(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Each database has replicated automated backups, a replica or a global cluster, or copied recovery points."""
    yield from _automated(estate, settings)
    copied = stores.copies(estate)
    for database in estate.of(_DATABASES):
        if database.urn not in copied:
            yield from _has_copy(estate, settings, database, _replicated(estate, database))


def efs(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Each file system is replicated to another Region, or its recovery points are copied there."""
    copied = stores.copies(estate)
    for system in estate.of({stores.FILE_SYSTEM}):
        if system.urn not in copied:
            answer = any_of(
                _leaves(system, region)
                for replication in estate.referring(
                    system, {stores.EFS_REPLICATION}, "sourceFileSystemId", to={stores.FILE_SYSTEM}
                )
                for region in [replication.stated.text("destination", "region")]
            )
            yield from _has_copy(estate, settings, system, answer)


def secrets(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Replicas of a secret are part of the secret, whichever stack deploys into their Region."""
    replicas = resource.stated.blocks("replicas")
    regions = [replica.text("region") for replica in replicas.known]
    elsewhere = {region for region in regions if isinstance(region, str)} - {resource.region}
    required = settings.texts("requiredRegions")
    missing = [region for region in required if region not in elsewhere and region != resource.region]
    if elsewhere and not missing:
        return
    wanted = f"in {', '.join(missing)} (requiredRegions)" if missing else "in another Region"
    if replicas.has_unknown or UNKNOWN in regions:
        yield not_yet("replicas", f"one {wanted} is required")
    else:
        region = missing[0] if missing else "other-region"
        yield Violation(
            f"replicas names no replica {wanted}; one is required. "
            f'Write: replicas=[{{"region": "{region}", "kms_key_id": key_in_that_region.arn}}]'
        )


def _has_copy(estate: Estate, settings: Settings, store: Member, replicated: Truth) -> Iterator[Finding]:
    answer = replicated
    if settings.flag("acceptBackupCopies"):
        answer |= copied_by_plan(estate, store)
    if answer is Truth.YES or stores.claimed(estate, store, CLAIM_TAG) is not None:
        return
    required = f"a copy of the {'file system' if store.type == stores.FILE_SYSTEM else 'database'} there is required"
    write = _WRITE_FILES if store.type == stores.FILE_SYSTEM else _WRITE_DATABASE
    if answer is Truth.UNKNOWN:
        yield not_yet(f"whether {store.name} has a copy in another Region", required, store.urn)
    else:
        yield Violation(found("a copy in another Region", None, required, write + _OTHERWISE), store.urn)


def _replicated(estate: Estate, database: Member) -> Truth:
    """A global cluster counts whether or not its other members are in this stack."""
    in_global = database.type == stores.RDS_CLUSTER and (
        database.stated.has("globalClusterIdentifier")
        or estate.referring(
            database, {stores.GLOBAL_CLUSTER}, "sourceDbClusterIdentifier", to={stores.RDS_CLUSTER}, matching=_NAMES
        )
        != ()
    )
    fed = [
        copy
        for type_, key in ((AUTOMATED, "sourceDbInstanceArn"), *_DATABASES.items())
        for copy in estate.referring(database, {type_}, key, to=_DATABASES, matching=_NAMES)
        if copy is not database
    ]
    return any_of([Truth.of(in_global), *(_leaves(database, copy.region) for copy in fed)])


def _leaves(store: Member, region: object) -> Truth:
    if not isinstance(region, str) or store.region is None:
        return Truth.NO if region is None and store.region is not None else Truth.UNKNOWN
    return Truth.of(region != store.region)


def _automated(estate: Estate, settings: Settings) -> Iterator[Finding]:
    for copy in estate.of({AUTOMATED}):
        own = settings.of(data_class.of(copy.stated))
        minimum = own.integer("minDays")
        required = f"at least {minimum} days are required ({own.origin('minDays')})"
        days = copy.stated.number("retentionPeriod")
        if days is UNKNOWN:
            yield not_yet(f"retentionPeriod of {copy.name}", required, copy.urn)
        elif (days if days is not None else _AUTOMATED_DAYS) < minimum:
            yield Violation(found("retentionPeriod", days, required, f"retention_period={minimum}"), copy.urn)
        source = copy.stated.text("sourceDbInstanceArn")
        if isinstance(source, str) and region_in_arn(source) == copy.region and copy.region is not None:
            yield Violation(
                f"sourceDbInstanceArn lies in {copy.region}, the Region of the copy; another Region is required. "
                "Write: region=other_region on the InstanceAutomatedBackupsReplication",
                copy.urn,
            )


_CONTROLS = (
    "nist-800-53r5:CP-6",
    "nist-800-53r5:CP-6(1)",
    "nist-800-53r5:CP-9",
    "nist-800-53r5:CP-10",
    "gdpr:32(1)(b)",
    "iso-27001-2022:A.8.14",
    "iso-27001-2022:A.5.30",
)

RULES: tuple[Rule, ...] = (
    StackRule(
        id="rds-cross-region",
        service="rds",
        severity=Severity.HIGH,
        title="RDS databases have a copy in another Region.",
        why="Automated backups and snapshots stay in the Region of the database, and share its disaster.",
        fix=_WRITE_DATABASE,
        tags=_CONTROLS,
        settings=(
            _ACCEPT_COPIES,
            # RDS keeps automated backups for at most 35 days (StartDBInstanceAutomatedBackupsReplication).
            Setting("minDays", "integer", 7, "Fewest days that replicated automated backups are kept.", 1, 35),
        ),
        types=frozenset({*_DATABASES, AUTOMATED, stores.GLOBAL_CLUSTER, PLAN, SELECTION}) | stores.COPYING,
        check=rds,
    ),
    StackRule(
        id="efs-replicated",
        service="efs",
        severity=Severity.HIGH,
        title="EFS file systems have a copy in another Region.",
        why="A file system lives in one Region; when that is away, so is every file that was not copied.",
        fix=_WRITE_FILES,
        tags=_CONTROLS,
        settings=(_ACCEPT_COPIES,),
        types=frozenset({stores.FILE_SYSTEM, PLAN, SELECTION}) | stores.COPYING,
        check=efs,
    ),
    ResourceRule(
        id="secrets-replicated",
        service="secretsmanager",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Secrets are replicated to another Region.",
        why="A recovered database is of no use to servers that cannot read its password.",
        fix='replicas=[{"region": "us-west-2", "kms_key_id": key_in_that_region.arn}]',
        tags=_CONTROLS,
        settings=(Setting("requiredRegions", "array", (), "Regions that must hold a replica; by default any other."),),
        types=frozenset({SECRET}),
        check=secrets,
    ),
)
