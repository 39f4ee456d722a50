"""AWS Secrets Manager: the key of a secret and of its replicas, its rotation, and the way back after a deletion."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import at_least_days, days, must_be_own_key
from resilience_policies.estate import Estate
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.rule import (
    Finding,
    Resource,
    ResourceRule,
    Rule,
    Setting,
    Settings,
    StackRule,
    Undetermined,
    Violation,
)
from resilience_policies.schedules import longest_gap_minutes

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  a resource type
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_DAY_MINUTES = 24 * 60
_WRITE_ROTATION = (
    "secretsmanager.SecretRotation(..., secret_id=secret.id, rotation_lambda_arn=function.arn, "
    'rotation_rules={"automatically_after_days": 30})'
)


def cmk(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """A replica without a key of its own falls back to the key that AWS manages there, whatever the secret uses."""
    yield from must_be_own_key(resource.stated.raw("kmsKeyId"), "kmsKeyId", "kms_key_id=key.arn", resource.region)
    replicas = resource.stated.blocks("replicas")
    for number, replica in enumerate(replicas.known):
        write = 'in that replica: "kms_key_id": key_in_that_region.arn'
        key = f"replicas[{number}].kmsKeyId"
        yield from must_be_own_key(replica.raw("kmsKeyId"), key, write, replica.text("region"))
    if replicas.has_unknown:
        yield not_yet("replicas", "each needs a customer managed KMS key")


def rotation(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """A replica rotates with its secret. Rotation that is switched off is none."""
    rotated: set[str] = set()
    for schedule in estate.of({ROTATION}):
        if schedule.stated.flag("rotationEnabled") is not False:
            rotated |= {secret.urn for secret in estate.linked(schedule, "secretId", {SECRET}, ("id", "arn", "name"))}
    for secret in estate.of({SECRET}):
        if secret.urn not in rotated:
            required = "a SecretRotation of this stack is required"
            yield Violation(found("the rotation of the secret", None, required, _WRITE_ROTATION), secret.urn)


def rotation_period(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """By days, or by a schedule, of which the longest time between two runs counts."""
    rules = resource.stated.blocks("rotationRules")
    most = settings.integer("maxDays")
    required = f"at most {days(most)} are required ({settings.origin('maxDays')})"
    if rules.has_unknown:
        yield not_yet("rotationRules", required)
        return
    stated = rules.known[0] if rules.known else Reading({})
    write = f'rotation_rules={{"automatically_after_days": {min(most, 30)}}}'
    schedule = stated.text("scheduleExpression")
    count = stated.number("automaticallyAfterDays")
    if UNKNOWN in (schedule, count):
        key = "scheduleExpression" if schedule is UNKNOWN else "automaticallyAfterDays"
        yield not_yet(f"rotationRules.{key}", required)
    elif isinstance(schedule, str):
        gap = longest_gap_minutes(schedule)
        if gap is None:
            message = (
                f"undetermined: rotationRules.scheduleExpression is in a form that this rule cannot read; {required}"
            )
            yield Undetermined(message)
        elif gap > most * _DAY_MINUTES:
            text = f"rotationRules.scheduleExpression leaves {days(gap // _DAY_MINUTES)} between two rotations"
            yield Violation(f"{text}; {required}. Write: {write}")
    elif not isinstance(count, int | float) or count > most:
        yield Violation(found("rotationRules.automaticallyAfterDays", count, required, write))


def recovery_window(resource: Resource, settings: Settings) -> Iterator[Finding]:
    """Zero deletes at once; AWS waits 30 days when the program says nothing."""
    value = resource.stated.number("recoveryWindowInDays")
    yield from at_least_days(value, "recoveryWindowInDays", settings, "recovery_window_in_days", default=30)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="secrets-cmk",
        service="secretsmanager",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Secrets and each of their replicas are encrypted with a customer managed key.",
        why="A recovery account cannot read a secret under the key that AWS manages, nor can that key be withdrawn.",
        fix='kms_key_id=key.arn, and "kms_key_id": key_in_that_region.arn in each replica',
        tags=(*controls.OWN_KEY, "checkov:CKV_AWS_149"),
        types=frozenset({SECRET}),
        check=cmk,
    ),
    StackRule(
        id="secrets-rotation",
        service="secretsmanager",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Secrets are rotated automatically.",
        why="Rotation bounds how long a leaked secret opens anything.",
        fix=_WRITE_ROTATION,
        tags=("nist-800-53r5:AC-2(1)", "pci-dss-4.0:8.6.3", "security-hub:SecretsManager.1", "checkov:CKV2_AWS_57"),
        types=frozenset({SECRET, ROTATION}),
        check=rotation,
    ),
    ResourceRule(
        id="secrets-rotation-period",
        service="secretsmanager",
        severity=Severity.MEDIUM,
        level="advisory",
        title="Secrets are rotated often enough.",
        why="A leaked secret opens doors until its next rotation.",
        fix='rotation_rules={"automatically_after_days": 30}',
        tags=("nist-800-53r5:AC-2(1)", "pci-dss-4.0:8.6.3", "security-hub:SecretsManager.4", "checkov:CKV_AWS_304"),
        # Secrets Manager rotates every 1 to 1,000 days (RotationRulesType, AutomaticallyAfterDays).
        settings=(Setting("maxDays", "integer", 90, "Most days between two rotations.", minimum=1, maximum=1000),),
        types=frozenset({ROTATION}),
        check=rotation_period,
    ),
    ResourceRule(
        id="secrets-recovery-window",
        service="secretsmanager",
        severity=Severity.HIGH,
        title="Deleted secrets can be brought back for a time.",
        why="A secret that is deleted at once locks everybody out of what it opened, restored databases included.",
        fix="recovery_window_in_days=30",
        tags=controls.KEPT,
        # Secrets Manager waits 7 to 30 days (DeleteSecret, RecoveryWindowInDays).
        settings=(Setting("minDays", "integer", 7, "Fewest days before a secret is gone.", minimum=7, maximum=30),),
        types=frozenset({SECRET}),
        check=recovery_window,
    ),
)
