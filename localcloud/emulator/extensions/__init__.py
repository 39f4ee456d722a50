"""What the program needs of AWS and moto does not have, each in a module of its own, through moto's own classes.

docs/local-cloud.md lists each behaviour with its AWS source and what it leaves out. A module changes moto in one place,
its `apply()`. What an extension remembers lives on moto's backend objects, so reset, snapshot and Regions hold.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from flask import Flask
from moto.core.base_backend import BackendDict
from moto.core.responses import BaseResponse
from moto.core.utils import convert_to_flask_response
from moto.moto_server.utilities import RegexConverter
from moto.moto_server.werkzeug_app import HTTP_METHODS, BackendRequest
from werkzeug.routing import Map

from localcloud.emulator.extensions import (
    appautoscaling_policies,
    arc_calls,
    arc_region_switch,
    arc_runs,
    autoscaling_groups,
    backup_air_gapped_vaults,
    backup_audit,
    backup_copies,
    backup_jobs,
    backup_notifications,
    backup_own_snapshots,
    backup_plans,
    backup_protected_resources,
    backup_recovery_point_changes,
    backup_region_settings,
    backup_reports,
    backup_restore_testing,
    backup_restore_tests,
    backup_restores,
    backup_schedules,
    backup_selections,
    backup_vault_policies,
    backup_vaults,
    cloudtrail_trails,
    cloudwatch_alarms,
    config_recording_mode,
    dlm,
    dlm_runs,
    drs,
    dynamodb_changes,
    dynamodb_classes,
    dynamodb_encryption,
    dynamodb_recovery,
    dynamodb_replicas,
    dynamodb_replication,
    ebs_data,
    ebs_encryption,
    ec2_launch_templates,
    ec2_security_group_rules,
    elb_certificates,
    guardduty_detectors,
    iam_service_roles,
    kms_key_ids,
    kms_key_material,
    kms_key_policies,
    kms_multi_region,
    kms_rotation,
    kms_unreadable_databases,
    kms_unreadable_stores,
    kms_unusable,
    kms_waiting_period,
    logs_encryption,
    metrics,
    moto_clock,
    rds_backup_replication,
    rds_database_parameters,
    rds_database_replicas,
    rds_database_snapshots,
    rds_databases,
    rds_instances,
    rds_metrics,
    rds_parameter_groups,
    rds_points_in_time,
    rds_replicas,
    rds_snapshots,
    rds_subnet_groups,
    refused_s3,
    refused_values,
    resilience_hub_policies,
    route53_health_checks,
    route53_zones,
    s3_batch_jobs,
    s3_default_encryption,
    s3_documents,
    s3_object_history,
    s3_object_lock,
    s3_policies,
    s3_replication,
    secrets_replicas,
    service_events,
    sns_signatures,
    sqs_encryption,
)

_MODULES = (
    appautoscaling_policies,
    arc_calls,
    arc_runs,
    autoscaling_groups,
    backup_vaults,
    backup_air_gapped_vaults,
    backup_notifications,
    backup_plans,
    backup_selections,
    backup_region_settings,
    backup_restore_testing,
    backup_audit,
    backup_recovery_point_changes,
    backup_jobs,
    backup_copies,
    backup_restores,
    backup_restore_tests,
    backup_schedules,
    backup_reports,
    backup_protected_resources,
    backup_vault_policies,
    cloudtrail_trails,
    cloudwatch_alarms,
    config_recording_mode,
    dynamodb_changes,
    dlm_runs,
    dynamodb_classes,
    dynamodb_encryption,
    dynamodb_recovery,
    dynamodb_replicas,
    dynamodb_replication,
    ebs_encryption,
    ebs_data,
    ec2_launch_templates,
    ec2_security_group_rules,
    elb_certificates,
    iam_service_roles,
    guardduty_detectors,
    kms_key_ids,
    kms_key_material,
    kms_multi_region,
    kms_rotation,
    kms_waiting_period,
    kms_key_policies,
    logs_encryption,
    metrics,
    moto_clock,
    rds_backup_replication,
    rds_instances,
    rds_parameter_groups,
    rds_replicas,
    rds_snapshots,
    rds_subnet_groups,
    # Around what the modules of RDS above do.
    rds_databases,
    rds_database_replicas,
    rds_database_snapshots,
    rds_points_in_time,
    rds_database_parameters,
    rds_metrics,
    route53_health_checks,
    route53_zones,
    s3_batch_jobs,
    s3_default_encryption,
    s3_documents,
    s3_object_history,
    s3_object_lock,
    s3_policies,
    s3_replication,
    secrets_replicas,
    service_events,
    sns_signatures,
    sqs_encryption,
    # Last: they stand before what the others made of the operations.
    kms_unusable,
    kms_unreadable_stores,
    kms_unreadable_databases,
    # Around what the modules of RDS put around a deletion.
    backup_own_snapshots,
    refused_s3,
    refused_values,
)

# Services that moto has not at all: botocore's name of the service -> what answers it.
_OWN_SERVICES: dict[str, type[BaseResponse]] = {
    "arc-region-switch": arc_region_switch.ArcRegionSwitchResponse,
    "dlm": dlm.DlmResponse,
    "drs": drs.DrsResponse,
    "resiliencehubv2": resilience_hub_policies.ResilienceHubV2Response,
}
OWN_BACKENDS: dict[str, BackendDict[Any]] = {
    "arc-region-switch": arc_region_switch.arc_region_switch_backends,
    "dlm": dlm.dlm_backends,
    "drs": drs.drs_backends,
    "resiliencehubv2": resilience_hub_policies.resilience_hub_v2_backends,
}
# Services that sign with another's name and differ from it by their paths: (name in the signature, path) -> service.
_SERVICES_BY_PATH = {("resiliencehub", "/v2/"): "resiliencehubv2"}

_CREDENTIAL_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[^/]+)/")


@cache
def apply_all() -> None:
    """Extend moto, once in a process."""
    for module in _MODULES:
        module.apply()


def own_service(authorization: str, path: str) -> str | None:
    """The service that the request is for, if it is one that only the extensions have."""
    scope = _CREDENTIAL_SCOPE.search(authorization)
    if scope is None:
        return None
    for (signed_as, start), service in _SERVICES_BY_PATH.items():
        if scope["service"] == signed_as and path.startswith(start):
            return service
    return scope["service"] if scope["service"] in _OWN_SERVICES else None


def create_own_app(service: str) -> Flask:
    """An application for a service of ours, made as moto makes its own: botocore's model routes the operation."""
    app = Flask(f"localcloud-{service}")
    app.request_class = BackendRequest
    app.url_map = Map()
    app.url_map.converters["regex"] = RegexConverter
    view = convert_to_flask_response(_OWN_SERVICES[service].dispatch)
    app.add_url_rule(
        '/<regex(".*"):path>', endpoint=service, methods=HTTP_METHODS, view_func=view, strict_slashes=False
    )
    return app
