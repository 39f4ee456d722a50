"""The event patterns: valid EventBridge JSON, names that the APIs have, and the documented events as the proof."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest
from moto.events.models import EventPattern

from components.settings import limits
from components.watch.events import paths_of, text_of
from components.watch.patterns import API_CALL, Alert, alerts

ALERTS = {alert.name: alert for alert in alerts(4)}
# The API that a source of events stands for.
APIS = {
    "aws.backup": "backup",
    "aws.cloudtrail": "cloudtrail",
    "aws.dynamodb": "dynamodb",
    "aws.ec2": "ec2",
    "aws.events": "events",
    "aws.guardduty": "guardduty",
    "aws.kms": "kms",
    "aws.monitoring": "cloudwatch",
    "aws.rds": "rds",
    "aws.s3": "s3",
    "aws.sns": "sns",
}
# Amazon S3 user guide, "Amazon S3 CloudTrail events": recorded under names that are not those of the API.
S3_NAMES = {
    "DeleteBucketPublicAccessBlock": "DeletePublicAccessBlock",
    "PutBucketPublicAccessBlock": "PutPublicAccessBlock",
}


def call(source: str, name: str, **detail: Any) -> dict[str, Any]:
    """A management event as EventBridge delivers it."""
    who = {"arn": "arn:aws:sts::123456789012:assumed-role/admin/mallory"}
    return {
        "source": source,
        "detail-type": API_CALL,
        "account": "123456789012",
        "region": "us-east-1",
        "detail": {"eventName": name, "userIdentity": who, "sourceIPAddress": "192.0.2.7"} | detail,
    }


def job(kind: str, **detail: Any) -> dict[str, Any]:
    """A job event of AWS Backup (developer guide, "Monitoring AWS Backup events using Amazon EventBridge")."""
    return {"source": "aws.backup", "detail-type": f"{kind} Job State Change", "detail": detail}


def alerted(event: dict[str, Any], severity: int = 4) -> set[str]:
    return {
        alert.name for alert in alerts(severity) if EventPattern(None, json.loads(alert.pattern())).matches_event(event)
    }


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (job("Backup", state="FAILED"), {"backup-jobs"}),
        (job("Backup", state="ABORTED"), {"backup-jobs"}),
        (job("Backup", state="EXPIRED"), {"backup-jobs"}),
        (job("Copy", state="FAILED"), {"backup-jobs"}),
        (job("Copy", state="PARTIAL"), {"backup-jobs"}),
        (job("Restore", status="FAILED"), {"backup-jobs"}),
        (job("Restore", status="COMPLETED", validationStatus="TIMED_OUT"), {"backup-jobs"}),
        (job("Backup", state="COMPLETED"), set()),
        (job("Backup", state="COMPLETED", statusMessage=""), set()),
        (job("Backup", state="COMPLETED", statusMessage="Skipped 3 objects"), {"backup-issues"}),
        (job("Restore", status="COMPLETED", validationStatus="SUCCESSFUL"), set()),
        (call("aws.backup", "DeleteRecoveryPoint"), {"backup-tampering"}),
        (call("aws.backup", "DeleteRecoveryPoint", errorCode="AccessDeniedException"), {"backup-tampering"}),
        (call("aws.backup", "ListRecoveryPointsByBackupVault"), set()),
        (
            call("aws.backup", "PutRestoreValidationResult", requestParameters={"validationStatus": "FAILED"}),
            {"restore-validation"},
        ),
        (call("aws.backup", "PutRestoreValidationResult", requestParameters={"validationStatus": "SUCCESSFUL"}), set()),
        (call("aws.kms", "ScheduleKeyDeletion"), {"key-tampering"}),
        (call("aws.kms", "Decrypt"), set()),
        (call("aws.cloudtrail", "StopLogging"), {"trail-tampering"}),
        (call("aws.rds", "DeleteDBInstance"), {"database-loss"}),
        (call("aws.dynamodb", "DeleteTable"), {"table-loss"}),
        (call("aws.s3", "PutBucketVersioning"), {"bucket-tampering"}),
        (call("aws.guardduty", "DeleteDetector"), {"detector-tampering"}),
        (call("aws.monitoring", "DisableAlarmActions"), {"watch-tampering"}),
        (call("aws.ec2", "DeleteSnapshot"), {"snapshot-loss"}),
        (call("aws.ec2", "DeleteSnapshot", userIdentity={"invokedBy": "dlm.amazonaws.com"}), set()),
        (call("aws.rds", "DeleteDBSnapshot", userIdentity={"invokedBy": "backup.amazonaws.com"}), set()),
        (call("aws.rds", "DeleteDBInstance", userIdentity={"invokedBy": "backup.amazonaws.com"}), set()),
        (
            call("aws.rds", "DeleteDBInstance", userIdentity={"invokedBy": "cloudformation.amazonaws.com"}),
            {"database-loss"},
        ),
        (
            call("aws.backup", "DeleteBackupVault", userIdentity={"invokedBy": "backup.amazonaws.com"}),
            {"backup-tampering"},
        ),
    ],
)
def test_what_matters_alerts_once_and_nothing_else_does(event: dict[str, Any], names: set[str]) -> None:
    assert alerted(event) == names


@pytest.mark.parametrize(("severity", "names"), [(3.9, set()), (4, {"threats"}), (8.5, {"threats"})])
def test_a_finding_alerts_from_its_severity_on(severity: float, names: set[str]) -> None:
    event = {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": severity}}
    assert alerted(event) == names
    assert alerted(event, severity=9) == set()


def test_the_issue_s_calls_are_all_there() -> None:
    """Issue 4, "Deliver 4", and the vault's own protection."""
    asked = {
        "DeleteRecoveryPoint",
        "DeleteBackupVault",
        "PutBackupVaultLockConfiguration",
        "DeleteBackupVaultLockConfiguration",
        "PutBackupVaultAccessPolicy",
        "DeleteBackupVaultAccessPolicy",
        "UpdateRecoveryPointLifecycle",
        "ScheduleKeyDeletion",
        "DisableKey",
        "PutKeyPolicy",
        "StopLogging",
        "DeleteTrail",
        "UpdateTrail",
        "DeleteDBInstance",
        "DeleteTable",
        "DeleteBucket",
        "DeleteBucketPolicy",
        "PutBucketVersioning",
        "PutBucketReplication",
        "DeleteBucketReplication",
        "PutBucketLifecycle",
        "DeleteBucketLifecycle",
        "DeleteDetector",
        "StopMonitoringMembers",
    }
    assert asked <= {name for alert in ALERTS.values() for name in alert.calls}


