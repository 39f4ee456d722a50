"""What RDS, DynamoDB and S3 refuse beyond checks.py; rows of `rules.RULES`, as in checks_backup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.provider.codec import UNKNOWN, Props

Row = tuple[str, str, str, Callable[[Props], str | None]]

_MONITORING_SECONDS = (0, 1, 5, 10, 15, 30, 60)
_INSIGHTS_DAYS = (7, *(month * 31 for month in range(1, 24)), 731)
# Below this size a gp3 volume of these engines has 3,000 IOPS and 125 MiB/s, and takes no others.
_GP3_STRIPED_GIB = {"mariadb": 400, "mysql": 400, "postgres": 400}
_MAXIMUM_INDEXES = 20
_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_INFREQUENT_DAYS = 30


def _structures(value: Any) -> list[Props]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def monitoring(p: Props) -> str | None:
    seconds, role = p.get("monitoringInterval"), p.get("monitoringRoleArn")
    if seconds not in (None, UNKNOWN, *_MONITORING_SECONDS):
        return f"{seconds} is none of {', '.join(map(str, _MONITORING_SECONDS))} seconds"
    if isinstance(seconds, int) and seconds > 0 and role is None:
        return f"an interval of {seconds} seconds needs a monitoringRoleArn"
    if seconds == 0 and role is not None:
        return "a monitoringRoleArn needs a monitoringInterval above 0"
    return None


def insights_retention(p: Props) -> str | None:
    days = p.get("performanceInsightsRetentionPeriod")
    if days in (None, UNKNOWN, *_INSIGHTS_DAYS):
        return None
    return f"{days} is neither 7, nor 731, nor a multiple of 31 up to 713 days"


def gp3_performance(p: Props) -> str | None:
    size, least = p.get("allocatedStorage"), _GP3_STRIPED_GIB.get(str(p.get("engine")))
    given = [key for key in ("iops", "storageThroughput") if p.get(key) is not None]
    if p.get("storageType") == "gp3" and given and least and isinstance(size, int) and size < least:
        return f"{' and '.join(given)} cannot be set for gp3 storage of {size} GiB, less than {least}"
    return None


def indexes(p: Props) -> str | None:
    found = _structures(p.get("globalSecondaryIndexes"))
    if len(found) > _MAXIMUM_INDEXES:
        return f"{len(found)} are more than {_MAXIMUM_INDEXES}"
    attributes = p.get("attributes")
    known: list[Any] = [item.get("name") for item in attributes] if isinstance(attributes, list) else [UNKNOWN]
    for index in found:
        keys = [index.get("hashKey"), index.get("rangeKey")]
        lost = [key for key in keys if key not in (None, UNKNOWN, *known)]
        if lost and UNKNOWN not in known:
            return f"{lost[0]} of index {index.get('name')} is not among attributes"
        if not any(keys):
            return f"index {index.get('name')} needs a hashKey"
    return None


def unused_attributes(p: Props) -> str | None:
    """Only keys are declared: an attribute that no key names is refused. A key that is not declared is another rule's."""
    found = p.get("globalSecondaryIndexes") or []
    if UNKNOWN in (found, p.get("attributes")) or UNKNOWN in found:
        return None
    keys = {p.get("hashKey"), p.get("rangeKey")}
    keys |= {index.get(key) for index in _structures(found) for key in ("hashKey", "rangeKey")}
    names = {str(item.get("name")) for item in _structures(p.get("attributes"))}
    unused = sorted(names - keys)
    if not unused or UNKNOWN in names | keys or keys - names - {None}:
        return None
    return f"{unused[0]} is a key of neither the table nor an index"


def index_capacity(p: Props) -> str | None:
    """A provisioned table's indexes have capacities of their own."""
    if p.get("billingMode", "PROVISIONED") != "PROVISIONED":
        return None
    for index in _structures(p.get("globalSecondaryIndexes")):
        if not (index.get("readCapacity") and index.get("writeCapacity")):
            return f"index {index.get('name')} of a PROVISIONED table needs readCapacity and writeCapacity"
    return None


def time_to_live(p: Props) -> str | None:
    ttl = p.get("ttl")
    if isinstance(ttl, dict) and ttl.get("enabled") and not ttl.get("attributeName"):
        return "attributeName is needed where ttl is enabled"
    return None


def default_retention(p: Props) -> str | None:
    rule = p.get("rule")
    retention = rule.get("defaultRetention") if isinstance(rule, dict) else None
    if not isinstance(retention, dict):
        return None
    if (retention.get("days") is None) == (retention.get("years") is None):
        return "defaultRetention needs exactly one of days and years"
    return None if retention.get("mode") else "defaultRetention needs a mode"


def expired_markers(p: Props) -> str | None:
    for rule in _structures(p.get("rules")):
        expiration = rule.get("expiration")
        if (
            isinstance(expiration, dict)
            and expiration.get("expiredObjectDeleteMarker") is True
            and "days" in expiration
        ):
            return f"expiration of {rule.get('id')}: expiredObjectDeleteMarker does not go with days"
    return None


def infrequent_access(p: Props) -> str | None:
    for rule in _structures(p.get("rules")):
        for key, unit in (("transitions", "days"), ("noncurrentVersionTransitions", "noncurrentDays")):
            for move in _structures(rule.get(key)):
                days, target = move.get(unit), move.get("storageClass")
                if target in _INFREQUENT and isinstance(days, int) and days < _INFREQUENT_DAYS:
                    return f"{key} of {rule.get('id')}: {unit} {days} is less than {_INFREQUENT_DAYS} for {target}"
    return None


_INSTANCE = "aws:rds/instance:Instance"
_TABLE = "aws:dynamodb/table:Table"
_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

ROWS: tuple[Row, ...] = (
    (_INSTANCE, "monitoringInterval", "Amazon RDS CreateDBInstance MonitoringInterval", monitoring),
    (_INSTANCE, "performanceInsightsRetentionPeriod", "Amazon RDS CreateDBInstance", insights_retention),
    (_INSTANCE, "storageType", "Amazon RDS User Guide, gp3 storage", gp3_performance),
    (_TABLE, "globalSecondaryIndexes", "Amazon DynamoDB CreateTable GlobalSecondaryIndexes", indexes),
    (_TABLE, "globalSecondaryIndexes", "Amazon DynamoDB GlobalSecondaryIndex", index_capacity),
    (_TABLE, "attributes", "Amazon DynamoDB CreateTable AttributeDefinitions", unused_attributes),
    (_TABLE, "ttl", "Amazon DynamoDB TimeToLiveSpecification", time_to_live),
    (_LIFECYCLE, "rules", "Amazon S3 LifecycleExpiration", expired_markers),
    (_LIFECYCLE, "rules", "Amazon S3 User Guide, lifecycle transitions", infrequent_access),
    (
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "rule",
        "Amazon S3 DefaultRetention",
        default_retention,
    ),
)
