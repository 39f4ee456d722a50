"""What S3 refuses and moto takes: names of buckets, rules that contradict each other, policies that are none.

Sources: S3 API reference (PutBucketReplication, PutBucketLifecycleConfiguration, PutBucketPolicy); user guide, "General
purpose bucket naming rules", "Transitioning objects using Amazon S3 Lifecycle", "Replication configuration".
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend

from localcloud.emulator.extensions.calls import precede

_NAME = re.compile(r"(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_INFREQUENT_DAYS_MINIMUM = 30
_TIME_CONTROL_MINUTES = 15

Rule = dict[str, Any]


def _name(_: S3Backend, bucket_name: str, *__: Any, **___: Any) -> None:
    if not _NAME.fullmatch(bucket_name):
        raise S3ClientError("InvalidBucketName", "The specified bucket is not valid.")


def _policy(_: S3Backend, bucket_name: str, policy: bytes, *__: Any, **___: Any) -> None:
    try:
        statements = json.loads(policy)["Statement"]
    except (KeyError, TypeError, ValueError):
        raise S3ClientError("MalformedPolicy", f"The policy of {bucket_name} is not a policy in JSON.") from None
    if not statements:
        raise S3ClientError("MalformedPolicy", "Policies must have a statement.")


def check_replication(bucket_name: str, document: dict[str, Any]) -> None:
    """Of a whole replication configuration, in the shape of the API reference."""
    if not str(document.get("Role", "")).startswith("arn:"):
        raise S3ClientError("InvalidArgument", "Invalid role ARN.")
    rules = document["Rules"]
    for name, what in (
        ("ID", "Rule Id must be unique."),
        ("Priority", "Found duplicate priorities; they must be unique."),
    ):
        found = Counter(rule[name] for rule in rules if rule.get(name) is not None)
        if any(count > 1 for count in found.values()):
            _request(what)
    for rule in rules:
        destination = rule["Destination"]
        if destination["Bucket"].rpartition(":")[2] == bucket_name:
            _request("Destination bucket cannot be the same as source bucket.")
        control, metrics = destination.get("ReplicationTime", {}), destination.get("Metrics", {})
        if control.get("Status") == "Enabled":
            if metrics.get("Status") != "Enabled":
                _request("Replication Time Control requires that Metrics is enabled.")
            if control.get("Time", {}).get("Minutes") != _TIME_CONTROL_MINUTES:
                _request(f"ReplicationTime Minutes has to be {_TIME_CONTROL_MINUTES}.")


def check_lifecycle(document: dict[str, Any]) -> None:
    """Of a whole lifecycle configuration, in the shape of the API reference."""
    for rule in document.get("Rules", []):
        fault = next(_lifecycle_faults(rule), None)
        if fault:
            raise S3ClientError("InvalidArgument", fault)


def _lifecycle_faults(rule: Rule) -> Iterator[str]:
    plain = [*rule.get("Transitions", []), *([rule["Transition"]] if "Transition" in rule else [])]
    noncurrent = rule.get("NoncurrentVersionTransitions", [])
    expires, noncurrent_expires = rule.get("Expiration", {}), rule.get("NoncurrentVersionExpiration", {})
    if not (plain or noncurrent or expires or noncurrent_expires or "AbortIncompleteMultipartUpload" in rule):
        yield "At least one action needs to be specified in a rule"
    for name, actions, end in (("Days", plain, expires), ("NoncurrentDays", noncurrent, noncurrent_expires)):
        for action in actions:
            days, storage = action.get(name), action.get("StorageClass")
            if storage in _INFREQUENT and days is not None and days < _INFREQUENT_DAYS_MINIMUM:
                yield f"'{name}' in Transition action must be greater than or equal to 30 for storageClass '{storage}'"
            if days is not None and end.get(name) is not None and end[name] <= days:
                yield f"'{name}' in the Expiration action must be greater than '{name}' in the Transition action"
        if end.get(name) is not None and end[name] < 1:
            yield f"'{name}' for Expiration action must be a positive integer"


def _request(message: str) -> None:
    raise S3ClientError("InvalidRequest", message)


def apply() -> None:
    """Put this before moto's own; s3_documents asks for the checks of whole configurations."""
    precede(S3Backend, "create_bucket", _name)
    precede(S3Backend, "put_bucket_policy", _policy)
