"""What RDS refuses and moto takes: sizes, periods, windows, passwords, and what would leave an instance or a replica without.

Sources: RDS API reference of each operation; user guide, "Working with DB instance read replicas", "Password management with
Amazon RDS and AWS Secrets Manager" (limitations).
"""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import BaseResponse
from moto.ec2.models import ec2_backends
from moto.rds.models import DBInstance, rds_backends

from localcloud.emulator.extensions.calls import Refusal
from localcloud.emulator.extensions.refused_calls import zones_of

Given = dict[str, Any]

# CreateDBInstance, AllocatedStorage: General Purpose (SSD) from 20 GiB for every engine that we deploy.
_STORAGE_GIB_MINIMUM = 20
_PASSWORD_MINIMUM = 8
_MONITORING_SECONDS = (0, 1, 5, 10, 15, 30, 60)
_INSIGHTS_DAYS = (7, 731, *(month * 31 for month in range(1, 24)))
_WINDOW = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_WINDOW_MINUTES_MINIMUM = 30
_DAY_MINUTES = 24 * 60
_ZONES_MINIMUM = 2
_EXPORTS = {
    "postgres": {"postgresql", "upgrade", "iam-db-auth-error"},
    "mysql": {"audit", "error", "general", "slowquery"},
}


def _instance(given: Given, response: BaseResponse) -> Refusal | None:
    """CreateDBInstance and ModifyDBInstance."""
    database = _databases(response).get(given["DBInstanceIdentifier"])
    return (
        _sizes(given)
        or _password(given)
        or _watching(given, database)
        or _groups(given, response)
        or _kept(given, database)
    )


def _sizes(given: Given) -> Refusal | None:
    if given.get("AllocatedStorage", _STORAGE_GIB_MINIMUM) < _STORAGE_GIB_MINIMUM:
        return _value(f"Invalid storage size: {given['AllocatedStorage']} GiB, at least {_STORAGE_GIB_MINIMUM}")
    window = _WINDOW.fullmatch(given.get("PreferredBackupWindow", "") or "")
    if given.get("PreferredBackupWindow") and window is None:
        return _value(f"Invalid backup window: {given['PreferredBackupWindow']}, it is hh24:mi-hh24:mi")
    if window is not None:
        begins, ends = (int(window[i]) * 60 + int(window[i + 1]) for i in (1, 3))
        if (ends - begins) % _DAY_MINUTES < _WINDOW_MINUTES_MINIMUM:
            return _value(f"The backup window {window[0]} must be at least {_WINDOW_MINUTES_MINIMUM} minutes")
    return None


def _password(given: Given) -> Refusal | None:
    password = given.get("MasterUserPassword")
    if password and given.get("ManageMasterUserPassword"):
        return _combination(
            "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled"
        )
    if password and len(password) < _PASSWORD_MINIMUM:
        return _value(f"The parameter MasterUserPassword is shorter than {_PASSWORD_MINIMUM} characters")
    return None


def _watching(given: Given, database: DBInstance | None) -> Refusal | None:
    if given.get("MonitoringInterval", 0) not in _MONITORING_SECONDS:
        return _value(f"MonitoringInterval {given['MonitoringInterval']} is none of {_MONITORING_SECONDS}")
    days = given.get("PerformanceInsightsRetentionPeriod")
    if days is not None and days not in _INSIGHTS_DAYS:
        return _value(f"Invalid Performance Insights retention period: {days} days")
    asked = given.get("CloudwatchLogsExportConfiguration", {}).get("EnableLogTypes", [])
    exports = {*(given.get("EnableCloudwatchLogsExports") or []), *asked}
    known = _EXPORTS.get(given.get("Engine") or (database.engine if database else ""))
    if known is not None and not exports <= known:
        return _combination(f"You cannot use the log types {sorted(exports - known)} with this engine")
    return None


def _groups(given: Given, response: BaseResponse) -> Refusal | None:
    known = ec2_backends[response.current_account][response.region].groups
    there = {group for groups in known.values() for group in groups}
    missing = [group for group in given.get("VpcSecurityGroupIds") or () if group not in there]
    return _value(f"Invalid security group: {missing[0]}") if missing else None


def _kept(given: Given, database: DBInstance | None) -> Refusal | None:
    if database is not None and given.get("BackupRetentionPeriod") == 0 and database.replicas:
        return _combination(f"Backups of {given['DBInstanceIdentifier']} cannot end while it has read replicas")
    return None


def _replica(given: Given, response: BaseResponse) -> Refusal | None:
    """CreateDBInstanceReadReplica."""
    source_id = str(given["SourceDBInstanceIdentifier"])
    region = source_id.split(":")[3] if source_id.startswith("arn:") else response.region
    source = rds_backends[response.current_account][region].databases.get(source_id.rpartition(":")[2])
    if given.get("KmsKeyId") and region == response.region:
        return _combination(
            "A read replica in the Region of its source has the key of its source: KmsKeyId is for another"
        )
    if source is not None and getattr(source, "manage_master_user_password", False):
        return _combination("A source whose password RDS manages in Secrets Manager cannot have read replicas")
    return _watching({"Engine": source.engine if source else "", **given}, None)


def _subnet_group(given: Given, response: BaseResponse) -> Refusal | None:
    """CreateDBSubnetGroup and ModifyDBSubnetGroup."""
    if len(zones_of(given["SubnetIds"], response)) < _ZONES_MINIMUM:
        return Refusal(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone coverage: at least 2",
        )
    return None


def _subnet_group_in_use(given: Given, response: BaseResponse) -> Refusal | None:
    name = given["DBSubnetGroupName"]
    users = [one for one in _databases(response).values() if one._db_subnet_group_name == name]
    return (
        Refusal("InvalidDBSubnetGroupStateFault", f"{name} is used by {users[0].db_instance_identifier}")
        if users
        else None
    )


def _parameter_group_in_use(given: Given, response: BaseResponse) -> Refusal | None:
    name = given["DBParameterGroupName"]
    users = [one for one in _databases(response).values() if one.db_parameter_group_name == name]
    return (
        Refusal("InvalidDBParameterGroupState", f"{name} is used by {users[0].db_instance_identifier}")
        if users
        else None
    )


def _databases(response: BaseResponse) -> dict[str, DBInstance]:
    found: dict[str, DBInstance] = rds_backends[response.current_account][response.region].databases
    return found


def _value(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def _combination(message: str) -> Refusal:
    return Refusal("InvalidParameterCombination", message)


CHECKS = {
    ("rds", "CreateDBInstance"): _instance,
    ("rds", "ModifyDBInstance"): _instance,
    ("rds", "CreateDBInstanceReadReplica"): _replica,
    ("rds", "CreateDBSubnetGroup"): _subnet_group,
    ("rds", "ModifyDBSubnetGroup"): _subnet_group,
    ("rds", "DeleteDBSubnetGroup"): _subnet_group_in_use,
    ("rds", "DeleteDBParameterGroup"): _parameter_group_in_use,
}
