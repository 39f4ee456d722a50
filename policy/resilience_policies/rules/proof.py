"""Proof that recovery works: restore tests and the audit framework of AWS Backup; and eyes on every Region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from resilience_policies import stores
from resilience_policies.estate import Estate, Member
from resilience_policies.messages import found, not_yet
from resilience_policies.plans import AIR_GAPPED_VAULT, VAULT
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.selections import PLAN, SELECTION, selected
from resilience_policies.truth import Truth

TEST_PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
TEST_SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
FRAMEWORK = "aws:backup/framework:Framework"
DETECTOR = "aws:guardduty/detector:Detector"
_WRITE_TEST = (
    'backup.RestoreTestingPlan(..., recovery_point_selection={"algorithm": "LATEST_WITHIN_WINDOW", '
    '"include_vaults": [vault.arn], "recovery_point_types": ["SNAPSHOT", "CONTINUOUS"]})'
)
_WRITE_TYPE = 'backup.RestoreTestingSelection(..., protected_resource_type="{kind}", protected_resource_arns=["*"])'


def restore_testing(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """In each Region with a plan: a test plan that takes its points from the stack's vaults, and a selection for each
    kind of store that the plans reach.
    """
    tests = estate.of({TEST_PLAN})
    for plan in estate.of({PLAN}):
        if not _beside(plan, tests):
            required = "a restore test in the plan's Region is required: a backup that was never restored is a hope"
            yield Violation(found("a RestoreTestingPlan", None, required, _WRITE_TEST), plan.urn)
    for vault in estate.of({VAULT, AIR_GAPPED_VAULT}):
        near = _beside(vault, tests)
        if near:
            yield from _vault(vault, near)
    yield from _kinds(estate)


def _vault(vault: Member, tests: list[Member]) -> Iterator[Finding]:
    required = "its recovery points must be among those that are restored"
    for test in tests:
        included = _names(test, vault, "includeVaults")
        excluded = _names(test, vault, "excludeVaults")
        if (included & ~excluded) is Truth.YES:
            return
    if any(
        (_names(test, vault, "includeVaults") & ~_names(test, vault, "excludeVaults")) is Truth.UNKNOWN
        for test in tests
    ):
        yield not_yet(f"what {tests[0].name} takes from {vault.name}", required, vault.urn)
    else:
        yield Violation(
            f"recoveryPointSelection.includeVaults of no restore test names the vault; {required}. "
            'Write: "include_vaults": [vault.arn]',
            vault.urn,
        )


def _names(test: Member, vault: Member, key: str) -> Truth:
    patterns = test.stated.texts("recoveryPointSelection", key)
    arn = vault.text("arn")
    name = vault.text("name")
    for pattern in patterns:
        if not isinstance(pattern, str):
            continue
        known = arn if isinstance(arn, str) else None
        if pattern == "*" or (known is not None and fnmatchcase(known, pattern)):
            return Truth.YES
        if known is None and isinstance(name, str) and pattern.endswith(f":{name}"):
            return Truth.YES
    if UNKNOWN not in patterns:
        return Truth.NO
    sources = test.sources.get("recoveryPointSelection", ())
    return Truth.YES if vault.urn in sources else Truth.NO if sources else Truth.UNKNOWN


def _kinds(estate: Estate) -> Iterator[Finding]:
    tests = estate.of({TEST_PLAN})
    judged: set[tuple[str, str | None]] = set()
    for store in estate.of(stores.BACKED_UP):
        place = (stores.BACKED_UP[store.type], store.region)
        near = _beside(store, tests)
        if place in judged or not near or selected(estate, store) is not Truth.YES:
            continue
        judged.add(place)
        kinds = [s.stated.text("protectedResourceType") for s in _beside(store, estate.of({TEST_SELECTION}))]
        kind = place[0]
        required = f"plans reach stores of the kind {kind}, so one is required"
        if kind in kinds:
            continue
        if UNKNOWN in kinds:
            yield not_yet(f"a protectedResourceType of {near[0].name}", required, near[0].urn)
        else:
            name = f"a RestoreTestingSelection of {kind}"
            yield Violation(found(name, None, required, _WRITE_TYPE.format(kind=kind)), near[0].urn)


def framework(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """In each Region with a plan, the frameworks together have the controls."""
    wanted = settings.texts("requiredControls")
    frameworks = estate.of({FRAMEWORK})
    for plan in estate.of({PLAN}):
        near = _beside(plan, frameworks)
        blocks = [member.stated.blocks("controls") for member in near]
        names = {block.text("name") for found_ in blocks for block in found_.known}
        missing = [control for control in wanted if control not in names]
        listed = ", ".join(missing)
        required = f"{listed} must be among them ({settings.origin('requiredControls')})"
        if not near:
            write = f'backup.Framework(..., controls=[{{"name": "{wanted[0] if wanted else "..."}"}}, ...])'
            why = "an audit framework in the plan's Region is required"
            yield Violation(found("a Framework", None, why, write), plan.urn)
        elif missing and (UNKNOWN in names or any(found_.has_unknown for found_ in blocks)):
            yield not_yet(f"controls of {near[0].name}", required, near[0].urn)
        elif missing:
            yield Violation(
                f'controls lacks {listed}; {required}. Write: controls=[..., {{"name": "{missing[0]}"}}]', near[0].urn
            )


def guardduty(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """A detector in each required Region, or in each where the stack holds data."""
    held = {store.region for store in estate.of(stores.BACKED_UP)} - {None}
    regions = settings.texts("requiredRegions") or tuple(sorted(region for region in held if region is not None))
    detectors = estate.of({DETECTOR})
    for detector in detectors:
        if detector.stated.flag("enable") is False:
            required = "true is required: a suspended detector sees nothing"
            yield Violation(found("enable", False, required, "enable=True"), detector.urn)
    if not detectors and not settings.flag("requireDetector"):
        return
    unplaced = any(detector.region is None for detector in detectors)
    for region in regions:
        if any(detector.region == region for detector in detectors):
            continue
        required = "GuardDuty must watch every Region that holds data" + (
            " (requiredRegions)" if settings.texts("requiredRegions") else ""
        )
        if unplaced:
            yield not_yet(f"the Region of {detectors[0].name}", required, detectors[0].urn)
        else:
            write = f'guardduty.Detector(..., enable=True, region="{region}")'
            yield Violation(found(f"a GuardDuty detector in {region}", None, required, write))


def _beside(member: Member, others: Iterable[Member]) -> list[Member]:
    """Those in the same Region, as far as Regions are known."""
    return [other for other in others if None in (other.region, member.region) or other.region == member.region]


_CONTROLS = (
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
    "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
    "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
    "BACKUP_RECOVERY_POINT_ENCRYPTED",
    "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
)

RULES: tuple[Rule, ...] = (
    StackRule(
        id="restore-testing-covers",
        service="backup",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Restores are tested for every vault and kind of store.",
        why="AWS promises no restore time, and a backup that was never restored may not restore.",
        fix=_WRITE_TEST,
        tags=(
            "nist-800-53r5:CP-4",
            "nist-800-53r5:CP-9(1)",
            "gdpr:32(1)(d)",
            "iso-27001-2022:A.8.13",
            "backup-audit-manager:RESTORE_TIME_FOR_RESOURCES_MEET_TARGET",
        ),
        types=frozenset({PLAN, VAULT, AIR_GAPPED_VAULT, SELECTION, TEST_PLAN, TEST_SELECTION, *stores.BACKED_UP}),
        check=restore_testing,
    ),
    StackRule(
        id="audit-framework-present",
        service="backup",
        severity=Severity.LOW,
        level="advisory",
        title="AWS Backup Audit Manager watches the plans.",
        why="A plan that is right today and changed by hand tomorrow is found by an audit, or by a disaster.",
        fix='backup.Framework("...", controls=[{"name": "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"}, ...])',
        tags=("nist-800-53r5:CA-7", "nist-800-53r5:CP-9", "iso-27001-2022:A.5.36", "iso-27001-2022:A.8.13"),
        settings=(Setting("requiredControls", "array", _CONTROLS, "Controls that the frameworks of a Region have."),),
        types=frozenset({PLAN, FRAMEWORK}),
        check=framework,
    ),
    StackRule(
        id="guardduty-enabled-everywhere",
        service="guardduty",
        severity=Severity.MEDIUM,
        level="advisory",
        title="GuardDuty watches every Region that holds data.",
        why="Whoever means to destroy data starts where nobody looks, often in the Region of the copies.",
        fix='guardduty.Detector("...", enable=True)',
        tags=(
            "nist-800-53r5:SI-4",
            "pci-dss-4.0:11.5.1",
            "iso-27001-2022:A.8.16",
            "security-hub:GuardDuty.1",
            "checkov:CKV2_AWS_3",
        ),
        settings=(
            Setting(
                "requiredRegions", "array", (), "Regions to watch; by default those in which the stack holds data."
            ),
            Setting("requireDetector", "boolean", True, "false where the organization, or another stack, enables it."),
        ),
        types=frozenset({DETECTOR, *stores.BACKED_UP}),
        check=guardduty,
    ),
)
