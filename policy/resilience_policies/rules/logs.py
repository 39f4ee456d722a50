"""Amazon CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls, remediation
from resilience_policies.checks import days
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, Violation

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_WRITE_KEY = "kms_key_id=key.arn"


def kms(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """CloudWatch Logs takes no key but a customer managed one, and only by ARN."""
    if not resource.stated.has("kmsKeyId"):
        yield Violation(found("kmsKeyId", None, "a KMS key is required", _WRITE_KEY))


def retention(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Nothing, or 0, keeps logs for ever. The class DELIVERY keeps two days, whatever is written."""
    group_class = resource.stated.text("logGroupClass")
    if group_class == "DELIVERY":
        return
    value = resource.stated.number("retentionInDays")
    least, most = settings.integer("minDays"), settings.integer("maxDays")
    required = f"{least} to {days(most)} are required ({settings.origin('minDays')}; {settings.origin('maxDays')})"
    if value is UNKNOWN:
        yield not_yet("retentionInDays", required)
    elif not isinstance(value, int | float) or value == 0:
        shown = "not set" if value is None else value
        yield Violation(
            f"retentionInDays is {shown}, so logs are kept for ever; {required}. Write: retention_in_days={least}"
        )
    elif not least <= value <= most:
        bound = least if value < least else most
        yield Violation(found("retentionInDays", value, required, f"retention_in_days={bound}"))


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="logs-kms",
        service="logs",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Log groups are encrypted with a KMS key.",
        why="Logs repeat the data of those who wrote them; the key that AWS owns leaves no trace of who read them.",
        fix=_WRITE_KEY,
        tags=(*controls.ENCRYPTED, "nist-800-53r5:AU-9(3)", "iso-27001-2022:A.8.15", "checkov:CKV_AWS_158"),
        types=frozenset({LOG_GROUP}),
        check=kms,
    ),
    ResourceRule(
        id="logs-retention",
        service="logs",
        severity=Severity.LOW,
        level="advisory",
        title="Log groups keep their logs long enough, and not for ever.",
        why="An attack is often found months later; what is kept for ever is paid for ever, and personal data must end.",
        fix="retention_in_days=365",
        tags=(
            "nist-800-53r5:AU-11",
            "nist-800-53r5:SI-12",
            "pci-dss-4.0:10.5.1",
            "gdpr:5(1)(e)",
            "iso-27001-2022:A.8.15",
            "security-hub:CloudWatch.16",
            "checkov:CKV_AWS_66",
            "checkov:CKV_AWS_338",
        ),
        # CloudWatch Logs takes fixed steps from 1 to 3,653 days (PutRetentionPolicy, retentionInDays).
        settings=(
            Setting("minDays", "integer", 365, "Fewest days that logs are kept.", minimum=1, maximum=3653),
            Setting("maxDays", "integer", 3653, "Most days that logs are kept.", minimum=1, maximum=3653),
        ),
        types=frozenset({LOG_GROUP}),
        check=retention,
        remedy=remediation.lengthen_log_retention,
    ),
)
