"""The structures of the API behind the types of recovery and routing; rows of `limits.SOURCES`.

By token: (service, shape, places, also), as `limits.Source` has them.
"""

from __future__ import annotations

from collections.abc import Mapping

Row = tuple[str, str, Mapping[str, str], Mapping[str, tuple[str, ...]]]

_ARC_BLOCK = "workflows.steps.executionBlockConfiguration"
_ARC_BLOCKS = (
    "customActionLambdaConfig", "ec2AsgCapacityIncreaseConfig", "executionApprovalConfig",
    "rdsCreateCrossRegionReadReplicaConfig", "rdsPromoteReadReplicaConfig", "regionSwitchPlanConfig",
    "route53HealthCheckConfig",
)  # fmt: skip

RECOVERY_SOURCES: dict[str, Row] = {
    "aws:backup/vaultNotifications:VaultNotifications": ("backup", "PutBackupVaultNotificationsInput", {}, {}),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": (
        "backup",
        "CreateLogicallyAirGappedBackupVaultInput",
        {"name": "BackupVaultName"},
        {},
    ),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": (
        "backup",
        "CreateRestoreTestingPlanInput",
        {"recoveryPointSelection": "RestoreTestingPlan.RecoveryPointSelection"},
        {},
    ),
    "aws:backup/framework:Framework": (
        "backup",
        "CreateFrameworkInput",
        {
            "name": "FrameworkName",
            "description": "FrameworkDescription",
            "controls": "FrameworkControls",
            "controls.scope": "FrameworkControls.ControlScope",
        },
        {},
    ),
    "aws:backup/reportPlan:ReportPlan": (
        "backup",
        "CreateReportPlanInput",
        {"name": "ReportPlanName", "description": "ReportPlanDescription"},
        {},
    ),
    "aws:arcregionswitch/plan:Plan": (
        "arc-region-switch",
        "CreatePlanRequest",
        {f"workflows.steps.{block}s": f"{_ARC_BLOCK}.{block}" for block in _ARC_BLOCKS},
        {},
    ),
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": (
        "drs",
        "CreateReplicationConfigurationTemplateRequest",
        {"pitPolicies": "pitPolicy"},
        {},
    ),
    "aws:resiliencehub/v2Policy:V2Policy": ("resiliencehubv2", "CreatePolicyRequest", {}, {}),
    "aws:route53/healthCheck:HealthCheck": (
        "route53",
        "HealthCheckConfig",
        {
            "childHealthThreshold": "HealthThreshold",
            "cloudwatchAlarmName": "AlarmIdentifier.Name",
            "cloudwatchAlarmRegion": "AlarmIdentifier.Region",
            "fqdn": "FullyQualifiedDomainName",
        },
        {},
    ),
    "aws:route53/record:Record": (
        "route53",
        "ResourceRecordSet",
        {"aliases": "AliasTarget", "aliases.name": "AliasTarget.DNSName", "aliases.zoneId": "AliasTarget.HostedZoneId"},
        {},
    ),
    "aws:route53/zone:Zone": ("route53", "CreateHostedZoneRequest", {"comment": "HostedZoneConfig.Comment"}, {}),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
        "s3",
        "PutObjectLockConfigurationRequest",
        {"objectLockEnabled": "ObjectLockConfiguration.ObjectLockEnabled", "rule": "ObjectLockConfiguration.Rule"},
        {},
    ),
}
