"""What AWS refuses beyond the models of its services, for single calls of several services; KMS and RDS have files of their own.

Sources: the API reference of each operation; AWS Backup: BackupRuleInput, Lifecycle; Data Lifecycle Manager: CreateRule,
RetainRule; Route 53: HealthCheckConfig; CloudWatch: PutMetricAlarm; Elastic Load Balancing: CreateLoadBalancer.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from moto.core.responses import BaseResponse
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

from localcloud.emulator.extensions.calls import Refusal
from localcloud.emulator.extensions.kms_unusable import trouble_of

Given = dict[str, Any]

_START_MINUTES_MINIMUM = 60
_RETENTION_DAYS_MAXIMUM = 36_500
_SNAPSHOT_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
_LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_CHECK_SECONDS = (10, 30)
_ALARM_SECONDS = (10, 20, 30)
_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
_ZONES_MINIMUM = 2
_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_GP3_MIBPS = range(125, 2001)
_VOLUME_GIB = {
    "gp2": 16_384,
    "gp3": 65_536,
    "io1": 16_384,
    "io2": 65_536,
    "st1": 16_384,
    "sc1": 16_384,
    "standard": 1024,
}


def _plan(given: Given, _: BaseResponse) -> Refusal | None:
    """CreateBackupPlan and UpdateBackupPlan."""
    rules = given["BackupPlan"].get("Rules") or []
    if not rules:
        return _backup("A backup plan needs a rule")
    twice = [name for name, count in Counter(rule["RuleName"] for rule in rules).items() if count > 1]
    if twice:
        return _backup(f"Rule names must be unique: {twice[0]}")
    return next(filter(None, map(_plan_rule, rules)), None)


def _plan_rule(rule: Given) -> Refusal | None:
    start, completion = rule.get("StartWindowMinutes"), rule.get("CompletionWindowMinutes")
    if start is not None and start < _START_MINUTES_MINIMUM:
        return _backup(f"StartWindowMinutes {start} must be at least {_START_MINUTES_MINIMUM}")
    if start is not None and completion is not None and completion <= start:
        return _backup(f"CompletionWindowMinutes {completion} must be more than StartWindowMinutes {start}")
    copies = rule.get("CopyActions") or []
    for copy in copies:
        if not copy["DestinationBackupVaultArn"].startswith("arn:"):
            return _backup(f"Invalid ARN: {copy['DestinationBackupVaultArn']}")
    for lifecycle in (rule.get("Lifecycle"), *(copy.get("Lifecycle") for copy in copies)):
        days = (lifecycle or {}).get("DeleteAfterDays")
        if days is not None and days != -1 and not 1 <= days <= _RETENTION_DAYS_MAXIMUM:
            return _backup(f"DeleteAfterDays {days} must be between 1 and {_RETENTION_DAYS_MAXIMUM}")
    return None


def _selection(given: Given, _: BaseResponse) -> Refusal | None:
    for resource in given["BackupSelection"].get("Resources") or ():
        if resource != "*" and not resource.startswith("arn:"):
            return _backup(f"Invalid ARN: {resource}")
    return None


def _snapshot_policy(given: Given, _: BaseResponse) -> Refusal | None:
    for schedule in given.get("PolicyDetails", {}).get("Schedules") or ():
        rule = schedule.get("CreateRule", {})
        if "CronExpression" not in rule and rule.get("Interval") not in _SNAPSHOT_HOURS:
            return Refusal("InvalidRequestException", f"Interval {rule.get('Interval')} is none of {_SNAPSHOT_HOURS}")
        if not schedule.get("RetainRule"):
            return Refusal("InvalidRequestException", f"Schedule {schedule.get('Name')} needs a RetainRule")
    return None


def _secret(given: Given, response: BaseResponse) -> Refusal | None:
    trouble = trouble_of(response.current_account, response.region, given.get("KmsKeyId"))
    return Refusal("EncryptionFailure", f"Secrets Manager can't use the key: {trouble.message}") if trouble else None


def _log_retention(given: Given, _: BaseResponse) -> Refusal | None:
    days = given["retentionInDays"]
    return (
        None
        if days in _LOG_DAYS
        else Refusal("InvalidParameterException", f"retentionInDays {days} is none of {_LOG_DAYS}")
    )


def _group_sizes(given: Given, _: BaseResponse) -> Refusal | None:
    low, high, wanted = (given.get(name) for name in ("MinSize", "MaxSize", "DesiredCapacity"))
    if low is not None and high is not None and low > high:
        return Refusal("ValidationError", f"Max bound, {high}, must be greater than or equal to min bound, {low}")
    if wanted is not None and not (low or 0) <= wanted <= (wanted if high is None else high):
        return Refusal(
            "ValidationError", f"Desired capacity:{wanted} must be between the specified min size and max size"
        )
    return None


def zones_of(subnet_ids: list[str], response: BaseResponse) -> set[str]:
    """The Availability Zones of subnets; one that does not exist is the operation's to refuse."""
    backend = ec2_backends[response.current_account][response.region]
    known = {subnet.id: subnet for in_zone in backend.subnets.values() for subnet in in_zone.values()}
    return {known[subnet_id].availability_zone if subnet_id in known else subnet_id for subnet_id in subnet_ids}