@pytest.mark.parametrize("alert", ALERTS.values(), ids=list(ALERTS))
def test_every_call_is_one_of_the_source_s_api(alert: Alert) -> None:
    """A misspelt name would be a rule that never fires."""
    session = botocore.session.get_session()
    known = {name for source in alert.sources for name in session.get_service_model(APIS[source]).operation_names}
    assert {S3_NAMES.get(name, name) for name in alert.calls} <= known


def leaves(node: Any) -> list[Any]:
    """The values of a pattern; each must be a list."""
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in (_branches(value) if key == "$or" else leaves(value))]
    return [node]


def _branches(alternatives: list[Any]) -> list[Any]:
    assert len(alternatives) > 1, "$or of one"
    return [leaf for branch in alternatives for leaf in leaves(branch)]


@pytest.mark.parametrize("alert", ALERTS.values(), ids=list(ALERTS))
def test_every_pattern_is_one_that_eventbridge_takes(alert: Alert) -> None:
    """Amazon EventBridge PutRule EventPattern: lists at the leaves, 4,096 characters."""
    text = alert.pattern()
    assert len(text) <= limits.EVENT_PATTERN_CHARACTERS
    pattern = json.loads(text)
    assert set(pattern) <= {"source", "detail-type", "detail"}
    assert all(isinstance(leaf, list) and leaf for leaf in leaves(pattern))
    assert ("detail" in pattern) or alert.detail_types != (API_CALL,), "every API call of the service"


@pytest.mark.parametrize("alert", ALERTS.values(), ids=list(ALERTS))
def test_every_text_says_what_who_where_and_why_and_no_secret(alert: Alert) -> None:
    text = text_of(alert)
    assert len(text) <= limits.EVENT_TEMPLATE_CHARACTERS
    lines = [json.loads(line) for line in text.split("\n")]
    whole = "\n".join(lines)
    for placeholder in ("<account>", "<region>", "<what>"):
        assert placeholder in whole
    if alert.detail_types == (API_CALL,):
        assert "<who>" in whole
    assert alert.why in whole
    asked = [path for _, path in paths_of(alert) if "requestParameters" in path or "responseElements" in path]
    assert all(re.fullmatch(r"\$\.detail\.requestParameters\.\w*([nN]ame|Id|Identifier)", path) for path in asked)
