"""The checks behind rules.py. Each sees the inputs and returns what is wrong, or None.

A value that is not known yet is the UNKNOWN text: present, and of no size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.provider.codec import UNKNOWN, Props

COLD_STORAGE_MINIMUM_DAYS = 90
SNAPSHOT_INTERVAL_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
MAXIMUM_TAGS = 50
MAXIMUM_TAG_KEY_CHARACTERS = 128
MAXIMUM_TAG_VALUE_CHARACTERS = 256
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) else None


def _inner(value: Any, *keys: str) -> Any:
    """The value below `keys`; None when absent, UNKNOWN when it or what holds it is not known yet."""
    for key in keys:
        if value == UNKNOWN:
            return UNKNOWN
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _structures(value: Any) -> list[Props]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def tag_reasons(p: Props) -> Iterator[str]:
    """What AWS refuses in any resource's tags (AWS General Reference, Tag naming limits)."""
    tags = p.get("tags")
    if not isinstance(tags, dict):
        return
    if len(tags) > MAXIMUM_TAGS:
        yield f"{len(tags)} are more than the {MAXIMUM_TAGS} that AWS allows"
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield f"key {key} starts with aws:, which AWS keeps for itself"
        if not 1 <= len(key) <= MAXIMUM_TAG_KEY_CHARACTERS:
            yield f"key {key} must have 1 to {MAXIMUM_TAG_KEY_CHARACTERS} characters"
        if isinstance(value, str) and len(value) > MAXIMUM_TAG_VALUE_CHARACTERS:
            yield f"the value of {key} is longer than {MAXIMUM_TAG_VALUE_CHARACTERS} characters"


def within(key: str, low: int, high: int) -> Callable[[Props], str | None]:
    def check(p: Props) -> str | None:
        value = _number(p.get(key))
        return None if value is None or low <= value <= high else f"{value} is not between {low} and {high}"

    return check


def _lifecycles(p: Props) -> Iterator[Any]:
    for rule in _structures(p.get("rules")):
        yield rule.get("lifecycle")
        for copy in _structures(rule.get("copyActions")):
            yield copy.get("lifecycle")


def cold_storage(p: Props) -> str | None:
    for life in _lifecycles(p):
        delete, cold = _number(_inner(life, "deleteAfter")), _number(_inner(life, "coldStorageAfter"))
        if delete is not None and cold is not None and delete < cold + COLD_STORAGE_MINIMUM_DAYS:
            return f"deleteAfter {delete} is less than coldStorageAfter {cold} plus {COLD_STORAGE_MINIMUM_DAYS} days"
    return None


def start_window(p: Props) -> str | None:
    for rule in _structures(p.get("rules")):
        window = _number(rule.get("startWindow"))
        if window is not None and window < 60:
            return f"startWindow {window} is less than 60 minutes"
    return None


def lock_order(p: Props) -> str | None:
    low, high = _number(p.get("minRetentionDays")), _number(p.get("maxRetentionDays"))
    return f"minRetentionDays {low} exceeds maxRetentionDays {high}" if low and high and low > high else None


def replica_takes_no_credentials(p: Props) -> str | None:
    if p.get("replicateSourceDb"):
        for key in ("username", "password", "dbName", "engine"):
            if p.get(key) is not None:
                return f"{key} must not be set on a read replica: it comes from the source"
    return None


def replica_needs_key(p: Props) -> str | None:
    source = p.get("replicateSourceDb") or ""
    if source.startswith("arn:") and p.get("storageEncrypted") is True and not p.get("kmsKeyId"):
        return "an encrypted cross-Region read replica needs a kmsKeyId of its own Region"
    return None


def gp3_minimum(p: Props) -> str | None:
    size = _number(p.get("allocatedStorage"))
    return (
        f"{size} GiB is less than 20, the least for gp3"
        if size is not None and p.get("storageType") == "gp3" and size < 20
        else None
    )


def recovery_period(p: Props) -> str | None:
    days = _number(_inner(p, "pointInTimeRecovery", "recoveryPeriodInDays"))
    return None if days is None or 1 <= days <= 35 else f"recoveryPeriodInDays {days} is not between 1 and 35"


def filter_needs_priority(p: Props) -> str | None:
    for rule in _structures(p.get("rules")):
        if rule.get("filter") is not None:
            missing = [key for key in ("priority", "deleteMarkerReplication") if rule.get(key) is None]
            if missing:
                return f"a rule with a filter needs {' and '.join(missing)}"
    return None


