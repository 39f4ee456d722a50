"""Each data store is reached by a backup plan: by ARN, wildcard, tag or condition, and not excluded again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pulumi_policy import Severity

from resilience_policies import buckets, stores
from resilience_policies.estate import Estate, Member
from resilience_policies.messages import not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Level, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.selections import SELECTION, Tag, carries, selected
from resilience_policies.truth import Truth

CLAIM_TAG = "backed-up-by"
BACKUP_POLICY = "aws:efs/backupPolicy:BackupPolicy"
_ELSEWHERE = Setting(
    "selectedElsewhere",
    "array",
    (),
    'Tags, as "key=value", that a plan outside the stack selects (of the organization, or of a central stack).',
)


def in_plan(types: Iterable[str]) -> Callable[[Estate, Settings], Iterator[Finding]]:
    """The check for stores of these types."""
    judged = frozenset(types)

    def check(estate: Estate, settings: Settings) -> Iterator[Finding]:
        copied = stores.copies(estate)
        planned = {selection.region for selection in estate.of({SELECTION})}
        elsewhere = tuple(Tag.parse(text) for text in settings.texts("selectedElsewhere"))
        for store in estate.of(judged):
            if _is_covered_by_source(store, copied, planned):
                continue
            answer = selected(estate, store) | _automatic(estate, store) | carries(store, elsewhere)
            if answer is Truth.YES or stores.claimed(estate, store, CLAIM_TAG) is not None:
                continue
            if answer is Truth.UNKNOWN:
                yield not_yet(f"what selects {store.name}", "a backup plan must reach it", store.urn)
            else:
                yield Violation(_message(), store.urn)

    return check


def _is_covered_by_source(store: Member, copied: frozenset[str], planned: set[str | None]) -> bool:
    """A copy is backed up at its source; where its own Region has a plan, it is what a failover leaves, and in it."""
    return store.urn in copied and (stores.is_replica_in_region(store) or store.region not in planned)


def _automatic(estate: Estate, store: Member) -> Truth:
    """EFS can put a file system into a plan of its own, which AWS keeps."""
    if store.type != stores.FILE_SYSTEM:
        return Truth.NO
    statuses = [
        policy.stated.text("backupPolicy", "status")
        for policy in estate.referring(store, {BACKUP_POLICY}, "fileSystemId", to={stores.FILE_SYSTEM})
    ]
    if any(status in ("ENABLED", "ENABLING") for status in statuses):
        return Truth.YES
    return Truth.UNKNOWN if UNKNOWN in statuses else Truth.NO


def _message() -> str:
    return (
        "no selection of this stack assigns it to a backup plan (resources, selectionTags, conditions, notResources); "
        'one is required. Write: backup.Selection(..., plan_id=plan.id, resources=[store.arn]), or tags={"'
        + CLAIM_TAG
        + '": "<stack>"} when a plan of another stack selects it'
    )


@dataclass(frozen=True, kw_only=True)
class _Kind:
    service: str
    stores: str
    types: frozenset[str]
    why: str
    level: Level
    controls: tuple[str, ...]


_KINDS = (
    _Kind(
        service="rds",
        stores="RDS databases",
        types=frozenset({stores.RDS_INSTANCE, stores.RDS_CLUSTER}),
        why="Automated backups end after 35 days and go with the instance; recovery points in a vault do not.",
        level="advisory",
        controls=("security-hub:RDS.26", "checkov:CKV2_AWS_8"),
    ),
    _Kind(
        service="dynamodb",
        stores="DynamoDB tables",
        types=frozenset({stores.TABLE, stores.TABLE_REPLICA}),
        why="Point-in-time recovery reaches back 35 days at most; recovery points in a vault outlive the table.",
        level="advisory",
        controls=("security-hub:DynamoDB.4",),
    ),
    _Kind(
        service="s3",
        stores="S3 buckets",
        types=buckets.BUCKETS,
        why="Versions share the bucket's account and its fate; recovery points in a locked vault do not.",
        level="advisory",
        controls=(),
    ),
    _Kind(
        service="ebs",
        stores="EBS volumes",
        types=frozenset({stores.VOLUME}),
        why="A volume lives in one Availability Zone, and nothing else keeps a copy of it.",
        level="mandatory",
        controls=("security-hub:EC2.28", "checkov:CKV2_AWS_9"),
    ),
    _Kind(
        service="efs",
        stores="EFS file systems",
        types=frozenset({stores.FILE_SYSTEM}),
        why="A deleted or overwritten file is gone for good: EFS keeps no versions.",
        level="mandatory",
        controls=("security-hub:EFS.2", "checkov:CKV2_AWS_18"),
    ),
)


def _rule(kind: _Kind) -> StackRule:
    return StackRule(
        id=f"{kind.service}-in-backup-plan",
        service=kind.service,
        severity=Severity.HIGH if kind.level == "mandatory" else Severity.MEDIUM,
        level=kind.level,
        title=f"{kind.stores} are in a backup plan.",
        why=kind.why,
        fix='backup.Selection("...", plan_id=plan.id, iam_role_arn=role.arn, resources=[store.arn])',
        tags=(
            "nist-800-53r5:CP-9",
            "nist-800-53r5:CP-10",
            "nist-800-53r5:SI-12",
            "gdpr:32(1)(c)",
            "iso-27001-2022:A.8.13",
            *kind.controls,
            "backup-audit-manager:BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
        ),
        settings=(_ELSEWHERE,),
        types=kind.types | {SELECTION, BACKUP_POLICY} | stores.COPYING,
        check=in_plan(kind.types),
    )


RULES: tuple[Rule, ...] = tuple(_rule(kind) for kind in _KINDS)