def _balancer(given: Given, response: BaseResponse) -> Refusal | None:
    """Of an application load balancer, which is the default."""
    if given.get("Type", "application") != "application" or not given.get("Subnets"):
        return None
    if len(zones_of(given["Subnets"], response)) < _ZONES_MINIMUM:
        return Refusal("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    return None


def _protected_balancer(given: Given, response: BaseResponse) -> Refusal | None:
    backend = elbv2_backends[response.current_account][response.region]
    found = backend.load_balancers.get(given["LoadBalancerArn"])
    if found is not None and str(found.attrs.get("deletion_protection.enabled")).lower() == "true":
        return Refusal(
            "OperationNotPermitted", f"Load balancer '{found.arn}' cannot be deleted because deletion protection is on"
        )
    return None


def _health_check(given: Given, _: BaseResponse) -> Refusal | None:
    seconds = given.get("HealthCheckConfig", {}).get("RequestInterval")
    return (
        None
        if seconds in (None, *_CHECK_SECONDS)
        else Refusal("InvalidInput", f"RequestInterval {seconds} is 10 or 30")
    )


def _alarm(given: Given, _: BaseResponse) -> Refusal | None:
    period, evaluated = given.get("Period", 60), given.get("EvaluationPeriods", 1)
    if period not in _ALARM_SECONDS and period % 60:
        return Refusal("ValidationError", f"Period {period} must be 10, 20, 30 or a multiple of 60")
    if given.get("DatapointsToAlarm", evaluated) > evaluated:
        return Refusal("ValidationError", "DatapointsToAlarm must not be more than EvaluationPeriods")
    if given.get("TreatMissingData", "missing") not in _MISSING_DATA:
        return Refusal(
            "ValidationError", f"TreatMissingData {given['TreatMissingData']} is none of {', '.join(_MISSING_DATA)}"
        )
    return None


def _subscription(given: Given, _: BaseResponse) -> Refusal | None:
    protocol = given["Protocol"]
    return (
        None if protocol in _PROTOCOLS else Refusal("InvalidParameter", f"Invalid parameter: {protocol} is no protocol")
    )


def _target(given: Given, _: BaseResponse) -> Refusal | None:
    low, high = given.get("MinCapacity", 0), given.get("MaxCapacity")
    if high is not None and low > high:
        return Refusal("ValidationException", f"MinCapacity {low} cannot be more than MaxCapacity {high}")
    return None


def _volume(given: Given, response: BaseResponse) -> Refusal | None:
    kind, size = given.get("VolumeType", "gp2"), given.get("Size")
    if size is not None and not 1 <= size <= _VOLUME_GIB.get(kind, size):
        return Refusal("InvalidParameterValue", f"Volume of {size}GiB is too large for volume type {kind}")
    if kind == "gp3" and given.get("Throughput") is not None and given["Throughput"] not in _GP3_MIBPS:
        return Refusal("InvalidParameterValue", f"Throughput {given['Throughput']} must be between 125 and 2000 MiB/s")
    zone = given.get("AvailabilityZone")
    if zone is not None and not zone.startswith(response.region):
        return Refusal("InvalidZone.NotFound", f"The zone '{zone}' does not exist.")
    return None


def _referenced_group(given: Given, response: BaseResponse) -> Refusal | None:
    group_id = given.get("GroupId")
    known = ec2_backends[response.current_account][response.region].groups
    for group in (group for groups in known.values() for group in groups.values() if group.id != group_id):
        for rule in (*group.ingress_rules, *group.egress_rules):
            if (rule.source_group or {}).get("GroupId") == group_id:
                return Refusal("DependencyViolation", f"resource {group_id} has a dependent object")
    return None


def _switch_plan(given: Given, _: BaseResponse) -> Refusal | None:
    if given.get("recoveryApproach") == "activePassive" and not given.get("primaryRegion"):
        return Refusal("ValidationException", "primaryRegion is required for an activePassive plan")
    return None


def _backup(message: str) -> Refusal:
    return Refusal("InvalidParameterValueException", f"Invalid parameter value: {message}")


CHECKS = {
    ("backup", "CreateBackupPlan"): _plan,
    ("backup", "UpdateBackupPlan"): _plan,
    ("backup", "CreateBackupSelection"): _selection,
    ("dlm", "CreateLifecyclePolicy"): _snapshot_policy,
    ("dlm", "UpdateLifecyclePolicy"): _snapshot_policy,
    ("secretsmanager", "CreateSecret"): _secret,
    ("logs", "PutRetentionPolicy"): _log_retention,
    ("autoscaling", "CreateAutoScalingGroup"): _group_sizes,
    ("elbv2", "CreateLoadBalancer"): _balancer,
    ("elbv2", "DeleteLoadBalancer"): _protected_balancer,
    ("route53", "CreateHealthCheck"): _health_check,
    ("cloudwatch", "PutMetricAlarm"): _alarm,
    ("sns", "Subscribe"): _subscription,
    ("application-autoscaling", "RegisterScalableTarget"): _target,
    ("ec2", "CreateVolume"): _volume,
    ("ec2", "DeleteSecurityGroup"): _referenced_group,
    ("arc-region-switch", "CreatePlan"): _switch_plan,
}
