"""Turns rules into policies of the SDK that cannot fail.

An exception that leaves a policy makes the engine abort the whole operation, and an unknown value that leaves a stack
policy silences it for every other resource. So each rule runs inside a guard: its violations are reported first, what
it could not judge is said once at advisory, and a defect of the pack itself is a violation of that rule at that
rule's level, since a rule that did not run has not passed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pulumi_policy import (
    Policy,
    PolicyComplianceFramework,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from resilience_policies import data_class, estate, operation, remediation
from resilience_policies.reading import Reading
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, StackRule, Undetermined, Violation
from resilience_policies.waivers import Subject

_NIST = "nist-800-53r5:"
_HERE = Path(__file__).parent


class CannotJudgeYetError(UnknownValueError):
    """The SDK reports this type, and no other, at advisory whatever the level of the policy."""

    def __init__(self, what: Iterable[str]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        self.message = "; ".join(dict.fromkeys(what))


def policy(rule: Rule) -> Policy:
    """The SDK's form of a rule."""
    about: dict[str, Any] = {
        "name": rule.id,
        "description": rule.title,
        "enforcement_level": rule.enforcement(),
        "config_schema": rule.schema(),
        "display_name": rule.id.replace("-", " "),
        "severity": rule.severity,
        "framework": _framework(rule),
        "tags": [f"service:{rule.service}", *rule.tags],
        "remediation_steps": rule.fix,
    }
    if isinstance(rule, ResourceRule):
        if rule.remedy is not None:
            about["remediate"] = _remediation(rule)
        return ResourceValidationPolicy(validate=_resource_validation(rule), **about)
    if isinstance(rule, StackRule):
        return StackValidationPolicy(validate=_stack_validation(rule), **about)
    raise TypeError(f"{rule.id} is neither a ResourceRule nor a StackRule")


def _framework(rule: Rule) -> PolicyComplianceFramework:
    """The SDK takes one framework a policy: NIST's, which every rule has. The others are among the tags."""
    controls = [tag.removeprefix(_NIST) for tag in rule.tags if tag.startswith(_NIST)]
    return PolicyComplianceFramework("NIST SP 800-53", "Rev. 5", specification=", ".join(controls))


def _resource_validation(rule: ResourceRule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        estate.remember(args.urn, args.props)
        if args.resource_type not in rule.types:
            return
        resource, settings = _asked(rule, args)
        subject = Subject(args.urn, args.name, resource.stated)
        _run(rule, lambda: rule.check(resource, settings), settings, lambda _urn: subject, report)

    return validate


def _remediation(rule: ResourceRule) -> Callable[[ResourceValidationArgs], Mapping[str, Any] | None]:
    """Mends what the rule finds broken, and nothing that it cannot judge, that is waived, or that the program has the
    engine ignore. A failure mends nothing: the rule then blocks.
    """

    def remediate(args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        if args.resource_type not in rule.types or rule.remedy is None:
            return None
        try:
            resource, settings = _asked(rule, args)
            subject = Subject(args.urn, args.name, resource.stated)
            broken = any(isinstance(finding, Violation) for finding in rule.check(resource, settings))
            if not broken or operation.current().waived(rule.id, subject):
                return None
            changes = [c for c in rule.remedy(resource, settings) if c.path[0] not in resource.ignore_changes]
            made = [remediation.apply(args.props, change) for change in changes]
        except Exception:
            return None
        return args.props if any(made) else None

    return remediate


def _asked(rule: ResourceRule, args: ResourceValidationArgs) -> tuple[Resource, Settings]:
    stated = Reading(args.props)
    region = estate.region_of(stated, stated, args.provider)
    protect, ignored = args.opts.protect, tuple(args.opts.ignore_changes)
    resource = Resource(args.resource_type, args.name, args.urn, stated, region, protect, ignored)
    return resource, Settings(rule.settings, args.get_config(), data_class.of(stated))


def _stack_validation(rule: StackRule) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        judged: list[estate.Estate] = []
        settings = Settings(rule.settings, args.get_config())

        def findings() -> Iterator[Finding]:
            judged.append(estate.index(args.resources))
            return rule.check(judged[0], settings)

        def subject(urn: str) -> Subject:
            member = judged[0].member(urn)
            return Subject(urn, member.name, member.stated) if member is not None else Subject(urn)

        _run(rule, findings, settings, subject, report)

    return validate


def _run(
    rule: Rule,
    check: Callable[[], Iterator[Finding]],
    settings: Settings,
    subject_of: Callable[[str], Subject],
    report: ReportViolation,
) -> None:
    undetermined: list[str] = []
    current = operation.current()
    try:
        for finding in check():
            subject = subject_of(finding.urn)
            if isinstance(finding, Undetermined):
                undetermined.append(finding.message)
                current.leave_open(rule.id, subject.urn)
            elif not current.waived(rule.id, subject):
                report(finding.message, finding.urn or None)
    except Exception as error:  # whatever a defect raises, the engine must get an answer
        current.leave_open(rule.id, "")
        report(_defect(rule, error), None)
    undetermined += settings.notes
    if undetermined:
        raise CannotJudgeYetError(undetermined)


def _defect(rule: Rule, error: Exception) -> str:
    # The text of an exception may quote a property, which may be a secret: only its type and where it arose are told.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _HERE in Path(frame.filename).parents]
    where = f"{Path(frames[-1].filename).relative_to(_HERE)}:{frames[-1].lineno}" if frames else "unknown place"
    return (
        f"internal error: the rule could not run ({type(error).__name__} at {where}), so nothing says that it is kept. "
        f"Set {rule.id} to advisory in the policy configuration to go on meanwhile, and report this."
    )
