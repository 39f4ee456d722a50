"""Every rule of checks_backup, _data, _recovery and _route53 refuses one side of its limit and accepts the other."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.provider import checks_backup, checks_data, checks_recovery, checks_route53
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.validate import failures
from tests.localcloud.provider_cases_recovery import workflows

ROLE = "arn:aws:iam::123456789012:role/restore"
ARN = "arn:aws:rds:us-east-1:123456789012:db:orders"
AIR_GAPPED = "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"
TESTING_PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
TESTING_SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
SELECTION = "aws:backup/selection:Selection"
FRAMEWORK = "aws:backup/framework:Framework"
REPORT = "aws:backup/reportPlan:ReportPlan"
PLAN = "aws:arcregionswitch/plan:Plan"
TEMPLATE = "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate"
POLICY = "aws:resiliencehub/v2Policy:V2Policy"
RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"
ZONE = "aws:route53/zone:Zone"
INSTANCE = "aws:rds/instance:Instance"
TABLE = "aws:dynamodb/table:Table"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

_POINTS: Props = {"algorithm": "LATEST_WITHIN_WINDOW", "includeVaults": ["*"], "recoveryPointTypes": ["SNAPSHOT"]}
_VALUES = {"records": ["192.0.2.1"], "ttl": 60}
_WEIGHTED = {**_VALUES, "setIdentifier": "a", "weightedRoutingPolicies": [{"weight": 255}]}
_HTTPS = {"type": "HTTPS", "fqdn": "shop.example.com", "requestInterval": 10}
_ALARM = {"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "shop", "cloudwatchAlarmRegion": "us-east-1"}
_INDEX: Props = {"name": "by-day", "hashKey": "day", "projectionType": "ALL"}
_KEYED = {"attributes": [{"name": "pk", "type": "S"}, {"name": "day", "type": "S"}], "billingMode": "PAY_PER_REQUEST"}
_BY_DAY = {**_KEYED, "globalSecondaryIndexes": [_INDEX]}
_UNITS = {"readCapacity": 1, "writeCapacity": 1}
_COMMON: dict[str, Props] = {
    TESTING_PLAN: {"name": "monthly", "recoveryPointSelection": _POINTS, "scheduleExpression": "cron(0 5 ? * * *)"},
    TESTING_SELECTION: {
        "name": "rds", "restoreTestingPlanName": "monthly", "iamRoleArn": ROLE, "protectedResourceType": "RDS",
    },
    SELECTION: {"planId": "p", "iamRoleArn": ROLE},
    REPORT: {"name": "jobs", "reportDeliveryChannel": {"s3BucketName": "reports"}},
    PLAN: {
        "name": "shop", "executionRole": ROLE, "recoveryApproach": "activePassive", "workflows": workflows(),
        "regions": ["us-east-1", "us-west-2"], "primaryRegion": "us-east-1",
    },
    TEMPLATE: {
        "associateDefaultSecurityGroup": False, "bandwidthThrottling": 0, "createPublicIp": False,
        "dataPlaneRouting": "PRIVATE_IP", "defaultLargeStagingDiskType": "GP3", "ebsEncryption": "DEFAULT",
        "replicationServerInstanceType": "t3.small", "replicationServersSecurityGroupsIds": ["sg-11111111"],
        "stagingAreaSubnetId": "subnet-11111111", "stagingAreaTags": {}, "useDedicatedReplicationServer": False,
    },
    POLICY: {"name": "shop"},
    RECORD: {"zoneId": "Z1", "name": "shop.example.com", "type": "A"},
    ZONE: {"name": "example.com"},
    INSTANCE: {"identifier": "orders", "instanceClass": "db.t4g.micro", "engine": "postgres"},
    TABLE: {"name": "orders", "hashKey": "pk"},
    LIFECYCLE: {"bucket": "logs"},
    LOCK: {"bucket": "logs"},
}  # fmt: skip


def _days(low: int, high: int) -> Props:
    return {"name": "gapped", "minRetentionDays": low, "maxRetentionDays": high}


def _conditions(**more: Any) -> Props:
    return {"protectedResourceConditions": {"stringEquals": [{"key": "k", "value": "v"}]}, **more}


def _tags(count: int) -> Props:
    scope = {"tags": {str(number): "v" for number in range(count)}}
    return {"name": "audit", "controls": [{"name": "BACKUP_RECOVERY_POINT_ENCRYPTED", "scope": scope}]}


def _report(**setting: Any) -> Props:
    return {"reportSetting": setting}


def _pit(count: int) -> Props:
    return {"pitPolicies": [{"interval": 1, "retentionDuration": 1, "units": "DAY"}] * count}


def _move(days: int, target: str = "STANDARD_IA") -> Props:
    move = {"days": days, "storageClass": target}
    return {"rules": [{"id": "a", "status": "Enabled", "filter": {"prefix": ""}, "transitions": [move]}]}


def _expire(**expiration: Any) -> Props:
    return {"rules": [{"id": "a", "status": "Enabled", "filter": {"prefix": ""}, "expiration": expiration}]}


def _retention(**retention: Any) -> Props:
    return {"rule": {"defaultRetention": retention}}


_FRAMEWORK_ARN = "arn:aws:backup:us-east-1:123456789012:framework:audit"
_THREE = ["us-east-1", "us-west-2", "eu-west-1"]

# (type, refused, accepted, words of the refusal)
RULES: list[tuple[str, Props, Props, str]] = [
    (AIR_GAPPED, _days(6, 90), _days(7, 90), "6 is not between 7 and 36500"),
    (AIR_GAPPED, _days(7, 36501), _days(7, 36500), "36501 is not between"),
    (AIR_GAPPED, _days(91, 90), _days(90, 90), "minRetentionDays 91 exceeds maxRetentionDays 90"),
    (TESTING_PLAN, {"name": "with-hyphen"}, {"name": "n" * 50}, "with-hyphen does not match"),
    (TESTING_PLAN, {"startWindowHours": 169}, {"startWindowHours": 168}, "169 is not between 0 and 168"),
    (TESTING_PLAN, {"recoveryPointSelection": {**_POINTS, "selectionWindowDays": 366}},
     {"recoveryPointSelection": {**_POINTS, "selectionWindowDays": 365}}, "selectionWindowDays 366"),
    (TESTING_SELECTION, _conditions(name="n" * 51), _conditions(name="n" * 50), "does not match"),
    (TESTING_SELECTION, _conditions(validationWindowHours=169), _conditions(validationWindowHours=168), "169"),
    (TESTING_SELECTION, _conditions(protectedResourceType="Redshift"), _conditions(protectedResourceType="EBS"),
     "Redshift is none of"),
    (TESTING_SELECTION, _conditions(protectedResourceArns=["*"]), {"protectedResourceArns": ["*"]}, "exactly one"),
    (TESTING_SELECTION, {"protectedResourceArns": [ARN] * 31}, {"protectedResourceArns": [ARN] * 30}, "31 ARNs"),
    (SELECTION, {"name": "a b", "resources": [ARN]}, {"name": "a.b-c_d", "resources": [ARN]}, "a b does not match"),
    (SELECTION, {"resources": [ARN] * 501}, {"resources": [ARN] * 500}, "501 ARNs are more than 500"),
    (SELECTION, {"resources": [f"{ARN}*"] * 31}, {"resources": [f"{ARN}*"] * 30}, "31 ARNs with a wildcard"),
    (SELECTION, {"resources": ["*"], "notResources": [ARN] * 501}, {"resources": ["*"], "notResources": [ARN] * 500},
     "501 ARNs"),
    (SELECTION, {"selectionTags": [{"type": "STRINGLIKE", "key": "k", "value": "v"}]},
     {"selectionTags": [{"type": "STRINGEQUALS", "key": "k", "value": "v"}]}, "STRINGLIKE is n"),
    (FRAMEWORK, _tags(2), _tags(1), "has 2 tags; AWS allows one"),
    (REPORT, _report(reportTemplate="JOBS"), _report(reportTemplate="SCAN_JOB_REPORT"), "JOBS is none of"),
    (REPORT, _report(reportTemplate="BACKUP_JOB_REPORT", frameworkArns=[_FRAMEWORK_ARN]),
     _report(reportTemplate="CONTROL_COMPLIANCE_REPORT", frameworkArns=[_FRAMEWORK_ARN]), "frameworkArns do not go"),
    (PLAN, {"regions": ["us-east-1", "us-east-1"]}, {}, "not two different Regions"),
    (PLAN, {"primaryRegion": "eu-west-1"}, {"primaryRegion": "us-west-2"}, "eu-west-1 is none of"),
    (PLAN, {"primaryRegion": None}, {"primaryRegion": None, "recoveryApproach": "activeActive"}, "needs a primaryRegion"),
    (TEMPLATE, _pit(2), _pit(3), "2 rules; there must be 3"),
    (POLICY, {}, {"dataRecovery": {"timeBetweenBackupsInMinutes": 60}}, "must be set"),
    (RECORD, {}, _VALUES, "exactly one of records and aliases"),
    (RECORD, {"records": ["192.0.2.1"]}, _VALUES, "ttl goes with records"),
    (RECORD, {**_VALUES, "setIdentifier": "a"}, _WEIGHTED, "go together"),
    (RECORD, {**_WEIGHTED, "latencyRoutingPolicies": [{"region": "us-east-1"}]}, _WEIGHTED, "only one routing policy"),
    (RECORD, {**_VALUES, "setIdentifier": "a", "failoverRoutingPolicies": [{"type": "THIRD"}]},
     {**_VALUES, "setIdentifier": "a", "failoverRoutingPolicies": [{"type": "SECONDARY"}]}, "type THIRD"),
    (RECORD, {**_WEIGHTED, "weightedRoutingPolicies": [{"weight": 256}]}, _WEIGHTED, "weight 256"),
    (CHECK, {"type": "HTTPS", "fqdn": "shop.example.com"}, _HTTPS, "needs requestInterval"),
    (CHECK, {"type": "TCP", "requestInterval": 30}, {"type": "TCP", "requestInterval": 30, "ipAddress": "192.0.2.1"},
     "needs fqdn or ipAddress"),
    (CHECK, {"type": "CLOUDWATCH_METRIC"}, _ALARM, "needs cloudwatchAlarmName"),
    (CHECK, {**_HTTPS, "requestInterval": 20}, {**_HTTPS, "requestInterval": 30}, "20 is neither 10 nor 30"),
    (CHECK, {**_HTTPS, "regions": _THREE[:2]}, {**_HTTPS, "regions": _THREE}, "2 are fewer than 3"),
    (CHECK, {**_ALARM, "regions": _THREE}, _ALARM, "has no regions"),
    (ZONE, {"enableAcceleratedRecovery": True, "vpcs": [{"vpcId": "vpc-1"}]}, {"enableAcceleratedRecovery": True},
     "private zone"),
    (INSTANCE, {"monitoringInterval": 20, "monitoringRoleArn": ROLE},
     {"monitoringInterval": 15, "monitoringRoleArn": ROLE}, "20 is none of"),
    (INSTANCE, {"monitoringInterval": 60}, {"monitoringInterval": 0}, "needs a monitoringRoleArn"),
    (INSTANCE, {"performanceInsightsRetentionPeriod": 94}, {"performanceInsightsRetentionPeriod": 93}, "94 is neither"),
    (INSTANCE, {"storageType": "gp3", "allocatedStorage": 399, "iops": 4000},
     {"storageType": "gp3", "allocatedStorage": 400, "iops": 4000}, "less than 400"),
    (TABLE, {**_BY_DAY, "globalSecondaryIndexes": [_INDEX, {**_INDEX, "rangeKey": "hour"}]}, _BY_DAY,
     "hour of index by-day is not among attributes"),
    (TABLE, {**_BY_DAY, "globalSecondaryIndexes": [_INDEX] * 21}, {**_BY_DAY, "globalSecondaryIndexes": [_INDEX] * 20},
     "21 are more than 20"),
    (TABLE, {**_BY_DAY, **_UNITS, "billingMode": "PROVISIONED"},
     {**_BY_DAY, **_UNITS, "billingMode": "PROVISIONED", "globalSecondaryIndexes": [{**_INDEX, **_UNITS}]},
     "needs readCapacity and writeCapacity"),
    (TABLE, _KEYED, _BY_DAY, "day is a key of neither"),
    (TABLE, {**_BY_DAY, "ttl": {"enabled": True}}, {**_BY_DAY, "ttl": {"enabled": True, "attributeName": "expires"}},
     "attributeName is needed"),
    (LIFECYCLE, _expire(expiredObjectDeleteMarker=True, days=1), _expire(expiredObjectDeleteMarker=True), "does not go"),
    (LIFECYCLE, _move(29), _move(30), "days 29 is less than 30"),
    (LIFECYCLE, _move(29), _move(0, "GLACIER_IR"), "days 29"),
    (LOCK, _retention(mode="GOVERNANCE"), _retention(mode="GOVERNANCE", days=7), "exactly one of days and years"),
    (LOCK, _retention(days=7), _retention(mode="COMPLIANCE", years=7), "needs a mode"),
]  # fmt: skip


def _inputs(token: str, more: Props) -> Props:
    return {key: value for key, value in {**_COMMON.get(token, {}), **more}.items() if value is not None}


@pytest.mark.parametrize(
    ("token", "refused", "accepted", "words"), RULES, ids=[f"{row[0].rsplit(':', 1)[1]}: {row[3]}" for row in RULES]
)
def test_a_rule_refuses_one_side_and_accepts_the_other(token: str, refused: Props, accepted: Props, words: str) -> None:
    (failure,) = failures(token, _inputs(token, refused))
    assert words in failure.reason
    assert failures(token, _inputs(token, accepted)) == []


def test_every_rule_has_its_test() -> None:
    rows = (*checks_backup.ROWS, *checks_data.ROWS, *checks_recovery.ROWS, *checks_route53.ROWS)
    refusing = {
        (row_token, check)
        for row_token, _, _, check in rows
        for token, refused, _, words in RULES
        if token == row_token and words in (check(_inputs(token, refused)) or "")
    }
    assert {(token, check) for token, _, _, check in rows} - refusing == set()


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (TESTING_SELECTION, {"protectedResourceArns": UNKNOWN, "validationWindowHours": UNKNOWN}),
        (SELECTION, {"resources": [UNKNOWN] * 40, "notResources": UNKNOWN, "selectionTags": UNKNOWN}),
        (AIR_GAPPED, {"minRetentionDays": UNKNOWN, "maxRetentionDays": UNKNOWN}),
        (REPORT, _report(reportTemplate="CONTROL_COMPLIANCE_REPORT", frameworkArns=[UNKNOWN])),
        (PLAN, {"regions": [UNKNOWN, "us-west-2"], "primaryRegion": UNKNOWN}),
        (TEMPLATE, {"pitPolicies": UNKNOWN}),
        (RECORD, {"aliases": UNKNOWN}),
        (RECORD, {"records": [UNKNOWN], "ttl": UNKNOWN, "setIdentifier": UNKNOWN, "failoverRoutingPolicies": UNKNOWN}),
        (CHECK, {"type": "HTTPS", "fqdn": UNKNOWN, "requestInterval": UNKNOWN, "regions": UNKNOWN}),
        (INSTANCE, {"monitoringInterval": 60, "monitoringRoleArn": UNKNOWN, "allocatedStorage": UNKNOWN}),
        (TABLE, {**_KEYED, "globalSecondaryIndexes": UNKNOWN, "ttl": UNKNOWN}),
        (TABLE, {"attributes": UNKNOWN, "billingMode": UNKNOWN, "globalSecondaryIndexes": [_INDEX]}),
        (LIFECYCLE, {"rules": UNKNOWN}),
        (LOCK, {"rule": UNKNOWN}),
    ],
)
def test_what_is_not_known_yet_is_neither_absent_nor_wrong(token: str, inputs: Props) -> None:
    assert failures(token, _inputs(token, inputs)) == []
