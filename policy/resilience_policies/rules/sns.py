"""Amazon SNS: the topics that carry alerts, and what they say of data."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import must_be_own_key
from resilience_policies.messages import found
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings, Violation

TOPIC = "aws:sns/topic:Topic"
_WRITE = "kms_master_key_id=key.id"


def kms(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """Any KMS key."""
    if not resource.stated.has("kmsMasterKeyId"):
        yield Violation(found("kmsMasterKeyId", None, "a KMS key is required", _WRITE))


def cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """The policy of alias/aws/sns cannot be changed, so no AWS service can publish through it."""
    yield from must_be_own_key(resource.stated.raw("kmsMasterKeyId"), "kmsMasterKeyId", _WRITE, resource.region)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="sns-kms",
        service="sns",
        severity=Severity.MEDIUM,
        level="advisory",
        title="SNS topics are encrypted with a KMS key.",
        why="Messages at rest are under SNS's own disk encryption otherwise, which leaves no trace of who read them.",
        fix=_WRITE,
        tags=(*controls.ENCRYPTED, "security-hub:SNS.1", "checkov:CKV_AWS_26"),
        types=frozenset({TOPIC}),
        check=kms,
    ),
    ResourceRule(
        id="sns-cmk",
        service="sns",
        severity=Severity.MEDIUM,
        level="advisory",
        title="SNS topics are encrypted with a customer managed key.",
        why="Under alias/aws/sns, alarms, EventBridge and AWS Backup cannot publish: failures are told to nobody.",
        fix=_WRITE,
        tags=controls.OWN_KEY,
        types=frozenset({TOPIC}),
        check=cmk,
    ),
)
