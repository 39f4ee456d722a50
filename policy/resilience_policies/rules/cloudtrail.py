"""AWS CloudTrail: trails, and event data stores of CloudTrail Lake."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import must_be_own_key, must_be_true
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings

TRAIL = "aws:cloudtrail/trail:Trail"
EVENT_DATA_STORE = "aws:cloudtrail/eventDataStore:EventDataStore"


def cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Trails and event data stores spell their key alike."""
    yield from must_be_own_key(resource.stated.raw("kmsKeyId"), "kmsKeyId", "kms_key_id=key.arn")


def log_validation(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Event data stores are immutable by themselves."""
    value = resource.stated.flag("enableLogFileValidation")
    yield from must_be_true(value, "enableLogFileValidation", "enable_log_file_validation=True")


def multi_region(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A trail is of one Region unless told otherwise, an event data store of all. One that is off records nothing."""
    if resource.type == TRAIL:
        if (logging := resource.stated.flag("enableLogging")) is not None:
            yield from must_be_true(logging, "enableLogging", "enable_logging=True")
        value = resource.stated.flag("isMultiRegionTrail")
        yield from must_be_true(value, "isMultiRegionTrail", "is_multi_region_trail=True")
        return
    value = resource.stated.flag("multiRegionEnabled")
    if value is UNKNOWN or value is False:
        yield from must_be_true(value, "multiRegionEnabled", "multi_region_enabled=True")


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="cloudtrail-cmk",
        service="cloudtrail",
        severity=Severity.MEDIUM,
        level="advisory",
        title="CloudTrail logs are encrypted with a customer managed key.",
        why="Whoever may read the bucket may read the logs otherwise; a key of your own is a second lock.",
        fix="kms_key_id=key.arn",
        tags=(
            *controls.OWN_KEY,
            "nist-800-53r5:AU-9(3)",
            "cis-aws-5.0:3.5",
            "iso-27001-2022:A.8.15",
            "security-hub:CloudTrail.2",
            "checkov:CKV_AWS_35",
            "checkov:CKV_AWS_294",
        ),
        types=frozenset({TRAIL, EVENT_DATA_STORE}),
        check=cmk,
    ),
    ResourceRule(
        id="cloudtrail-log-validation",
        service="cloudtrail",
        severity=Severity.MEDIUM,
        level="advisory",
        title="CloudTrail signs digests of its log files.",
        why="After an attack the logs prove what was touched only when nobody could have changed them unseen.",
        fix="enable_log_file_validation=True",
        tags=(
            "nist-800-53r5:AU-9",
            "pci-dss-4.0:10.3.4",
            "cis-aws-5.0:3.2",
            "iso-27001-2022:A.8.15",
            "security-hub:CloudTrail.4",
            "checkov:CKV_AWS_36",
        ),
        types=frozenset({TRAIL}),
        check=log_validation,
    ),
    ResourceRule(
        id="cloudtrail-multi-region",
        service="cloudtrail",
        severity=Severity.MEDIUM,
        level="advisory",
        title="CloudTrail records every Region.",
        why="Copies live in other Regions: a deletion there would leave no record.",
        fix="is_multi_region_trail=True",
        tags=(
            "nist-800-53r5:AU-12",
            "cis-aws-5.0:3.1",
            "iso-27001-2022:A.8.15",
            "security-hub:CloudTrail.1",
            "checkov:CKV_AWS_67",
        ),
        types=frozenset({TRAIL, EVENT_DATA_STORE}),
        check=multi_region,
    ),
)
