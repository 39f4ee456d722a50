"""What Pulumi itself is told of resources that hold state: protect, ignore_changes, and the class of their data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import data_class, stores
from resilience_policies.data_class import TAG_KEY
from resilience_policies.estate import region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.protective import PROPERTIES, STATEFUL
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation

_FIRST_KEY = re.compile(r'^(?:\[")?([A-Za-z0-9_-]+|\*)')
# Stores of data, by which recovery objectives differ; keys and vaults serve stores of every class.
_CLASSED = frozenset(stores.BACKED_UP) | {
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:redshift/cluster:Cluster",
    "aws:secretsmanager/secret:Secret",
}


def protected(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A read replica beside its source can be made again from it."""
    source = resource.stated.text("replicateSourceDb")
    beside = isinstance(source, str) and region_in_arn(source) in (None, resource.region)
    if not resource.protect and not (resource.type == stores.RDS_INSTANCE and beside):
        required = "true is required: the resource holds what cannot be made again"
        yield Violation(found("the option protect", False, required, "opts=pulumi.ResourceOptions(protect=True)"))


def not_ignored(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """With ignore_changes, what somebody weakened by hand stays weak, and no preview shows it."""
    judged = PROPERTIES[resource.type]
    for path in resource.ignore_changes:
        match = _FIRST_KEY.match(path)
        key = match[1] if match else path
        if key == "*" or key in judged:
            what = "every property" if key == "*" else key
            yield Violation(
                f"ignore_changes hides {what}, which protects data; no protecting property may be ignored. "
                "Write: ignore_changes without it"
            )


def classed(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """The provider's default tags count."""
    key, allowed = settings.text(TAG_KEY.key), settings.texts("allowedValues")
    value = data_class.of(resource.stated)
    if value is UNKNOWN:
        yield not_yet(f"the tag {key}", "it says how soon and from how far back the data must be recovered")
    elif value is None:
        required = "the class of the data is required: it decides how soon and from how far back it must be recovered"
        example = allowed[0] if allowed else "critical"
        yield Violation(found(f"the tag {key}", None, required, f'tags={{"{key}": "{example}"}}'))
    elif allowed and value not in allowed:
        yield Violation(
            f"the tag {key} has a value of no known class; one of {', '.join(allowed)} is required (allowedValues). "
            f'Write: tags={{"{key}": "{allowed[0]}"}}'
        )


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="stateful-protected",
        service="pulumi",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Resources that hold state are protected from deletion by Pulumi.",
        why="A renamed resource is a deleted one; protect turns that, and `pulumi destroy`, into an error.",
        fix="opts=pulumi.ResourceOptions(protect=True)",
        tags=("nist-800-53r5:CP-9", "nist-800-53r5:SI-12", "iso-27001-2022:A.8.13"),
        types=STATEFUL,
        check=protected,
    ),
    ResourceRule(
        id="protected-property-not-ignored",
        service="pulumi",
        severity=Severity.MEDIUM,
        level="advisory",
        title="No property that protects data is hidden by ignore_changes.",
        why="What is ignored is never set right again: a retention that was lowered by hand stays lowered.",
        fix='opts=pulumi.ResourceOptions(ignore_changes=["password"])',
        tags=("nist-800-53r5:CM-2", "nist-800-53r5:CM-6", "iso-27001-2022:A.8.9"),
        types=frozenset(PROPERTIES),
        check=not_ignored,
    ),
    ResourceRule(
        id=data_class.RULE_ID,
        service="classification",
        severity=Severity.LOW,
        level="advisory",
        title="Data stores say the class of their data.",
        why="Thresholds differ by class; a store without one is held to those of no one in particular.",
        fix='tags={"data-class": "critical"}',
        tags=("nist-800-53r5:RA-2", "nist-800-53r5:CP-2", "iso-27001-2022:A.5.12", "iso-27001-2022:A.5.13"),
        settings=(
            TAG_KEY,
            Setting("allowedValues", "array", (), "Classes that are known; empty allows any."),
        ),
        types=_CLASSED,
        check=classed,
    ),
)
