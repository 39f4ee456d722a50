"""The limits of single values come from botocore's models, and every one of them refuses."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.limits import SOURCES, generate, limits, reason
from localcloud.provider.schema import schema
from localcloud.provider.validate import failures

LIMITS = [(token, path, limit) for token, paths in limits().items() for path, limit in paths.items()]
ROLE = "arn:aws:iam::123456789012:role/snapshots"


def test_the_limits_are_those_of_the_installed_botocore() -> None:
    assert generate() == limits()


def test_every_source_states_a_limit() -> None:
    assert {token for token in SOURCES if not limits()[token]} == set()


def _beyond(limit: Props) -> Any:
    """A value that the limit refuses."""
    if "each" in limit:
        return [_beyond(limit["each"])]
    if "enum" in limit or "pattern" in limit:
        # A pattern may ask for a visible character, for any in one line, for one at all, or for none but a colon.
        return next(text for text in ("\x00", " ", "\n", "", ":") if reason(limit, text) is not None)
    if "max" in limit:
        return limit["max"] + 1
    return limit["min"] - 1


def _fitting(kind: Any, value: Any) -> Any:
    """The number as a value of the kind: so many characters or items, or the number itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_fitting(kind["list"], item) for item in value]
    if kind == "string":
        return "a" * value
    if isinstance(kind, dict) and "list" in kind:
        return [{} if isinstance(kind["list"], dict) else "a"] * value
    if isinstance(kind, dict) and "map" in kind:
        return {str(number): "a" for number in range(value)}
    return value


def _at(kind: Any, path: list[str], limit: Props) -> Any:
    if not path:
        return _fitting(kind, _beyond(limit))
    if "list" in kind:
        return [_at(kind["list"], path, limit)]
    return {path[0]: _at(kind["members"][path[0]], path[1:], limit)}


def _is_list_of_structures(token: str, path: str) -> bool:
    kind: Any = schema()[token]
    for name in path.split("."):
        kind = kind.get("list", kind)
        kind = kind["members"][name]
    return isinstance(kind, dict) and isinstance(kind.get("list"), dict)


@pytest.mark.parametrize(
    ("token", "path", "limit"), LIMITS, ids=[f"{token.split(':')[-1]}.{path}" for token, path, _ in LIMITS]
)
def test_a_value_beyond_a_limit_is_refused_by_its_path(token: str, path: str, limit: Props) -> None:
    inputs = _at(schema()[token], path.split("."), limit)
    # Structures of a list that is too long lack what they require; that is said, too.
    if "max" in limit and _is_list_of_structures(token, path):
        assert reason(limit, [{}] * (limit["max"] + 1)) is not None
        return
    reasons = [failure.reason for failure in failures(token, inputs) if failure.property.replace("[0]", "") == path]
    assert any(SOURCES[token].shape in text for text in reasons)


@pytest.mark.parametrize(
    ("token", "inputs", "text"),
    [
        ("aws:s3/bucketVersioning:BucketVersioning", {"bucket": "logs", "versioningConfiguration": {"status": "On"}},
         "On is none of Enabled, Suspended, Disabled (s3 PutBucketVersioningRequest)"),
        ("aws:iam/role:Role", {"assumeRolePolicy": "{}", "maxSessionDuration": 10},
         "10 is not between 3600 and 43200 (iam CreateRoleRequest)"),
        ("aws:backup/vault:Vault", {"name": "not a name"},
         r"not a name does not match ^[a-zA-Z0-9\-\_]{2,50}$ (backup CreateBackupVaultInput)"),
        ("aws:secretsmanager/secret:Secret", {"name": "a" * 513},
         "513 characters is not between 1 and 512 (secretsmanager CreateSecretRequest)"),
        ("aws:iam/rolePolicy:RolePolicy", {"role": "backup", "policy": "{not json"}, "is not a JSON document"),
        ("aws:s3/bucket:Bucket", {"bucket": "Bad_Name"},
         "Bad_Name must have 3 to 63 lower-case letters, digits, dots and hyphens, and start and end with a letter or"
         " digit (Amazon S3 bucket naming rules)"),
    ],
)  # fmt: skip
def test_the_reason_says_the_value_what_is_allowed_and_the_source(token: str, inputs: Props, text: str) -> None:
    assert [failure.reason for failure in failures(token, inputs)] == [text]


def test_a_value_at_the_limit_or_not_known_yet_is_accepted() -> None:
    role: Props = {"assumeRolePolicy": "{}", "name": "a" * 64, "maxSessionDuration": 43200}
    assert failures("aws:iam/role:Role", role) == []
    assert failures("aws:iam/role:Role", dict.fromkeys(role, UNKNOWN)) == []


def test_a_long_value_is_quoted_in_part() -> None:
    (failure,) = failures("aws:kms/alias:Alias", {"name": "alias/" + "é" * 200, "targetKeyId": "k"})
    assert len(failure.reason) < 200


def _snapshots(create: Props, retain: Props) -> Props:
    schedule = {"name": "s", "createRule": create, "retainRule": retain}
    return {"description": "d", "executionRoleArn": ROLE, "policyDetails": {"schedules": [schedule]}}


@pytest.mark.parametrize(
    ("create", "retain", "word"),
    [
        ({"interval": 5}, {"count": 1}, "createRule.interval 5"),
        ({"interval": 12}, {"interval": 14}, "intervalUnit"),
        ({"interval": 12}, {}, "either count"),
        ({"interval": 12}, {"count": 1, "interval": 14, "intervalUnit": "DAYS"}, "either count"),
    ],
)
def test_a_snapshot_schedule_that_dlm_refuses_is_refused(create: Props, retain: Props, word: str) -> None:
    (failure,) = failures("aws:dlm/lifecyclePolicy:LifecyclePolicy", _snapshots(create, retain))
    assert word in failure.reason


@pytest.mark.parametrize("retain", [{"count": 1}, {"interval": 14, "intervalUnit": "DAYS"}, {"count": UNKNOWN}])
def test_a_snapshot_schedule_keeps_by_count_or_by_age(retain: Props) -> None:
    assert failures("aws:dlm/lifecyclePolicy:LifecyclePolicy", _snapshots({"interval": 12}, retain)) == []