def replication_time(p: Props) -> str | None:
    for rule in _structures(p.get("rules")):
        destination = rule.get("destination")
        if _inner(destination, "replicationTime") in (None, UNKNOWN):
            continue
        if _inner(destination, "replicationTime", "time", "minutes") not in (15, UNKNOWN):
            return "replicationTime accepts 15 minutes only"
        if _inner(destination, "metrics") is None:
            return "replicationTime needs metrics"
    return None


def kms_objects_need_key(p: Props) -> str | None:
    for rule in _structures(p.get("rules")):
        selected = _inner(rule, "sourceSelectionCriteria", "sseKmsEncryptedObjects", "status") == "Enabled"
        if selected and _inner(rule, "destination", "encryptionConfiguration", "replicaKmsKeyId") is None:
            return "sseKmsEncryptedObjects needs destination.encryptionConfiguration.replicaKmsKeyId"
    return None


def provisioned_needs_capacity(p: Props) -> str | None:
    if p.get("billingMode", "PROVISIONED") == "PROVISIONED" and not (p.get("readCapacity") and p.get("writeCapacity")):
        return "PROVISIONED billing needs readCapacity and writeCapacity"
    return None


def table_needs_key(p: Props) -> str | None:
    named = {item.get("name") for item in _structures(p.get("attributes"))}
    for key in ("hashKey", "rangeKey"):
        wanted = p.get(key)
        if key == "hashKey" and wanted is None:
            return "hashKey is required"
        if (
            wanted not in (None, UNKNOWN)
            and UNKNOWN not in named
            and p.get("attributes") != UNKNOWN
            and wanted not in named
        ):
            return f"{key} {wanted} is not among attributes"
    return None


def _schedules(p: Props) -> list[Props]:
    return _structures(_inner(p, "policyDetails", "schedules"))


def snapshot_interval(p: Props) -> str | None:
    for schedule in _schedules(p):
        hours = _number(_inner(schedule, "createRule", "interval"))
        if hours is not None and hours not in SNAPSHOT_INTERVAL_HOURS:
            return f"createRule.interval {hours} is none of {', '.join(map(str, SNAPSHOT_INTERVAL_HOURS))} hours"
    return None


def retention(p: Props) -> str | None:
    """By count or by age, of the snapshots and of their copies."""
    for schedule in _schedules(p):
        rules = [
            schedule.get("retainRule"),
            *(_inner(c, "retainRule") for c in _structures(schedule.get("crossRegionCopyRules"))),
        ]
        for rule in rules:
            if isinstance(rule, dict) and (rule.get("interval") is None) != (rule.get("intervalUnit") is None):
                return "a retainRule by age needs interval and intervalUnit"
            if isinstance(rule, dict) and (rule.get("count") is None) == (rule.get("interval") is None):
                return "a retainRule needs either count, or interval and intervalUnit"
    return None


def bucket_name(p: Props) -> str | None:
    name = p.get("bucket")
    if name in (None, UNKNOWN) or (_BUCKET_NAME.fullmatch(str(name)) and ".." not in str(name)):
        return None
    return f"{name} must have 3 to 63 lower-case letters, digits, dots and hyphens, and start and end with a letter or digit"


_RULE_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def one_source(p: Props) -> str | None:
    given = [key for key in _RULE_SOURCES if p.get(key) is not None]
    return None if len(given) == 1 else f"exactly one of {', '.join(_RULE_SOURCES)} must be set, not {len(given)}"


def no_rules(p: Props) -> str | None:
    given = [key for key in ("ingress", "egress") if p.get(key)]
    return f"{given[0]}: the local cloud models a default security group without rules only" if given else None


def alias_name(p: Props) -> str | None:
    name = p.get("name")
    if name in (None, UNKNOWN) or (str(name).startswith("alias/") and not str(name).startswith("alias/aws/")):
        return None
    return f"{name} must start with alias/, and not with alias/aws/"


def recovery_window(p: Props) -> str | None:
    days = _number(p.get("recoveryWindowInDays"))
    return None if days is None or days == 0 or 7 <= days <= 30 else f"{days} is neither 0 nor between 7 and 30"


def volume_size(p: Props) -> str | None:
    return None if p.get("size") or p.get("snapshotId") else "size or snapshotId must be set"
